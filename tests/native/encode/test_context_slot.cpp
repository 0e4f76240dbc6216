// Slots of a context: ids as wide as the row with the most, and numbers of one shape.
#include "check.hpp"
#include "encode/encoding.hpp"

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

constexpr GroupPlan context{.context = true};

Encoded made(const SlotPlan& slot, const Rows& rows) { return Job().group(context).slot(slot, {rows}).made(); }

void test_ids() {
    const auto table = flat<std::int64_t>({{1, 2}, {}, {3}});
    const Memory memory(table, false), nested(Table<std::int64_t>{{{1}, {2}}, {}, {{3}}}, true);
    const Serialized records({table});
    CHECK(records.good());
    for (const auto& rows : {memory.rows(), nested.rows(), records.example(0), records.context(0)}) {
        const auto out = made(identity(10), rows);
        CHECK((shape(out.slots[0].values) == Sizes{3, 2}));
        CHECK((items<std::int64_t>(out.slots[0].values) == Int64s{1, 2, -1, -1, 3, -1}));
        CHECK(!out.groups[0].lengths && !out.groups[0].mask && !out.groups[0].row_splits);
    }
    CHECK(
        (shape(made(identity(10), Memory(Table<std::int64_t>{{}, {}}, false).rows()).slots[0].values) == Sizes{2, 0}));
    CHECK((shape(made(identity(10), Memory(Table<std::int64_t>{}, false).rows()).slots[0].values) == Sizes{0, 0}));
}

void test_weights() {
    const Serialized records(
        {flat<std::int64_t>({{1, 2}, {}, {3}}), flat<float>({{0.5F, -1}, {}, {2}}), flat<float>({{1, 2}, {}, {}})});
    const auto weighted = [&](std::size_t weights) {
        return Job().group(context).slot(identity(10), {records.example(0)}, records.example(weights));
    };
    CHECK((items<float>(weighted(1).made().slots[0].weights) == Floats{0.5F, -1, 0, 0, 2, 0}));
    Encoded out;
    const auto error = weighted(2).run(out);
    CHECK(error.code == Code::weights_mismatch && error.record == 2 && error.got == 0 && error.expected == 1);
}

void test_numbers() {
    const auto table = flat<float>({{1, 2}, {}, {3, 4}});
    const Memory memory(table, false);
    const Serialized records({table});
    for (const auto& rows : {memory.rows(), records.example(0), records.context(0)}) {
        const auto out = made(numbers(2, {8, 9}), rows);
        CHECK((shape(out.slots[0].values) == Sizes{3, 2}));
        CHECK((items<float>(out.slots[0].values) == Floats{1, 2, 8, 9, 3, 4}));
    }
    // A default is as it should come out, a number of a record is not.
    const Normalizer halve({{Normalizer::Op::scale, {0}, {2}}});
    CHECK((items<float>(made(numbers(2, {8, 9}, halve), records.example(0)).slots[0].values) ==
           Floats{0.5F, 1, 8, 9, 1.5F, 2}));
}

void test_numbers_that_are_not_whole() {
    const Memory memory(flat<float>({{1, 2}, {}, {3}}), false);
    const auto error_of = [&](std::vector<float> default_numbers) {
        Encoded out;
        return Job().group(context).slot(numbers(2, std::move(default_numbers)), {memory.rows()}).run(out);
    };
    const auto missing = error_of({});
    CHECK(missing.code == Code::missing_feature && missing.record == 1 && missing.slot == 0);
    const auto wrong = error_of({0, 0});
    CHECK(wrong.code == Code::wrong_count && wrong.record == 2 && wrong.got == 1 && wrong.expected == 2);
}

// A row without numbers has the buckets of the default.
void test_bucketized() {
    const auto plan = [](std::vector<float> default_numbers) {
        return plain({.op = Op::bucketize,
                      .boundaries = {0, 10},
                      .positions = 2,
                      .default_numbers = std::move(default_numbers)});
    };
    const Serialized records({flat<float>({{-1, 20}, {}})});
    const auto out = made(plan({5, -5}), records.example(0));
    CHECK((items<std::int64_t>(out.slots[0].values) == Int64s{0, 5, 1, 3}));
    Encoded failed;
    const auto error = Job().group(context).slot(plan({}), {records.example(0)}).run(failed);
    CHECK(error.code == Code::missing_feature && error.record == 1);
}

void test_crossed() {
    const Serialized records({flat<std::int64_t>({{1, 2}, {}}), flat<std::string>({{"a", "b", "c"}, {"d"}})});
    const auto out = Job().group(context).slot(crossed(2, 100), {records.example(0), records.example(1)}).made();
    CHECK((shape(out.slots[0].values) == Sizes{2, 6}));
    const auto values = items<std::int64_t>(out.slots[0].values);
    CHECK(std::all_of(values.begin(), values.begin() + 6, [](auto id) { return id >= 0 && id < 100; }));
    CHECK(std::all_of(values.begin() + 6, values.end(), [](auto id) { return id == -1; }));
}

}  // namespace

int main() {
    test_ids();
    test_weights();
    test_numbers();
    test_numbers_that_are_not_whole();
    test_bucketized();
    test_crossed();
    return failures();
}
