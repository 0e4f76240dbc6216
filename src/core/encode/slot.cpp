#include "encode/slot.hpp"

namespace colonnade {

Source make_source(const SlotPlan& slot, std::span<const Rows> keys, std::optional<Rows> weights, bool context,
                   Tally* tally) {
    if (slot.is_numbers()) return {keys[0], nullptr, std::nullopt};
    std::vector<std::unique_ptr<IdSource>> sources;
    for (std::size_t k = 0; k < keys.size(); ++k)
        sources.push_back(make_source(slot.keys[k].ids, keys[k], context, tally));
    if (!slot.cross) return {std::nullopt, std::move(sources[0]), std::move(weights)};
    auto crossed =
        std::make_unique<CrossedIds>(std::move(sources), slot.cross->num_buckets, slot.cross->hash_key, context);
    return {std::nullopt, std::move(crossed), std::move(weights)};
}

namespace slots {

Error make_numbers(const Rows& rows, std::size_t row, float* out, const Normalizer& normalizer) {
    return std::visit([&](const RowsOfKey auto& source) { return ids::numbers(normalizer, source, row, out); }, rows);
}

}  // namespace slots
}  // namespace colonnade
