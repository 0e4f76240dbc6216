// Slots with any number of ids a step: written answers, and the slow loop on random rows.
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

const Table<std::int64_t> three_rows{{{1, 2}, {}, {3}}, {}, {{4, 5, 6}}};

struct Ids {
    Sizes shape;
    Int64s values;
    Int64s step_splits;
    bool operator==(const Ids&) const = default;
};

// The same from memory and from feature lists.
Ids ids_of(const Table<std::int64_t>& table, const GroupPlan& group) {
    const Memory memory(table, true);
    const Serialized records({table});
    CHECK(records.good());
    std::vector<Ids> all;
    for (const auto& rows : {memory.rows(), records.steps(0)}) {
        const auto out = Job().group(group).slot(identity(100), {rows}).made();
        const auto& slot = out.slots[0];
        all.push_back({shape(slot.values), items<std::int64_t>(slot.values), items<std::int64_t>(slot.step_splits)});
    }
    CHECK(all[0] == all[1]);
    return all[0];
}

void test_ids() {
    CHECK((ids_of(three_rows, {}) == Ids{{3, 3, 3},
                                         {1,  2,  -1, -1, -1, -1, 3,  -1, -1,  //
                                          -1, -1, -1, -1, -1, -1, -1, -1, -1,  //
                                          4,  5,  6,  -1, -1, -1, -1, -1, -1},
                                         {}}));
    CHECK((ids_of(three_rows, {.max_length = 2, .pad_left = true}) ==
           Ids{{3, 2, 3}, {-1, -1, -1, 3, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 4, 5, 6}, {}}));
    // Only what is kept makes steps wide.
    CHECK((ids_of({{{1, 2, 3}, {4}}}, {.max_length = 1}) == Ids{{1, 1, 1}, {4}, {}}));
    CHECK((ids_of({{{1, 2, 3}, {4}}}, {.max_length = 1, .keep_first = true}) == Ids{{1, 1, 3}, {1, 2, 3}, {}}));
    CHECK((ids_of({{{1}}}, {.pad_to_multiple_of = 3}) == Ids{{1, 3, 1}, {1, -1, -1}, {}}));
    CHECK((ids_of({{{}, {}}}, {}) == Ids{{1, 2, 0}, {}, {}}));
    CHECK((ids_of({{}}, {}) == Ids{{1, 0, 0}, {}, {}}));
    CHECK((ids_of({}, {}) == Ids{{0, 0, 0}, {}, {}}));
}

void test_jagged_ids() {
    CHECK((ids_of(three_rows, {.jagged = true}) == Ids{{6}, {1, 2, 3, 4, 5, 6}, {0, 2, 2, 3, 6}}));
    CHECK((ids_of(three_rows, {.jagged = true, .max_length = 1}) == Ids{{4}, {3, 4, 5, 6}, {0, 1, 4}}));
    CHECK((ids_of(three_rows, {.jagged = true, .max_length = 1, .keep_first = true}) ==
           Ids{{5}, {1, 2, 4, 5, 6}, {0, 2, 5}}));
    CHECK((ids_of({{{}, {}}, {}}, {.jagged = true}) == Ids{{0}, {}, {0, 0, 0}}));
    CHECK((ids_of({}, {.jagged = true}) == Ids{{0}, {}, {0}}));
}

void test_weights() {
    const Memory memory(three_rows, true);
    const Memory weights(Table<float>{{{1, 2}, {}, {3}}, {}, {{0.5F, 0, -1}}}, true);
    const auto padded = Job().group({.max_length = 1}).slot(identity(100), {memory.rows()}, weights.rows()).made();
    CHECK((shape(padded.slots[0].weights) == Sizes{3, 1, 3}));
    CHECK((items<float>(padded.slots[0].weights) == Floats{3, 0, 0, 0, 0, 0, 0.5F, 0, -1}));
    const auto jagged = Job().group({.jagged = true}).slot(identity(100), {memory.rows()}, weights.rows()).made();
    CHECK((items<float>(jagged.slots[0].weights) == Floats{1, 2, 3, 0.5F, 0, -1}));
}

