// Serialized records for the native tests, as encoders write them, and anything else out of fields.
#pragma once

#include <algorithm>
#include <cstring>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "wire/feature.hpp"

namespace records {

using Bytes = std::vector<std::uint8_t>;

inline void append(Bytes& to, const Bytes& from) { to.insert(to.end(), from.begin(), from.end()); }

inline Bytes joined(const std::vector<Bytes>& parts) {
    Bytes out;
    for (const auto& part : parts) append(out, part);
    return out;
}

inline Bytes text(std::string_view characters) { return {characters.begin(), characters.end()}; }

inline Bytes varint(std::uint64_t value) {
    Bytes out;
    for (; value >= 0x80; value >>= 7) out.push_back(static_cast<std::uint8_t>(value | 0x80));
    out.push_back(static_cast<std::uint8_t>(value));
    return out;
}

// A length-delimited field.
inline Bytes field(unsigned number, const Bytes& payload) {
    return joined({varint(number << 3 | 2), varint(payload.size()), payload});
}

// Features with one list, packed where lists can be.
inline Bytes feature(const std::vector<std::string>& values) {
    Bytes list;
    for (const auto& value : values) append(list, field(1, text(value)));
    return field(1, list);
}

inline Bytes feature(const std::vector<float>& values) {
    Bytes packed(values.size() * sizeof(float));
    if (!values.empty()) std::memcpy(packed.data(), values.data(), packed.size());
    return field(2, values.empty() ? Bytes{} : field(1, packed));
}

inline Bytes feature(const std::vector<std::int64_t>& values) {
    Bytes packed;
    for (const auto value : values) append(packed, varint(static_cast<std::uint64_t>(value)));
    return field(3, values.empty() ? Bytes{} : field(1, packed));
}

// The steps of a feature list, each a feature.
inline Bytes feature_list(const std::vector<Bytes>& steps) {
    Bytes out;
    for (const auto& step : steps) append(out, field(1, step));
    return out;
}

// An entry of a map from names to features, or to feature lists.
inline Bytes entry(std::string_view name, const Bytes& value) {
    return field(1, joined({field(1, text(name)), field(2, value)}));
}

inline Bytes example(const std::vector<Bytes>& entries) { return field(1, joined(entries)); }

inline Bytes sequence_example(const std::vector<Bytes>& context, const std::vector<Bytes>& lists) {
    return joined({field(1, joined(context)), field(2, joined(lists))});
}

// Copies of records, each in memory that ends where it ends, for the sanitizers to watch.
class Records {
public:
    Records() = default;
    Records(std::initializer_list<Bytes> all) {
        for (const auto& bytes : all) add(bytes);
    }

    void add(const Bytes& bytes) {
        const auto& copy = memory_.emplace_back(new std::uint8_t[bytes.size()]);
        std::ranges::copy(bytes, copy.get());
        views_.emplace_back(copy.get(), bytes.size());
    }
    [[nodiscard]] std::span<const colonnade::Record> views() const { return views_; }

private:
    std::vector<std::unique_ptr<std::uint8_t[]>> memory_;
    std::vector<colonnade::Record> views_;
};

}  // namespace records
