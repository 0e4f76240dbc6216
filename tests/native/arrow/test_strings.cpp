// Offsets and views of strings that lie.
#include "arrow/strings.hpp"

#include <cstring>
#include <limits>

#include "arrow/made.hpp"
#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

struct View {
    std::int32_t size, prefix, buffer, offset;
};

void check_strings() {
    const char* text = "abcdef";
    const auto with = [&](std::vector<std::int64_t> offsets, const void* data) {
        Made made("Z", static_cast<std::int64_t>(offsets.size()) - 1, {nullptr, offsets.data(), data});
        return problem(made);
    };
    CHECK(with({0, 2, 6}, text) == Problem::none);
    CHECK(with({3, 3, 3}, nullptr) == Problem::none);
    CHECK(with({0, 2, 6}, nullptr) == Problem::missing_buffer);
    CHECK(with({-1, 2, 6}, text) == Problem::bad_offsets);
    CHECK(with({0, 4, 2}, text) == Problem::bad_offsets);
    CHECK(with({0, 2, std::numeric_limits<std::int64_t>::max()}, text) == Problem::bad_offsets);
}

void check_string_views() {
    const char* text = "a text of more than twelve bytes";
    const auto most = static_cast<std::int64_t>(std::strlen(text));
    const auto with = [&](View view, const void* data, const void* sizes) {
        Made made("vz", 1, {nullptr, &view, data, sizes});
        return problem(made);
    };
    const auto size = static_cast<std::int32_t>(most);
    constexpr auto biggest = std::numeric_limits<std::int32_t>::max();
    CHECK(with({size, 0, 0, 0}, text, &most) == Problem::none);
    CHECK(with({3, 0x616161, 9, 9}, nullptr, nullptr) == Problem::none);  // in place: no buffer is looked at
    CHECK(with({-1, 0, 0, 0}, text, &most) == Problem::bad_offsets);
    CHECK(with({size, 0, 1, 0}, text, &most) == Problem::bad_index);
    CHECK(with({size, 0, -1, 0}, text, &most) == Problem::bad_index);
    CHECK(with({size, 0, 0, 1}, text, &most) == Problem::bad_offsets);
    CHECK(with({size, 0, 0, -1}, text, &most) == Problem::bad_offsets);
    CHECK(with({biggest, 0, 0, biggest}, text, &most) == Problem::bad_offsets);
    CHECK(with({size, 0, 0, 0}, nullptr, &most) == Problem::missing_buffer);
    CHECK(with({size, 0, 0, 0}, text, nullptr) == Problem::missing_buffer);
    const std::int64_t lying = -5;
    CHECK(with({size, 0, 0, 0}, text, &lying) == Problem::bad_offsets);
}

}  // namespace

int main() {
    check_strings();
    check_string_views();
    return failures();
}
