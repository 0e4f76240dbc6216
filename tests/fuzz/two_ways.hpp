// Records to batches in two ways, which must give one answer: in one step, and parsed first and encoded then.
#pragma once

#include <cstring>
#include <string>

#include "encode/encoding.hpp"
#include "harness.hpp"
#include "wire/parse.hpp"

namespace fuzz {

using namespace colonnade;

// The keys of the golden records; an input chooses two of them.
inline const std::vector<std::string> names{"a",  "b", "q", "f", "s", "v",  "k0", "k1",
                                            "k2", "w", "c", "r", "i", "k3", "",   "no such key"};

// What an input says besides its records.
struct Choices {
    std::vector<std::string> keys;
    Kind kinds[2];
    GroupPlan group;
    bool has_default;
    std::size_t step_values;

    explicit Choices(Input& input) {
        const auto first = input.below(names.size());
        const auto second = input.below(names.size() - 1);
        keys = {names[first], names[(first + 1 + second) % names.size()]};
        for (auto& kind : kinds) kind = static_cast<Kind>(1 + input.below(3));
        const auto flags = input.byte();
        group.jagged = (flags & 1) != 0;
        group.keep_first = (flags & 2) != 0;
        group.pad_left = (flags & 4) != 0;
        has_default = (flags & 8) != 0;
        step_values = (flags & 16) != 0 ? 2 : 1;
        group.max_length = static_cast<std::int64_t>((flags >> 5) & 7) - 1;
        const auto shape = input.byte();
        group.pad_to_multiple_of = 1 + shape % 4;
        group.min_length = shape / 4 % 4;
    }
};

// One to four records: each but the last behind its size, in two bytes.
inline records::Records records_of(Input& input) {
    records::Records records;
    for (auto more = input.below(4); more > 0; --more) {
        const auto size = input.byte() | input.byte() << 8;
        records.add(input.take(static_cast<std::size_t>(size)));
    }
    records.add(input.rest());
    return records;
}

inline bool same(const Error& left, const Error& right) {
    return left.code == right.code && left.key == right.key && left.slot == right.slot &&
           left.other_slot == right.other_slot && left.record == right.record && left.offset == right.offset &&
           left.step == right.step && left.got == right.got && left.expected == right.expected;
}

inline bool same(const Array& left, const Array& right) {
    if (!left || !right) return !left && !right;
    if (left.dtype != right.dtype || encoding::shape(left) != encoding::shape(right)) return false;
    auto bytes = item_size(left.dtype);
    for (const auto size : encoding::shape(left)) bytes *= size;
    return std::memcmp(left.as<std::uint8_t>(), right.as<std::uint8_t>(), bytes) == 0;
}

inline bool same(const Encoded& left, const Encoded& right) {
    const auto groups = [](const EncodedGroup& a, const EncodedGroup& b) {
        return same(a.lengths, b.lengths) && same(a.mask, b.mask) && same(a.row_splits, b.row_splits);
    };
    const auto slots = [](const EncodedSlot& a, const EncodedSlot& b) {
        return same(a.values, b.values) && same(a.weights, b.weights) && same(a.step_splits, b.step_splits);
    };
    return std::ranges::equal(left.groups, right.groups, groups) && std::ranges::equal(left.slots, right.slots, slots);
}

// Parsed values of one key, in memory that ends where they end.
class Ragged {
public:
    explicit Ragged(const SerializedRows auto& rows) : kind_(rows.kind()), nested_(rows.nested()) {
        Parsed parsed;
        HOLDS(!parse_ragged(rows, parsed));
        row_splits_ = encoding::items<std::int64_t>(parsed.row_splits);
        step_splits_ = encoding::items<std::int64_t>(parsed.step_splits);
        offsets_ = encoding::items<std::int64_t>(parsed.offsets);
        if (kind_ == Kind::int64s) int64s_ = encoding::items<std::int64_t>(parsed.values);
        if (kind_ == Kind::floats) floats_ = encoding::items<float>(parsed.values);
        if (kind_ == Kind::bytes) bytes_ = encoding::items<std::uint8_t>(parsed.values);
        HOLDS(row_splits_.size() == rows.rows() + 1 && row_splits_[0] == 0);
        HOLDS(std::ranges::is_sorted(row_splits_) && std::ranges::is_sorted(step_splits_));
        HOLDS(std::ranges::is_sorted(offsets_));
    }

