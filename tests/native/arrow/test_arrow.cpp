// Hostile Arrow structs, which no honest library would make; honest ones are in tests/properties/test_arrow.py.
#include "arrow/arrow.hpp"

#include <cstring>
#include <deque>
#include <functional>
#include <initializer_list>
#include <limits>
#include <vector>

#include "check.hpp"
#include "ground/limits.hpp"

namespace {

using namespace colonnade::arrow;

void keep_schema(ArrowSchema*) {}
void keep_array(ArrowArray*) {}

// One level of an array under test; everything in it can be broken afterwards.
struct Made {
    ArrowSchema schema{};
    ArrowArray array{};
    std::vector<const void*> buffers;
    ArrowSchema* child_schema = nullptr;
    ArrowArray* child_array = nullptr;

    Made(const char* format, std::int64_t length, std::initializer_list<const void*> held, Made* child = nullptr)
        : buffers(held) {
        schema.format = format;
        schema.release = keep_schema;
        array.length = length;
        array.n_buffers = static_cast<std::int64_t>(buffers.size());
        array.buffers = buffers.data();
        array.release = keep_array;
        if (child == nullptr) return;
        child_schema = &child->schema;
        child_array = &child->array;
        schema.n_children = array.n_children = 1;
        schema.children = &child_schema;
        array.children = &child_array;
    }
    Made(const Made&) = delete;
    Made& operator=(const Made&) = delete;
};

Failure read(const Made& made, Column& column) {
    const std::vector<ArrowArray> chunks{made.array};
    std::vector<Piece> pieces;
    if (auto failure = whole(chunks, pieces)) return failure;
    // `chunks` dies with this call, so the pieces look at the original.
    for (auto& piece : pieces) piece.array = &made.array;
    return read_column(made.schema, std::move(pieces), column);
}

Problem problem(const Made& made) {
    Column column;
    return read(made, column).problem;
}

std::vector<std::int64_t> ints(const Buffer& buffer) {
    std::vector<std::int64_t> copied(static_cast<std::size_t>(buffer.count));
    if (!copied.empty()) std::memcpy(copied.data(), buffer.data, copied.size() * sizeof(std::int64_t));
    return copied;
}

const std::int64_t numbers[] = {10, 20, 30, 40};

struct Lists {
    std::vector<std::int32_t> offsets{0, 2, 2, 4};
    Made child{"l", 4, {nullptr, numbers}};
    Made list{"+l", 3, {nullptr, offsets.data()}, &child};
};

void check_honest_lists_are_viewed() {
    Lists made;
    Column column;
    CHECK(!read(made.list, column));
    CHECK(column.splits.size() == 1);
    CHECK((ints(column.splits[0]) == std::vector<std::int64_t>{0, 2, 2, 4}));
    CHECK(column.values.data == static_cast<const void*>(numbers) && column.values.count == 4);
    CHECK(column.values.owned == nullptr);
}

void check_unaligned_buffers_are_copied() {
    std::vector<std::uint8_t> raw(1 + sizeof(numbers));
    std::memcpy(raw.data() + 1, numbers, sizeof(numbers));
    Made made("l", 4, {nullptr, raw.data() + 1});
    Column column;
    CHECK(!read(made, column));
    CHECK(column.values.owned != nullptr);
    CHECK((ints(column.values) == std::vector<std::int64_t>{10, 20, 30, 40}));
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

// A fault below a list names the row, and the step in the row.
void check_inner_fault_is_located() {
    const std::int32_t inner_offsets[] = {0, 1, 3, 9, 4};
    Made leaf("l", 4, {nullptr, numbers});
    Made inner("+l", 4, {nullptr, inner_offsets}, &leaf);
    const std::int64_t offsets[] = {0, 1, 1, 4};
    Made outer("+L", 3, {nullptr, offsets}, &inner);
    Column column;
    const auto failure = read(outer, column);
    CHECK(failure.problem == Problem::bad_offsets && failure.got == 9);
    CHECK(failure.row == 2 && failure.step == 1);
}

void check_lengths() {
    const auto broken = [](const std::function<void(Lists&)>& harm) {
        Lists made;
        harm(made);
        return problem(made.list);
    };
    for (const auto bad : {std::int64_t{-1}, std::numeric_limits<std::int64_t>::min(),
                           std::numeric_limits<std::int64_t>::max(), colonnade::limits::arrow_items + 1}) {
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
    const auto broken = [](const std::function<void(Lists&)>& harm) {
        Lists made;
        harm(made);
        return problem(made.list);
    };
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

void check_formats() {
    for (const char* format : {"", "?", "ll", "tdD", "d:19,10", "w:16", "+m", "+r", "+ud:0,1", "+w:", "+w:-1", "+w:x",
                               "+w:4294967296", "+w:2 "}) {
        Lists made;
        made.list.schema.format = format;
        CHECK(problem(made.list) == Problem::unsupported);
    }
    Lists made;
    made.list.schema.format = nullptr;
    CHECK(problem(made.list) == Problem::unsupported);
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
    CHECK(with("+w:2147483647", 1, colonnade::limits::arrow_items) == Problem::bad_length);
    CHECK(with("+w:0", 3, 0) == Problem::none);
    // Rows without a byte behind them must not cost memory.
    CHECK(with("+w:0", colonnade::limits::arrow_items, 0) == Problem::too_large);
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
    const std::int64_t huge = colonnade::limits::arrow_items / 2;
    const std::vector<std::int64_t> offsets(rows, 0), sizes(rows, huge);
    Made child("l", huge, {nullptr, numbers});
    Made list("+vL", rows, {nullptr, offsets.data(), sizes.data()}, &child);
    Column column;
    const auto failure = read(list, column);
    CHECK(failure.problem == Problem::too_large && failure.row == 1);
}

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

struct View {
    std::int32_t size, prefix, buffer, offset;
};

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

void check_dictionaries() {
    const auto with = [](const char* format, const void* indices) {
        Made dictionary("l", 4, {nullptr, numbers});
        Made made(format, 2, {nullptr, indices});
        made.schema.dictionary = &dictionary.schema;
        made.array.dictionary = &dictionary.array;
        return problem(made);
    };
    const std::int8_t good[] = {3, 0}, negative[] = {0, -1}, beyond[] = {0, 4};
    CHECK(with("c", good) == Problem::none);
    CHECK(with("c", negative) == Problem::bad_index);
    CHECK(with("c", beyond) == Problem::bad_index);
    const std::uint64_t enormous[] = {0, std::numeric_limits<std::uint64_t>::max()};
    CHECK(with("L", enormous) == Problem::bad_index);
    CHECK(with("g", enormous) == Problem::unsupported);
    CHECK(with("c", nullptr) == Problem::missing_buffer);
}

// Dictionaries of themselves, and lists of themselves, end at the limit of nesting.
void check_cycles() {
    const std::int8_t indices[] = {0};
    Made made("c", 1, {nullptr, indices});
    made.schema.dictionary = &made.schema;
    made.array.dictionary = &made.array;
    CHECK(problem(made) == Problem::too_deep);
    const std::int32_t offsets[] = {0, 1};
    Made child("l", 1, {nullptr, numbers});
    Made list("+l", 1, {nullptr, offsets}, &child);
    list.child_schema = &list.schema;
    list.child_array = &list.array;
    CHECK(problem(list) == Problem::too_deep);
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
    Made rows("n", colonnade::limits::arrow_items, {});
    CHECK(problem(rows) == Problem::too_large);
}

void check_beyond_int64() {
    const std::uint64_t values[] = {1, std::uint64_t{1} << 63};
    Made made("L", 2, {nullptr, values});
    Column column;
    const auto failure = read(made, column);
    CHECK(failure.problem == Problem::beyond_int64 && failure.row == 1);
}

void check_struct() {
    Made child("l", 4, {nullptr, numbers});
    Made table("+s", 2, {nullptr}, &child);
    child.schema.name = "id";
    table.array.offset = 1;
    std::vector<ArrowArray> chunks{table.array, table.array};
    std::vector<Piece> pieces;
    CHECK(!whole(chunks, pieces));
    std::vector<Field> fields;
    CHECK(is_struct(table.schema) && !split_struct(table.schema, pieces, fields));
    CHECK(fields.size() == 1);
    Column column;
    CHECK(!read_column(*fields[0].schema, std::move(fields[0].pieces), column));
    CHECK((ints(column.values) == std::vector<std::int64_t>{20, 30, 20, 30}));
    chunks[1].length = 4;
    pieces.clear();
    CHECK(!whole(chunks, pieces));
    CHECK(split_struct(table.schema, pieces, fields).problem == Problem::bad_length);
}

// A consumer may move a child out, release the rest, and release the child later, in any order.
void check_export() {
    int alive = 0;
    {
        ++alive;
        const std::shared_ptr<void> keep(&alive, [](void* count) { --*static_cast<int*>(count); });
        const std::vector<std::int64_t> splits{0, 1, 4};
        const std::vector<Node> nodes{{"+L", 2, {splits.data()}}, {"l", 4, {numbers}}};
        ArrowSchema schema{};
        export_schema(nodes, schema);
        CHECK(std::strcmp(schema.format, "+L") == 0 && std::strcmp(schema.children[0]->format, "l") == 0);
        ArrowArray array{};
        export_array(nodes, keep, array);
        Column column;
        std::vector<ArrowArray> chunks{array};
        std::vector<Piece> pieces;
        CHECK(!whole(chunks, pieces) && !read_column(schema, std::move(pieces), column));
        CHECK(ints(column.splits[0]) == splits && column.values.data == static_cast<const void*>(numbers));
        ArrowArray child = *array.children[0];
        array.children[0]->release = nullptr;
        array.release(&array);
        CHECK(array.release == nullptr);
        CHECK(child.length == 4 && child.buffers[1] == static_cast<const void*>(numbers));
        child.release(&child);
        schema.release(&schema);
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

}  // namespace

int main() {
    check_honest_lists_are_viewed();
    check_unaligned_buffers_are_copied();
    check_bad_offsets();
    check_inner_fault_is_located();
    check_lengths();
    check_missing_parts();
    check_formats();
    check_fixed_lists();
    check_list_views();
    check_views_cannot_multiply();
    check_strings();
    check_string_views();
    check_dictionaries();
    check_cycles();
    check_nulls();
    check_beyond_int64();
    check_struct();
    check_export();
    return failures();
}
