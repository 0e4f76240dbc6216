#include "varint.hpp"

#include <bit>
#include <cstring>

namespace colonnade::varint {
namespace {

constexpr std::uint64_t continues = 0x8080808080808080;

std::uint64_t load64(const std::uint8_t* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// Byte by byte, for short tails and for words that may hold too long a varint.
Count count_slowly(const std::uint8_t* begin, const std::uint8_t* end) {
    std::size_t values = 0;
    const auto* start = begin;
    for (const auto* at = begin; at != end; ++at) {
        if (*at < 0x80) {
            ++values;
            start = at + 1;
        } else if (at - start >= most_bytes - 1) {
            return {values, start};
        }
    }
    return {values, start == end ? nullptr : start};
}

// Squeezes the seven payload bits of each of eight bytes together.
std::uint64_t squeeze(std::uint64_t word) {
    word = (word & 0x007F007F007F007F) | ((word & 0x7F007F007F007F00) >> 1);
    word = (word & 0x00003FFF00003FFF) | ((word & 0x3FFF00003FFF0000) >> 2);
    return (word & 0x000000000FFFFFFF) | ((word & 0x0FFFFFFF00000000) >> 4);
}

}  // namespace

Count count(const std::uint8_t* begin, const std::uint8_t* end) {
    std::size_t values = 0;
    const auto* at = begin;
    for (; end - at >= 8; at += 8) {
        const auto stops = ~load64(at) & continues;
        // Eleven bytes of one varint always cover one of the halves of an eight-byte word.
        if ((stops & 0xFFFFFFFF) == 0 || (stops >> 32) == 0) return count_slowly(begin, end);
        values += static_cast<std::size_t>(std::popcount(stops));
    }
    for (; at != end; ++at) values += *at < 0x80;
    if (begin != end && end[-1] >= 0x80) return count_slowly(begin, end);
    return {values, nullptr};
}

void decode(const std::uint8_t* begin, const std::uint8_t* end, std::size_t values, std::int64_t* out) {
    const auto* at = begin;
    std::size_t done = 0;
    while (end - at >= 8 && values - done >= 8) {
        const auto word = load64(at);
        const auto stops = ~word & continues;
        if (stops == continues) {
            for (int i = 0; i < 8; ++i) out[done + static_cast<std::size_t>(i)] = at[i];
            done += 8;
            at += 8;
        } else if (stops == 0) {
            out[done++] = static_cast<std::int64_t>(decode_one(at));
        } else {
            const int bits = std::countr_zero(stops) + 1;
            out[done++] = static_cast<std::int64_t>(squeeze(word & (~std::uint64_t{0} >> (64 - bits))));
            at += bits / 8;
        }
    }
    for (; done != values; ++done) out[done] = static_cast<std::int64_t>(decode_one(at));
}

}  // namespace colonnade::varint
