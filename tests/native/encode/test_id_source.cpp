// One key as a source of ids: its steps, its splits, what is wrong with it, and where.
#include "encode/id_source.hpp"

#include "check.hpp"
#include "encode/encoding.hpp"

namespace {

using namespace colonnade;
using given::flat;
using given::Memory;
using given::Serialized;
using given::Table;
using Int64s = std::vector<std::int64_t>;

const IdPlan ten{.num_buckets = 10};

Int64s splits(const IdSource& source, std::size_t row) {
    Int64s out(source.steps(row) + 1);
    source.splits(row, out.data());
    return out;
}

void test_flat() {
    const Memory memory(flat<std::int64_t>({{1, 2}, {}}), false);
    const auto source = make_source(ten, memory.rows(), false);
    CHECK(!source->nested() && source->steps(0) == 2 && source->values(0) == 2 && source->steps(1) == 0);
    CHECK(!source->check(0));
    Int64s out(2);
    CHECK(!source->make(0, out.data()) && (out == Int64s{1, 2}));
}

void test_nested() {
    const Table<std::int64_t> table{{{9}}, {{1, 2}, {}, {3}}};
    const Memory memory(table, true);
    const Serialized records({table});
    for (const auto& rows : {memory.rows(), records.steps(0)}) {
        const auto source = make_source(ten, rows, false);
        CHECK(source->nested() && source->steps(1) == 3 && source->values(1) == 3);
        CHECK((splits(*source, 1) == Int64s{0, 2, 2, 3}));
    }
}

// The step of an error is the one that holds the value; in a context, the value's index.
void test_place_of_an_error() {
    const Table<std::int64_t> table{{{9}}, {{1, 2}, {}, {3, 10}}};
    const Memory memory(table, true);
    const Serialized records({table});
    Int64s out(4);
    for (const auto& rows : {memory.rows(), records.steps(0)}) {
        const auto error = make_source(ten, rows, false)->make(1, out.data());
        CHECK(error.code == Code::id_out_of_range && error.record == 1 && error.step == 2 && error.got == 10);
        CHECK(make_source(ten, rows, true)->make(1, out.data()).step == 3);
    }
    const Memory leading(Table<std::int64_t>{{{}, {}, {10}}}, true);
    CHECK(make_source(ten, leading.rows(), false)->make(0, out.data()).step == 2);
    const Memory flat_rows(flat<std::int64_t>({{1, 10}}), false);
    CHECK(make_source(ten, flat_rows.rows(), false)->make(0, out.data()).step == 1);
}

void test_bucketized() {
    const IdPlan pairs{.op = Op::bucketize, .boundaries = {0}, .positions = 2};
    const Memory memory(flat<float>({{1, 2, 3, 4}, {1, 2, 3}}), false);
    const auto source = make_source(pairs, memory.rows(), false);
    CHECK(source->nested() && source->steps(0) == 2 && (splits(*source, 0) == Int64s{0, 2, 4}));
    CHECK(!source->check(0));
    const auto error = source->check(1);
    CHECK(error.code == Code::partial_step && error.record == 1 && error.got == 3 && error.expected == 2);
    const IdPlan single{.op = Op::bucketize, .boundaries = {0}};
    const Serialized records({Table<float>{{{1}, {2}}, {{1}, {}, {2}}}});
    const auto steps = make_source(single, records.steps(0), false);
    CHECK(!steps->nested() && steps->steps(0) == 2 && !steps->check(0));
    CHECK(steps->check(1).code == Code::partial_step && steps->check(1).step == 1 && steps->check(1).got == 0);
}

void test_bucketized_context() {
    IdPlan plan{.op = Op::bucketize, .boundaries = {0}, .positions = 2};
    const Memory memory(flat<float>({{1, 2}, {}, {1}}), false);
    const auto strict = make_source(plan, memory.rows(), true);
    CHECK(!strict->check(0) && strict->check(1).code == Code::missing_feature);
    CHECK(strict->check(2).code == Code::wrong_count && strict->check(2).got == 1 && strict->check(2).expected == 2);
    plan.default_numbers = {1, -1};
    const auto source = make_source(plan, memory.rows(), true);
    CHECK(!source->check(1) && source->values(1) == 2);
    Int64s out(2);
    CHECK(!source->make(1, out.data()) && (out == Int64s{1, 2}));
}

void test_tally() {
    Tally tally;
    const IdPlan with_default{.num_buckets = 10, .has_default = true, .default_id = 3};
    const Memory memory(flat<std::int64_t>({{1, 10}, {99, 2, -5}}), false, {3});
    const auto source = make_source(with_default, memory.rows(), false, &tally);
    Int64s out(3);
    CHECK(!source->make(0, out.data()) && tally.values == 2 && tally.out_of_range == 1);
    CHECK(!source->make(1, out.data()) && tally.values == 4 && tally.out_of_range == 3 && tally.out_of_vocabulary == 0);
    Tally of_words;
    const IdPlan known{.op = Op::vocabulary, .num_buckets = 0, .vocabulary = encoding::words({"a", "b"})};
    const Memory text(flat<std::string>({{"a", "", "c", "", "b"}}), false, {1});
    Int64s ids(5);
    CHECK(!make_source(known, text.rows(), false, &of_words)->make(0, ids.data()));
    CHECK(of_words.values == 4 && of_words.out_of_vocabulary == 2 && of_words.out_of_range == 0);
}

}  // namespace

int main() {
    test_flat();
    test_nested();
    test_place_of_an_error();
    test_bucketized();
    test_bucketized_context();
    test_tally();
    return failures();
}
