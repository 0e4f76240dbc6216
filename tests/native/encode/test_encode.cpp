// Whole batches: several groups at once, from memory and from records, by any number of threads; and what is refused.
#include "encode/encode.hpp"

#include <bit>

#include "check.hpp"
#include "encode/encoding.hpp"
#include "encode/slow.hpp"
#include "ended.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using namespace encoding;
using given::flat;
using given::Memory;
using given::Serialized;
using given::Table;
using given::Values;
using Int64s = std::vector<std::int64_t>;

// Keys of a batch. Steps of `numbers` hold two numbers, those of `tags`, `ids` and `weights` any number of values.
enum : std::size_t { items_key, titles, numbers_key, tags, ids_key, weights, user, age, key_count };

struct Batch {
    std::vector<Values> keys;
    Table<std::int64_t> items;
    Table<float> numbers;
    Table<std::string> tags;
    Table<std::int64_t> ids;
    Table<float> weights;

    Batch(std::size_t rows, Random& random) {
        Table<std::string> titles;
        Table<std::int64_t> users;
        Table<float> ages;
        for (std::size_t row = 0; row < rows; ++row) {
            const auto steps = random.below(12);
            fill(items.emplace_back(), steps, 1, [&] { return number(random); });
            fill(titles.emplace_back(), steps, 1, [&] { return word(random); });
            fill(numbers.emplace_back(), steps, 2, [&] { return static_cast<float>(number(random)) / 8; });
            tags.emplace_back();
            ids.emplace_back();
            weights.emplace_back();
            for (auto step = random.below(9); step > 0; --step) {
                fill(tags.back(), 1, random.below(4), [&] { return word(random); });
                const auto values = random.below(5);
                fill(ids.back(), 1, values, [&] { return number(random); });
                fill(weights.back(), 1, values, [&] { return static_cast<float>(number(random)) - 30; });
            }
            fill(users.emplace_back(), random.below(3), 1, [&] { return number(random); });
            fill(ages.emplace_back(), 1, random.below(2), [&] { return static_cast<float>(number(random)); });
        }
        keys = {items, titles, numbers, tags, ids, weights, users, ages};
    }

private:
    template <typename T, typename Make>
    static void fill(given::Steps<T>& row, std::size_t steps, std::size_t values, Make make) {
        for (; steps > 0; --steps) {
            auto& step = row.emplace_back();
            for (std::size_t i = 0; i < values; ++i) step.push_back(make());
        }
    }
    static std::int64_t number(Random& random) { return static_cast<std::int64_t>(random.below(100)); }
    static std::string word(Random& random) {
        return std::string(random.below(24), static_cast<char>('a' + random.below(3)));
    }
};

std::vector<Rows> rows_of(const Serialized& records, Rows (Serialized::*form)(std::size_t) const) {
    std::vector<Rows> rows;
    for (std::size_t key = 0; key < key_count; ++key) rows.push_back((records.*form)(key));
    return rows;
}

IdPlan vocabulary() {
    return {.op = Op::vocabulary, .num_buckets = 3, .modulo = Modulo(3), .vocabulary = words({"a", "bb", "cccccc"})};
}

// Everything that a batch may hold: a group of single values, one of several values a step unless there is no such
// thing in these rows, and a context.
Job everything(const GroupPlan& group, const std::vector<Rows>& rows, const std::vector<Rows>& context, bool nested) {
    Job job;
    job.group(group)
        .slot(identity(100), {rows[items_key]})
        .slot(plain(hash(1000)), {rows[titles]})
        .slot(plain(vocabulary()), {rows[titles]}, rows[items_key])
        .slot(numbers(2, {0.5F}), {rows[numbers_key]})
        .slot(plain({.op = Op::bucketize, .boundaries = {2, 5}, .positions = 2}), {rows[numbers_key]})
        .slot(crossed(2, 5000), {rows[items_key], rows[titles]});
    if (nested) {
        auto other = group;
        other.keep_first = !group.keep_first;
        job.group(other)
            .slot(plain(vocabulary()), {rows[tags]})
            .slot(identity(100), {rows[ids_key]}, rows[weights])
            .slot(crossed(2, 5000), {rows[tags], rows[ids_key]});
    }
    job.group({.context = true})
        .slot(identity(100), {context[user]})
        .slot(numbers(1, {-1}), {context[age]})
        .slot(crossed(2, 5000), {context[user], context[titles]});
    return job;
}

