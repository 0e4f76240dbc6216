// Packed varints written, against one loop over bits: every size, every room.
#include "kernels/packing.hpp"

#include <memory>
#include <vector>

#include "check.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using Bytes = std::vector<std::uint8_t>;

Bytes slow(const std::vector<std::int64_t>& values) {
    Bytes bytes;
    for (auto value : values) {
        auto rest = static_cast<std::uint64_t>(value);
        while (rest > 0x7F) {
            bytes.push_back(static_cast<std::uint8_t>((rest & 0x7F) | 0x80));
            rest >>= 7;
        }
        bytes.push_back(static_cast<std::uint8_t>(rest));
    }
    return bytes;
}

// The room ends where its allocation ends, so that a sanitizer sees every byte beyond.
void check(const std::vector<std::int64_t>& values) {
    const auto expected = slow(values);
    CHECK(varint::packed_size(values.data(), values.size()) == expected.size());
    for (const std::size_t more : {0, 1, 7, 8, 40}) {
        const auto room = expected.size() + more;
        const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[room]);
        auto* end = varint::pack(values.data(), values.size(), memory.get(), memory.get() + room);
        CHECK(end == memory.get() + expected.size());
        CHECK(Bytes(memory.get(), memory.get() + expected.size()) == expected);
    }
    for (std::size_t room = 0; room < expected.size(); ++room) {
        const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[room]);
        CHECK(varint::pack(values.data(), values.size(), memory.get(), memory.get() + room) == nullptr);
    }
}

void every_size() {
    check({});
    for (int bits = 0; bits < 64; ++bits) {
        const auto value = std::uint64_t{1} << bits;
        for (const auto each : {value - 1, value, value + 1}) {
            const auto near = static_cast<std::int64_t>(each);
            check({near});
            CHECK(varint::size(each) == slow({near}).size());
        }
    }
    check({0, -1, INT64_MIN, INT64_MAX, 127, 128});
}

void random_lists() {
    Random random(7);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::int64_t> values(random.below(40));
        for (auto& value : values) value = static_cast<std::int64_t>(random.next() >> random.below(64));
        check(values);
    }
}

}  // namespace

int main() {
    every_size();
    random_lists();
    return failures();
}
