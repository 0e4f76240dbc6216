// The framing of TFRecord files. A record is, little-endian: the length of its data (8 bytes), the
// masked CRC-32C of those 8 bytes (4), the data, and the masked CRC-32C of the data (4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "error.hpp"

namespace colonnade::record {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t header_bytes = 12;
inline constexpr std::size_t footer_bytes = 4;

struct Scan {
    std::size_t records = 0;     // whole and checked
    std::size_t data_bytes = 0;  // of all of them, without framing
    std::size_t consumed = 0;    // bytes of the buffer that they take, with framing
    std::size_t needed = 0;      // without any record: bytes the buffer must hold before another scan is of use
};

// Checks up to `most` records at the start of `buffer`, which grows later unless it is `at_end`.
// Stops before the first record that is not whole or not sound; that is an error only when it is the first of all.
[[nodiscard]] Error scan(Bytes buffer, std::size_t most, bool at_end, Scan& result);

// Copies the data of `records` records, which scan() has found in `buffer`, to `data`: record i becomes
// data[offsets[i]] to data[offsets[i + 1]].
void gather(Bytes buffer, std::size_t records, std::uint8_t* data, std::int64_t* offsets);

// Writes one framed record, header_bytes + data.size() + footer_bytes, to `out`.
void frame(Bytes data, std::uint8_t* out);

}  // namespace colonnade::record
