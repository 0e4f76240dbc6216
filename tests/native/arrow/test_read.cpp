// Whole columns: where a fault lies, what ends a circle, and tables.
#include "arrow/read.hpp"

#include "arrow/made.hpp"
#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

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

}  // namespace

int main() {
    check_inner_fault_is_located();
    check_cycles();
    check_struct();
    return failures();
}