void test_holes() {
    const Memory memory(three_rows, true, {1, 3});
    const auto out = Job().group({.jagged = true}).slot(identity(100), {memory.rows()}).made();
    CHECK((items<std::int64_t>(out.slots[0].values) == Int64s{1, -1, 3, -1, 5, 6}));
}

// Numbers of a shape are as many ids a step, each with buckets of its own; flat rows and steps are alike.
void test_bucketized() {
    auto plan = plain({.op = Op::bucketize, .boundaries = {0, 10}, .positions = 2});
    const auto flat_rows = flat<float>({{-1, 5, 20, 0}, {}});
    const Table<float> nested_rows{{{-1, 5}, {20, 0}}, {}};
    const Memory memory(flat_rows, false);
    const Serialized examples({flat_rows}), sequences({nested_rows});
    for (const auto& rows : {memory.rows(), examples.example(0), sequences.steps(0)}) {
        const auto out = Job().group({}).slot(plan, {rows}).made();
        CHECK((shape(out.slots[0].values) == Sizes{2, 2, 2}));
        CHECK((items<std::int64_t>(out.slots[0].values) == Int64s{0, 4, 2, 4, -1, -1, -1, -1}));
    }
}

void test_crossed() {
    const Memory left(Table<std::int64_t>{{{1, 2}, {}, {3}}}, true), right(flat<std::int64_t>({{7, 8, 9}}), false);
    const auto out = Job().group({.jagged = true}).slot(crossed(2, 1000), {left.rows(), right.rows()}).made();
    CHECK((items<std::int64_t>(out.slots[0].step_splits) == Int64s{0, 2, 2, 3}));
    const auto padded = Job().group({.max_length = 1}).slot(crossed(2, 1000), {left.rows(), right.rows()}).made();
    CHECK((shape(padded.slots[0].values) == Sizes{1, 1, 1}));
    CHECK(items<std::int64_t>(padded.slots[0].values)[0] == items<std::int64_t>(out.slots[0].values)[2]);
}

void test_against_the_slow_loop() {
    Random random(42);
    for (int round = 0; round < 500; ++round) {
        const auto group = slow::any_group(random);
        Table<std::int64_t> table(random.below(8));
        Table<float> weights(table.size());
        for (std::size_t i = 0; i < table.size(); ++i) {
            for (auto steps = random.below(9); steps > 0; --steps) {
                auto& step = table[i].emplace_back();
                auto& step_weights = weights[i].emplace_back();
                for (auto values = random.below(5); values > 0; --values) {
                    step.push_back(static_cast<std::int64_t>(random.below(100)));
                    step_weights.push_back(static_cast<float>(step.back()) / 2);
                }
            }
        }
        const Serialized records({table, weights});
        const Memory memory(table, true), weights_memory(weights, true);
        const auto step_width = slow::widest_step(slow::kept(table, group));
        const auto check = [&](const Encoded& out) {
            const auto& slot = out.slots[0];
            CHECK(items<std::int64_t>(slot.values) == slow::lay_out<std::int64_t>(table, group, -1, step_width));
            CHECK(items<float>(slot.weights) == slow::lay_out<float>(weights, group, 0, step_width));
            if (group.jagged) CHECK(items<std::int64_t>(slot.step_splits) == slow::step_splits(table, group));
        };
        check(Job().group(group).slot(identity(100), {memory.rows()}, weights_memory.rows()).made());
        check(Job().group(group).slot(identity(100), {records.steps(0)}, records.steps(1)).made());
    }
}

}  // namespace

int main() {
    test_ids();
    test_jagged_ids();
    test_weights();
    test_holes();
    test_bucketized();
    test_crossed();
    test_against_the_slow_loop();
    return failures();
}
