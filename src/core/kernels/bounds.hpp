// Whether all ids of a row lie in [0, num_buckets).
#pragma once

#include <cstddef>
#include <cstdint>

#include "ground/cpu.hpp"

namespace colonnade::bounds {

[[nodiscard]] bool all_below(const std::int64_t* ids, std::size_t count, std::int64_t num_buckets);
// Equal at every level.
[[nodiscard]] bool all_below(const std::int64_t* ids, std::size_t count, std::int64_t num_buckets, cpu::Level level);

}  // namespace colonnade::bounds
