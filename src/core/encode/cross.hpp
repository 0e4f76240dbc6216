// Crossed ids: a hash of one value of every key, for each combination of values within a step.
// The fold is TensorFlow's FingerprintCat64, so the ids are TensorFlow's.
#pragma once

#include "encode/id_source.hpp"

namespace colonnade {

class CrossedIds final : public IdSource {
public:
    // In a context all values of a row are one step.
    CrossedIds(std::vector<std::unique_ptr<IdSource>> keys, std::int64_t num_buckets, std::uint64_t hash_key,
               bool context)
        : keys_(std::move(keys)), num_buckets_(num_buckets), hash_key_(hash_key), context_(context) {}

    [[nodiscard]] bool nested() const override;
    [[nodiscard]] std::size_t steps(std::size_t row) const override { return keys_[0]->steps(row); }
    [[nodiscard]] std::size_t values(std::size_t row) const override;
    void splits(std::size_t row, std::int64_t* out) const override;
    // The keys of a sequence must have equal steps; the error's `key` is the index of the unequal one.
    [[nodiscard]] Error check(std::size_t row) const override;
    [[nodiscard]] Error make(std::size_t row, std::int64_t* out) const override;

private:
    std::vector<std::unique_ptr<IdSource>> keys_;
    std::int64_t num_buckets_;
    std::uint64_t hash_key_;
    bool context_;
};

}  // namespace colonnade
