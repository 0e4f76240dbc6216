#include "example.hpp"

#include "fingerprint64.hpp"
#include "varint.hpp"
#include "wire.hpp"

namespace colonnade {

using wire::Cursor;
using wire::Tag;
using wire::Type;

Keys::Keys(std::vector<std::string> names) : names_(std::move(names)) {
    for (std::size_t i = 0; i < names_.size(); ++i) index_.emplace(names_[i], static_cast<std::int32_t>(i));
}

std::size_t Keys::Hash::operator()(std::string_view name) const { return fingerprint64(name.data(), name.size()); }

std::int32_t Keys::find(std::string_view name) const {
    const auto found = index_.find(name);
    return found == index_.end() ? -1 : found->second;
}

namespace {

// How many messages and groups may still open below each message.
constexpr int below_example = limits::nesting;
constexpr int below_features = below_example - 1;
constexpr int below_entry = below_features - 1;
constexpr int below_feature = below_entry - 1;
constexpr int below_list = below_feature - 1;

class Walker {
public:
    Walker(const Keys& keys, ExampleIndex& index) : keys_(keys), index_(index) {}

    Error walk(Record record, List* lists) {
        start_ = record.data();
        lists_ = lists;
        entry_number_ = 0;
        Cursor cursor(record.data(), record.data() + record.size());
        while (!cursor.done()) {
            Tag tag;
            if (auto error = cursor.tag(tag)) return error;
            if (tag.field == 1 && tag.type == Type::length) {
                Cursor features = cursor;
                if (auto error = cursor.bytes(features)) return error;
                if (auto error = walk_features(features)) return error;
            } else if (auto error = cursor.skip(tag, below_example)) {
                return error;
            }
        }
        return {};
    }

private:
    Error walk_features(Cursor cursor) {
        while (!cursor.done()) {
            Tag tag;
            if (auto error = cursor.tag(tag)) return error;
            if (tag.field == 1 && tag.type == Type::length) {
                Cursor entry = cursor;
                if (auto error = cursor.bytes(entry)) return error;
                if (auto error = walk_entry(entry)) return error;
            } else if (auto error = cursor.skip(tag, below_features)) {
                return error;
            }
        }
        return {};
    }

    // A map entry replaces an earlier one of its key as a whole. Protobuf's decoders disagree on entries with
    // unknown fields (some drop them without a word), so those are refused.
    Error walk_entry(Cursor cursor) {
        Cursor name(cursor.at(), cursor.at());
        List list;
        list.first_chunk = static_cast<std::uint32_t>(index_.chunks.size());
        while (!cursor.done()) {
            const auto* from = cursor.at();
            Tag tag;
            if (auto error = cursor.tag(tag)) return error;
            if (tag.field == 1 && tag.type == Type::length) {
                if (auto error = cursor.bytes(name)) return error;
                if (auto error = check_name(cursor, name)) return error;
            } else if (tag.field == 2 && tag.type == Type::length) {
                Cursor feature = cursor;
                if (auto error = cursor.bytes(feature)) return error;
                if (auto error = walk_feature(feature, list)) return error;
            } else {
                if (auto error = cursor.skip(tag, below_entry)) return error;
                return cursor.fail(Code::unknown_in_entry, from);
            }
        }
        const auto key = find(view(name));
        if (key < 0) {
            index_.chunks.resize(list.first_chunk);
        } else {
            lists_[key] = list;
        }
        return {};
    }

    // A oneof: a list of the same kind continues the one before, a list of another kind replaces it.
    Error walk_feature(Cursor cursor, List& list) {
        while (!cursor.done()) {
            Tag tag;
            if (auto error = cursor.tag(tag)) return error;
            if (tag.field >= 1 && tag.field <= 3 && tag.type == Type::length) {
                Cursor body = cursor;
                if (auto error = cursor.bytes(body)) return error;
                const auto kind = static_cast<Kind>(tag.field);
                if (list.kind != kind) {
                    index_.chunks.resize(list.first_chunk);
                    list.chunks = 0;
                    list.values = 0;
                    list.kind = kind;
                }
                if (auto error = walk_list(body, list)) return error;
            } else if (auto error = cursor.skip(tag, below_feature)) {
                return error;
            }
        }
        return {};
    }

