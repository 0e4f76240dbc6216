// What the kernels for varints share: steps over words of eight bytes.
#pragma once

#include <algorithm>
#include <bit>
#include <cstring>

#include "kernels/varint_kernels.hpp"

namespace colonnade::varint {

static_assert(std::endian::native == std::endian::little, "words are taken from memory as they are");

inline constexpr std::uint64_t continues = 0x8080808080808080;
inline constexpr std::uint64_t payload = 0x7F7F7F7F7F7F7F7F;

inline std::uint64_t load64(const std::uint8_t* at) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

inline std::uint64_t load32(const std::uint8_t* at) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

// The 1 to 7 bytes at `at`, by loads that overlap: what two of them bring is the same.
inline std::uint64_t load_short(const std::uint8_t* at, std::size_t bytes) {
    const auto byte = [at](std::size_t i) { return std::uint64_t{at[i]} << (8 * i); };
    if (bytes < 4) return byte(0) | byte(bytes / 2) | byte(bytes - 1);
    return load32(at) | load32(at + bytes - 4) << (8 * (bytes - 4));
}

// The continuation bits of eight bytes, side by side: the product adds no two of them at one place.
inline std::uint64_t continuations(std::uint64_t word) { return ((word & continues) * 0x0002040810204081) >> 56; }

// The same of 64 bytes.
inline std::uint64_t continuations_of_words(const std::uint8_t* at) {
    std::uint64_t bits = 0;
    for (int i = 0; i < 8; ++i) bits |= continuations(load64(at + 8 * i)) << (8 * i);
    return bits;
}

// The same of 1 to 64 bytes; the last word overlaps the one before.
inline std::uint64_t continuations_of_words(const std::uint8_t* at, std::size_t bytes) {
    if (bytes < 8) return continuations(load_short(at, bytes));
    auto bits = continuations(load64(at + bytes - 8)) << (bytes - 8);
    for (std::size_t i = 0; i + 8 < bytes; i += 8) bits |= continuations(load64(at + i)) << i;
    return bits;
}

// Byte by byte, to find the one that is malformed.
inline Count count_slowly(const std::uint8_t* begin, const std::uint8_t* end) {
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

// Looks for ten continuation bits in a row, through block after block of 64 bytes.
class TooLong {
public:
    // Whether ten in a row end in this block.
    bool operator()(std::uint64_t more) {
        const auto two = more & (more << 1 | more_ >> 63);
        const auto four = two & (two << 2 | two_ >> 62);
        // Nearly no list has varints of five bytes or more.
        const auto eight = four == 0 ? 0 : four & (four << 4 | four_ >> 60);
        const bool found = (eight & (two << 8 | two_ >> 56)) != 0;
        more_ = more;
        two_ = two;
        four_ = four;
        return found;
    }

private:
    std::uint64_t more_ = 0;  // of the block before
    std::uint64_t two_ = 0;
    std::uint64_t four_ = 0;
};

// For lists with varints of five bytes or more, which may be malformed.
inline Count count_long(const std::uint8_t* begin, const std::uint8_t* end) {
    auto values = static_cast<std::size_t>(end - begin);
    TooLong too_long;
    for (const auto* at = begin; at != end;) {
        const auto bytes = std::min<std::size_t>(static_cast<std::size_t>(end - at), 64);
        const auto more = continuations_of_words(at, bytes);
        if (too_long(more)) return count_slowly(begin, end);
        values -= static_cast<std::size_t>(std::popcount(more));
        at += bytes;
    }
    if (end[-1] >= 0x80) return count_slowly(begin, end);
    return {values, nullptr};
}

// How many of the eight bytes of a word continue.
inline std::size_t continuing(std::uint64_t word) { return ((word & continues) >> 7) * 0x0101010101010101 >> 56; }

// Whether a half of the word continues. Ten continuation bits in a row, and a last byte without, always cover
// a half of a whole word.
inline bool suspect(std::uint64_t word) {
    const auto stops = ~word & continues;
    return (stops & 0xFFFFFFFF) == 0 || stops >> 32 == 0;
}

// Counts what is left of a list, less than a block.
inline Count finish_count(const std::uint8_t* begin, const std::uint8_t* at, const std::uint8_t* end,
                          std::size_t values) {
    for (; end - at >= 8; at += 8) {
        const auto word = load64(at);
        if (suspect(word)) return count_long(begin, end);
        values += 8 - continuing(word);
    }
    if (at != end) {
        const auto left = static_cast<std::size_t>(end - at);
        values += left - continuing(load_short(at, left));
    }
    if (begin != end && end[-1] >= 0x80) return count_slowly(begin, end);
    return {values, nullptr};
}

// Joins the seven payload bits of each byte of a word without continuation bits.
inline std::uint64_t squeeze(std::uint64_t word) {
    word -= (word & 0x7F007F007F007F00) >> 1;
    word = (word & 0x00003FFF00003FFF) | ((word & 0x3FFF00003FFF0000) >> 2);
    return (word & 0x000000000FFFFFFF) | ((word & 0x0FFFFFFF00000000) >> 4);
}

inline std::uint64_t squeeze32(std::uint32_t word) {
    word -= (word & 0x7F007F00) >> 1;
    return (word & 0x00003FFF) | ((word & 0x3FFF0000) >> 2);
}

// The varint in the lowest `bits` of a word.
struct Squeeze {
    std::uint64_t operator()(std::uint64_t word, int bits) const {
        if (bits <= 32) return squeeze32(static_cast<std::uint32_t>(word & payload >> (64 - bits)));
        return squeeze(word & payload >> (64 - bits));
    }
};

// Decodes the varints that end at `stops`, bits of places behind `at`; `load` gives eight bytes from a place
// on. Returns the place behind them.
template <typename Load, typename Take>
[[gnu::always_inline]] inline int decode_block(const std::uint8_t* at, std::uint64_t stops, std::int64_t*& out,
                                               Load load, Take take) {
    int start = 0;
    do {
        const int next = std::countr_zero(stops) + 1;
        const int bits = 8 * (next - start);
        std::uint64_t value;
        if (bits <= 64) {
            value = take(load(start), bits);
        } else {
            value = take(load(start), 64) | std::uint64_t{at[start + 8]} << 57 >> 1;
            if (bits > 72) value |= std::uint64_t{at[start + 9]} << 63;
        }
        *out++ = static_cast<std::int64_t>(value);
        start = next;
        stops &= stops - 1;
    } while (stops != 0);
    return start;
}

inline void widen(const std::uint8_t* at, std::size_t count, std::int64_t*& out) {
    for (std::size_t i = 0; i < count; ++i) out[i] = at[i];
    out += count;
}

// Decodes all of [at, end). Fast because it knows where the varints of 64 bytes end before it takes the
// first, so that none waits for the length of the one before, and the loop mispredicts once a block.
// `find` gives the continuation bits of 64 bytes; `take` the varint in the lowest bits of a word.
template <typename Find, typename Take>
[[gnu::always_inline]] inline void decode_blocks(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out,
                                                 Find find, Take take) {
    // A word may be loaded from each of 64 places.
    while (end - at >= 64 + 7) {
        const auto more = find(at);
        if (more == 0) {
            widen(at, 64, out);
            at += 64;
        } else {
            at += decode_block(at, ~more, out, [at](int place) { return load64(at + place); }, take);
        }
    }
    while (end - at >= 8) {
        const auto bytes = static_cast<int>(std::min<std::ptrdiff_t>(end - at, 64));
        const auto more = continuations_of_words(at, static_cast<std::size_t>(bytes));
        if (more == 0) {
            widen(at, static_cast<std::size_t>(bytes), out);
            at += bytes;
        } else {
            const auto load = [at, bytes](int place) {
                const int from = std::min(place, bytes - 8);
                return load64(at + from) >> (8 * (place - from));
            };
            at += decode_block(at, ~more & ~std::uint64_t{0} >> (64 - bytes), out, load, take);
        }
    }
    if (at != end) {
        const auto left = static_cast<std::size_t>(end - at);
        const auto word = load_short(at, left);
        const auto stops = ~continuations(word) & ((std::uint64_t{1} << left) - 1);
        decode_block(at, stops, out, [word](int place) { return word >> (8 * place); }, take);
    }
}

}  // namespace colonnade::varint