std::vector<std::uint8_t> bytes(const Array& array) {
    if (!array) return {};
    auto size = item_size(array.dtype);
    for (const auto axis : shape(array)) size *= axis;
    return {array.as<std::uint8_t>(), array.as<std::uint8_t>() + size};
}

bool same_groups(const Encoded& left, const Encoded& right, std::size_t groups) {
    for (std::size_t g = 0; g < groups; ++g) {
        const auto &a = left.groups[g], &b = right.groups[g];
        if (bytes(a.lengths) != bytes(b.lengths) || bytes(a.mask) != bytes(b.mask)) return false;
        if (bytes(a.row_splits) != bytes(b.row_splits) || shape(a.mask) != shape(b.mask)) return false;
    }
    return true;
}

bool same_items(const EncodedSlot& left, const EncodedSlot& right) {
    return bytes(left.values) == bytes(right.values) && bytes(left.weights) == bytes(right.weights);
}

bool same(const Encoded& left, const Encoded& right) {
    if (!same_groups(left, right, left.groups.size())) return false;
    for (std::size_t s = 0; s < left.slots.size(); ++s) {
        const auto &a = left.slots[s], &b = right.slots[s];
        if (!same_items(a, b) || bytes(a.step_splits) != bytes(b.step_splits)) return false;
        if (shape(a.values) != shape(b.values) || shape(a.weights) != shape(b.weights)) return false;
    }
    return true;
}

void check_against_the_slow_loop(const Batch& batch, const GroupPlan& group, const Encoded& out) {
    const auto step = group.jagged ? 1 : 2;
    const auto& first = out.slots;
    CHECK(items<std::int64_t>(first[0].values) == slow::lay_out<std::int64_t>(batch.items, group, -1, 1));
    CHECK(items<float>(first[3].values) == slow::lay_out<float>(batch.numbers, group, 0.5F, step));
    CHECK(items<std::int64_t>(out.groups[0].lengths) == slow::lengths(batch.items, group));
    if (!group.jagged) CHECK(items<bool>(out.groups[0].mask) == slow::mask(batch.items, group));

    auto other = group;
    other.keep_first = !group.keep_first;
    const auto widest = slow::widest_step(slow::kept(batch.ids, other));
    CHECK(items<std::int64_t>(first[7].values) == slow::lay_out<std::int64_t>(batch.ids, other, -1, widest));
    CHECK(items<float>(first[7].weights) == slow::lay_out<float>(batch.weights, other, 0, widest));
    CHECK(items<std::int64_t>(out.groups[1].lengths) == slow::lengths(batch.ids, other));
    if (group.jagged) CHECK(items<std::int64_t>(first[7].step_splits) == slow::step_splits(batch.ids, other));

    auto known = batch.tags;
    Table<std::int64_t> found(known.size());
    for (std::size_t row = 0; row < known.size(); ++row) {
        for (const auto& words : known[row]) {
            auto& step_ids = found[row].emplace_back();
            for (const auto& word : words) {
                const auto hash = static_cast<std::int64_t>(fingerprint64(word.data(), word.size()) % 3);
                step_ids.push_back(word == "a" ? 0 : word == "bb" ? 1 : word == "cccccc" ? 2 : 3 + hash);
            }
        }
    }
    const auto most = slow::widest_step(slow::kept(found, other));
    CHECK(items<std::int64_t>(first[6].values) == slow::lay_out<std::int64_t>(found, other, -1, most));
}

