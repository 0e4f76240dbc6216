// Packed varints, one byte after the other.
#pragma once

#include <cstdint>
#include <vector>

#include "kernels/varint.hpp"

namespace slow {

struct Varints {
    std::vector<std::int64_t> values;
    std::size_t bad = SIZE_MAX;  // where the first varint that is too long or cut off starts
};

inline Varints varints(const std::vector<std::uint8_t>& bytes) {
    Varints out;
    for (std::size_t at = 0; at < bytes.size();) {
        std::uint64_t value = 0;
        std::size_t size = 0;
        for (;; ++size) {
            if (size == 10 || at + size == bytes.size()) {
                out.bad = at;
                return out;
            }
            value |= static_cast<std::uint64_t>(bytes[at + size] & 0x7F) << (7 * size);
            if (bytes[at + size] < 0x80) break;
        }
        at += size + 1;
        out.values.push_back(static_cast<std::int64_t>(value));
    }
    return out;
}

}  // namespace slow
