// Pass two over lists of one chunk and of many: packed, one by one behind tags of any length, and both.
#include "wire/lists.hpp"

#include <bit>

#include "check.hpp"
#include "random.hpp"
#include "records.hpp"

namespace {

using namespace colonnade;
using records::append;
using records::Bytes;
using records::field;

// A tag of field 1 in as many bytes as wanted.
Bytes tag(unsigned type, std::size_t bytes) {
    Bytes out{static_cast<std::uint8_t>(8 | type)};
    for (; bytes > 1; --bytes) {
        out.back() |= 0x80;
        out.push_back(0);
    }
    return out;
}

Bytes bits_of(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    Bytes out(sizeof bits);
    std::memcpy(out.data(), &bits, sizeof bits);
    return out;
}

// One value of a list behind a tag of its own, or some packed.
template <typename Value, typename Write>
Bytes list_of(const std::vector<Value>& values, unsigned type, Random& random, Write write) {
    Bytes out;
    for (std::size_t at = 0; at < values.size();) {
        auto count = 1 + random.below(4);
        if (type == 2 || random.below(2) == 0) {
            append(out, tag(type, 1 + random.below(3)));
            append(out, write(values[at++]));
            continue;
        }
        Bytes packed;
        for (; count > 0 && at < values.size(); --count) append(packed, write(values[at++]));
        append(out, field(1, packed));
    }
    return out;
}

struct Walked {
    records::Records record;
    List list;
    Chunks chunks;

    explicit Walked(const Bytes& feature) : record({feature}) {
        const auto view = record.views()[0];
        CHECK(!walk_feature(wire::Cursor(view.data(), view.data() + view.size()), 10, list, chunks));
    }
};

template <typename Value, typename Make>
std::vector<Value> some(Random& random, Make make) {
    std::vector<Value> values(random.below(12));
    for (auto& value : values) value = make();
    return values;
}

void test_integers(Random& random) {
    const auto values =
        some<std::int64_t>(random, [&] { return static_cast<std::int64_t>(random.next() >> random.below(64)); });
    const auto write = [](std::int64_t value) { return records::varint(static_cast<std::uint64_t>(value)); };
    const Walked walked(field(3, list_of(values, 0, random, write)));
    CHECK(walked.list.values == values.size());
    std::vector<std::int64_t> out(values.size());
    CHECK(lists::int64s(walked.record.views()[0], walked.list, walked.chunks, out.data()) == out.data() + out.size());
    CHECK(out == values);
}

void test_floats(Random& random) {
    const auto values = some<float>(random, [&] { return static_cast<float>(random.below(1000)) / 8; });
    const Walked walked(field(2, list_of(values, 5, random, bits_of)));
    CHECK(walked.list.values == values.size());
    std::vector<float> out(values.size());
    CHECK(lists::floats(walked.record.views()[0], walked.list, walked.chunks, out.data()) == out.data() + out.size());
    CHECK(out == values);
}

void test_strings(Random& random) {
    const auto values = some<std::string>(random, [&] { return std::string(random.below(300), 'x'); });
    const auto write = [](const std::string& value) {
        auto out = records::varint(value.size());
        append(out, records::text(value));
        return out;
    };
    const Walked walked(field(1, list_of(values, 2, random, write)));
    CHECK(walked.list.values == values.size());
    std::vector<std::string> out;
    std::size_t bytes = 0;
    lists::each_bytes(walked.record.views()[0], walked.list, walked.chunks,
                      [&](const std::uint8_t* data, std::size_t size) {
                          out.emplace_back(data, data + size);
                          bytes += size;
                      });
    CHECK(out == values);
    CHECK(lists::bytes_bound(walked.list, walked.chunks) >= bytes);
}

}  // namespace

int main() {
    Random random(71);
    for (int round = 0; round < 2000; ++round) {
        test_integers(random);
        test_floats(random);
        test_strings(random);
    }
    return failures();
}