void check_batch(std::size_t row_count, const GroupPlan& group, Random& random) {
    const Batch batch(row_count, random);
    const Serialized records(batch.keys);
    CHECK(records.good());
    std::vector<Memory> columns;
    std::vector<Rows> memory;
    for (std::size_t key = 0; key < key_count; ++key) {
        const bool nested = key == tags || key == ids_key || key == weights;
        columns.emplace_back(nested ? batch.keys[key] : given::flattened(batch.keys[key]), nested);
    }
    for (const auto& column : columns) memory.push_back(column.rows());
    const auto steps = rows_of(records, &Serialized::steps);
    const auto context = rows_of(records, &Serialized::context);
    const auto examples = rows_of(records, &Serialized::example);

    const auto all = everything(group, memory, memory, true);
    const auto from_lists = everything(group, steps, context, true);
    const auto from_examples = everything(group, examples, examples, false);
    const auto expected = all.made();
    const auto lists = from_lists.made();
    const auto singles = from_examples.made();
    check_against_the_slow_loop(batch, group, expected);
    // In feature lists a step of one value is one of several, so shapes differ, but no value does.
    CHECK(same_groups(expected, lists, 2) && same_groups(expected, singles, 1));
    for (std::size_t s = 0; s < expected.slots.size(); ++s) CHECK(same_items(expected.slots[s], lists.slots[s]));
    for (std::size_t s = 0; s < 6; ++s) CHECK(same_items(expected.slots[s], singles.slots[s]));
    for (std::size_t s = 0; s < 3; ++s) CHECK(same_items(expected.slots[9 + s], singles.slots[6 + s]));
    for (const std::size_t threads : {2, 8}) {
        CHECK(same(expected, all.made(threads)));
        CHECK(same(lists, from_lists.made(threads)));
        CHECK(same(singles, from_examples.made(threads)));
    }
}

void test_whole_batches() {
    Random random(61);
    for (int round = 0; round < 8; ++round) check_batch(300 + random.below(400), slow::any_group(random), random);
    for (int round = 0; round < 200; ++round) check_batch(random.below(5), slow::any_group(random), random);
}

// Each group has its own lengths; the slots lie group by group.
void test_groups() {
    const Memory clicks(flat<std::int64_t>({{1, 2, 3}, {}}), false), queries(flat<std::int64_t>({{4}, {5, 6}}), false);
    const auto out = Job()
                         .group({.max_length = 2, .pad_left = true})
                         .slot(identity(10), {clicks.rows()})
                         .group({.context = true})
                         .slot(identity(10), {clicks.rows()})
                         .group({.jagged = true})
                         .slot(identity(10), {queries.rows()})
                         .slot(plain({.num_buckets = 5, .has_default = true, .default_id = 0}), {queries.rows()})
                         .made();
    CHECK((items<std::int64_t>(out.groups[0].lengths) == Int64s{2, 0}) && !out.groups[1].lengths);
    CHECK((items<std::int64_t>(out.groups[2].lengths) == Int64s{1, 2}));
    CHECK((items<std::int64_t>(out.slots[0].values) == Int64s{2, 3, -1, -1}));
    CHECK((items<std::int64_t>(out.slots[1].values) == Int64s{1, 2, 3, -1, -1, -1}));
    CHECK((items<std::int64_t>(out.slots[2].values) == Int64s{4, 5, 6}));
    CHECK((items<std::int64_t>(out.slots[3].values) == Int64s{4, 0, 0}));
}

void test_unequal_lengths() {
    const Memory left(flat<std::int64_t>({{1}, {1, 2}}), false), right(flat<std::int64_t>({{1}, {1}}), false);
    Encoded out;
    const auto apart = Job().group({}).slot(identity(10), {left.rows()}).group({}).slot(identity(10), {right.rows()});
    CHECK(!apart.run(out));
    const auto together = Job()
                              .group({.context = true})
                              .slot(identity(10), {left.rows()})
                              .group({})
                              .slot(identity(10), {left.rows()})
                              .slot(identity(10), {left.rows()})
                              .slot(identity(10), {right.rows()});
    const auto error = together.run(out);
    CHECK(error.code == Code::unequal_lengths && error.record == 1 && error.got == 1 && error.expected == 2);
    CHECK(error.slot == 3 && error.other_slot == 1 && error.key == -1);
    // Between the keys of one cross there is no other slot.
    const auto cross = Job().group({}).slot(crossed(2, 10), {left.rows(), right.rows()}).run(out);
    CHECK(cross.code == Code::unequal_lengths && cross.slot == 0 && cross.other_slot == -1 && cross.key == 1);
    CHECK(cross.record == 1 && cross.got == 1 && cross.expected == 2);
}

