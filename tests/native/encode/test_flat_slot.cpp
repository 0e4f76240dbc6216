// Slots with one value, or one shape of numbers, a step: written answers, and the slow loop on random rows.
#include "check.hpp"
#include "encode/encoding.hpp"
#include "encode/slow.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using namespace encoding;
using given::flat;
using given::Memory;
using given::Serialized;
using given::Table;
using Int64s = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Sizes = std::vector<std::size_t>;

const auto three_rows = flat<std::int64_t>({{1, 2, 3}, {}, {4}});

// The same from memory, from Examples and from contexts.
Int64s ids_of(const Table<std::int64_t>& table, const GroupPlan& group, const Sizes& wanted_shape) {
    const Memory memory(table, false);
    const Serialized records({table});
    CHECK(records.good());
    Int64s first;
    for (const auto& rows : {memory.rows(), records.example(0), records.context(0)}) {
        const auto out = Job().group(group).slot(identity(100), {rows}).made();
        CHECK(shape(out.slots[0].values) == wanted_shape);
        CHECK(!out.slots[0].weights && !out.slots[0].step_splits);
        const auto values = items<std::int64_t>(out.slots[0].values);
        CHECK(first.empty() || first == values);
        first = values;
    }
    return first;
}

void test_ids() {
    CHECK((ids_of(three_rows, {}, {3, 3}) == Int64s{1, 2, 3, -1, -1, -1, 4, -1, -1}));
    CHECK((ids_of(three_rows, {.pad_left = true}, {3, 3}) == Int64s{1, 2, 3, -1, -1, -1, -1, -1, 4}));
    CHECK((ids_of(three_rows, {.max_length = 2}, {3, 2}) == Int64s{2, 3, -1, -1, 4, -1}));
    CHECK((ids_of(three_rows, {.max_length = 2, .keep_first = true}, {3, 2}) == Int64s{1, 2, -1, -1, 4, -1}));
    CHECK((ids_of(three_rows, {.max_length = 1, .pad_to_multiple_of = 2}, {3, 2}) == Int64s{3, -1, -1, -1, 4, -1}));
    CHECK((ids_of(three_rows, {.jagged = true}, {4}) == Int64s{1, 2, 3, 4}));
    CHECK((ids_of(three_rows, {.jagged = true, .max_length = 2}, {3}) == Int64s{2, 3, 4}));
    CHECK(ids_of(three_rows, {.max_length = 0}, {3, 0}).empty());
    CHECK(ids_of({{}, {}}, {}, {2, 0}).empty());
    CHECK(ids_of({{}, {}}, {.jagged = true}, {0}).empty());
    CHECK(ids_of({}, {}, {0, 0}).empty());
}

void test_holes() {
    const Memory memory(three_rows, false, {1, 3});
    const auto padded = Job().group({}).slot(identity(100), {memory.rows()}).made();
    CHECK((items<std::int64_t>(padded.slots[0].values) == Int64s{1, -1, 3, -1, -1, -1, -1, -1, -1}));
    CHECK((items<std::int64_t>(padded.groups[0].lengths) == Int64s{3, 0, 1}));
    const auto cut = Job().group({.jagged = true, .max_length = 2}).slot(identity(100), {memory.rows()}).made();
    CHECK((items<std::int64_t>(cut.slots[0].values) == Int64s{-1, 3, -1}));
}

void test_weights() {
    const Memory memory(three_rows, false);
    const Memory weights(flat<float>({{0.5F, 1, 2}, {}, {-3}}), false);
    const auto out = Job().group({.max_length = 2}).slot(identity(100), {memory.rows()}, weights.rows()).made();
    CHECK((shape(out.slots[0].weights) == Sizes{3, 2}));
    CHECK((items<float>(out.slots[0].weights) == Floats{1, 2, 0, 0, -3, 0}));
    const auto jagged = Job().group({.jagged = true}).slot(identity(100), {memory.rows()}, weights.rows()).made();
    CHECK((items<float>(jagged.slots[0].weights) == Floats{0.5, 1, 2, -3}));
}

