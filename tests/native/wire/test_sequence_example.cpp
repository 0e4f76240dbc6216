// Pass one over SequenceExamples: which lists are there, what replaces what, what leaves no trace, and what is refused.
#include "wire/sequence_example.hpp"

#include "check.hpp"
#include "records.hpp"

namespace {

using namespace colonnade;
using records::Bytes;
using records::entry;
using records::feature;
using records::feature_list;
using records::field;
using records::joined;
using records::sequence_example;
using Int64s = std::vector<std::int64_t>;

const Keys keys({"a", "b"});

struct Indexed {
    records::Records records;
    SequenceExampleIndex index;
    Error error;

    explicit Indexed(std::initializer_list<Bytes> all) : records(all) {
        error = index_sequence_examples(records.views(), keys, index);
    }
};

Int64s splits(const SequenceExampleIndex& index, const FeatureList& list) {
    const auto all = index.splits_of(list);
    return {all.begin(), all.end()};
}

Bytes steps_of(const std::vector<Int64s>& steps) {
    std::vector<Bytes> features;
    for (const auto& step : steps) features.push_back(feature(step));
    return feature_list(features);
}

void test_lists() {
    const Indexed one({sequence_example({entry("b", feature(Int64s{7}))}, {entry("a", steps_of({{1, 2}, {}, {3}}))})});
    CHECK(!one.error);
    const auto& list = one.index.list(0, 0);
    CHECK(list.steps == 3 && list.values == 3 && one.index.run(list) != nullptr);
    CHECK((splits(one.index, list) == Int64s{0, 2, 2, 3}));
    CHECK(one.index.context.list(0, 1).values == 1 && one.index.context.list(0, 0).kind == Kind::none);
    // An absent list, and one without steps.
    const auto& absent = one.index.list(0, 1);
    CHECK(absent.steps == 0 && absent.first_split == 0 && (splits(one.index, absent) == Int64s{0}));
    const Indexed empty({sequence_example({}, {entry("a", {})})});
    CHECK(empty.index.list(0, 0).steps == 0 && empty.index.list(0, 0).first_split != 0);
}

// Steps that are no run are lists each, and the splits are the same.
void test_general_lists() {
    const auto unpacked = field(1, field(3, {0x08, 0x01, 0x08, 0x02}));
    const Indexed general({sequence_example({}, {entry("a", joined({unpacked, steps_of({{}, {3}})}))})});
    CHECK(!general.error);
    const auto& list = general.index.list(0, 0);
    CHECK(general.index.run(list) == nullptr && list.steps == 3 && list.values == 3);
    CHECK((splits(general.index, list) == Int64s{0, 2, 2, 3}));
    CHECK(general.index.steps[list.first_step].kind == Kind::int64s);
    // A value of the entry that comes in two parts is one list.
    const auto parts =
        field(1, joined({field(1, records::text("a")), field(2, steps_of({{1}})), field(2, steps_of({{2, 3}}))}));
    const Indexed split({sequence_example({}, {parts})});
    CHECK((splits(split.index, split.index.list(0, 0)) == Int64s{0, 1, 3}));
}

void test_what_is_replaced_or_skipped() {
    const Indexed twice({sequence_example({}, {entry("a", steps_of({{1}, {2}})), entry("a", steps_of({{3}}))})});
    CHECK(twice.index.list(0, 0).steps == 1 && twice.index.list(0, 0).values == 1);
    // What nobody wants leaves no trace.
    const auto unpacked = field(1, field(3, {0x08, 0x01, 0x48, 0x00, 0x08, 0x02}));
    const Indexed unwanted({sequence_example({}, {entry("x", steps_of({{1}})), entry("y", unpacked)})});
    CHECK(!unwanted.error && unwanted.index.splits.size() == 1 && unwanted.index.steps.empty());
    CHECK(unwanted.index.runs.empty() && unwanted.index.context.chunks.empty());
    // Unknown fields, and parts in any order.
    const auto lists = field(2, entry("a", steps_of({{1}}))), context = field(1, entry("b", feature(Int64s{2})));
    const Indexed any({joined({{0x18, 0x05}, lists, context}), joined({context, lists})});
    CHECK(!any.error);
    for (const std::size_t record : {0, 1}) {
        CHECK(any.index.list(record, 0).values == 1 && any.index.context.list(record, 1).values == 1);
    }
}

void test_kinds() {
    const auto floats = feature(std::vector<float>{1});
    const Indexed run({sequence_example({}, {entry("b", feature_list({{}, floats}))})});
    const Kind wanted[] = {Kind::int64s, Kind::int64s};
    const auto in_run = check_kinds(run.index, wanted);
    CHECK(in_run.code == Code::wrong_kind && in_run.record == 0 && in_run.key == 1 && in_run.step == 1);
    CHECK(in_run.got == static_cast<std::int64_t>(Kind::floats));
    const Indexed mixed(
        {sequence_example({}, {}), sequence_example({}, {entry("a", feature_list({feature(Int64s{1}), {}, floats}))})});
    const auto in_lists = check_kinds(mixed.index, wanted);
    CHECK(in_lists.code == Code::wrong_kind && in_lists.record == 1 && in_lists.key == 0 && in_lists.step == 2);
    const Indexed empty(
        {sequence_example({}, {entry("a", feature_list({feature(std::vector<float>{}), {}})),
                               entry("b", feature_list({feature(Int64s{}), floats, feature(Int64s{})}))})});
    const auto after_empty = check_kinds(empty.index, wanted);
    CHECK(after_empty.code == Code::wrong_kind && after_empty.key == 1 && after_empty.step == 1);
    const Kind unwanted[] = {Kind::none, Kind::none};
    CHECK(!check_kinds(run.index, unwanted) && !check_kinds(mixed.index, unwanted));
    const Kind right[] = {Kind::bytes, Kind::floats};
    CHECK(!check_kinds(run.index, right) && !check_kinds(empty.index, right));
}

void test_malformed() {
    const auto good = sequence_example({}, {entry("a", steps_of({{1}}))});
    auto cut = good;
    cut.pop_back();
    const Indexed bad({good, cut});
    CHECK(bad.error.code == Code::truncated && bad.error.record == 1);
    CHECK(Indexed({field(2, field(1, joined({field(1, {0xFF}), field(2, {})})))}).error.code == Code::bad_utf8);
    CHECK(Indexed({sequence_example({}, {entry("x", {0x0F})})}).error.code == Code::bad_wire_type);
}

}  // namespace

int main() {
    test_lists();
    test_general_lists();
    test_what_is_replaced_or_skipped();
    test_kinds();
    test_malformed();
    return failures();
}
