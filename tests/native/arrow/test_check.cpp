// Lengths, buffers and children that cannot be, and nulls.
#include "arrow/check.hpp"

#include <limits>

#include "arrow/made.hpp"
#include "check.hpp"
#include "ground/limits.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

void check_lengths() {
    for (const auto bad : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max(), limits::arrow_items + 1}) {
        CHECK(broken([=](Lists& made) { made.list.array.length = bad; }) == Problem::bad_length);
        CHECK(broken([=](Lists& made) { made.list.array.offset = bad; }) == Problem::bad_length);
        CHECK(broken([=](Lists& made) { made.child.array.length = bad; }) == Problem::bad_length);
        CHECK(broken([=](Lists& made) { made.child.array.offset = bad; }) == Problem::bad_length);
    }
    CHECK(broken([](Lists& made) { made.list.array.null_count = -2; }) == Problem::bad_length);
    CHECK(broken([](Lists& made) { made.list.array.null_count = 4; }) == Problem::bad_length);
    CHECK(broken([](Lists& made) { made.child.array.length = 3; }) == Problem::bad_offsets);
}

void check_missing_parts() {
    CHECK(broken([](Lists& made) { made.list.array.release = nullptr; }) == Problem::released);
    CHECK(broken([](Lists& made) { made.list.schema.release = nullptr; }) == Problem::released);
    CHECK(broken([](Lists& made) { made.child.array.release = nullptr; }) == Problem::released);
    CHECK(broken([](Lists& made) { made.child.schema.release = nullptr; }) == Problem::released);
    CHECK(broken([](Lists& made) { made.list.array.buffers = nullptr; }) == Problem::missing_buffer);
    CHECK(broken([](Lists& made) { made.list.buffers[1] = nullptr; }) == Problem::missing_buffer);
    CHECK(broken([](Lists& made) { made.child.buffers[1] = nullptr; }) == Problem::missing_buffer);
    CHECK(broken([](Lists& made) { made.list.array.null_count = 1; }) == Problem::missing_buffer);
    CHECK(broken([](Lists& made) { made.list.array.n_buffers = 1; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.list.array.n_children = 0; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.list.schema.n_children = -1; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.list.array.children = nullptr; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.list.schema.children = nullptr; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.list.child_array = nullptr; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.list.child_schema = nullptr; }) == Problem::bad_layout);
    CHECK(broken([](Lists& made) { made.child.array.dictionary = &made.list.array; }) == Problem::bad_layout);
}

void check_nulls() {
    const std::uint8_t second_missing = 0b1101;
    Lists made;
    made.child.buffers[0] = &second_missing;
    made.child.array.null_count = -1;
    Column column;
    auto failure = read(made.list, column);
    CHECK(failure.problem == Problem::null_value && failure.row == 0 && failure.step == 1);
    // The same bitmap on the list: a null list is an empty row, whatever its offsets span.
    Lists other;
    const std::uint8_t first_missing = 0b110;
    other.list.buffers[0] = &first_missing;
    other.list.array.null_count = 1;
    Column emptied;
    CHECK(!read(other.list, emptied));
    CHECK((ints(emptied.splits[0]) == std::vector<std::int64_t>{0, 0, 0, 2}));
    CHECK((ints(emptied.values) == std::vector<std::int64_t>{30, 40}));
    // The type that has nothing but nulls, and no memory behind its length.
    Made rows("n", limits::arrow_items, {});
    CHECK(problem(rows) == Problem::too_large);
}

}  // namespace

int main() {
    check_lengths();
    check_missing_parts();
    check_nulls();
    return failures();
}
