#include "wire/sequence_example.hpp"

#include <optional>

namespace colonnade {

using wire::Cursor;

namespace {

// Walks the value of one entry of FeatureLists: its features are the steps.
[[nodiscard]] Error walk_steps(Cursor feature_list, SequenceExampleIndex& index) {
    return walk_field(feature_list, 1, depth::feature, [&](Cursor feature) {
        auto& list = index.steps.emplace_back(index.context.chunks.size());
        return walk_feature(feature, depth::feature - 1, list, index.context.chunks);
    });
}

// Numbers the values of the steps that have lists of their own.
void finish_lists(SequenceExampleIndex& index, FeatureList& list) {
    list.steps = static_cast<std::uint32_t>(index.steps.size()) - list.first_step;
    std::int64_t values = 0;
    for (const auto& step : std::span(index.steps).subspan(list.first_step)) {
        index.splits.push_back(values += step.values);
    }
}

// Walks an entry of FeatureLists to its steps and the index of its key, or -1.
[[nodiscard]] Error walk_list_entry(Cursor entry, KeyFinder& finder, std::int32_t& key, FeatureList& list,
                                    SequenceExampleIndex& index) {
    StepRun run;
    list.first_step = static_cast<std::uint32_t>(index.steps.size());
    list.first_split = static_cast<std::uint32_t>(index.splits.size());
    index.splits.push_back(0);
    auto error = walk_entry(entry, depth::entry, finder, key, [&](Cursor feature_list) -> Error {
        const bool is_only = feature_list.end() == entry.end() && index.steps.size() == list.first_step;
        if (!is_only || !step_runs::walk(feature_list, run, index.splits)) return walk_steps(feature_list, index);
        list.run = static_cast<std::uint32_t>(index.runs.size());
        list.steps = static_cast<std::uint32_t>(index.splits.size() - 1) - list.first_split;
        return {};
    });
    if (error) return error;
    if (list.run == FeatureList::no_run) finish_lists(index, list);
    if (list.run != FeatureList::no_run && key >= 0) index.runs.push_back(run);
    list.values = static_cast<std::uint32_t>(index.splits.back());
    return {};
}

[[nodiscard]] Error walk_feature_lists(Cursor feature_lists, KeyFinder& finder, FeatureList* lists,
                                       SequenceExampleIndex& index) {
    return walk_field(feature_lists, 1, depth::features, [&](Cursor entry) -> Error {
        const auto first_chunk = index.context.chunks.size();
        FeatureList list;
        std::int32_t key = -1;
        if (auto error = walk_list_entry(entry, finder, key, list, index)) return error;
        if (key < 0) {
            index.context.chunks.resize(first_chunk);
            index.steps.resize(list.first_step);
            index.splits.resize(list.first_split);
        } else {
            lists[key] = list;
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

namespace {

// The first step that holds values of another kind, or none.
[[nodiscard]] std::optional<std::pair<std::uint32_t, Kind>> other_kind(const SequenceExampleIndex& index,
                                                                       const FeatureList& list, Kind expected) {
    const auto* run = index.run(list);
    if (run != nullptr && run->kind == expected) return std::nullopt;
    const auto splits = index.splits_of(list);
    for (std::uint32_t step = 0; list.values != 0 && step < list.steps; ++step) {
        const auto kind = run != nullptr ? run->kind : index.steps[list.first_step + step].kind;
        if (splits[step + 1] != splits[step] && kind != expected) return std::pair(step, kind);
    }
    return std::nullopt;
}

}  // namespace

Error check_kinds(const SequenceExampleIndex& index, std::span<const Kind> kinds) {
    const auto keys = index.context.keys;
    for (std::size_t i = 0; i < index.lists.size(); ++i) {
        const auto expected = kinds[i % keys];
        if (expected == Kind::none) continue;
        const auto other = other_kind(index, index.lists[i], expected);
        if (!other) continue;
        Error error;
        error.code = Code::wrong_kind;
        error.record = static_cast<std::int64_t>(i / keys);
        error.key = static_cast<std::int32_t>(i % keys);
        error.step = other->first;
        error.got = static_cast<std::int64_t>(other->second);
        error.expected = static_cast<std::int64_t>(expected);
        return error;
    }
    return {};
}

}  // namespace colonnade