    [[nodiscard]] Rows rows() const {
        RaggedColumn column;
        column.kind = kind_;
        column.rows = row_splits_.size() - 1;
        column.row_splits = row_splits_.data();
        column.step_splits = nested_ ? step_splits_.data() : nullptr;
        column.int64s = int64s_.data();
        column.floats = floats_.data();
        column.bytes = bytes_.data();
        column.offsets = offsets_.data();
        return RaggedRows(column);
    }

private:
    Kind kind_;
    bool nested_;
    std::vector<std::int64_t> row_splits_, step_splits_, offsets_, int64s_;
    std::vector<float> floats_;
    std::vector<std::uint8_t> bytes_;
};

inline std::vector<SlotPlan> integer_slots(const Choices& choices) {
    static const std::int64_t known[] = {0, 1, 2, 3, 7, -1, 1000};
    Vocabulary::Problem problem;
    static const auto vocabulary =
        std::make_shared<const Vocabulary>(*Vocabulary::from_integers(known, std::size(known), problem));
    auto identity = encoding::identity(10);
    identity.keys[0].ids.has_default = choices.has_default;
    return {encoding::plain(encoding::hash(100)),
            encoding::plain({.op = Op::vocabulary, .num_buckets = 3, .modulo = Modulo(3), .vocabulary = vocabulary}),
            identity};
}

inline std::vector<SlotPlan> number_slots(const Choices& choices, bool context) {
    const auto values = choices.step_values;
    std::vector<float> padding(context ? values : 1, 0.5F);
    if (context && !choices.has_default) padding.clear();
    IdPlan buckets{.op = Op::bucketize, .boundaries = {-1, 0, 2.5F}, .positions = values};
    if (context) buckets.default_numbers = padding;
    return {encoding::plain(buckets), encoding::numbers(values, padding)};
}

inline std::vector<SlotPlan> string_slots() {
    static const auto vocabulary = encoding::words({"a", "b", "x", "omar", "stringer", "a much longer word than 16"});
    return {encoding::plain(encoding::hash(100)),
            encoding::plain({.op = Op::vocabulary, .num_buckets = 0, .default_id = -1, .vocabulary = vocabulary}),
            encoding::plain({.op = Op::vocabulary, .num_buckets = 5, .modulo = Modulo(5), .vocabulary = vocabulary})};
}

inline std::vector<SlotPlan> slots_of(Kind kind, const Choices& choices, bool context) {
    if (kind == Kind::int64s) return integer_slots(choices);
    return kind == Kind::floats ? number_slots(choices, context) : string_slots();
}

// The error of encoding in one step, or what it makes, is that of encoding what was parsed.
template <typename MakeJob>
void check_job(const std::vector<Rows>& wire, const std::vector<Rows>& ragged, MakeJob make) {
    encoding::Job one_step, two_steps;
    make(one_step, wire);
    make(two_steps, ragged);
    Encoded direct, parsed;
    const auto error = one_step.run(direct);
    HOLDS(same(error, two_steps.run(parsed)));
    if (!error) HOLDS(same(direct, parsed));
}

// Every column that the two keys can have, in a sequence or a context, and both together.
inline void check_encoding(const Choices& choices, bool context, const std::vector<Rows>& wire,
                           const std::vector<Rows>& ragged) {
    auto group = choices.group;
    group.context = context;
    for (std::size_t key = 0; key < 2; ++key) {
        for (const auto& slot : slots_of(choices.kinds[key], choices, context)) {
            check_job(wire, ragged, [&](auto& job, const auto& rows) { job.group(group).slot(slot, {rows[key]}); });
        }
    }
    if (choices.kinds[0] == Kind::floats) return;
    check_job(wire, ragged, [&](auto& job, const auto& rows) {
        job.group(group);
        if (choices.kinds[1] == Kind::floats) {
            job.slot(encoding::plain(encoding::hash(100)), {rows[0]}, rows[1]);
        } else {
            job.slot(encoding::crossed(2, 1000), {rows[0], rows[1]});
        }
    });
}

// `walk(records, keys)` gives an error that wanted keys do not change, and that of the first record at fault.
template <typename Walk>
void check_walk(std::span<const Record> records, const Error& error, Walk walk) {
    HOLDS(same(error, walk(records, Keys({}))));
    for (std::size_t i = 0; i < records.size(); ++i) {
        auto alone = walk(records.subspan(i, 1), Keys({"a", "b"}));
        if (!alone) continue;
        alone.record = static_cast<std::int64_t>(i);
        HOLDS(same(error, alone));
        return;
    }
    HOLDS(!error);
}

}  // namespace fuzz
