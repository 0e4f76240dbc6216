// Offsets, sizes and views that lie.
#include "arrow/lists.hpp"

#include <limits>

#include "arrow/made.hpp"
#include "check.hpp"
#include "ground/limits.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

void check_honest_lists_are_viewed() {
    Lists made;
    Column column;
    CHECK(!read(made.list, column));
    CHECK(column.splits.size() == 1);
    CHECK((ints(column.splits[0]) == std::vector<std::int64_t>{0, 2, 2, 4}));
    CHECK(column.values.data == static_cast<const void*>(numbers) && column.values.count == 4);
    CHECK(column.values.owned == nullptr);
}

void check_bad_offsets() {
    const auto with = [](std::vector<std::int32_t> offsets, std::int64_t row, std::int64_t got) {
        Lists made;
        made.offsets = offsets;
        made.list.buffers[1] = made.offsets.data();
        Column column;
        const auto failure = read(made.list, column);
        CHECK(failure.problem == Problem::bad_offsets && failure.row == row && failure.got == got);
    };
    with({-1, 2, 2, 4}, 0, -1);
    with({0, 3, 2, 4}, 1, 3);
    with({0, 2, 2, 5}, 2, 5);
    with({0, 2, 2, std::numeric_limits<std::int32_t>::max()}, 2, std::numeric_limits<std::int32_t>::max());
    with({0, 2, 2, std::numeric_limits<std::int32_t>::min()}, 2, 2);
}

void check_fixed_lists() {
    const auto with = [](const char* format, std::int64_t length, std::int64_t offset) {
        Made child("l", 4, {nullptr, numbers});
        Made list(format, length, {nullptr}, &child);
        list.array.offset = offset;
        return problem(list);
    };
    CHECK(with("+w:2", 2, 0) == Problem::none);
    CHECK(with("+w:2", 1, 1) == Problem::none);
    CHECK(with("+w:2", 3, 0) == Problem::bad_length);
    CHECK(with("+w:2", 1, 2) == Problem::bad_length);
    CHECK(with("+w:2147483647", 1, limits::arrow_items) == Problem::bad_length);
    CHECK(with("+w:0", 3, 0) == Problem::none);
    // Rows without a byte behind them must not cost memory.
    CHECK(with("+w:0", limits::arrow_items, 0) == Problem::too_large);
}

void check_list_views() {
    const auto with = [](std::int32_t offset, std::int32_t size) {
        const std::int32_t offsets[] = {2, offset};
        const std::int32_t sizes[] = {2, size};
        Made child("l", 4, {nullptr, numbers});
        Made list("+vl", 2, {nullptr, offsets, sizes}, &child);
        return problem(list);
    };
    CHECK(with(0, 4) == Problem::none);
    CHECK(with(4, 0) == Problem::none);
    CHECK(with(5, 0) == Problem::bad_offsets);
    CHECK(with(-1, 1) == Problem::bad_offsets);
    CHECK(with(1, -1) == Problem::bad_offsets);
    CHECK(with(1, 4) == Problem::bad_offsets);
    CHECK(with(1, std::numeric_limits<std::int32_t>::max()) == Problem::bad_offsets);
}

// A few views of one huge child claim more than any machine has: refused before anything is allocated.
void check_views_cannot_multiply() {
    constexpr auto rows = 8;
    const std::int64_t huge = limits::arrow_items / 2;
    const std::vector<std::int64_t> offsets(rows, 0), sizes(rows, huge);
    Made child("l", huge, {nullptr, numbers});
    Made list("+vL", rows, {nullptr, offsets.data(), sizes.data()}, &child);
    Column column;
    const auto failure = read(list, column);
    CHECK(failure.problem == Problem::too_large && failure.row == 1);
}

}  // namespace

int main() {
    check_honest_lists_are_viewed();
    check_bad_offsets();
    check_fixed_lists();
    check_list_views();
    check_views_cannot_multiply();
    return failures();
}
