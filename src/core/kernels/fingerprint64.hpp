// FarmHash Fingerprint64: the fixed, public hash behind TensorFlow's hash buckets.
// Source of the algorithm: Geoff Pike, FarmHash (2014), namespace farmhashna.
#pragma once

#include <bit>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace colonnade {
namespace farmhash {

using u64 = std::uint64_t;

constexpr u64 k0 = 0xc3a5c85c97cb3127;
constexpr u64 k1 = 0xb492b66fbe98f273;
constexpr u64 k2 = 0x9ae16a3b2f90404f;

inline u64 load64(const std::uint8_t* at) {
    u64 word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

inline u64 load32(const std::uint8_t* at) {
    std::uint32_t word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

constexpr u64 fold(u64 value) { return value ^ (value >> 47); }

constexpr u64 mix(u64 u, u64 v, u64 multiplier) {
    const u64 a = fold((u ^ v) * multiplier);
    return fold((v ^ a) * multiplier) * multiplier;
}

// Strings of 4 to 16 bytes take one path for all lengths, since a branch on the length would often be
// mispredicted: four loads that overlap as much as needed, and the words of either formula by selection.
inline u64 hash_to_16(const std::uint8_t* s, std::size_t size) {
    const u64 multiplier = k2 + size * 2;
    if (size >= 4) {
        const bool is_long = size >= 8;
        const std::size_t second = is_long ? 4 : 0;
        const u64 first = load32(s);
        const u64 last = load32(s + size - 4);
        const u64 a = (first | load32(s + second) << 32) + k2;
        const u64 b = load32(s + size - 4 - second) | last << 32;
        const u64 u = is_long ? std::rotr(b, 37) * multiplier + a : size + (first << 3);
        const u64 v = is_long ? (std::rotr(a, 25) + b) * multiplier : last;
        return mix(u, v, multiplier);
    }
    if (size == 0) return k2;
    const u64 y = s[0] + (u64{s[size >> 1]} << 8);
    const u64 z = size + (u64{s[size - 1]} << 2);
    return fold(y * k2 ^ z * k0) * k2;
}

[[nodiscard]] u64 hash_beyond_16(const std::uint8_t* s, std::size_t size);

}  // namespace farmhash

// Inline for the short strings that features mostly hold.
[[nodiscard]] inline std::uint64_t fingerprint64(const void* data, std::size_t size) {
    const auto* s = static_cast<const std::uint8_t*>(data);
    return size <= 16 ? farmhash::hash_to_16(s, size) : farmhash::hash_beyond_16(s, size);
}

// TensorFlow hashes an integer as its decimal text.
[[nodiscard]] inline std::uint64_t fingerprint64_of_decimal(std::int64_t value) {
    char text[20];
    const auto* end = std::to_chars(text, text + sizeof text, value).ptr;
    return fingerprint64(text, static_cast<std::size_t>(end - text));
}

}  // namespace colonnade
