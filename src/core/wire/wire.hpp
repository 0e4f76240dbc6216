// Protobuf's wire format over one record: varints, tags, lengths, and skipping what is unknown.
// A Cursor never reads outside its record; the first error is kept and every later read fails too.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "ground/error.hpp"
#include "ground/limits.hpp"

namespace colonnade::wire {

static_assert(std::endian::native == std::endian::little,
              "the wire format is little-endian, and so must be the machine");

enum class Type : std::uint8_t { varint = 0, fixed64 = 1, length = 2, group = 3, end_group = 4, fixed32 = 5 };

struct Tag {
    std::uint32_t field;
    Type type;
};

// The one-byte tag of a length-delimited field below 16.
[[nodiscard]] constexpr std::uint8_t length_tag(unsigned field) {
    return static_cast<std::uint8_t>(field << 3 | static_cast<unsigned>(Type::length));
}

// Whether a length-delimited field stands at `at` and fills everything up to `end`; moves `at` to its payload.
// The shape of nearly every message here. Fast because nothing is kept but a pointer; where it says no, the
// general walk decides what is there.
[[nodiscard]] inline bool fills(const std::uint8_t*& at, const std::uint8_t* end, std::uint8_t tag) {
    if (at == end || *at++ != tag) return false;
    std::size_t size = 0;
    for (int shift = 0; shift < 28 && at != end; shift += 7) {
        const std::size_t byte = *at++;
        size |= (byte & 0x7F) << shift;
        if (byte < 0x80) return size == static_cast<std::size_t>(end - at);
    }
    return false;
}

class Cursor {
public:
    Cursor(const std::uint8_t* begin, const std::uint8_t* end) : start_(begin), at_(begin), end_(end) {}

    [[nodiscard]] bool done() const { return at_ == end_; }
    [[nodiscard]] const std::uint8_t* at() const { return at_; }
    [[nodiscard]] const std::uint8_t* end() const { return end_; }
    [[nodiscard]] std::uint32_t offset() const { return static_cast<std::uint32_t>(at_ - start_); }
    [[nodiscard]] const std::uint8_t* start() const { return start_; }
    [[nodiscard]] std::size_t left() const { return static_cast<std::size_t>(end_ - at_); }
    void jump(const std::uint8_t* to) { at_ = to; }
    // What lies between `at` and the end.
    [[nodiscard]] Cursor from(const std::uint8_t* at) const { return {start_, at, end_}; }

    // Up to ten bytes; bits beyond the 64th are dropped, as protobuf does.
    [[nodiscard]] Error varint(std::uint64_t& value) {
        if (short_varint(value)) return {};
        return long_varint(value, 10);
    }

    // `lowest` is the lowest field number allowed: protobuf takes 0 inside an unknown group, and nowhere else.
    [[nodiscard]] Error tag(Tag& tag, std::uint32_t lowest = 1) {
        const auto* from = at_;
        std::uint64_t raw = 0;
        if (!short_varint(raw)) {
            if (auto error = long_varint(raw, 5)) return error;
        }
        if (raw > 0xFFFFFFFFu || raw >> 3 < lowest) return fail(Code::bad_tag, from);
        if ((raw & 7) > 5) return fail(Code::bad_wire_type, from);
        tag = {static_cast<std::uint32_t>(raw >> 3), static_cast<Type>(raw & 7)};
        return {};
    }

    // The bytes of a length-delimited field, checked against what is left before anything trusts them.
    [[nodiscard]] Error bytes(Cursor& inner) {
        const auto* from = at_;
        std::uint64_t size = 0;
        if (!short_varint(size)) {
            if (auto error = long_varint(size, 5)) return error;
        }
        if (size > limits::record_bytes) return fail(Code::length_too_large, from);
        if (size > left()) {
            auto error = fail(Code::truncated, from);
            error.got = static_cast<std::int64_t>(left());
            error.expected = static_cast<std::int64_t>(size);
            return error;
        }
        inner = Cursor(start_, at_, at_ + size);
        at_ += size;
        return {};
    }

    // Skips a field whose tag was just read. `depth` is how many nested messages and groups may still open.
    [[nodiscard]] Error skip(Tag tag, int depth);

    [[nodiscard]] Error fail(Code code, const std::uint8_t* where) const {
        Error error;
        error.code = code;
        error.offset = where - start_;
        return error;
    }

private:
    Cursor(const std::uint8_t* start, const std::uint8_t* begin, const std::uint8_t* end)
        : start_(start), at_(begin), end_(end) {}

    // One or two bytes, which nearly all tags and lengths are.
    [[nodiscard]] bool short_varint(std::uint64_t& value) {
        if (at_ != end_ && at_[0] < 0x80) {
            value = *at_++;
            return true;
        }
        if (left() < 2 || at_[1] >= 0x80) return false;
        value = (at_[0] & 0x7FU) | static_cast<std::uint64_t>(at_[1]) << 7;
        at_ += 2;
        return true;
    }
    [[nodiscard]] Error long_varint(std::uint64_t& value, int most);
    [[nodiscard]] Error skip_fixed(std::size_t size);

    const std::uint8_t* start_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace colonnade::wire
