// Pass one over serialized tf.train.Example records: walks each record once, validates all of it as
// protobuf would, and notes where the lists of the wanted keys lie. Pass two (lists.hpp) only decodes.
#pragma once

#include <algorithm>

#include "ground/cpu.hpp"
#include "ground/interrupt.hpp"
#include "ground/threads.hpp"
#include "wire/feature.hpp"

namespace colonnade {

// How many messages and groups may still open inside each message.
namespace depth {
inline constexpr int example = limits::nesting;
inline constexpr int features = example - 1;
inline constexpr int entry = features - 1;
inline constexpr int feature = entry - 1;
}  // namespace depth

struct ExampleIndex {
    std::size_t keys = 0;
    std::vector<List, pool::Allocator<List>> lists;  // [records, keys]
    Chunks chunks;

    [[nodiscard]] const List& list(std::size_t record, std::size_t key) const { return lists[record * keys + key]; }
};

// Fills `index` or returns the first error, with record and byte. The answer is the same for any number of
// threads.
[[nodiscard]] Error index_examples(std::span<const Record> records, const Keys& keys, ExampleIndex& index,
                                   std::size_t threads = 1);

// Walks one Features message into the `lists` of one record.
[[nodiscard]] Error walk_features(wire::Cursor features, KeyFinder& finder, List* lists, Chunks& chunks);

// Whether protobuf could hold each record, and the index all of them.
[[nodiscard]] Error check_sizes(std::span<const Record> records);

// Asks for a record's memory. Of a short one the first line is enough: what follows it comes by itself.
inline void ask_for(Record record) {
    constexpr std::size_t line = 64;
    cpu::prefetch(record.data());
    if (record.size() < 8 * line || record.size() > 64 * line) return;
    for (auto at = line; at < record.size(); at += line) cpu::prefetch(record.data() + at);
}

// Calls `walk(cursor, record)` for each record and completes its error. Records lie scattered, so they are asked
// for some time before they are walked.
template <typename Walk>
[[nodiscard]] Error walk_records(std::span<const Record> records, Walk walk) {
    constexpr std::size_t ahead = 4;
    interrupt::Pace pace;
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (i + ahead < records.size()) ask_for(records[i + ahead]);
        auto error = walk(wire::Cursor(records[i].data(), records[i].data() + records[i].size()), i);
        if (error) {
            error.record = static_cast<std::int64_t>(i);
            return error;
        }
        pace(records[i].size());
    }
    return {};
}

}  // namespace colonnade