    Error walk_list(Cursor cursor, List& list) {
        const auto single = list.kind == Kind::int64s   ? Type::varint
                            : list.kind == Kind::floats ? Type::fixed32
                                                        : Type::length;
        while (!cursor.done()) {
            const auto* from = cursor.at();
            Tag tag;
            if (auto error = cursor.tag(tag)) return error;
            if (tag.field == 1 && tag.type == single) {
                if (auto error = cursor.skip(tag, below_list)) return error;
                add_tagged(list, from, cursor.at());
            } else if (tag.field == 1 && tag.type == Type::length) {
                Cursor packed = cursor;
                if (auto error = cursor.bytes(packed)) return error;
                if (auto error = add_packed(list, packed)) return error;
            } else if (auto error = cursor.skip(tag, below_list)) {
                return error;
            }
        }
        return {};
    }

    // Values of a run share one chunk, so that memory stays in proportion to the record.
    void add_tagged(List& list, const std::uint8_t* from, const std::uint8_t* to) {
        const auto begin = static_cast<std::uint32_t>(from - start_);
        const auto size = static_cast<std::uint32_t>(to - from);
        ++list.values;
        if (list.chunks > 0) {
            auto& last = index_.chunks.back();
            if (last.tagged != 0 && last.begin + last.size == begin) {
                last.size += size;
                last.values = (last.values + 1) & 0x7FFFFFFF;
                return;
            }
        }
        index_.chunks.push_back({begin, size, 1, 1});
        ++list.chunks;
    }

    Error add_packed(List& list, Cursor packed) {
        if (packed.left() == 0) return {};
        std::size_t values = packed.left() / sizeof(float);
        if (list.kind == Kind::int64s) {
            const auto counted = varint::count(packed.at(), packed.end());
            if (counted.bad != nullptr) {
                const bool cut = packed.end() - counted.bad < varint::most_bytes;
                return packed.fail(cut ? Code::truncated : Code::varint_too_long, counted.bad);
            }
            values = counted.values;
        } else if (packed.left() % sizeof(float) != 0) {
            return packed.fail(Code::bad_packed_floats, packed.at());
        }
        const auto begin = static_cast<std::uint32_t>(packed.at() - start_);
        index_.chunks.push_back(
            {begin, static_cast<std::uint32_t>(packed.left()), static_cast<std::uint32_t>(values) & 0x7FFFFFFF, 0});
        ++list.chunks;
        list.values += static_cast<std::uint32_t>(values);
        return {};
    }

    Error check_name(const Cursor& cursor, const Cursor& name) {
        if (guess(view(name)) >= 0 || wire::valid_utf8(view(name))) return {};
        return cursor.fail(Code::bad_utf8, name.at());
    }

    // Records of one file nearly always carry the same keys in the same order.
    std::int32_t guess(std::string_view name) const {
        if (entry_number_ >= order_.size()) return -1;
        const auto key = order_[entry_number_];
        return key >= 0 && keys_[static_cast<std::size_t>(key)] == name ? key : -1;
    }

    std::int32_t find(std::string_view name) {
        auto key = guess(name);
        if (key < 0) {
            key = keys_.find(name);
            if (entry_number_ >= order_.size()) order_.resize(entry_number_ + 1, -1);
            order_[entry_number_] = key;
        }
        ++entry_number_;
        return key;
    }

    static std::string_view view(const Cursor& bytes) {
        return {reinterpret_cast<const char*>(bytes.at()), bytes.left()};
    }

    const Keys& keys_;
    ExampleIndex& index_;
    const std::uint8_t* start_ = nullptr;
    List* lists_ = nullptr;
    std::size_t entry_number_ = 0;
    std::vector<std::int32_t> order_;
};

}  // namespace

Error index_examples(std::span<const Record> records, const Keys& keys, ExampleIndex& index) {
    index.keys = keys.size();
    index.lists.assign(records.size() * keys.size(), List{});
    index.chunks.clear();
    index.chunks.reserve(records.size() * keys.size());
    Walker walker(keys, index);
    for (std::size_t i = 0; i < records.size(); ++i) {
        Error error;
        if (records[i].size() > limits::record_bytes) {
            error.code = Code::record_too_large;
        } else {
            error = walker.walk(records[i], index.lists.data() + i * keys.size());
        }
        if (error) {
            error.record = static_cast<std::int64_t>(i);
            return error;
        }
    }
    return {};
}

}  // namespace colonnade
