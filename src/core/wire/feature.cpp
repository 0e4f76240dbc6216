#include "wire/feature.hpp"

#include "kernels/fingerprint64.hpp"
#include "kernels/varint.hpp"

namespace colonnade {

using wire::Cursor;
using wire::fills;
using wire::length_tag;
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

void KeyFinder::learn(std::string_view name) {
    if (entry_ >= seen_.size()) seen_.resize(entry_ + 1);
    seen_[entry_] = {name, keys_.find(name)};
}

namespace {

// Values of a run share one chunk, so that memory stays in proportion to the record.
void add_run(std::uint32_t begin, std::uint32_t end, std::uint32_t values, List& list, Chunks& chunks) {
    list.add_values(values);
    auto& last = list.more == 0 ? list.first : chunks.back();
    if (last.tagged != 0 && last.begin + last.size == begin) {
        last.size = end - last.begin;
        last.values = (last.values + values) & 0x7FFFFFFF;
        return;
    }
    list.add({begin, end - begin, values & 0x7FFFFFFF, 1}, chunks);
}

[[nodiscard]] Error add_packed(const Cursor& packed, List& list, Chunks& chunks) {
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
    const auto count = static_cast<std::uint32_t>(values);
    list.add({packed.offset(), static_cast<std::uint32_t>(packed.left()), count & 0x7FFFFFFF, 0}, chunks);
    list.add_values(count);
    return {};
}

// The wire type of a single, unpacked value.
Type single_type(Kind kind) {
    if (kind == Kind::int64s) return Type::varint;
    return kind == Kind::floats ? Type::fixed32 : Type::length;
}

// A run of byte strings with one-byte tags and lengths, which is how nearly all are written. Fast because
// each step is two loads and a sum; whatever is unusual ends the run.
void walk_short_strings(Cursor& cursor, List& list, Chunks& chunks) {
    const auto* at = cursor.at();
    const auto* end = cursor.end();
    std::uint32_t values = 0;
    while (end - at >= 2 && at[0] == length_tag(1) && at[1] < 0x80 && end - at >= 2 + at[1]) {
        at += 2 + at[1];
        ++values;
    }
    if (values == 0) return;
    const auto begin = cursor.offset();
    cursor.jump(at);
    add_run(begin, cursor.offset(), values, list, chunks);
}

[[nodiscard]] Error walk_list(Cursor cursor, int depth, List& list, Chunks& chunks) {
    const auto single = single_type(list.kind);
    while (!cursor.done()) {
        if (single == Type::length) {
            walk_short_strings(cursor, list, chunks);
            if (cursor.done()) break;
        }
        const auto from = cursor.offset();
        Tag tag;
        if (auto error = cursor.tag(tag)) return error;
        if (tag.field == 1 && tag.type == Type::length && single != Type::length) {
            Cursor packed = cursor;
            if (auto error = cursor.bytes(packed)) return error;
            if (auto error = add_packed(packed, list, chunks)) return error;
            continue;
        }
        if (auto error = cursor.skip(tag, depth)) return error;
        if (tag.field == 1 && tag.type == single) add_run(from, cursor.offset(), 1, list, chunks);
    }
    return {};
}

// The usual feature: one packed list and nothing else.
[[nodiscard]] bool walk_packed(const Cursor& feature, List& list) {
    const auto* at = feature.at();
    const auto* end = feature.end();
    if (at == end || (*at != length_tag(2) && *at != length_tag(3))) return false;
    const auto kind = static_cast<Kind>(*at >> 3);
    if (!fills(at, end, *at) || !fills(at, end, length_tag(1)) || at == end) return false;
    auto values = static_cast<std::size_t>(end - at) / sizeof(float);
    if (kind == Kind::int64s) {
        const auto counted = varint::count(at, end);
        if (counted.bad != nullptr) return false;
        values = counted.values;
    } else if (static_cast<std::size_t>(end - at) % sizeof(float) != 0) {
        return false;
    }
    list.kind = kind;
    list.add_values(static_cast<std::uint32_t>(values));
    list.first.begin = feature.from(at).offset();
    list.first.size = static_cast<std::uint32_t>(end - at);
    list.first.values = list.values;
    return true;
}

}  // namespace

// A oneof: a list of the same kind continues the one before, a list of another kind replaces it.
Error walk_feature(Cursor feature, int depth, List& list, Chunks& chunks) {
    if (list.kind == Kind::none && walk_packed(feature, list)) return {};
    while (!feature.done()) {
        Tag tag;
        if (auto error = feature.tag(tag)) return error;
        if (tag.field < 1 || tag.field > 3 || tag.type != Type::length) {
            if (auto error = feature.skip(tag, depth)) return error;
            continue;
        }
        Cursor body = feature;
        if (auto error = feature.bytes(body)) return error;
        const auto kind = static_cast<Kind>(tag.field);
        if (list.kind != kind) {
            chunks.resize(list.first_more);
            list = List(list.first_more);
            list.kind = kind;
        }
        if (auto error = walk_list(body, depth - 1, list, chunks)) return error;
    }
    return {};
}

}  // namespace colonnade
