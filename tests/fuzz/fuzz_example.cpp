// Examples: walked and encoded in one step against parsed and encoded then.
#include "two_ways.hpp"

namespace {

using namespace colonnade;

// Features of one fixed length are the same values, without row splits.
void check_fixed(const WireRows& rows) {
    const auto size = rows.values(0);
    Parsed fixed, ragged;
    if (parse_fixed(rows, size, nullptr, fixed)) return;
    HOLDS(!parse_ragged(rows, ragged));
    HOLDS(fuzz::same(fixed.values, ragged.values) && fuzz::same(fixed.offsets, ragged.offsets));
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const fuzz::Choices choices(input);
    const auto records = fuzz::records_of(input);
    const Keys keys(choices.keys);
    ExampleIndex index;
    const auto error = index_examples(records.views(), keys, index);
    fuzz::check_walk(records.views(), error, [](std::span<const Record> some, const Keys& wanted) {
        ExampleIndex other;
        return index_examples(some, wanted, other);
    });
    if (error || check_kinds(index, choices.kinds)) return 0;

    std::vector<Rows> wire, parsed;
    std::vector<fuzz::Ragged> owners;
    for (std::size_t key = 0; key < 2; ++key) {
        const WireRows rows(records.views(), index, key, choices.kinds[key]);
        check_fixed(rows);
        wire.push_back(rows);
        owners.emplace_back(rows);
        parsed.push_back(owners.back().rows());
    }
    for (const bool context : {false, true}) fuzz::check_encoding(choices, context, wire, parsed);
    return 0;
}
