// Ids around both ends of the range, at every place of rows of every small length.
#include "kernels/bounds.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "check.hpp"
#include "random.hpp"

namespace {

using colonnade::cpu::Level;

void check_all(const std::vector<std::int64_t>& ids, std::int64_t num_buckets) {
    const bool expected = std::ranges::all_of(ids, [&](auto id) { return id >= 0 && id < num_buckets; });
    for (const auto level : {Level::portable, Level::simd128, Level::bmi2, Level::avx512}) {
        if (level > colonnade::cpu::supported()) continue;
        CHECK(colonnade::bounds::all_below(ids.data(), ids.size(), num_buckets, level) == expected);
    }
}

}  // namespace

int main() {
    Random random(9);
    for (const std::int64_t num_buckets : {std::int64_t{1}, std::int64_t{1000}, std::int64_t{1} << 40, INT64_MAX}) {
        for (std::size_t size = 0; size < 40; ++size) {
            std::vector<std::int64_t> ids(size);
            for (auto& id : ids)
                id = static_cast<std::int64_t>(random.next() % static_cast<std::uint64_t>(num_buckets));
            check_all(ids, num_buckets);
            for (auto& id : ids) {
                for (const auto odd : {std::int64_t{-1}, INT64_MIN, num_buckets, num_buckets - 1, INT64_MAX}) {
                    const auto kept = std::exchange(id, odd);
                    check_all(ids, num_buckets);
                    id = kept;
                }
            }
        }
    }
    return failures();
}
