// SequenceExamples: walked and encoded in one step against parsed and encoded then, feature lists and contexts.
#include "two_ways.hpp"

namespace {

using namespace colonnade;

template <typename RowsOf>
void check(const fuzz::Choices& choices, bool context, RowsOf rows_of) {
    std::vector<Rows> wire, parsed;
    std::vector<fuzz::Ragged> owners;
    for (std::size_t key = 0; key < 2; ++key) {
        const auto rows = rows_of(key);
        wire.push_back(rows);
        owners.emplace_back(rows);
        parsed.push_back(owners.back().rows());
    }
    fuzz::check_encoding(choices, context, wire, parsed);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const fuzz::Choices choices(input);
    const auto records = fuzz::records_of(input);
    const auto all = records.views();
    const Keys keys(choices.keys);
    SequenceExampleIndex index;
    const auto error = index_sequence_examples(all, keys, index);
    fuzz::check_walk(all, error, [](std::span<const Record> some, const Keys& wanted) {
        SequenceExampleIndex other;
        return index_sequence_examples(some, wanted, other);
    });
    if (error) return 0;
    if (!check_kinds(index, choices.kinds)) {
        check(choices, false, [&](std::size_t key) { return WireSteps(all, index, key, choices.kinds[key]); });
    }
    if (!check_kinds(index.context, choices.kinds)) {
        check(choices, true, [&](std::size_t key) { return WireRows(all, index.context, key, choices.kinds[key]); });
    }
    return 0;
}
