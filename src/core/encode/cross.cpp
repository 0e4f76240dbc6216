#include "encode/cross.hpp"

#include <algorithm>
#include <numeric>

namespace colonnade {
namespace {

using Int64s = std::vector<std::int64_t, pool::Allocator<std::int64_t>>;

constexpr std::uint64_t multiplier = 0xc6a4a7935bd1e995;

// Combinations multiply; far beyond any limit their number no longer matters, but two of it must fit 64 bits.
constexpr std::int64_t too_many = std::int64_t{1} << 61;

constexpr std::int64_t product(std::int64_t left, std::int64_t right) {
    return right != 0 && left > too_many / right ? too_many : std::min(left * right, too_many);
}

constexpr std::uint64_t fold(std::uint64_t value) { return value ^ (value >> 47); }

// Source: FingerprintCat64 of TensorFlow's platform library, after MurmurHash2's mixing (Austin Appleby).
constexpr std::uint64_t concatenate(std::uint64_t left, std::uint64_t right) {
    auto result = left ^ multiplier;
    result ^= fold(right * multiplier) * multiplier;
    result *= multiplier;
    result = fold(result) * multiplier;
    return fold(result);
}

// Where the values of each step of one key begin; in a context all of them are one step.
void splits_of(const IdSource& key, std::size_t row, bool context, Int64s& out) {
    if (context) {
        out.assign({0, static_cast<std::int64_t>(key.values(row))});
        return;
    }
    out.resize(key.steps(row) + 1);
    if (key.nested()) {
        key.splits(row, out.data());
    } else {
        std::iota(out.begin(), out.end(), 0);
    }
}

// The values and splits of one key in one row.
struct Part {
    Int64s values;
    Int64s splits;
};

// Hashes each combination of one step's values, the last key's varying fastest.
void cross_step(const std::vector<Part>& parts, std::size_t step, std::size_t part, std::uint64_t hash,
                std::uint64_t num_buckets, std::int64_t*& out) {
    if (part == parts.size()) {
        *out++ = static_cast<std::int64_t>(hash % num_buckets);
        return;
    }
    for (auto i = parts[part].splits[step]; i < parts[part].splits[step + 1]; ++i) {
        const auto value = static_cast<std::uint64_t>(parts[part].values[static_cast<std::size_t>(i)]);
        cross_step(parts, step, part + 1, concatenate(hash, value), num_buckets, out);
    }
}

}  // namespace

bool CrossedIds::nested() const {
    return !context_ && std::ranges::any_of(keys_, [](const auto& key) { return key->nested(); });
}

void CrossedIds::splits(std::size_t row, std::int64_t* out) const {
    Int64s splits;
    const auto count = context_ ? 1 : steps(row);
    Int64s products(count, 1);
    for (const auto& key : keys_) {
        splits_of(*key, row, context_, splits);
        for (std::size_t i = 0; i < count; ++i) products[i] = product(products[i], splits[i + 1] - splits[i]);
    }
    out[0] = 0;
    for (std::size_t i = 0; i < count; ++i) out[i + 1] = std::min(out[i] + products[i], too_many);
}

std::size_t CrossedIds::values(std::size_t row) const {
    if (!context_ && !nested()) return steps(row);
    Int64s ends((context_ ? 1 : steps(row)) + 1);
    splits(row, ends.data());
    return static_cast<std::size_t>(ends.back());
}

Error CrossedIds::make(std::size_t row, std::int64_t* out) const {
    std::vector<Part> parts(keys_.size());
    for (std::size_t k = 0; k < keys_.size(); ++k) {
        splits_of(*keys_[k], row, context_, parts[k].splits);
        parts[k].values.resize(keys_[k]->values(row));
        if (auto error = keys_[k]->make(row, parts[k].values.data())) {
            error.key = static_cast<std::int32_t>(k);
            return error;
        }
    }
    const auto count = context_ ? 1 : steps(row);
    for (std::size_t step = 0; step < count; ++step) {
        cross_step(parts, step, 0, hash_key_, static_cast<std::uint64_t>(num_buckets_), out);
    }
    return {};
}

Error CrossedIds::check(std::size_t row) const {
    for (std::size_t k = 0; k < keys_.size(); ++k) {
        auto error = keys_[k]->check(row);
        if (!error && !context_ && keys_[k]->steps(row) != keys_[0]->steps(row)) {
            error = row_error(Code::unequal_lengths, row, keys_[k]->steps(row), keys_[0]->steps(row));
        }
        if (error) {
            error.key = static_cast<std::int32_t>(k);
            return error;
        }
    }
    if (!context_ && !nested()) return {};
    const auto count = values(row);
    if (count <= limits::row_combinations) return {};
    return row_error(Code::row_combinations, row, count, limits::row_combinations);
}

}  // namespace colonnade
