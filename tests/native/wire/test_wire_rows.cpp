// Rows where they lie in records: one list a row, and one list a step.
#include "wire/wire_rows.hpp"

#include "check.hpp"
#include "records.hpp"

namespace {

using namespace colonnade;
using records::Bytes;
using records::entry;
using records::feature;
using records::feature_list;
using Int64s = std::vector<std::int64_t>;

const Keys keys({"ids", "words", "numbers"});

std::vector<std::string> strings(const RowsOfKey auto& rows, std::size_t row) {
    std::vector<std::string> out;
    rows.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) {
        CHECK(data + size <= rows.end(row));
        out.emplace_back(data, data + size);
    });
    return out;
}

Int64s ints(const RowsOfKey auto& rows, std::size_t row) {
    Int64s out(rows.values(row));
    rows.int64s(row, out.data());
    return out;
}

void test_examples() {
    const records::Records all({records::example({entry("ids", feature(Int64s{1, -2})),
                                                  entry("words", feature(std::vector<std::string>{"", "abc"}))}),
                                records::example({entry("numbers", feature(std::vector<float>{0.5F}))})});
    ExampleIndex index;
    CHECK(!index_examples(all.views(), keys, index));
    const WireRows ids(all.views(), index, 0, Kind::int64s), words(all.views(), index, 1, Kind::bytes);
    CHECK(ids.rows() == 2 && ids.kind() == Kind::int64s && !ids.nested() && !ids.normalized());
    CHECK(ids.steps(0) == 2 && (ints(ids, 0) == Int64s{1, -2}) && ids.values(1) == 0 && ints(ids, 1).empty());
    CHECK((strings(words, 0) == std::vector<std::string>{"", "abc"}) && strings(words, 1).empty());
    CHECK(words.bytes_bound(0) >= 3 && words.bytes_bound(1) == 0);
    float number = 0;
    WireRows(all.views(), index, 2, Kind::floats).floats(1, &number);
    CHECK(number == 0.5F);
}

// As a run of usual steps, and as steps of any other form.
void test_steps() {
    const auto unpacked = records::field(3, {0x08, 0x01, 0x08, 0x7F});
    const records::Records all(
        {records::sequence_example(
             {}, {entry("ids", feature_list({feature(Int64s{1, 127}), feature(Int64s{}), feature(Int64s{3})})),
                  entry("words", feature_list({feature(std::vector<std::string>{"a", "bc"}), {}}))}),
         records::sequence_example(
             {}, {entry("ids", feature_list({unpacked, {}, feature(Int64s{3})})),
                  entry("words", feature_list({feature(std::vector<std::string>{"a", std::string(200, 'b')})})),
                  entry("numbers", {})})});
    SequenceExampleIndex index;
    CHECK(!index_sequence_examples(all.views(), keys, index));
    const WireSteps ids(all.views(), index, 0, Kind::int64s), words(all.views(), index, 1, Kind::bytes);
    CHECK(index.run(index.list(0, 0)) != nullptr && index.run(index.list(1, 0)) == nullptr);
    for (const std::size_t row : {0, 1}) {
        CHECK(ids.nested() && ids.steps(row) == 3 && (ints(ids, row) == Int64s{1, 127, 3}));
        const auto* splits = ids.step_splits(row);
        CHECK(splits[1] - splits[0] == 2 && splits[2] == splits[1] && splits[3] - splits[2] == 1);
    }
    CHECK((strings(words, 0) == std::vector<std::string>{"a", "bc"}) && words.steps(0) == 2);
    CHECK(strings(words, 1).at(1) == std::string(200, 'b'));
    CHECK(words.bytes_bound(0) >= 3 && words.bytes_bound(1) >= 201);
    const WireSteps numbers(all.views(), index, 2, Kind::floats);
    CHECK(!numbers.present(0) && numbers.present(1) && numbers.steps(1) == 0);
    numbers.floats(0, nullptr);
    numbers.floats(1, nullptr);
}

}  // namespace

int main() {
    test_examples();
    test_steps();
    return failures();
}
