// Both passes over hostile records: what pass one accepts, pass two must decode without leaving the record.
// The sanitizers are the judge of that; equality with protobuf is held in tests/properties.
#include "wire/example.hpp"

#include <array>
#include <memory>
#include <string>

#include "check.hpp"
#include "random.hpp"
#include "records.hpp"
#include "wire/parse.hpp"

namespace {

using namespace colonnade;
using records::append;
using records::Bytes;
using records::entry;
using records::field;

// Lists as features spell them: packed, one by one, or both, and now and then something unknown.
Bytes any_list(std::uint8_t kind, Random& random) {
    Bytes list;
    for (auto chunks = random.below(4); chunks > 0; --chunks) {
        if (random.below(6) == 0) append(list, {0x48, 0x01});
        const bool packed = kind != 1 && random.below(2) == 0;
        Bytes payload;
        for (auto values = random.below(12); values > 0; --values) {
            Bytes value;
            if (kind == 3) {
                for (auto more = random.below(10); more > 0; --more) value.push_back(random.byte() | 0x80);
                value.push_back(random.byte() & 0x7F);
            } else if (kind == 2) {
                for (int i = 0; i < 4; ++i) value.push_back(random.byte());
            } else {
                value.assign(random.below(20), random.byte());
            }
            if (packed) {
                append(payload, value);
            } else if (kind == 1) {
                append(list, field(1, value));
            } else {
                list.push_back(kind == 3 ? 0x08 : 0x0D);
                append(list, value);
            }
        }
        if (packed) append(list, field(1, payload));
    }
    return list;
}

Bytes any_record(Random& random) {
    constexpr std::array<std::string_view, 4> names{"a", "b", "", "unwanted"};
    Bytes features;
    for (auto entries = random.below(5); entries > 0; --entries) {
        Bytes feature;
        for (auto lists = random.below(3); lists > 0; --lists) {
            const auto kind = static_cast<std::uint8_t>(1 + random.below(3));
            append(feature, field(kind, any_list(kind, random)));
        }
        append(features, entry(names[random.below(names.size())], feature));
    }
    return field(1, features);
}

void damage(Bytes& record, Random& random) {
    for (auto times = random.below(4); times > 0 && !record.empty(); --times) {
        const auto at = record.begin() + static_cast<std::ptrdiff_t>(random.below(record.size()));
        switch (random.below(4)) {
            case 0: *at = random.byte(); break;
            case 1: *at = static_cast<std::uint8_t>(*at + (random.below(2) == 0 ? 1 : 255)); break;
            case 2: record.erase(at); break;
            default: record.resize(random.below(record.size() + 1));
        }
    }
}

// Decodes every key as the kind it holds in the only record, both ways that parsing knows.
void decode(const Record record, const ExampleIndex& index) {
    const std::span<const Record> records(&record, 1);
    for (std::size_t key = 0; key < index.keys; ++key) {
        const auto& list = index.list(0, key);
        if (list.kind == Kind::none) continue;
        const WireRows rows(records, index, key, list.kind);
        Parsed ragged;
        CHECK(!parse_ragged(rows, ragged));
        CHECK(ragged.row_splits.as<std::int64_t>()[1] == static_cast<std::int64_t>(list.values));
        if (list.kind == Kind::bytes) {
            const auto* offsets = ragged.offsets.as<std::int64_t>();
            CHECK(offsets[list.values] == static_cast<std::int64_t>(ragged.values.shape[0]));
            CHECK(ragged.values.shape[0] <= record.size());
        }
        Parsed fixed;
        CHECK(!parse_fixed(rows, list.values, nullptr, fixed));
        CHECK(parse_fixed(rows, list.values + 1, nullptr, fixed));
    }
}

// `good` counts the records that pass one accepted.
void check(const Bytes& bytes, int& good) {
    const Keys keys({"a", "b", ""});
    const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[bytes.size()]);
    std::copy(bytes.begin(), bytes.end(), memory.get());
    const Record record(memory.get(), bytes.size());
    ExampleIndex index;
    if (const auto error = index_examples({&record, 1}, keys, index)) {
        CHECK(error.record == 0);
        CHECK(error.offset >= 0 && error.offset <= static_cast<std::int64_t>(bytes.size()));
        return;
    }
    ++good;
    decode(record, index);
}

