// Pass two: decodes the values of one list that pass one found and validated.
#pragma once

#include <cstring>

#include "kernels/varint.hpp"
#include "wire/feature.hpp"

namespace colonnade {
namespace lists {

inline void skip_tag(const std::uint8_t*& at) {
    while (*at++ >= 0x80) {
    }
}

// Nearly every string is shorter than 128 bytes.
inline std::size_t string_size(const std::uint8_t*& at) {
    return *at < 0x80 ? *at++ : static_cast<std::size_t>(varint::decode_one(at));
}

inline std::int64_t* int64s(Record record, const List& list, const Chunks& chunks, std::int64_t* out) {
    list.each_chunk(chunks, [&](const Chunk& chunk) {
        const auto* at = record.data() + chunk.begin;
        if (chunk.tagged == 0) {
            varint::decode(at, at + chunk.size, chunk.values, out);
        } else {
            for (std::uint32_t i = 0; i < chunk.values; ++i) {
                skip_tag(at);
                out[i] = static_cast<std::int64_t>(varint::decode_one(at));
            }
        }
        out += chunk.values;
    });
    return out;
}

inline float* floats(Record record, const List& list, const Chunks& chunks, float* out) {
    list.each_chunk(chunks, [&](const Chunk& chunk) {
        const auto* at = record.data() + chunk.begin;
        if (chunk.tagged == 0) {
            std::memcpy(out, at, chunk.size);
        } else {
            for (std::uint32_t i = 0; i < chunk.values; ++i) {
                skip_tag(at);
                std::memcpy(out + i, at, sizeof(float));
                at += sizeof(float);
            }
        }
        out += chunk.values;
    });
    return out;
}

// Calls `use(data, size)` for each value.
template <typename Use>
void each_bytes(Record record, const List& list, const Chunks& chunks, Use use) {
    list.each_chunk(chunks, [&](const Chunk& chunk) {
        const auto* at = record.data() + chunk.begin;
        for (std::uint32_t i = 0; i < chunk.values; ++i) {
            skip_tag(at);
            const auto size = string_size(at);
            use(at, size);
            at += size;
        }
    });
}

// At least the number of bytes in all values.
inline std::size_t bytes_bound(const List& list, const Chunks& chunks) {
    std::size_t bound = 0;
    list.each_chunk(chunks, [&](const Chunk& chunk) { bound += chunk.size; });
    return bound;
}

}  // namespace lists

}  // namespace colonnade
