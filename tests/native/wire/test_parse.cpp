// Parsing keys to arrays: ragged and of fixed length, of every kind, with and without defaults.
#include "wire/parse.hpp"

#include "check.hpp"
#include "ended.hpp"
#include "records.hpp"

namespace {

using namespace colonnade;
using records::Bytes;
using records::entry;
using records::feature;
using records::feature_list;
using Int64s = std::vector<std::int64_t>;
using Floats = std::vector<float>;
using Strings = std::vector<std::string>;

template <typename T>
std::vector<T> items(const Array& array) {
    return {array.as<T>(), array.as<T>() + array.shape[0]};
}

std::string text(const Array& bytes) { return {bytes.as<char>(), bytes.as<char>() + bytes.shape[0]}; }

// Records, each with one feature named "a" or without any.
struct Examples {
    records::Records records;
    Keys keys{{"a"}};
    ExampleIndex index;
    Kind kind;

    Examples(Kind of, std::initializer_list<Bytes> features) : kind(of) {
        for (const auto& one : features) records.add(one.empty() ? Bytes{} : records::example({entry("a", one)}));
        CHECK(!index_examples(records.views(), keys, index));
    }
    [[nodiscard]] WireRows rows() const { return {records.views(), index, 0, kind}; }
};

const Examples integers(Kind::int64s, {feature(Int64s{1, -2}), {}, feature(Int64s{3, 4})});
const Examples numbers(Kind::floats, {feature(Floats{0.5F}), {}});
const Examples words(Kind::bytes, {feature(Strings{"a", std::string(100, 'b')}), {}, feature(Strings{"", "cc"})});

void test_ragged() {
    Parsed out;
    CHECK(!parse_ragged(integers.rows(), out));
    CHECK((items<std::int64_t>(out.row_splits) == Int64s{0, 2, 2, 4}));
    CHECK((items<std::int64_t>(out.values) == Int64s{1, -2, 3, 4}) && !out.step_splits && !out.offsets);
    CHECK(!parse_ragged(numbers.rows(), out) && (items<float>(out.values) == Floats{0.5F}));
    CHECK(!parse_ragged(words.rows(), out));
    CHECK((items<std::int64_t>(out.row_splits) == Int64s{0, 2, 2, 4}));
    CHECK((items<std::int64_t>(out.offsets) == Int64s{0, 1, 101, 101, 103}));
    CHECK(text(out.values) == "a" + std::string(100, 'b') + "cc");
    const Examples none(Kind::bytes, {});
    CHECK(!parse_ragged(none.rows(), out) && (items<std::int64_t>(out.row_splits) == Int64s{0}));
    CHECK((items<std::int64_t>(out.offsets) == Int64s{0}) && text(out.values).empty());
}

void test_feature_lists() {
    const auto list = feature_list({feature(Int64s{1, 2}), {}, feature(Int64s{3})});
    const auto other = feature_list({feature(Int64s{4}), feature(Int64s{5, 6})});
    const records::Records all({records::sequence_example({}, {entry("a", list)}),
                                records::sequence_example({}, {entry("a", {})}), records::sequence_example({}, {}),
                                records::sequence_example({}, {entry("a", other)})});
    const Keys keys({"a"});
    SequenceExampleIndex index;
    CHECK(!index_sequence_examples(all.views(), keys, index));
    const WireSteps rows(all.views(), index, 0, Kind::int64s);
    Parsed out;
    CHECK(!parse_ragged(rows, out));
    CHECK((items<std::int64_t>(out.row_splits) == Int64s{0, 3, 3, 3, 5}));
    CHECK((items<std::int64_t>(out.step_splits) == Int64s{0, 2, 2, 3, 4, 6}));
    CHECK((items<std::int64_t>(out.values) == Int64s{1, 2, 3, 4, 5, 6}));
    // A list without steps is there, an absent one is not.
    const auto missing = require(rows);
    CHECK(missing.code == Code::missing_feature && missing.record == 2);
}

void test_fixed() {
    Parsed out;
    const std::int64_t nines[] = {9, 8};
    const FixedDefault default_integers{.int64s = nines};
    CHECK(!parse_fixed(integers.rows(), 2, &default_integers, out));
    CHECK((items<std::int64_t>(out.values) == Int64s{1, -2, 9, 8, 3, 4}) && !out.row_splits);
    const float half[] = {7};
    const FixedDefault default_numbers{.floats = half};
    CHECK(!parse_fixed(numbers.rows(), 1, &default_numbers, out) && (items<float>(out.values) == Floats{0.5F, 7}));
    const std::string default_text = "xyz";
    const std::int64_t offsets[] = {0, 1, 3};
    const FixedDefault default_words{.bytes = reinterpret_cast<const std::uint8_t*>(default_text.data()),
                                     .offsets = offsets};
    CHECK(!parse_fixed(words.rows(), 2, &default_words, out));
    CHECK((items<std::int64_t>(out.offsets) == Int64s{0, 1, 101, 102, 104, 104, 106}));
    CHECK(text(out.values) == "a" + std::string(100, 'b') + "xyz" + "cc");
}

void test_fixed_errors() {
    Parsed out;
    const auto missing = parse_fixed(integers.rows(), 2, nullptr, out);
    CHECK(missing.code == Code::missing_feature && missing.record == 1 && missing.expected == 2);
    const std::int64_t nines[] = {9};
    const FixedDefault default_integers{.int64s = nines};
    const auto wrong = parse_fixed(integers.rows(), 1, &default_integers, out);
    CHECK(wrong.code == Code::wrong_count && wrong.record == 0 && wrong.got == 2 && wrong.expected == 1);
}

void test_kinds() {
    const Kind floats[] = {Kind::floats}, nothing[] = {Kind::none}, right[] = {Kind::int64s};
    const auto error = check_kinds(integers.index, floats);
    CHECK(error.code == Code::wrong_kind && error.record == 0 && error.key == 0);
    CHECK(error.got == static_cast<std::int64_t>(Kind::int64s));
    CHECK(!check_kinds(integers.index, nothing) && !check_kinds(integers.index, right));
    // An empty list holds no value of any kind.
    const Examples empty(Kind::floats, {feature(Int64s{}), feature(Floats{2})});
    CHECK(!check_kinds(empty.index, floats));
    Parsed out;
    CHECK(!parse_ragged(empty.rows(), out) && items<float>(out.values) == Floats{2});
}

// Every pass over records can be left between two of them.
void test_ended() {
    const auto ends = [](Kind kind, const Bytes& one) {
        records::Records records;
        for (int record = 0; record < 2000; ++record) records.add(records::example({entry("a", one)}));
        const Keys keys{{"a"}};
        ExampleIndex index;
        const auto walked = ended::everywhere([&] {
            ExampleIndex fresh;
            CHECK(!index_examples(records.views(), keys, fresh));
        });
        CHECK(!index_examples(records.views(), keys, index));
        const WireRows rows(records.views(), index, 0, kind);
        const auto ragged = ended::everywhere([&] {
            Parsed out;
            CHECK(!parse_ragged(rows, out) && out.row_splits.as<std::int64_t>()[2000] == 6000);
        });
        const auto fixed = ended::everywhere([&] {
            Parsed out;
            CHECK(!parse_fixed(rows, 3, nullptr, out) && out.values);
        });
        return walked >= 5 && ragged >= 5 && fixed >= 5;
    };
    CHECK(ends(Kind::int64s, feature(Int64s{1, 2, 3})));
    CHECK(ends(Kind::floats, feature(Floats{1, 2, 3})));
    CHECK(ends(Kind::bytes, feature(Strings{"a", "", "bc"})));
}

}  // namespace

int main() {
    test_ended();
    test_ragged();
    test_feature_lists();
    test_fixed();
    test_fixed_errors();
    test_kinds();
    return failures();
}
