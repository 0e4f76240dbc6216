// Both passes over hostile records: what pass one accepts, pass two must decode without leaving the record.
// The sanitizers are the judge of that; equality with protobuf is held in tests/properties.
#include "wire/example.hpp"

#include <array>
#include <memory>
#include <string>

#include "check.hpp"
#include "random.hpp"
#include "wire/parse.hpp"

namespace {

using namespace colonnade;
using Bytes = std::vector<std::uint8_t>;

void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

// A length-delimited field; payloads stay below 16 KiB here.
Bytes wrap(std::uint8_t tag, const Bytes& payload) {
    Bytes out{tag};
    if (payload.size() < 0x80) {
        out.push_back(static_cast<std::uint8_t>(payload.size()));
    } else {
        out.push_back(static_cast<std::uint8_t>(payload.size() | 0x80));
        out.push_back(static_cast<std::uint8_t>(payload.size() >> 7));
    }
    append(out, payload);
    return out;
}

Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

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
                append(list, wrap(0x0A, value));
            } else {
                list.push_back(kind == 3 ? 0x08 : 0x0D);
                append(list, value);
            }
        }
        if (packed) append(list, wrap(0x0A, payload));
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
            append(feature, wrap(static_cast<std::uint8_t>(kind << 3 | 2), any_list(kind, random)));
        }
        auto entry = wrap(0x0A, text(names[random.below(names.size())]));
        append(entry, wrap(0x12, feature));
        append(features, wrap(0x0A, entry));
    }
    return wrap(0x0A, features);
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
    const auto entry = [](std::string_view name, std::uint8_t value) {
        auto out = wrap(0x0A, text(name));
        append(out, wrap(0x12, wrap(0x1A, wrap(0x0A, {value}))));
        return wrap(0x0A, out);
    };
    const auto record_of = [&](std::string_view first, std::string_view second) {
        auto features = entry(first, 1);
        append(features, entry(second, 2));
        return wrap(0x0A, features);
    };
    const std::vector<Bytes> all{record_of("a", "b"), record_of("b", "a"), record_of("x", "a"), record_of("a", "b")};
    std::vector<Record> records(all.begin(), all.end());
    const Keys keys({"a", "b"});
    ExampleIndex index;
    CHECK(!index_examples(records, keys, index));
    Parsed a;
    CHECK(!parse_ragged(WireRows(records, index, 0, Kind::int64s), a));
    const auto* values = a.values.as<std::int64_t>();
    CHECK(values[0] == 1 && values[1] == 2 && values[2] == 2 && values[3] == 1);
    CHECK(index.list(2, 1).kind == Kind::none);

    const Bytes bad{0x0A, 0x05};
    records[2] = bad;
    CHECK(index_examples(records, keys, index).record == 2);
}

}  // namespace

int main() {
    whole_and_damaged();
    every_cut();
    batches();
    return failures();
}