// A flat row holds its steps one after the other; in a feature list each step has its own.
void test_numbers() {
    const auto flat_rows = flat<float>({{1, 2, 3, 4, 5, 6}, {}, {7, 8}});
    const Table<float> nested_rows{{{1, 2}, {3, 4}, {5, 6}}, {}, {{7, 8}}};
    const Memory memory(flat_rows, false), nested(nested_rows, true);
    const Serialized examples({flat_rows}), sequences({nested_rows});
    CHECK(examples.good() && sequences.good());
    for (const auto& rows : {memory.rows(), nested.rows(), examples.example(0), sequences.steps(0)}) {
        const auto out = Job().group({.max_length = 2}).slot(numbers(2, {9}), {rows}).made();
        CHECK((shape(out.slots[0].values) == Sizes{3, 2, 2}));
        CHECK((items<float>(out.slots[0].values) == Floats{3, 4, 5, 6, 9, 9, 9, 9, 7, 8, 9, 9}));
        const auto left = Job().group({.pad_left = true}).slot(numbers(2, {0}), {rows}).made();
        CHECK((items<float>(left.slots[0].values) == Floats{1, 2, 3, 4, 5, 6, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 8}));
        const auto jagged = Job().group({.jagged = true}).slot(numbers(2, {9}), {rows}).made();
        CHECK((shape(jagged.slots[0].values) == Sizes{4, 2}));
        CHECK((items<float>(jagged.slots[0].values) == Floats{1, 2, 3, 4, 5, 6, 7, 8}));
    }
}

// What is in memory was normalized on its way; what is in records is normalized here, in float64.
void test_normalized_numbers() {
    const auto integers = flat<std::int64_t>({{10, 20}, {30}});
    const Memory memory(integers, false);
    const Serialized records({integers});
    const Normalizer halve({{Normalizer::Op::scale, {0}, {2}}});
    const auto from_records = Job().group({}).slot(numbers(1, {-1}, halve), {records.example(0)}).made();
    CHECK((items<float>(from_records.slots[0].values) == Floats{5, 10, 15, -1}));
    const auto from_memory = Job().group({}).slot(numbers(1, {-1}, halve), {memory.rows()}).made();
    CHECK((items<float>(from_memory.slots[0].values) == Floats{10, 20, 30, -1}));
    const Normalizer explode({{Normalizer::Op::scale, {0}, {1e-300}}});
    Encoded out;
    const auto error = Job().group({}).slot(numbers(1, {-1}, explode), {records.example(0)}).run(out);
    CHECK(error.code == Code::number_too_large && error.slot == 0 && error.record == 0);
}

void test_partial_steps() {
    Encoded out;
    const Memory memory(flat<float>({{1, 2}, {3, 4, 5}}), false);
    const auto flat_error = Job().group({}).slot(numbers(2, {0}), {memory.rows()}).run(out);
    CHECK(flat_error.code == Code::partial_step && flat_error.record == 1 && flat_error.got == 3);
    CHECK(flat_error.expected == 2 && flat_error.step == -1);
    const Serialized records({Table<float>{{{1, 2}}, {{3, 4}, {5}}}});
    const auto nested_error = Job().group({}).slot(numbers(2, {0}), {records.steps(0)}).run(out);
    CHECK(nested_error.code == Code::partial_step && nested_error.record == 1 && nested_error.got == 1);
    CHECK(nested_error.step == 1);
}

void test_against_the_slow_loop() {
    Random random(41);
    for (int round = 0; round < 500; ++round) {
        const auto group = slow::any_group(random);
        Table<std::int64_t> table(random.below(8));
        Table<float> weights;
        for (auto& row : table) {
            for (auto steps = random.below(9); steps > 0; --steps) row.push_back({static_cast<std::int64_t>(steps)});
            auto& row_weights = weights.emplace_back();
            for (const auto& step : row) row_weights.push_back({static_cast<float>(step[0]) / 2});
        }
        const Serialized records({table, weights});
        const Memory memory(table, false), weights_memory(weights, false);
        const auto slot = identity(100);
        for (const auto& out : {Job().group(group).slot(slot, {memory.rows()}, weights_memory.rows()).made(),
                                Job().group(group).slot(slot, {records.example(0)}, records.example(1)).made()}) {
            CHECK(items<std::int64_t>(out.slots[0].values) == slow::lay_out<std::int64_t>(table, group, -1, 1));
            CHECK(items<float>(out.slots[0].weights) == slow::lay_out<float>(weights, group, 0, 1));
        }
    }
}

}  // namespace

int main() {
    test_ids();
    test_holes();
    test_weights();
    test_numbers();
    test_normalized_numbers();
    test_partial_steps();
    test_against_the_slow_loop();
    return failures();
}
