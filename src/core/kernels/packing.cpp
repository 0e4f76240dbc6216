#include "kernels/packing.hpp"

#include <cstring>

namespace colonnade::varint {
namespace {

constexpr std::size_t word = sizeof(std::uint64_t);

// The groups of seven bits of a value below 2^56, each in a byte of its own.
constexpr std::uint64_t spread(std::uint64_t value) {
    value = (value & 0x000000000FFFFFFF) | (value & 0x00FFFFFFF0000000) << 4;
    value = (value & 0x00003FFF00003FFF) | (value & 0x0FFFC0000FFFC000) << 2;
    return (value & 0x007F007F007F007F) | (value & 0x3F803F803F803F80) << 1;
}

// A stop bit, which says that more follows, in each byte but the last of `bytes`.
constexpr std::uint64_t going_on(std::size_t bytes) {
    return 0x8080808080808080 & ((std::uint64_t{1} << 8 * (bytes - 1)) - 1);
}

static_assert(spread(0x3FFF) == 0x7F7F && going_on(2) == 0x80 && going_on(1) == 0);

}  // namespace

std::size_t packed_size(const std::int64_t* values, std::size_t count) {
    std::size_t sum = 0;
    for (std::size_t i = 0; i < count; ++i) sum += size(static_cast<std::uint64_t>(values[i]));
    return sum;
}

std::uint8_t* pack(const std::int64_t* values, std::size_t count, std::uint8_t* at, const std::uint8_t* end) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto value = static_cast<std::uint64_t>(values[i]);
        const auto bytes = size(value);
        const auto room = static_cast<std::size_t>(end - at);
        if (bytes <= word && room >= word) {
            const auto varint = spread(value) | going_on(bytes);
            std::memcpy(at, &varint, word);
            at += bytes;
        } else if (bytes <= room) {
            at = write(value, at);
        } else {
            return nullptr;
        }
    }
    return at;
}

}  // namespace colonnade::varint