void whole_and_damaged() {
    Random random(8);
    int whole = 0;
    int damaged = 0;
    constexpr int rounds = 20'000;
    for (int round = 0; round < rounds; ++round) {
        auto record = any_record(random);
        check(record, whole);
        damage(record, random);
        check(record, damaged);
    }
    CHECK(whole == rounds);
    CHECK(damaged > rounds / 10 && damaged < rounds * 9 / 10);
}

void every_cut() {
    Random random(9);
    for (int round = 0; round < 100; ++round) {
        const auto record = any_record(random);
        int good = 0;
        for (std::size_t size = 1; size < record.size(); ++size) {
            check(Bytes(record.begin(), record.begin() + static_cast<std::ptrdiff_t>(size)), good);
        }
        CHECK(good == 0);  // all is inside one length-delimited field
    }
}

// The first bad record of a batch is named, and the order of keys, once learnt, is only a guess.
void batches() {
    const auto record_of = [](std::string_view first, std::string_view second) {
        using Int64s = std::vector<std::int64_t>;
        return records::example(
            {entry(first, records::feature(Int64s{1})), entry(second, records::feature(Int64s{2}))});
    };
    const std::vector<Bytes> all{record_of("a", "b"), record_of("b", "a"), record_of("x", "a"), record_of("a", "b")};
    std::vector<Record> batch(all.begin(), all.end());
    const Keys keys({"a", "b"});
    ExampleIndex index;
    CHECK(!index_examples(batch, keys, index));
    Parsed a;
    CHECK(!parse_ragged(WireRows(batch, index, 0, Kind::int64s), a));
    const auto* values = a.values.as<std::int64_t>();
    CHECK(values[0] == 1 && values[1] == 2 && values[2] == 2 && values[3] == 1);
    CHECK(index.list(2, 1).kind == Kind::none);

    const Bytes bad{0x0A, 0x05};
    batch[2] = bad;
    CHECK(index_examples(batch, keys, index).record == 2);
}

// Many chunks a list, walked by several threads: the same values, and the first of several errors.
void several_threads() {
    Random random(10);
    records::Records all;
    const auto feature = [&] { return field(3, any_list(3, random)); };
    for (int i = 0; i < 700; ++i) all.add(records::example({entry("a", feature()), entry("b", feature())}));
    const Keys keys({"a", "b"});
    std::vector<std::vector<std::int64_t>> expected;
    for (const std::size_t threads : {1, 2, 8}) {
        ExampleIndex index;
        CHECK(!index_examples(all.views(), keys, index, threads));
        for (std::size_t key = 0; key < 2; ++key) {
            Parsed parsed;
            CHECK(!parse_ragged(WireRows(all.views(), index, key, Kind::int64s), parsed));
            const auto* values = parsed.values.as<std::int64_t>();
            const std::vector<std::int64_t> here(values, values + parsed.values.shape[0]);
            if (threads == 1) expected.push_back(here);
            CHECK(here == expected[key]);
        }
    }
    std::vector<Record> batch(all.views().begin(), all.views().end());
    const Bytes bad{0x0A, 0x05};
    batch[300] = batch[600] = bad;
    for (const std::size_t threads : {1, 2, 8}) {
        ExampleIndex index;
        const auto error = index_examples(batch, keys, index, threads);
        CHECK(error.code == Code::truncated && error.record == 300);
    }
}

}  // namespace

int main() {
    whole_and_damaged();
    every_cut();
    batches();
    several_threads();
    return failures();
}
