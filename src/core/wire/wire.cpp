#include "wire/wire.hpp"

namespace colonnade::wire {

Error Cursor::long_varint(std::uint64_t& value, int most) {
    const auto* from = at_;
    std::uint64_t result = 0;
    for (int i = 0; i < most; ++i) {
        if (at_ == end_) return fail(Code::truncated, from);
        const std::uint64_t byte = *at_++;
        result |= (byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            value = result;
            return {};
        }
    }
    return fail(Code::varint_too_long, from);
}

Error Cursor::skip_fixed(std::size_t size) {
    if (left() < size) return fail(Code::truncated, at_);
    at_ += size;
    return {};
}

// Groups nest, so their field numbers go on a small stack; no recursion, and a cap as protobuf has.
Error Cursor::skip(Tag tag, int depth) {
    std::uint32_t open[limits::nesting];
    int opened = 0;
    const auto* from = at_;
    for (;;) {
        Error error;
        switch (tag.type) {
            case Type::varint: {
                std::uint64_t ignored = 0;
                error = varint(ignored);
                break;
            }
            case Type::fixed64: error = skip_fixed(8); break;
            case Type::fixed32: error = skip_fixed(4); break;
            case Type::length: {
                Cursor ignored(at_, at_);
                error = bytes(ignored);
                break;
            }
            case Type::group:
                if (opened >= depth || opened >= limits::nesting) return fail(Code::too_deep, from);
                open[opened++] = tag.field;
                break;
            case Type::end_group:
                if (opened == 0 || open[opened - 1] != tag.field) return fail(Code::bad_group, from);
                --opened;
                break;
        }
        if (error) return error;
        if (opened == 0) return {};
        from = at_;
        if (done()) return fail(Code::truncated, at_);
        if (auto bad = this->tag(tag, 0)) return bad;
    }
}

// The definition of well-formed UTF-8: Unicode Standard, table 3-7.
bool valid_utf8(std::string_view text) {
    const auto* at = reinterpret_cast<const std::uint8_t*>(text.data());
    const auto* end = at + text.size();
    const auto continues = [&](int index, std::uint8_t low = 0x80, std::uint8_t high = 0xBF) {
        return end - at > index && at[index] >= low && at[index] <= high;
    };
    while (at != end) {
        const std::uint8_t lead = *at;
        if (lead < 0x80) {
            at += 1;
        } else if (lead >= 0xC2 && lead <= 0xDF) {
            if (!continues(1)) return false;
            at += 2;
        } else if (lead >= 0xE0 && lead <= 0xEF) {
            const std::uint8_t low = lead == 0xE0 ? 0xA0 : 0x80;
            const std::uint8_t high = lead == 0xED ? 0x9F : 0xBF;
            if (!continues(1, low, high) || !continues(2)) return false;
            at += 3;
        } else if (lead >= 0xF0 && lead <= 0xF4) {
            const std::uint8_t low = lead == 0xF0 ? 0x90 : 0x80;
            const std::uint8_t high = lead == 0xF4 ? 0x8F : 0xBF;
            if (!continues(1, low, high) || !continues(2) || !continues(3)) return false;
            at += 4;
        } else {
            return false;
        }
    }
    return true;
}

}  // namespace colonnade::wire
