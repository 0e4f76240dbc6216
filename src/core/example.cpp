#include "example.hpp"

namespace colonnade {

using wire::Cursor;

// A map entry replaces an earlier one of its key as a whole.
Error walk_features(Cursor features, KeyFinder& finder, List* lists, Chunks& chunks) {
    return walk_field(features, 1, depth::features, [&](Cursor entry) -> Error {
        List list;
        list.first_chunk = static_cast<std::uint32_t>(chunks.size());
        std::string_view name;
        auto error = walk_entry(entry, depth::entry, finder, name,
                                [&](Cursor feature) { return walk_feature(feature, depth::feature, list, chunks); });
        if (error) return error;
        const auto key = finder.next(name);
        if (key < 0) {
            chunks.resize(list.first_chunk);
        } else {
            lists[key] = list;
        }
        return {};
    });
}

Error index_examples(std::span<const Record> records, const Keys& keys, ExampleIndex& index) {
    index.keys = keys.size();
    index.lists.assign(records.size() * keys.size(), List{});
    index.chunks.clear();
    index.chunks.reserve(records.size() * keys.size());
    KeyFinder finder(keys);
    return walk_records(records, [&](Cursor record, std::size_t i) {
        finder.start_record();
        return walk_field(record, 1, depth::example, [&](Cursor features) {
            return walk_features(features, finder, index.lists.data() + i * keys.size(), index.chunks);
        });
    });
}

}  // namespace colonnade
