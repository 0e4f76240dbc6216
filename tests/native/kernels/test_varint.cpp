// Packed varints against one loop over bytes: every length, every alignment, too long, cut off.
#include <algorithm>
#include <cstring>
#include <memory>
#include <vector>

#include "check.hpp"
#include "kernels/slow_varint.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using Bytes = std::vector<std::uint8_t>;

void check_level(const std::uint8_t* begin, const std::uint8_t* end, const slow::Varints& expected, cpu::Level level) {
    const auto counted = varint::count(begin, end, level);
    CHECK((counted.bad == nullptr) == (expected.bad == SIZE_MAX));
    if (counted.bad != nullptr) {
        CHECK(static_cast<std::size_t>(counted.bad - begin) == expected.bad);
        return;
    }
    CHECK(counted.values == expected.values.size());
    if (counted.values != expected.values.size()) return;
    const std::unique_ptr<std::int64_t[]> out(new std::int64_t[counted.values]);
    varint::decode(begin, end, counted.values, out.get(), level);
    for (std::size_t i = 0; i < counted.values; ++i) CHECK(out[i] == expected.values[i]);
}

// Every level that this processor has. The bytes end where their allocation ends, so that a sanitizer sees
// every step beyond.
void check(const Bytes& bytes, std::size_t misalignment = 0) {
    const auto expected = slow::varints(bytes);
    const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[bytes.size() + misalignment]);
    auto* begin = memory.get() + misalignment;
    if (!bytes.empty()) std::memcpy(begin, bytes.data(), bytes.size());
    const auto* end = begin + bytes.size();

    for (int level = 0; level <= static_cast<int>(cpu::supported()); ++level) {
        check_level(begin, end, expected, static_cast<cpu::Level>(level));
    }
}

// A varint of `size` bytes; payload bits are random, so most are not minimal or go beyond 64 bits.
void append(Bytes& bytes, std::size_t size, Random& random) {
    for (std::size_t i = 1; i < size; ++i) bytes.push_back(random.byte() | 0x80);
    bytes.push_back(random.byte() & 0x7F);
}

void every_length_at_every_alignment() {
    Random random(1);
    for (std::size_t size = 1; size <= 12; ++size)
        for (std::size_t before = 0; before < 17; ++before)
            for (std::size_t after = 0; after < 17; ++after)
                for (std::size_t misalignment = 0; misalignment < 8; ++misalignment) {
                    Bytes bytes;
                    for (std::size_t i = 0; i < before; ++i) append(bytes, 1, random);
                    append(bytes, size, random);
                    for (std::size_t i = 0; i < after; ++i) append(bytes, 1, random);
                    check(bytes, misalignment);
                }
}

// Long runs of one length, with one varint of another length somewhere inside, also cut at the end.
void runs() {
    Random random(2);
    for (std::size_t size = 1; size <= 10; ++size)
        for (std::size_t other = 1; other <= 11; ++other)
            for (int round = 0; round < 8; ++round) {
                Bytes bytes;
                for (auto i = random.below(20); i > 0; --i) append(bytes, size, random);
                append(bytes, other, random);
                for (auto i = random.below(20); i > 0; --i) append(bytes, size, random);
                check(bytes);
                bytes.resize(random.below(bytes.size() + 1));
                check(bytes);
            }
}

// One varint of any length at any place of blocks of 16 and 64 bytes, and the list's end at any place after it.
void every_place_of_a_block() {
    Random random(5);
    for (std::size_t size = 1; size <= 12; ++size)
        for (std::size_t before = 0; before < 140; ++before)
            for (const std::size_t usual : {1, 3}) {
                Bytes bytes;
                while (bytes.size() < before) append(bytes, std::min(usual, before - bytes.size()), random);
                append(bytes, size, random);
                for (auto i = random.below(80); i > 0; --i) append(bytes, usual, random);
                check(bytes);
            }
}

// So many bytes that counters of eight bits would run over, with and without one bad varint near the end.
void long_lists() {
    Random random(6);
    for (std::size_t size = 1; size <= 10; ++size)
        for (std::size_t bad : {0, 11, 12, 25}) {
            Bytes bytes;
            while (bytes.size() < 9000 + random.below(128)) append(bytes, size, random);
            if (bad > 0) append(bytes, bad, random);
            for (auto i = random.below(100); i > 0; --i) append(bytes, size, random);
            check(bytes);
        }
}

void mixtures() {
    Random random(3);
    for (int round = 0; round < 20'000; ++round) {
        Bytes bytes;
        const auto longest = 1 + random.below(10);
        for (auto i = random.below(40); i > 0; --i) append(bytes, 1 + random.below(longest), random);
        check(bytes);
    }
}

// Bytes without any plan, from all ends to all continuations.
void noise() {
    Random random(4);
    for (int round = 0; round < 20'000; ++round) {
        Bytes bytes(random.below(48));
        const auto ends = random.below(9);
        for (auto& byte : bytes) byte = random.below(8) < ends ? random.byte() & 0x7F : random.byte() | 0x80;
        check(bytes, random.below(8));
    }
}

}  // namespace

int main() {
    check({});
    every_length_at_every_alignment();
    every_place_of_a_block();
    runs();
    long_lists();
    mixtures();
    noise();
    return failures();
}
