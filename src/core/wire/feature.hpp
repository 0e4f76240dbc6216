// One tf.train.Feature: its list's kind, and where the values lie. Shared by Example and SequenceExample.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "ground/error.hpp"
#include "ground/pool.hpp"
#include "wire/wire.hpp"

namespace colonnade {

// Values are the field numbers in tf.train.Feature; none is a feature without a list.
enum class Kind : std::uint8_t { none = 0, bytes = 1, floats = 2, int64s = 3 };

using Record = std::span<const std::uint8_t>;

// A stretch of one record that holds values of one list: either one packed payload, or a run of
// values each behind a tag (and, for bytes, a length).
struct Chunk {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;  // never 0 in a chunk that is there
    std::uint32_t values : 31 = 0;
    std::uint32_t tagged : 1 = 0;
};

using Chunks = std::vector<Chunk, pool::Allocator<Chunk>>;

// The list of one feature. Its first chunk, nearly always the only one, stands in it; further ones lie side by
// side in Chunks.
struct List {
    Chunk first;
    std::uint32_t values : 31 = 0;
    std::uint32_t present : 1 = 0;  // whether the record has the feature, with a list or without
    std::uint32_t first_more = 0;
    std::uint32_t more : 30 = 0;
    Kind kind : 2 = Kind::none;

    explicit List(std::size_t chunks = 0) : first_more(static_cast<std::uint32_t>(chunks)) {}

    void add_values(std::uint32_t more_values) { values = (values + more_values) & 0x7FFFFFFF; }
    void add(const Chunk& chunk, Chunks& chunks) {
        if (first.size == 0) {
            first = chunk;
        } else {
            chunks.push_back(chunk);
            ++more;
        }
    }
    // Calls `use(chunk)` for each chunk.
    template <typename Use>
    void each_chunk(const Chunks& chunks, Use use) const {
        if (first.size == 0) return;
        use(first);
        for (const auto& chunk : std::span(chunks).subspan(first_more, more)) use(chunk);
    }
};

// Walks a Feature message, adding its chunks to those that `list` already has, of which the last of `chunks` are.
// `depth` is how many messages and groups may still open inside it.
[[nodiscard]] Error walk_feature(wire::Cursor feature, int depth, List& list, Chunks& chunks);

// The wanted keys. Names that nobody wants are never stored.
class Keys {
public:
    explicit Keys(std::vector<std::string> names);
    Keys(Keys&&) = default;
    Keys(const Keys&) = delete;

    [[nodiscard]] std::size_t size() const { return names_.size(); }
    [[nodiscard]] const std::string& operator[](std::size_t index) const { return names_[index]; }
    // Index of a name, or -1.
    [[nodiscard]] std::int32_t find(std::string_view name) const;

private:
    struct Hash {
        std::size_t operator()(std::string_view name) const;
    };
    std::vector<std::string> names_;
    std::unordered_map<std::string_view, std::int32_t, Hash> index_;
};

// Finds keys by guessing first: records of one file nearly always carry the same keys in the same order.
// Names are remembered where they lie, so the records must outlive the finder.
class KeyFinder {
public:
    explicit KeyFinder(const Keys& keys) : keys_(keys) {}

    void start_record() { entry_ = 0; }
    // Whether the name of the next entry is the one that stood here in an earlier record.
    [[nodiscard]] bool guess(std::string_view name) const {
        return entry_ < seen_.size() && same(seen_[entry_].name, name);
    }
    // Index of the name of the next entry, or -1; `guessed` is what guess() said of it.
    [[nodiscard]] std::int32_t next(std::string_view name, bool guessed) {
        if (!guessed) learn(name);
        return seen_[entry_++].key;
    }

private:
    struct Seen {
        std::string_view name;
        std::int32_t key;
    };

    [[nodiscard]] static bool same(std::string_view left, std::string_view right);
    void learn(std::string_view name);

    const Keys& keys_;
    std::vector<Seen> seen_;
    std::size_t entry_ = 0;
};

// Fast because names are short and mostly equal: whole words, the last of which overlaps the one before.
template <typename Word>
[[nodiscard]] bool same_words(const char* left, const char* right, std::size_t size) {
    const auto differ = [&](std::size_t at) {
        Word words[2];
        std::memcpy(&words[0], left + at, sizeof(Word));
        std::memcpy(&words[1], right + at, sizeof(Word));
        return words[0] != words[1];
    };
    for (std::size_t at = 0; at + sizeof(Word) < size; at += sizeof(Word)) {
        if (differ(at)) return false;
    }
    return !differ(size - sizeof(Word));
}

inline bool KeyFinder::same(std::string_view left, std::string_view right) {
    const auto size = left.size();
    if (size != right.size()) return false;
    if (size >= 8) return same_words<std::uint64_t>(left.data(), right.data(), size);
    if (size >= 4) return same_words<std::uint32_t>(left.data(), right.data(), size);
    return size == 0 || same_words<char>(left.data(), right.data(), size);
}

// The usual entry of a feature map: a name that was guessed, and a value that fills the rest.
[[nodiscard]] inline bool usual_entry(const wire::Cursor& entry, KeyFinder& finder, std::int32_t& key,
                                      const std::uint8_t*& value) {
    const auto* at = entry.at();
    if (entry.left() < 2 || at[0] != wire::length_tag(1) || at[1] >= 0x80 || entry.left() - 2 < at[1]) return false;
    const std::string_view name(reinterpret_cast<const char*>(at + 2), at[1]);
    value = at + 2 + name.size();
    if (!wire::fills(value, entry.end(), wire::length_tag(2)) || !finder.guess(name)) return false;
    key = finder.next(name, true);
    return true;
}

// Walks one entry of a feature map to the index of its key, or -1. `value(cursor)` takes each value field.
// Protobuf's decoders disagree on entries with unknown fields (some drop them without a word), so those
// are refused.
template <typename Value>
[[nodiscard]] Error walk_entry(wire::Cursor entry, int depth, KeyFinder& finder, std::int32_t& key, Value value) {
    const std::uint8_t* usual_value = nullptr;
    if (usual_entry(entry, finder, key, usual_value)) return value(entry.from(usual_value));
    std::string_view name;
    bool guessed = false;
    while (!entry.done()) {
        const auto* from = entry.at();
        wire::Tag tag;
        if (auto error = entry.tag(tag)) return error;
        if ((tag.field != 1 && tag.field != 2) || tag.type != wire::Type::length) {
            if (auto error = entry.skip(tag, depth)) return error;
            return entry.fail(Code::unknown_in_entry, from);
        }
        wire::Cursor field = entry;
        if (auto error = entry.bytes(field)) return error;
        if (tag.field == 2) {
            if (auto error = value(field)) return error;
            continue;
        }
        name = {reinterpret_cast<const char*>(field.at()), field.left()};
        guessed = finder.guess(name);
        if (!guessed && !wire::valid_utf8(name)) return entry.fail(Code::bad_utf8, field.at());
    }
    key = finder.next(name, guessed);
    return {};
}

// Walks a message and hands each length-delimited field of number `field` to `use(cursor)`; skips the rest.
template <typename Use>
[[nodiscard]] Error walk_field(wire::Cursor message, std::uint32_t field, int depth, Use use) {
    while (!message.done()) {
        wire::Tag tag;
        if (auto error = message.tag(tag)) return error;
        if (tag.field == field && tag.type == wire::Type::length) {
            wire::Cursor inner = message;
            if (auto error = message.bytes(inner)) return error;
            if (auto error = use(inner)) return error;
        } else if (auto error = message.skip(tag, depth)) {
            return error;
        }
    }
    return {};
}

}  // namespace colonnade
