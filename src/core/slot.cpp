#include "slot.hpp"

namespace colonnade {

Source make_source(const SlotPlan& slot, std::span<const Rows> keys, std::optional<Rows> weights, bool context) {
    if (slot.is_numbers()) return {keys[0], nullptr, std::nullopt};
    std::vector<std::unique_ptr<IdSource>> sources;
    for (std::size_t k = 0; k < keys.size(); ++k) sources.push_back(make_source(slot.keys[k].ids, keys[k], context));
    if (!slot.cross) return {std::nullopt, std::move(sources[0]), std::move(weights)};
    auto crossed =
        std::make_unique<CrossedIds>(std::move(sources), slot.cross->num_buckets, slot.cross->hash_key, context);
    return {std::nullopt, std::move(crossed), std::move(weights)};
}

namespace slots {

void make_numbers(const Rows& rows, std::size_t row, float* out) {
    std::visit(
        [&](const auto& source) {
            if (source.kind() == Kind::floats) return source.floats(row, out);
            Scratch<std::int64_t> integers(source.values(row));
            source.int64s(row, integers.data());
            std::ranges::transform(integers, out, [](std::int64_t value) { return static_cast<float>(value); });
        },
        rows);
}

}  // namespace slots
}  // namespace colonnade
