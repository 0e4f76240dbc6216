// FarmHash Fingerprint64: the fixed, public hash behind TensorFlow's hash buckets.
// Source of the algorithm: Geoff Pike, FarmHash (2014), namespace farmhashna.
#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>

namespace colonnade {

[[nodiscard]] std::uint64_t fingerprint64(const void* data, std::size_t size);

// TensorFlow hashes an integer as its decimal text.
[[nodiscard]] inline std::uint64_t fingerprint64_of_decimal(std::int64_t value) {
    char text[20];
    const auto* end = std::to_chars(text, text + sizeof text, value).ptr;
    return fingerprint64(text, static_cast<std::size_t>(end - text));
}

}  // namespace colonnade
