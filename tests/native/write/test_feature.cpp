// One Feature: exact sizes, bytes by hand, and values that change between the passes.
#include "write/feature.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::write;
using namespace std::string_view_literals;

// Written into an allocation of exactly its size, so that a sanitizer sees every byte beyond.
std::string written(const Values& values, Span span) {
    const auto content = content_size(values, span);
    const auto size = feature_size(span.kind, content);
    const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[size]);
    const auto* end = write_feature(values, span, content, memory.get(), memory.get() + size);
    CHECK(end == memory.get() + size);
    return {memory.get(), memory.get() + size};
}

void each_kind() {
    const std::vector<std::int64_t> ints{1, 300, -1};
    const std::vector<float> floats{1.0F, -2.0F};
    Values values;
    values.int64s = ints.data();
    values.floats = floats.data();
    CHECK(written(values, {Kind::int64s, 0, 2}) == "\x1A\x05\x0A\x03\x01\xAC\x02"sv);
    CHECK(written(values, {Kind::int64s, 2, 3}) == "\x1A\x0C\x0A\x0A\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"sv);
    CHECK(written(values, {Kind::floats, 0, 2}) == "\x12\x0A\x0A\x08\0\0\x80\x3F\0\0\0\xC0"sv);
    for (const auto kind : {Kind::bytes, Kind::floats, Kind::int64s}) CHECK(written(Values{}, {kind, 0, 0}).empty());
}

void strings() {
    const std::string data = "abc" + std::string(200, 'x');
    const std::vector<std::int64_t> offsets{0, 3, 3, 203};
    Values values;
    values.data = reinterpret_cast<const std::uint8_t*>(data.data());
    values.offsets = offsets.data();
    CHECK(written(values, {Kind::bytes, 0, 2}) ==
          "\x0A\x07\x0A\x03"
          "abc"
          "\x0A\x00"sv);
    CHECK(written(values, {Kind::bytes, 2, 3}) == "\x0A\xCB\x01\x0A\xC8\x01" + std::string(200, 'x'));
    CHECK(written(values, {Kind::bytes, 1, 2}) == "\x0A\x02\x0A\x00"sv);  // one string without bytes is a value
}

// Small strings are copied in pieces of sixteen; nothing around them may be read or spoilt.
void strings_of_every_size() {
    for (std::size_t first = 0; first < 40; ++first)
        for (std::size_t second = 0; second < 40; ++second) {
            const auto data = std::string(first, 'a') + std::string(second, 'b');
            const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[data.size()]);
            std::copy(data.begin(), data.end(), memory.get());
            const std::int64_t offsets[] = {0, static_cast<std::int64_t>(first),
                                            static_cast<std::int64_t>(first + second)};
            Values values;
            values.data = memory.get();
            values.offsets = offsets;
            const auto field = [](std::string text) {
                return std::string("\x0A") + static_cast<char>(text.size()) + text;
            };
            CHECK(written(values, {Kind::bytes, 0, 2}) ==
                  field(field(std::string(first, 'a')) + field(std::string(second, 'b'))));
        }
}

void ints_that_change() {
    std::vector<std::int64_t> ints{1, 2, 3};
    Values values;
    values.int64s = ints.data();
    const Span span{Kind::int64s, 0, 3};
    const auto content = content_size(values, span);
    const auto size = feature_size(span.kind, content);
    const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[size + 20]);
    ints[1] = -1;
    for (const std::size_t more : {0, 20})
        CHECK(write_feature(values, span, content, memory.get(), memory.get() + size + more) == nullptr);
}

}  // namespace

int main() {
    each_kind();
    strings();
    strings_of_every_size();
    ints_that_change();
    return failures();
}
