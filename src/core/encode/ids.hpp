// The values of one row to ids: what each plain categorical column means.
#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "encode/row_fingerprints.hpp"
#include "kernels/bounds.hpp"
#include "kernels/modulo.hpp"
#include "kernels/normalize.hpp"
#include "kernels/vocabulary.hpp"

namespace colonnade {

inline constexpr std::int64_t no_id = -1;

// numbers makes no ids; raw keeps 64-bit values for a cross.
enum class Op : std::uint8_t { identity, hash, vocabulary, bucketize, raw, numbers };

struct IdPlan {
    Op op = Op::identity;
    std::int64_t num_buckets = 1;  // identity, hash: ids are below; vocabulary: out-of-vocabulary buckets, or 0
    Modulo modulo{1};              // by num_buckets, where that is not 0
    bool has_default = false;      // identity: whether default_id stands in for ids out of range
    std::int64_t default_id = 0;   // identity, vocabulary
    std::shared_ptr<const Vocabulary> vocabulary;
    std::vector<float> boundaries;       // bucketize: rising
    std::size_t positions = 1;           // bucketize: numbers in one step, each with buckets of its own
    std::vector<float> default_numbers;  // bucketize in a context: normalized, stands in for a row without numbers
    Normalizer normalizer;               // bucketize, numbers
};

// Values of a row that their column does not know; places without a value are none.
struct Outside {
    std::size_t vocabulary = 0;
    std::size_t range = 0;
};

namespace ids {

void hash(const IdPlan& plan, const RowsOfKey auto& rows, std::size_t row, std::int64_t* out) {
    if (rows.kind() == Kind::bytes) {
        each_fingerprint(rows, row, [&](std::uint64_t hash) { *out++ = static_cast<std::int64_t>(plan.modulo(hash)); });
        return;
    }
    rows.int64s(row, out);
    for (std::size_t i = 0; i < rows.values(row); ++i) {
        out[i] = static_cast<std::int64_t>(plan.modulo(fingerprint64_of_decimal(out[i])));
    }
}

// An id out of range is an error whose step is the index of the value in its row.
[[nodiscard]] Error identity(const IdPlan& plan, const RowsOfKey auto& rows, std::size_t row, std::int64_t* out,
                             Outside& outside) {
    rows.int64s(row, out);
    if (bounds::all_below(out, rows.values(row), plan.num_buckets)) return {};
    const bool* holes = rows.holes(row);
    for (std::size_t i = 0; i < rows.values(row); ++i) {
        if (static_cast<std::uint64_t>(out[i]) < static_cast<std::uint64_t>(plan.num_buckets)) continue;
        if (holes != nullptr && holes[i]) continue;
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
        ++outside.range;
    }
    return {};
}

// The id of a value outside of the vocabulary; `text_hash()` is the Fingerprint64 of its text, wanted for buckets only.
template <typename TextHash>
[[nodiscard]] std::int64_t unknown_id(const IdPlan& plan, TextHash text_hash) {
    if (plan.num_buckets == 0) return plan.default_id;
    return static_cast<std::int64_t>(plan.vocabulary->size() + plan.modulo(text_hash()));
}

void vocabulary(const IdPlan& plan, const RowsOfKey auto& rows, std::size_t row, std::int64_t* out, Outside& outside) {
    const bool* holes = rows.holes(row);
    const auto* begin = out;
    const auto count_unknown = [&] { outside.vocabulary += holes == nullptr || !holes[out - begin]; };
    if (rows.kind() == Kind::bytes) {
        const auto ahead = [&](std::span<const std::uint64_t> hashes) {
            for (const auto hash : hashes) plan.vocabulary->ask_for(hash);
        };
        const auto use = [&](const std::uint8_t* data, std::size_t size, std::uint64_t hash) {
            const std::string_view value(reinterpret_cast<const char*>(data), size);
            auto id = plan.vocabulary->find_padded(value, hash);
            if (id < 0) {
                count_unknown();
                id = unknown_id(plan, [&] { return hash; });
            }
            *out++ = id;
        };
        return gather_fingerprints(rows, row, ahead, use);
    }
    rows.int64s(row, out);
    for (const auto* end = out + rows.values(row); out < end; ++out) {
        const std::int64_t padded[] = {*out, 0};
        const std::string_view value(reinterpret_cast<const char*>(padded), sizeof *out);
        auto id = plan.vocabulary->find_padded(value, Vocabulary::hash_of(value));
        if (id < 0) {
            count_unknown();
            id = unknown_id(plan, [&] { return fingerprint64_of_decimal(*out); });
        }
        *out = id;
    }
}

// Numbers of one row, normalized, as float32.
[[nodiscard]] Error numbers(const Normalizer& normalizer, const RowsOfKey auto& rows, std::size_t row, float* out) {
    const auto count = rows.values(row);
    const bool as_they_are = rows.normalized() || normalizer.empty();
    Error error;
    if (rows.kind() == Kind::floats) {
        rows.floats(row, out);
        if (!as_they_are) error = normalizer.apply(out, count, out);
    } else {
        std::vector<std::int64_t, pool::Allocator<std::int64_t>> integers(count);
        rows.int64s(row, integers.data());
        if (as_they_are) {
            std::ranges::transform(integers, out, [](std::int64_t value) { return static_cast<float>(value); });
        } else {
            error = normalizer.apply(integers.data(), count, out);
        }
    }
    if (error) error.record = static_cast<std::int64_t>(row);
    return error;
}

// The bucket of a number is how many boundaries are not above it; NaN is in the last one.
[[nodiscard]] Error bucketize(const IdPlan& plan, const RowsOfKey auto& rows, std::size_t row, std::int64_t* out) {
    auto count = rows.values(row);
    std::vector<float, pool::Allocator<float>> numbers(count);
    if (count == 0) {
        numbers.assign(plan.default_numbers.begin(), plan.default_numbers.end());
        count = numbers.size();
    } else if (auto error = ids::numbers(plan.normalizer, rows, row, numbers.data())) {
        return error;
    }
    const auto buckets = static_cast<std::int64_t>(plan.boundaries.size()) + 1;
    for (std::size_t i = 0; i < count; ++i) {
        // Every comparison with NaN is false, so it passes all boundaries.
        const auto above = std::ranges::upper_bound(plan.boundaries, numbers[i], std::less<float>{});
        out[i] = above - plan.boundaries.begin() + buckets * static_cast<std::int64_t>(i % plan.positions);
    }
    return {};
}

// 64 bits for a cross: the Fingerprint64 of text, integers as they are.
void raw(const RowsOfKey auto& rows, std::size_t row, std::int64_t* out) {
    if (rows.kind() != Kind::bytes) return rows.int64s(row, out);
    each_fingerprint(rows, row, [&](std::uint64_t hash) { *out++ = static_cast<std::int64_t>(hash); });
}

// All ids of one row.
[[nodiscard]] Error make(const IdPlan& plan, const RowsOfKey auto& rows, std::size_t row, std::int64_t* out,
                         Outside& outside) {
    Error error;
    switch (plan.op) {
        case Op::identity: error = identity(plan, rows, row, out, outside); break;
        case Op::hash: hash(plan, rows, row, out); break;
        case Op::vocabulary: vocabulary(plan, rows, row, out, outside); break;
        case Op::bucketize: error = bucketize(plan, rows, row, out); break;
        case Op::raw: raw(rows, row, out); break;
        case Op::numbers: break;
    }
    const bool* holes = rows.holes(row);
    for (std::size_t i = 0; holes != nullptr && i < rows.values(row); ++i) {
        if (holes[i]) out[i] = no_id;
    }
    return error;
}

}  // namespace ids
}  // namespace colonnade
