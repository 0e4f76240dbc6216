// Where to go on reading behind a record that is damaged.
#pragma once

#include "wire/stretches.hpp"

namespace colonnade::record {

struct Step {
    bool found = false;      // records go on behind the bytes that were passed
    std::size_t passed = 0;  // bytes at the start of the buffer that are not read
    std::size_t needed = 0;  // bytes the rest must hold before another try is of use
};

// Looks for the end of the damage at the start of the first buffer. A record whose length is sound ends where it says,
// if a header or the end of the file stands there. Otherwise a record begins where a sound one begins.
class Resync {
public:
    // Passes some bytes of `buffer`, which grows later unless it is `at_end`. The next buffer begins behind them.
    [[nodiscard]] Step step(Bytes buffer, bool at_end, Stretches& stretches);

private:
    [[nodiscard]] Step pass_record(Bytes buffer, bool at_end);
    [[nodiscard]] Step search(Bytes buffer, bool at_end, Stretches& stretches) const;

    bool searches_ = false;
};

}  // namespace colonnade::record
