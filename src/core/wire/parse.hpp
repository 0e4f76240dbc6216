// Indexed records to one key's values: ragged (values and row splits), or of fixed length.
#pragma once

#include "ground/array.hpp"
#include "wire/wire_rows.hpp"

namespace colonnade {

struct Parsed {
    Array values;       // int64 or float32 [values]; for bytes uint8 [bytes]
    Array offsets;      // bytes only: int64 [values + 1]
    Array row_splits;   // ragged only: int64 [records + 1], of values, or of steps
    Array step_splits;  // feature lists only: int64 [steps + 1], of values
};

// What stands in for a feature that a record lacks; the pointer of the key's kind is set.
struct FixedDefault {
    const std::int64_t* int64s = nullptr;
    const float* floats = nullptr;
    const std::uint8_t* bytes = nullptr;
    const std::int64_t* offsets = nullptr;
};

// Values of another kind than declared are an error; an empty list is none of any kind.
[[nodiscard]] Error check_kinds(const ExampleIndex& index, std::span<const Kind> kinds);

[[nodiscard]] Error parse_ragged(const WireRows& rows, Parsed& out);
[[nodiscard]] Error parse_ragged(const WireSteps& rows, Parsed& out);

// An error for the first record that lacks the feature list; one without steps is there.
[[nodiscard]] Error require(const WireSteps& rows);

// `size` values a record, the default where a record has none; without a default that is an error.
[[nodiscard]] Error parse_fixed(const WireRows& rows, std::size_t size, const FixedDefault* default_value, Parsed& out);

}  // namespace colonnade
