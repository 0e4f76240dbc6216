// CRCs of many stretches of one file that overlap as they please, each at a cost that its size hardly adds to: whoever
// looks for records behind damage must not read the same bytes again for each header that lies about its length.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "ground/limits.hpp"

namespace colonnade::record {

using Bytes = std::span<const std::uint8_t>;

// What is held of the file is a buffer that moves on with it; `pass` says by how much.
class Stretches {
public:
    // The CRC of `size` bytes, at most limits::record_bytes, from `from` on in `buffer`.
    [[nodiscard]] std::uint32_t crc(Bytes buffer, std::size_t from, std::size_t size);

    void pass(std::size_t bytes) { at_ += bytes; }

private:
    // A mark is the CRC from the first mark to its own place; there is one every `step` bytes.
    static constexpr std::size_t step = 4096;
    static constexpr std::size_t kept = limits::record_bytes / step + 4;

    void mark_until(Bytes buffer, std::uint64_t end);
    [[nodiscard]] std::uint64_t place(std::uint64_t mark) const { return first_ + mark * step; }
    [[nodiscard]] std::uint32_t& mark(std::uint64_t number) { return marks_[number % kept]; }

    std::vector<std::uint32_t> marks_ = std::vector<std::uint32_t>(kept);  // a ring
    std::uint64_t first_ = 0;                                              // where mark 0 stands in the file
    std::uint64_t last_ = 0;                                               // the number of the last mark
    std::uint64_t at_ = 0;                                                 // where the buffer begins in the file
};

}  // namespace colonnade::record