void test_weights_that_do_not_match() {
    const auto error_of = [](const Memory& key, const Memory& weights) {
        Encoded out;
        return Job().group({}).slot(identity(10), {key.rows()}, weights.rows()).run(out);
    };
    const Memory flat_key(flat<std::int64_t>({{}, {1, 2}}), false);
    const Memory nested_key(Table<std::int64_t>{{}, {{1, 2}, {3}}}, true);
    const auto few = error_of(flat_key, {flat<float>({{}, {1}}), false});
    CHECK(few.code == Code::weights_mismatch && few.slot == 0 && few.record == 1 && few.got == 1 && few.expected == 2);
    const auto moved = error_of(nested_key, {Table<float>{{}, {{1}, {2, 3}}}, true});
    CHECK(moved.code == Code::weights_mismatch && moved.record == 1 && moved.step == 0 && moved.got == 1);
    const auto flat_weights = error_of(nested_key, {flat<float>({{}, {1, 2, 3}}), false});
    CHECK(flat_weights.code == Code::weights_mismatch);
    CHECK(!error_of(flat_key, {Table<float>{{}, {{1}, {2}}}, true}));
    CHECK(error_of(flat_key, {Table<float>{{}, {{1, 2}, {}}}, true}).step == 0);
    CHECK(!error_of(nested_key, {Table<float>{{}, {{1, 2}, {3}}}, true}));
}

// Of several errors the first slot's is given, and of those the first row's, by however many threads.
void test_bad_ids() {
    given::Table<std::int64_t> good(900, {{1}, {2}}), bad = good, worse = good;
    bad[700][1][0] = 99;
    bad[800][0][0] = -7;
    worse[3][0][0] = 50;
    const Memory a(good, true), b(bad, true), c(worse, true);
    const Serialized records({given::flattened(Values(good)), given::flattened(Values(bad))});
    for (const std::size_t threads : {1, 2, 8}) {
        Encoded out;
        const auto error = Job()
                               .group({.jagged = true})
                               .slot(identity(10), {a.rows()})
                               .slot(identity(10), {b.rows()})
                               .slot(identity(10), {c.rows()})
                               .run(out, threads);
        CHECK(error.code == Code::id_out_of_range && error.slot == 1 && error.record == 700 && error.step == 1);
        CHECK(error.got == 99 && error.expected == 10);
        const auto wire = Job()
                              .group({.context = true})
                              .slot(identity(10), {records.example(0)})
                              .slot(identity(10), {records.example(1)})
                              .run(out, threads);
        CHECK(wire.code == Code::id_out_of_range && wire.slot == 1 && wire.record == 700 && wire.step == 1);
    }
    // A value that truncation would drop is looked at all the same.
    Encoded out;
    CHECK(Job().group({.max_length = 1, .keep_first = true}).slot(identity(10), {b.rows()}).run(out).record == 700);
}

// Refused before it is allocated.
void test_too_large() {
    const std::vector<std::int64_t> many(40'000, 1);
    const Memory wide(flat<std::int64_t>({many, many}), false);
    Encoded out;
    const auto slot = crossed(2, 10);
    const auto error = Job().group({.context = true}).slot(slot, {wide.rows(), wide.rows()}).run(out);
    CHECK(error.code == Code::row_combinations && error.slot == 0 && error.record == 0);
}

// Each pass over the rows of each slot can be left, and none is held back then.
void test_ended() {
    Random random(62);
    const Batch batch(600, random);
    const Serialized records(batch.keys);
    const auto steps = rows_of(records, &Serialized::steps);
    for (const bool jagged : {false, true}) {
        const auto job = everything({.jagged = jagged}, steps, rows_of(records, &Serialized::example), true);
        const auto ends = ended::everywhere([&] {
            Encoded out;
            CHECK(!job.run(out));
        });
        CHECK(ends >= 2 * 2 * 12);
    }
}

void test_nothing() {
    for (const bool jagged : {false, true}) {
        for (const auto& table : {Table<std::int64_t>{}, Table<std::int64_t>(3)}) {
            const Memory memory(table, false), nested(table, true);
            const Serialized records({table});
            for (const auto& rows : {memory.rows(), nested.rows(), records.example(0), records.steps(0)}) {
                const auto out = Job().group({.jagged = jagged}).slot(identity(10), {rows}, rows).made(2);
                CHECK(items<std::int64_t>(out.groups[0].lengths) == Int64s(table.size(), 0));
                CHECK(items<std::int64_t>(out.slots[0].values).empty() && out.slots[0].weights);
                CHECK(!jagged || items<std::int64_t>(out.groups[0].row_splits) == Int64s(table.size() + 1, 0));
            }
        }
    }
}

}  // namespace

int main() {
    test_whole_batches();
    test_groups();
    test_unequal_lengths();
    test_weights_that_do_not_match();
    test_bad_ids();
    test_too_large();
    test_ended();
    test_nothing();
    return failures();
}
