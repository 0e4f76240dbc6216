#include "sequence_example.hpp"

namespace colonnade {

using wire::Cursor;

namespace {

// Walks the value of one entry of FeatureLists: its features are the steps.
[[nodiscard]] Error walk_steps(Cursor feature_list, SequenceExampleIndex& index) {
    return walk_field(feature_list, 1, depth::feature, [&](Cursor feature) {
        auto& list = index.steps.emplace_back();
        list.first_chunk = static_cast<std::uint32_t>(index.context.chunks.size());
        return walk_feature(feature, depth::feature - 1, list, index.context.chunks);
    });
}

// Numbers the values of the steps from `first_step` on.
FeatureList finish_list(SequenceExampleIndex& index, std::size_t first_step) {
    FeatureList list;
    list.first_step = static_cast<std::uint32_t>(first_step);
    list.steps = static_cast<std::uint32_t>(index.steps.size() - first_step);
    list.first_split = static_cast<std::uint32_t>(index.splits.size());
    index.splits.push_back(0);
    for (auto step = first_step; step < index.steps.size(); ++step) {
        list.values += index.steps[step].values;
        index.splits.push_back(list.values);
    }
    return list;
}

[[nodiscard]] Error walk_feature_lists(Cursor feature_lists, KeyFinder& finder, FeatureList* lists,
                                       SequenceExampleIndex& index) {
    return walk_field(feature_lists, 1, depth::features, [&](Cursor entry) -> Error {
        const auto first_chunk = index.context.chunks.size();
        const auto first_step = index.steps.size();
        std::int32_t key = -1;
        auto error = walk_entry(entry, depth::entry, finder, key,
                                [&](Cursor feature_list) { return walk_steps(feature_list, index); });
        if (error) return error;
        if (key < 0) {
            index.context.chunks.resize(first_chunk);
            index.steps.resize(first_step);
        } else {
            lists[key] = finish_list(index, first_step);
        }
        return {};
    });
}

}  // namespace

Error index_sequence_examples(std::span<const Record> records, const Keys& keys, SequenceExampleIndex& index) {
    auto& context = index.context;
    context.keys = keys.size();
    context.lists.assign(records.size() * keys.size(), List{});
    index.lists.assign(records.size() * keys.size(), FeatureList{});
    index.splits.assign(1, 0);  // what absent lists point to
    if (auto error = check_sizes(records)) return error;
    KeyFinder context_finder(keys);
    KeyFinder list_finder(keys);
    return walk_records(records, [&](Cursor record, std::size_t i) -> Error {
        context_finder.start_record();
        list_finder.start_record();
        while (!record.done()) {
            wire::Tag tag;
            if (auto error = record.tag(tag)) return error;
            if ((tag.field != 1 && tag.field != 2) || tag.type != wire::Type::length) {
                if (auto error = record.skip(tag, depth::example)) return error;
                continue;
            }
            Cursor part = record;
            if (auto error = record.bytes(part)) return error;
            auto error =
                tag.field == 1
                    ? walk_features(part, context_finder, context.lists.data() + i * keys.size(), context.chunks)
                    : walk_feature_lists(part, list_finder, index.lists.data() + i * keys.size(), index);
            if (error) return error;
        }
        return {};
    });
}

Error check_kinds(const SequenceExampleIndex& index, std::span<const Kind> kinds) {
    const auto keys = index.context.keys;
    for (std::size_t i = 0; i < index.lists.size(); ++i) {
        const auto expected = kinds[i % keys];
        if (expected == Kind::none) continue;
        for (std::uint32_t step = 0; step < index.lists[i].steps; ++step) {
            const auto got = index.steps[index.lists[i].first_step + step].kind;
            if (got == Kind::none || got == expected) continue;
            Error error;
            error.code = Code::wrong_kind;
            error.record = static_cast<std::int64_t>(i / keys);
            error.key = static_cast<std::int32_t>(i % keys);
            error.step = step;
            error.got = static_cast<std::int64_t>(got);
            error.expected = static_cast<std::int64_t>(expected);
            return error;
        }
    }
    return {};
}

}  // namespace colonnade
