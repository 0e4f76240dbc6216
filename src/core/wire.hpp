// Protobuf's wire format over one record: varints, tags, lengths, and skipping what is unknown.
// A Cursor never reads outside its record; the first error is kept and every later read fails too.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "error.hpp"
#include "limits.hpp"

namespace colonnade::wire {

static_assert(std::endian::native == std::endian::little,
              "the wire format is little-endian, and so must be the machine");

enum class Type : std::uint8_t { varint = 0, fixed64 = 1, length = 2, group = 3, end_group = 4, fixed32 = 5 };

struct Tag {
    std::uint32_t field;
    Type type;
};

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

    // Up to ten bytes; bits beyond the 64th are dropped, as protobuf does.
    [[nodiscard]] Error varint(std::uint64_t& value) {
        if (at_ != end_ && *at_ < 0x80) {
            value = *at_++;
            return {};
        }
        return long_varint(value, 10);
    }

    // `lowest` is the lowest field number allowed: protobuf takes 0 inside an unknown group, and nowhere else.
    [[nodiscard]] Error tag(Tag& tag, std::uint32_t lowest = 1) {
        const auto* from = at_;
        std::uint64_t raw = 0;
        if (at_ != end_ && *at_ < 0x80) {
            raw = *at_++;
        } else if (auto error = long_varint(raw, 5)) {
            return error;
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
        if (at_ != end_ && *at_ < 0x80) {
            size = *at_++;
        } else if (auto error = long_varint(size, 5)) {
            return error;
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

    [[nodiscard]] Error long_varint(std::uint64_t& value, int most);
    [[nodiscard]] Error skip_fixed(std::size_t size);

    const std::uint8_t* start_;
    const std::uint8_t* at_;
    const std::uint8_t* end_;
};

[[nodiscard]] bool valid_utf8(std::string_view text);

}  // namespace colonnade::wire
