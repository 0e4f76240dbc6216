// Rows in memory: flat and nested, whole arrays and parts of them.
#include "encode/ragged_rows.hpp"

#include <string>
#include <vector>

#include "check.hpp"

namespace {

using namespace colonnade;

const std::int64_t integers[] = {1, 2, 3, 4};
const std::int64_t row_splits[] = {0, 2, 2, 3};
const std::int64_t step_splits[] = {0, 3, 3, 4};
const bool holes[] = {false, true, false, false};

std::vector<std::int64_t> ints(const RaggedRows& rows, std::size_t row) {
    std::vector<std::int64_t> out(rows.values(row));
    rows.int64s(row, out.data());
    return out;
}

void test_flat() {
    RaggedColumn column{.kind = Kind::int64s, .rows = 3, .row_splits = row_splits, .int64s = integers};
    const RaggedRows rows(column);
    CHECK(rows.rows() == 3 && rows.kind() == Kind::int64s && !rows.nested() && rows.normalized());
    CHECK(rows.steps(0) == 2 && rows.values(0) == 2 && rows.values(1) == 0 && rows.values(2) == 1);
    CHECK((ints(rows, 0) == std::vector<std::int64_t>{1, 2}) && ints(rows, 1).empty());
    CHECK((ints(rows, 2) == std::vector<std::int64_t>{3}));
    CHECK(rows.holes(0) == nullptr);
    column.holes = holes;
    CHECK(RaggedRows(column).holes(0)[1] && !RaggedRows(column).holes(2)[0]);
}

void test_nested() {
    const RaggedRows rows({.kind = Kind::int64s,
                           .rows = 3,
                           .row_splits = row_splits,
                           .step_splits = step_splits,
                           .int64s = integers,
                           .holes = holes});
    CHECK(rows.nested() && rows.steps(0) == 2 && rows.values(0) == 3 && rows.steps(1) == 0 && rows.values(1) == 0);
    CHECK(rows.step_splits(0)[1] - rows.step_splits(0)[0] == 3 && rows.step_splits(0)[2] == rows.step_splits(0)[1]);
    CHECK((ints(rows, 0) == std::vector<std::int64_t>{1, 2, 3}) && (ints(rows, 2) == std::vector<std::int64_t>{4}));
    CHECK(rows.holes(0)[1] && rows.holes(2) == holes + 3);
}

void test_floats_and_strings() {
    const float numbers[] = {0.5F, -1, 2, 3};
    const RaggedRows floats({.kind = Kind::floats, .rows = 3, .row_splits = row_splits, .floats = numbers});
    float read[2] = {};
    floats.floats(0, read);
    CHECK(read[0] == 0.5F && read[1] == -1);

    const std::string text = "abbccc";
    const auto* bytes = reinterpret_cast<const std::uint8_t*>(text.data());
    const std::int64_t offsets[] = {0, 1, 3, 6};
    const RaggedRows strings(
        {.kind = Kind::bytes, .rows = 3, .row_splits = row_splits, .bytes = bytes, .offsets = offsets});
    std::string joined;
    for (std::size_t row = 0; row < 3; ++row) {
        strings.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) {
            joined.append(reinterpret_cast<const char*>(data), size) += ",";
        });
        joined += ";";
    }
    CHECK(joined == "a,bb,;;ccc,;");
    CHECK(strings.end(0) == bytes + 6);
}

}  // namespace

int main() {
    test_flat();
    test_nested();
    test_floats_and_strings();
    return failures();
}
