// Pass one over serialized tf.train.SequenceExample records: the context as in an Example, and beside it
// the feature lists, in which every step is a feature of its own.
#pragma once

#include "example.hpp"

namespace colonnade {

// The steps that one record holds for one key.
struct FeatureList {
    std::uint32_t first_step = 0;
    std::uint32_t steps = 0;
    std::uint32_t first_split = 0;
    std::uint32_t values = 0;
};

struct SequenceExampleIndex {
    ExampleIndex context;
    std::vector<FeatureList, pool::Allocator<FeatureList>> lists;  // [records, keys]
    std::vector<List, pool::Allocator<List>> steps;                // chunks lie in context.chunks
    // For each list one more than it has steps; where the values of each step begin, from 0.
    std::vector<std::int64_t, pool::Allocator<std::int64_t>> splits;

    [[nodiscard]] const FeatureList& list(std::size_t record, std::size_t key) const {
        return lists[record * context.keys + key];
    }
};

// Fills `index` or returns the first error, with record and byte.
[[nodiscard]] Error index_sequence_examples(std::span<const Record> records, const Keys& keys,
                                            SequenceExampleIndex& index);

// A step of another kind than declared is an error, even an empty one. Kind::none declares nothing.
[[nodiscard]] Error check_kinds(const SequenceExampleIndex& index, std::span<const Kind> kinds);

}  // namespace colonnade
