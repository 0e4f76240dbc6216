// What can be wrong with foreign Arrow data, and where.
#pragma once

#include <cstdint>

namespace colonnade::arrow {

// Every way in which foreign Arrow data can be wrong. bind_arrow.cpp says each in words.
enum class Problem : std::uint8_t {
    none,
    released,        // a struct whose owner has already let it go
    unsupported,     // a type that is no list, number or string
    bad_layout,      // got, expected: buffers, or children with `format` "+"
    missing_buffer,  // got: index of a buffer that is null though it is needed
    bad_length,      // got: a length, offset or null count that cannot be; expected: what bounds it
    bad_offsets,     // got: an offset or size that falls, is negative or ends beyond `expected`
    bad_index,       // got: an index outside a dictionary of `expected` values
    null_value,      // a null where a value must be
    beyond_int64,    // an unsigned value of 2^63 or more
    too_deep,        // nested beyond limits::nesting
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
