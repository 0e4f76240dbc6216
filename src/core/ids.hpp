// The values of one row to ids: what each categorical column means.
#pragma once

#include "fingerprint64.hpp"
#include "rows.hpp"

namespace colonnade {

inline constexpr std::int64_t no_id = -1;

enum class Op : std::uint8_t { identity, hash, numbers };

struct IdPlan {
    Op op = Op::identity;
    std::int64_t num_buckets = 1;
    bool has_default = false;
    std::int64_t default_id = 0;  // identity: stands in for ids out of range
};

namespace ids {

[[nodiscard]] inline bool is_hole(const bool* holes, std::size_t i) { return holes != nullptr && holes[i]; }

template <typename Rows>
void hash(const IdPlan& plan, const Rows& rows, std::size_t row, std::int64_t* out) {
    const auto buckets = static_cast<std::uint64_t>(plan.num_buckets);
    if (rows.kind() == Kind::bytes) {
        rows.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) {
            *out++ = static_cast<std::int64_t>(fingerprint64(data, size) % buckets);
        });
        return;
    }
    rows.int64s(row, out);
    for (std::size_t i = 0; i < rows.values(row); ++i) {
        out[i] = static_cast<std::int64_t>(fingerprint64_of_decimal(out[i]) % buckets);
    }
}

// An id out of range is an error whose step is the index of the value in its row.
template <typename Rows>
[[nodiscard]] Error identity(const IdPlan& plan, const Rows& rows, std::size_t row, std::int64_t* out) {
    rows.int64s(row, out);
    const bool* holes = rows.holes(row);
    for (std::size_t i = 0; i < rows.values(row); ++i) {
        if (static_cast<std::uint64_t>(out[i]) < static_cast<std::uint64_t>(plan.num_buckets)) continue;
        if (is_hole(holes, i)) continue;
        if (!plan.has_default) {
            Error error;
            error.code = Code::id_out_of_range;
            error.record = static_cast<std::int64_t>(row);
            error.step = static_cast<std::int64_t>(i);
            error.got = out[i];
            error.expected = plan.num_buckets;
            return error;
        }
        out[i] = plan.default_id;
    }
    return {};
}

// All ids of one row.
template <typename Rows>
[[nodiscard]] Error make(const IdPlan& plan, const Rows& rows, std::size_t row, std::int64_t* out) {
    if (plan.op == Op::hash) {
        hash(plan, rows, row, out);
    } else if (auto error = identity(plan, rows, row, out)) {
        return error;
    }
    if (const bool* holes = rows.holes(row)) {
        for (std::size_t i = 0; i < rows.values(row); ++i) {
            if (holes[i]) out[i] = no_id;
        }
    }
    return {};
}

}  // namespace ids
}  // namespace colonnade
