// Plans in few words, and what they make, for the tests of encoding.
#pragma once

#include <string>
#include <vector>

#include "check.hpp"
#include "encode/encode.hpp"
#include "encode/given.hpp"

namespace encoding {

using namespace colonnade;

inline SlotPlan plain(IdPlan plan) {
    SlotPlan slot;
    slot.keys = {{0, std::move(plan)}};
    return slot;
}

inline SlotPlan identity(std::int64_t num_buckets) { return plain({.op = Op::identity, .num_buckets = num_buckets}); }

inline IdPlan hash(std::uint64_t buckets) {
    return {.op = Op::hash, .num_buckets = static_cast<std::int64_t>(buckets), .modulo = Modulo(buckets)};
}

inline SlotPlan crossed(std::size_t keys, std::int64_t num_buckets) {
    SlotPlan slot;
    slot.keys.resize(keys, {0, {.op = Op::raw}});
    slot.cross = Cross{num_buckets, 0xDECAFCAFFE};
    return slot;
}

inline SlotPlan numbers(std::size_t step_values, std::vector<float> default_numbers, Normalizer normalizer = {}) {
    auto slot = plain({.op = Op::numbers, .normalizer = std::move(normalizer)});
    slot.step_values = step_values;
    slot.default_numbers = std::move(default_numbers);
    return slot;
}

inline std::shared_ptr<const Vocabulary> words(const std::vector<std::string>& all) {
    std::string text;
    for (const auto& word : all) text += word + "\n";
    Vocabulary::Problem problem;
    return std::make_shared<const Vocabulary>(*Vocabulary::from_text(text, std::nullopt, false, problem));
}

template <typename T>
std::vector<T> items(const Array& array) {
    if (!array) return {};
    std::size_t count = 1;
    for (std::size_t axis = 0; axis < array.dimensions; ++axis) count *= array.shape[axis];
    return std::vector<T>(array.as<T>(), array.as<T>() + count);
}

inline std::vector<std::size_t> shape(const Array& array) {
    return {array.shape.begin(), array.shape.begin() + static_cast<std::ptrdiff_t>(array.dimensions)};
}

// Groups and their slots, in order, with the rows of each slot's keys.
class Job {
public:
    Job& group(const GroupPlan& group) {
        plan_.groups.push_back(group);
        return *this;
    }
    Job& slot(SlotPlan slot, std::vector<Rows> keys, std::optional<Rows> weights = {}) {
        slot.group = plan_.groups.size() - 1;
        plan_.slots.push_back(std::move(slot));
        keys_.push_back(std::move(keys));
        weights_.push_back(std::move(weights));
        return *this;
    }
    [[nodiscard]] Error run(Encoded& out, std::size_t threads = 1) const {
        std::vector<Source> sources;
        for (std::size_t s = 0; s < keys_.size(); ++s) {
            const auto& slot = plan_.slots[s];
            sources.push_back(make_source(slot, keys_[s], weights_[s], plan_.groups[slot.group].context));
        }
        const auto rows = std::visit([](const RowsOfKey auto& key) { return key.rows(); }, keys_[0][0]);
        return encode(plan_, sources, rows, out, threads);
    }
    [[nodiscard]] Encoded made(std::size_t threads = 1) const {
        Encoded out;
        CHECK(!run(out, threads));
        out.groups.resize(plan_.groups.size());
        out.slots.resize(plan_.slots.size());
        return out;
    }

private:
    EncodePlan plan_;
    std::vector<std::vector<Rows>> keys_;
    std::vector<std::optional<Rows>> weights_;
};

}  // namespace encoding
