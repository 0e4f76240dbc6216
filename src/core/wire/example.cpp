#include "wire/example.hpp"

namespace colonnade {

using wire::Cursor;

Error check_sizes(std::span<const Record> records) {
    Error error;
    std::uint64_t bytes = 0;
    for (std::size_t i = 0; i < records.size(); ++i) {
        bytes += records[i].size();
        if (records[i].size() <= limits::record_bytes && bytes <= limits::batch_bytes) continue;
        error.code = records[i].size() > limits::record_bytes ? Code::record_too_large : Code::too_large;
        error.record = static_cast<std::int64_t>(i);
        error.got = static_cast<std::int64_t>(bytes);
        error.expected = static_cast<std::int64_t>(limits::batch_bytes);
        return error;
    }
    return error;
}

// A map entry replaces an earlier one of its key as a whole.
Error walk_features(Cursor features, KeyFinder& finder, List* lists, Chunks& chunks) {
    return walk_field(features, 1, depth::features, [&](Cursor entry) -> Error {
        List list(chunks.size());
        std::int32_t key = -1;
        auto error = walk_entry(entry, depth::entry, finder, key,
                                [&](Cursor feature) { return walk_feature(feature, depth::feature, list, chunks); });
        if (error) return error;
        if (key < 0) {
            chunks.resize(list.first_more);
        } else {
            list.present = 1;
            lists[key] = list;
        }
        return {};
    });
}

namespace {

[[nodiscard]] Error index_part(std::span<const Record> records, const Keys& keys, List* lists, Chunks& chunks) {
    KeyFinder finder(keys);
    return walk_records(records, [&](Cursor record, std::size_t i) {
        finder.start_record();
        return walk_field(record, 1, depth::example, [&](Cursor features) {
            return walk_features(features, finder, lists + i * keys.size(), chunks);
        });
    });
}

// Joins the chunks of parts that were walked apart.
void join(std::span<const Chunks> parts, std::span<const Record> records, ExampleIndex& index) {
    for (std::size_t part = 0; part < parts.size(); ++part) {
        const auto [begin, end] = threads::range_of(part, parts.size(), records.size());
        if (parts[part].empty()) continue;
        const auto before = static_cast<std::uint32_t>(index.chunks.size());
        index.chunks.insert(index.chunks.end(), parts[part].begin(), parts[part].end());
        for (auto i = begin * index.keys; i < end * index.keys; ++i) index.lists[i].first_more += before;
    }
}

}  // namespace

Error index_examples(std::span<const Record> records, const Keys& keys, ExampleIndex& index, std::size_t threads) {
    index.keys = keys.size();
    index.lists.assign(records.size() * keys.size(), List{});
    index.chunks.clear();
    if (auto error = check_sizes(records)) return error;
    const auto count = threads::parts_of(records.size(), threads);
    if (count == 1) return index_part(records, keys, index.lists.data(), index.chunks);

    std::vector<Chunks> parts(count);
    std::vector<Error> errors(count);
    threads::run(count, threads, [&](std::size_t part) {
        const auto [begin, end] = threads::range_of(part, count, records.size());
        auto& error = errors[part];
        error = index_part(records.subspan(begin, end - begin), keys, index.lists.data() + begin * keys.size(),
                           parts[part]);
        if (error) error.record += static_cast<std::int64_t>(begin);
    });
    for (const auto& error : errors) {
        if (error) return error;
    }
    join(parts, records, index);
    return {};
}

}  // namespace colonnade
