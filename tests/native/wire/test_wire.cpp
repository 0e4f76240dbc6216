// The cursor at the edges of the wire format. Whole records are compared with protobuf in tests/properties.
#include "wire/wire.hpp"

#include <initializer_list>
#include <memory>
#include <string>
#include <vector>

#include "check.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using wire::Cursor;
using wire::Tag;
using wire::Type;

// Bytes whose allocation ends where they end.
struct Bytes {
    Bytes(std::initializer_list<int> list) : Bytes(std::vector<int>(list)) {}
    explicit Bytes(const std::vector<int>& list) : size(list.size()), data(new std::uint8_t[list.size()]) {
        for (std::size_t i = 0; i < size; ++i) data[i] = static_cast<std::uint8_t>(list[i]);
    }
    [[nodiscard]] Cursor cursor() const { return {data.get(), data.get() + size}; }

    std::size_t size;
    std::unique_ptr<std::uint8_t[]> data;
};

Code varint_code(const Bytes& bytes, std::uint64_t& value) {
    auto cursor = bytes.cursor();
    return cursor.varint(value).code;
}

void varints() {
    std::uint64_t value = 1;
    CHECK(varint_code({}, value) == Code::truncated);
    CHECK(varint_code({0x00}, value) == Code::ok && value == 0);
    CHECK(varint_code({0x7F}, value) == Code::ok && value == 127);
    CHECK(varint_code({0x80}, value) == Code::truncated);
    CHECK(varint_code({0x80, 0x00}, value) == Code::ok && value == 0);
    CHECK(varint_code({0xAC, 0x02}, value) == Code::ok && value == 300);
    CHECK(varint_code({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF}, value) == Code::truncated);
    CHECK(varint_code({0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01}, value) == Code::ok);
    CHECK(value == ~std::uint64_t{0});
    CHECK(varint_code({0xFE, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, value) == Code::ok);
    CHECK(value == ~std::uint64_t{1});
    CHECK(varint_code({128, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0}, value) == Code::varint_too_long);
}

Code tag_code(const Bytes& bytes, Tag& tag, std::uint32_t lowest = 1) {
    auto cursor = bytes.cursor();
    return cursor.tag(tag, lowest).code;
}

void tags() {
    Tag tag{};
    CHECK(tag_code({}, tag) == Code::truncated);
    CHECK(tag_code({0x0A}, tag) == Code::ok && tag.field == 1 && tag.type == Type::length);
    CHECK(tag_code({0xFD, 0xFF, 0xFF, 0xFF, 0x0F}, tag) == Code::ok);
    CHECK(tag.field == (1u << 29) - 1 && tag.type == Type::fixed32);
    CHECK(tag_code({0x8A, 0x80, 0x80, 0x80, 0x00}, tag) == Code::ok && tag.field == 1);
    CHECK(tag_code({0x8A, 0x80, 0x80, 0x80, 0x10}, tag) == Code::bad_tag);
    CHECK(tag_code({0x8A, 0x80, 0x80, 0x80, 0x80, 0x00}, tag) == Code::varint_too_long);
    CHECK(tag_code({0x02}, tag) == Code::bad_tag);
    CHECK(tag_code({0x02}, tag, 0) == Code::ok && tag.field == 0);
    CHECK(tag_code({0x0E}, tag) == Code::bad_wire_type);
    CHECK(tag_code({0x0F}, tag) == Code::bad_wire_type);
    CHECK(tag_code({0x8A, 0x80}, tag) == Code::truncated);
}

void lengths() {
    const auto read = [](const Bytes& bytes, Cursor& inner) {
        auto cursor = bytes.cursor();
        return cursor.bytes(inner);
    };
    const Bytes nothing{};
    auto inner = nothing.cursor();
    CHECK(read({}, inner).code == Code::truncated);
    CHECK(!read({0x00}, inner) && inner.done());
    CHECK(!read({0x02, 7, 8}, inner) && inner.left() == 2 && inner.offset() == 1);
    CHECK(!read({0x82, 0x80, 0x80, 0x80, 0x00, 7, 8}, inner) && inner.left() == 2);
    const auto cut = read({0x03, 7, 8}, inner);
    CHECK(cut.code == Code::truncated && cut.got == 2 && cut.expected == 3 && cut.offset == 0);
    CHECK(read({0xFF, 0xFF, 0xFF, 0xFF, 0x07}, inner).code == Code::truncated);         // 2^31 - 1
    CHECK(read({0x80, 0x80, 0x80, 0x80, 0x08}, inner).code == Code::length_too_large);  // 2^31
    CHECK(read({0x81, 0x80, 0x80, 0x80, 0x10}, inner).code == Code::length_too_large);  // 2^32 + 1
    CHECK(read({0xFF, 0xFF, 0xFF, 0xFF, 0x7F}, inner).code == Code::length_too_large);
    CHECK(read({0x80, 0x80, 0x80, 0x80, 0x80, 0x00}, inner).code == Code::varint_too_long);
}

// Skips the one field that the bytes hold.
Code skip_code(const Bytes& bytes, int depth, std::size_t* left = nullptr) {
    auto cursor = bytes.cursor();
    Tag tag{};
    if (auto error = cursor.tag(tag)) return error.code;
    const auto code = cursor.skip(tag, depth).code;
    if (left != nullptr) *left = cursor.left();
    return code;
}

// `count` groups inside each other, with `inside` in the innermost.
Bytes groups(std::size_t count, const std::vector<int>& inside = {}) {
    std::vector<int> bytes(count, 0x4B);
    bytes.insert(bytes.end(), inside.begin(), inside.end());
    bytes.insert(bytes.end(), count, 0x4C);
    return Bytes(bytes);
}

void skipping() {
    std::size_t left = 0;
    CHECK(skip_code({0x48, 0x80, 0x01, 9}, 0, &left) == Code::ok && left == 1);
    CHECK(skip_code({0x49, 1, 2, 3, 4, 5, 6, 7, 8, 9}, 0, &left) == Code::ok && left == 1);
    CHECK(skip_code({0x49, 1, 2, 3, 4, 5, 6, 7}, 0) == Code::truncated);
    CHECK(skip_code({0x4D, 1, 2, 3, 4}, 0, &left) == Code::ok && left == 0);
    CHECK(skip_code({0x4D, 1, 2, 3}, 0) == Code::truncated);
    CHECK(skip_code({0x4A, 2, 1, 2}, 0, &left) == Code::ok && left == 0);
    CHECK(skip_code({0x4A, 3, 1, 2}, 0) == Code::truncated);
    CHECK(skip_code({0x4C}, 100) == Code::bad_group);
    CHECK(skip_code({0x4B, 0x44}, 100) == Code::bad_group);
    CHECK(skip_code({0x4B}, 100) == Code::truncated);
    CHECK(skip_code({0x4B, 0x00, 0x05, 0x4C}, 100, &left) == Code::ok && left == 0);
    CHECK(skip_code({0x4B, 0x4E, 0x4C}, 100) == Code::bad_wire_type);
    CHECK(skip_code({0x4B, 0x4A, 5, 0x4C}, 100) == Code::truncated);
    for (const int depth : {0, 1, 5, limits::nesting}) {
        CHECK(depth == 0 || skip_code(groups(static_cast<std::size_t>(depth)), depth) == Code::ok);
        CHECK(skip_code(groups(static_cast<std::size_t>(depth) + 1), depth) == Code::too_deep);
    }
    CHECK(skip_code(groups(1'000'000), limits::nesting) == Code::too_deep);
    CHECK(skip_code(groups(limits::nesting, {0x48, 0x01}), limits::nesting) == Code::ok);
}

// Noise must never be read beyond its end, nor end in anything but ok or an error with a place.
void noise() {
    Random random(5);
    int good = 0;
    for (int round = 0; round < 100'000; ++round) {
        std::vector<int> list(random.below(24));
        for (auto& byte : list) byte = static_cast<int>(random.below(4) == 0 ? random.byte() : random.below(0x50));
        const Bytes bytes(list);
        auto cursor = bytes.cursor();
        Error error;
        while (!error && !cursor.done()) {
            Tag tag{};
            error = cursor.tag(tag);
            if (!error) error = cursor.skip(tag, 3);
        }
        good += error ? 0 : 1;
        CHECK(!error || (error.offset >= 0 && static_cast<std::size_t>(error.offset) <= bytes.size));
    }
    CHECK(good > 1000 && good < 99'000);
}

bool utf8(std::initializer_list<int> list) {
    std::string text;
    for (const int byte : list) text.push_back(static_cast<char>(byte));
    return wire::valid_utf8(text);
}

// The corners of table 3-7 of the Unicode Standard.
void utf8_corners() {
    CHECK(utf8({}) && utf8({0x00}) && utf8({0x7F}));
    CHECK(utf8({0xC2, 0x80}) && utf8({0xDF, 0xBF}));
    CHECK(utf8({0xE0, 0xA0, 0x80}) && utf8({0xED, 0x9F, 0xBF}) && utf8({0xEE, 0x80, 0x80}) && utf8({0xEF, 0xBF, 0xBF}));
    CHECK(utf8({0xF0, 0x90, 0x80, 0x80}) && utf8({0xF4, 0x8F, 0xBF, 0xBF}));
    CHECK(!utf8({0x80}) && !utf8({0xBF}) && !utf8({0xFE}) && !utf8({0xFF}));
    CHECK(!utf8({0xC0, 0x80}) && !utf8({0xC1, 0xBF}) && !utf8({0xE0, 0x9F, 0xBF}) && !utf8({0xF0, 0x8F, 0xBF, 0xBF}));
    CHECK(!utf8({0xED, 0xA0, 0x80}) && !utf8({0xED, 0xBF, 0xBF}));
    CHECK(!utf8({0xF4, 0x90, 0x80, 0x80}) && !utf8({0xF5, 0x80, 0x80, 0x80}));
    CHECK(!utf8({0xC2}) && !utf8({0xE1, 0x80}) && !utf8({0xF1, 0x80, 0x80}) && !utf8({0xC2, 'a'}));
    CHECK(!utf8({'a', 0xE1, 0x80, 'b'}));
}

}  // namespace

int main() {
    varints();
    tags();
    lengths();
    skipping();
    noise();
    utf8_corners();
    return failures();
}
