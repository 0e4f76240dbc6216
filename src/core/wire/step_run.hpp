// The steps of a feature list as nearly all are written: every step a Feature with one packed list or short
// strings, every length one byte, every list of one kind. Fast because such a step is a few comparisons, and
// needs no entry of its own; for anything else walk() says no, and the general walk decides what is there.
#pragma once

#include "wire/feature.hpp"

namespace colonnade {

struct StepRun {
    std::uint32_t begin = 0;  // in the record
    std::uint32_t size = 0;
    std::uint32_t varints = 0;  // int64s: values, and the bytes of all headers, each of which is a varint too
    Kind kind = Kind::none;
};

using Splits = std::vector<std::int64_t, pool::Allocator<std::int64_t>>;

namespace step_runs {

// Walks a FeatureList message and adds to `splits` where the values of each step end; they begin at 0.
// Where it says no, `splits` is as it was.
[[nodiscard]] bool walk(const wire::Cursor& feature_list, StepRun& run, Splits& splits);

// `splits` are those of the run's steps, `steps` + 1 of them.
void int64s(Record record, const StepRun& run, std::span<const std::int64_t> splits, std::int64_t* out);
void floats(Record record, const StepRun& run, float* out);

// Bytes before the values of the step at `at`: its tag and size, its list's, and a packed payload's.
[[nodiscard]] inline std::size_t header(const std::uint8_t* at, Kind kind) {
    if (at[1] < 4) return 2U + at[1];
    return kind == Kind::bytes ? 4 : 6;
}

// Calls `use(data, size)` for each string.
template <typename Use>
void each_bytes(Record record, const StepRun& run, Use use) {
    const auto* at = record.data() + run.begin;
    const auto* end = at + run.size;
    while (at != end) {
        const auto* step_end = at + 2 + at[1];
        for (at += header(at, Kind::bytes); at != step_end; at += 2 + at[1]) use(at + 2, std::size_t{at[1]});
    }
}

}  // namespace step_runs
}  // namespace colonnade
