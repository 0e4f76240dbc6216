// One tf.train.Feature: its list's kind, and where the values lie. Shared by Example and SequenceExample.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "error.hpp"
#include "pool.hpp"
#include "wire.hpp"

namespace colonnade {

// Values are the field numbers in tf.train.Feature; none is a feature without a list.
enum class Kind : std::uint8_t { none = 0, bytes = 1, floats = 2, int64s = 3 };

using Record = std::span<const std::uint8_t>;

// A stretch of one record that holds values of one list: either one packed payload, or a run of
// values each behind a tag (and, for bytes, a length).
struct Chunk {
    std::uint32_t begin;
    std::uint32_t size;
    std::uint32_t values : 31;
    std::uint32_t tagged : 1;
};

using Chunks = std::vector<Chunk, pool::Allocator<Chunk>>;

// The list of one feature; its chunks lie side by side.
struct List {
    std::uint32_t first_chunk = 0;
    std::uint32_t chunks = 0;
    std::uint32_t values = 0;
    Kind kind = Kind::none;
};

// Walks a Feature message, adding its chunks to `chunks` behind those that `list` already has.
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
class KeyFinder {
public:
    explicit KeyFinder(const Keys& keys) : keys_(keys) {}

    void start_record() { entry_ = 0; }
    // Whether the next name is the one that stood here in the last record.
    [[nodiscard]] bool guess(std::string_view name) const;
    // Index of the next name, or -1.
    [[nodiscard]] std::int32_t next(std::string_view name);

private:
    const Keys& keys_;
    std::vector<std::int32_t> order_;
    std::size_t entry_ = 0;
};

// Walks one entry of a feature map. `value(cursor)` takes each value field; `name` is the entry's key.
// Protobuf's decoders disagree on entries with unknown fields (some drop them without a word), so those
// are refused.
template <typename Value>
[[nodiscard]] Error walk_entry(wire::Cursor entry, int depth, const KeyFinder& finder, std::string_view& name,
                               Value value) {
    name = {};
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
        if (!finder.guess(name) && !wire::valid_utf8(name)) return entry.fail(Code::bad_utf8, field.at());
    }
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
