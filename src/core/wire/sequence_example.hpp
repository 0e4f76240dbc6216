// Pass one over serialized tf.train.SequenceExample records: the context as in an Example, and beside it
// the feature lists, in which every step is a feature of its own.
#pragma once

#include "wire/example.hpp"
#include "wire/step_run.hpp"

namespace colonnade {

// The steps that one record holds for one key: a run, or a list each.
struct FeatureList {
    static constexpr std::uint32_t no_run = UINT32_MAX;

    std::uint32_t run = no_run;
    std::uint32_t first_step = 0;
    std::uint32_t steps = 0;
    std::uint32_t first_split = 0;
    std::uint32_t values = 0;
};

struct SequenceExampleIndex {
    ExampleIndex context;
    std::vector<FeatureList, pool::Allocator<FeatureList>> lists;  // [records, keys]
    std::vector<List, pool::Allocator<List>> steps;                // chunks lie in context.chunks
    std::vector<StepRun, pool::Allocator<StepRun>> runs;
    // For each list one more than it has steps; where the values of each step begin, from 0.
    Splits splits;

    [[nodiscard]] const FeatureList& list(std::size_t record, std::size_t key) const {
        return lists[record * context.keys + key];
    }
    [[nodiscard]] const StepRun* run(const FeatureList& list) const {
        return list.run == FeatureList::no_run ? nullptr : &runs[list.run];
    }
    [[nodiscard]] std::span<const std::int64_t> splits_of(const FeatureList& list) const {
        return {splits.data() + list.first_split, list.steps + std::size_t{1}};
    }
};

// Fills `index` or returns the first error, with record and byte.
[[nodiscard]] Error index_sequence_examples(std::span<const Record> records, const Keys& keys,
                                            SequenceExampleIndex& index);

// Values of another kind than declared are an error; an empty list is none of any kind. Kind::none declares nothing.
[[nodiscard]] Error check_kinds(const SequenceExampleIndex& index, std::span<const Kind> kinds);

}  // namespace colonnade
