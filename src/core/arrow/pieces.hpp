// The parts of foreign arrays that a column reads, and their buffers.
#pragma once

#include <cstdint>
#include <cstring>
#include <vector>

#include "arrow/abi.hpp"

namespace colonnade::arrow {

// Items [start, end) of one array, its own `offset` not yet added.
struct Range {
    std::int64_t start;
    std::int64_t end;
};

// The part of one chunk that a column reads.
struct Piece {
    const ArrowArray* array;
    std::vector<Range> ranges;
};

// In all ranges of all pieces.
[[nodiscard]] inline std::int64_t items(const std::vector<Piece>& pieces) {
    std::int64_t total = 0;
    for (const auto& piece : pieces)
        for (const auto& range : piece.ranges) total += range.end - range.start;
    return total;
}

// A range behind those that are there; neighbours become one.
inline void push(std::vector<Range>& ranges, std::int64_t start, std::int64_t end) {
    if (start == end) return;
    if (!ranges.empty() && ranges.back().end == start) {
        ranges.back().end = end;
    } else {
        ranges.push_back({start, end});
    }
}

// Foreign buffers need not be aligned.
template <typename T>
[[nodiscard]] T load(const void* buffer, std::int64_t index) {
    T value;
    std::memcpy(&value, static_cast<const std::uint8_t*>(buffer) + index * std::int64_t{sizeof(T)}, sizeof(T));
    return value;
}

[[nodiscard]] inline bool bit(const void* buffer, std::int64_t index) {
    return (load<std::uint8_t>(buffer, index >> 3) >> (index & 7)) & 1;
}

}  // namespace colonnade::arrow
