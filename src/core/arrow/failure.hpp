// What can be wrong with foreign Arrow data, and where.
#pragma once

#include <cstdint>

namespace colonnade::arrow {

// Every way in which foreign Arrow data can be wrong. The names, behind "arrow_", are the contract with
// src/colonnade/errors/_words.py, as those of ground/error.hpp are.
enum class Problem : std::uint8_t {
    none,
    released,        // a struct whose owner has already let it go
    unsupported,     // a type that is no list, number or string: `format`
    bad_layout,      // got, expected: buffers, or children with `format` "+"
    missing_buffer,  // got: index of a buffer that is null though it is needed
    bad_length,      // got: a length, offset or null count that cannot be; expected: what bounds it
    bad_offsets,     // got: an offset or size that falls, is negative or ends beyond `expected`
    bad_index,       // got: an index outside a dictionary of `expected` values
    null_value,      // a null where a value must be
    beyond_int64,    // got: the bits of an unsigned value of 2^63 or more
    too_deep,        // got: levels, expected: limits::nesting
    too_large,       // got: items or bytes wanted, expected: the limit
    out_of_memory,
};

struct [[nodiscard]] Failure {
    Problem problem = Problem::none;
    std::int64_t got = 0;
    std::int64_t expected = 0;
    const char* format = nullptr;  // the Arrow type concerned; lives as long as its schema
    // The place. Until a whole column is read, `row` counts the items of the level at fault.
    std::int64_t row = -1;
    std::int64_t step = -1;

    explicit operator bool() const { return problem != Problem::none; }
};

[[nodiscard]] constexpr const char* name(Problem problem) {
    switch (problem) {
        case Problem::none: return "none";
        case Problem::released: return "released";
        case Problem::unsupported: return "unsupported";
        case Problem::bad_layout: return "bad_layout";
        case Problem::missing_buffer: return "missing_buffer";
        case Problem::bad_length: return "bad_length";
        case Problem::bad_offsets: return "bad_offsets";
        case Problem::bad_index: return "bad_index";
        case Problem::null_value: return "null_value";
        case Problem::beyond_int64: return "beyond_int64";
        case Problem::too_deep: return "too_deep";
        case Problem::too_large: return "too_large";
        case Problem::out_of_memory: return "out_of_memory";
    }
    return "unknown";
}

[[nodiscard]] inline Failure fail(Problem problem, std::int64_t got = 0, std::int64_t expected = 0,
                                  std::int64_t row = -1) {
    Failure failure;
    failure.problem = problem;
    failure.got = got;
    failure.expected = expected;
    failure.row = row;
    return failure;
}

}  // namespace colonnade::arrow
