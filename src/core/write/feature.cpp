#include "write/feature.hpp"

#include <bit>
#include <cstring>

namespace colonnade::write {
namespace {

static_assert(std::endian::native == std::endian::little, "floats are copied as they are");

constexpr std::size_t small = 16;  // most strings; copied in one piece, whatever their size

std::size_t size_of(const std::int64_t* offsets, std::size_t item) {
    return static_cast<std::size_t>(offsets[item + 1] - offsets[item]);
}

std::uint8_t* write_strings(const Values& values, Span span, std::uint8_t* at, const std::uint8_t* end) {
    for (auto item = span.begin; item < span.end; ++item) {
        const auto size = size_of(values.offsets, item);
        const auto* from = values.data + values.offsets[item];
        // Of this feature's strings, so that nothing is read behind the last one.
        const auto left = static_cast<std::size_t>(values.offsets[span.end] - values.offsets[item]);
        at = begin_field(1, size, at);
        if (size <= small && left >= small && static_cast<std::size_t>(end - at) >= small) {
            std::memcpy(at, from, small);
        } else if (size > 0) {
            std::memcpy(at, from, size);
        }
        at += size;
    }
    return at;
}

}  // namespace

std::size_t content_size(const Values& values, Span span) {
    const auto count = span.end - span.begin;
    if (span.kind == Kind::floats) return count * sizeof(float);
    if (span.kind == Kind::int64s) return count == 0 ? 0 : varint::packed_size(values.int64s + span.begin, count);
    std::size_t sum = 0;
    for (auto item = span.begin; item < span.end; ++item) sum += field_size(size_of(values.offsets, item));
    return sum;
}

std::uint8_t* write_feature(const Values& values, Span span, std::size_t content, std::uint8_t* at,
                            const std::uint8_t* end) {
    if (content == 0) return at;
    const auto number = static_cast<unsigned>(span.kind);
    if (span.kind == Kind::bytes) return write_strings(values, span, begin_field(number, content, at), end);
    at = begin_field(1, content, begin_field(number, field_size(content), at));
    if (span.kind == Kind::floats) {
        std::memcpy(at, values.floats + span.begin, content);
        return at + content;
    }
    const auto* behind = at + content;
    at = varint::pack(values.int64s + span.begin, span.end - span.begin, at, end);
    return at == behind ? at : nullptr;
}

}  // namespace colonnade::write
