// Examples and SequenceExamples from columns: bytes by hand, exact sizes, limits, values that change.
#include "write/records.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include "check.hpp"
#include "ground/limits.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::write;

std::string field(int number, const std::string& bytes) {
    return std::string(1, static_cast<char>(number << 3 | 2)) + static_cast<char>(bytes.size()) + bytes;
}

std::string entry(const std::string& key, const std::string& message) {
    return field(1, field(1, key) + field(2, message));
}

std::string ints(const std::string& packed) { return packed.empty() ? "" : field(3, field(1, packed)); }

// Every record of a table, written into an allocation of exactly their size.
std::vector<std::string> written(const Table& table) {
    Records records(table);
    CHECK(!records.measure());
    const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[records.bytes()]);
    CHECK(!records.write(memory.get()));
    std::vector<std::string> out;
    const auto* at = memory.get();
    for (std::size_t row = 0; row < table.rows; ++row) {
        out.emplace_back(at, at + records.record_bytes(row));
        at += records.record_bytes(row);
    }
    CHECK(at == memory.get() + records.bytes());
    return out;
}

const std::vector<std::int64_t> numbers{1, 2, 3};
const std::vector<std::int64_t> rows_of_two{0, 2, 3};

Column column(const char* key, const std::vector<std::int64_t>& row_splits) {
    Column made;
    made.key = key;
    made.values.int64s = numbers.data();
    made.row_splits = row_splits.data();
    return made;
}

void examples() {
    const std::vector<std::int64_t> one_row_empty{0, 0, 3};
    const Column columns[] = {column("a", rows_of_two), column("", one_row_empty)};
    const auto records = written({2, columns, {}, false});
    CHECK(records[0] == field(1, entry("a", ints("\1\2")) + entry("", "")));
    CHECK(records[1] == field(1, entry("a", ints("\3")) + entry("", ints("\1\2\3"))));
    CHECK(written({2, {}, {}, false}) == std::vector<std::string>(2, field(1, "")));
    CHECK(written({0, {}, {}, false}).empty());
}

void sequences() {
    const Column context[] = {column("c", rows_of_two)};
    const std::vector<std::int64_t> row_splits{0, 3, 3};
    const std::vector<std::int64_t> steps{0, 2, 2, 3};
    Column lists[] = {column("l", row_splits), column("m", row_splits)};
    lists[1].step_splits = steps.data();
    const auto records = written({2, context, lists, true});
    const auto one_a_step = field(1, ints("\1")) + field(1, ints("\2")) + field(1, ints("\3"));
    const auto several = field(1, ints("\1\2")) + field(1, "") + field(1, ints("\3"));
    CHECK(records[0] == field(1, entry("c", ints("\1\2"))) + field(2, entry("l", one_a_step) + entry("m", several)));
    CHECK(records[1] == field(1, entry("c", ints("\3"))) + field(2, entry("l", "") + entry("m", "")));
    CHECK(written({1, {}, {}, true})[0] == field(1, "") + field(2, ""));
}

void steps_of_different_kinds() {
    const std::vector<float> floats{0, 0, 0};
    const std::vector<std::int64_t> row_splits{0, 3};
    const Kind kinds[] = {Kind::int64s, Kind::floats, Kind::int64s};
    Column lists[] = {column("l", row_splits)};
    lists[0].values.floats = floats.data();
    lists[0].kinds = kinds;
    const auto a_float = field(1, field(2, field(1, std::string(4, '\0'))));
    CHECK(written({1, {}, lists, true})[0] ==
          field(1, "") + field(2, entry("l", field(1, ints("\1")) + a_float + field(1, ints("\3")))));
}

// The strings need not be there to be measured: nothing is read, and nothing allocated, before the limits.
void limits_are_checked_by_size_alone() {
    std::vector<std::int64_t> offsets(11);
    for (std::size_t i = 0; i < offsets.size(); ++i) offsets[i] = static_cast<std::int64_t>(i) << 30;
    const std::vector<std::int64_t> row_splits{0, 1, 3};
    Column columns[] = {column("a", row_splits)};
    columns[0].kind = Kind::bytes;
    columns[0].values.offsets = offsets.data();
    const Table table{2, columns, {}, false};
    Records large(table);
    const auto error = large.measure();
    CHECK(error.code == Code::written_too_large && error.record == 1);
    CHECK(error.got > (std::int64_t{1} << 31) && error.expected == static_cast<std::int64_t>(limits::record_bytes));

    std::vector<std::int64_t> far(20);
    std::vector<std::int64_t> each(20);
    for (std::size_t i = 0; i < far.size(); ++i) {
        far[i] = static_cast<std::int64_t>(i) << 30;
        each[i] = static_cast<std::int64_t>(i);
    }
    columns[0].row_splits = each.data();
    columns[0].values.offsets = far.data();
    const Table many{19, columns, {}, false};
    Records all(many);
    const auto in_all = all.measure();
    CHECK(in_all.code == Code::too_large && in_all.record == 15);  // sixteen records of 1 GiB and some bytes
}

void values_that_change() {
    std::vector<std::int64_t> changing{1, 2, 3};
    Column features[] = {column("a", rows_of_two), column("b", rows_of_two)};
    features[1].values.int64s = changing.data();
    for (const bool in_lists : {false, true}) {
        changing = {1, 2, 3};
        Table table{2, features, {}, in_lists};
        if (in_lists) table = {2, std::span(features).first(1), std::span(features).last(1), true};
        Records records(table);
        CHECK(!records.measure());
        const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[records.bytes()]);
        changing[2] = -1;
        const auto error = records.write(memory.get());
        CHECK(error.code == Code::values_changed && error.key == 1 && error.record == 1);
    }
}

}  // namespace

int main() {
    examples();
    sequences();
    steps_of_different_kinds();
    limits_are_checked_by_size_alone();
    values_that_change();
    return failures();
}
