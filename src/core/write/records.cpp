#include "write/records.hpp"

#include <cstring>

#include "ground/interrupt.hpp"
#include "ground/limits.hpp"

namespace colonnade::write {
namespace {

constexpr unsigned entries_field = 1;  // of Features and of FeatureLists
constexpr unsigned value_field = 2;    // of an entry

std::string head_of(std::string_view key) {
    std::string head(field_size(key.size()), '\0');
    auto* at = begin_field(1, key.size(), reinterpret_cast<std::uint8_t*>(head.data()));
    if (!key.empty()) std::memcpy(at, key.data(), key.size());
    return head;
}

std::size_t entry_size(const std::string& head, std::size_t message) {
    return field_size(head.size() + field_size(message));
}

std::uint8_t* begin_entry(const std::string& head, std::size_t message, std::uint8_t* at) {
    at = begin_field(entries_field, head.size() + field_size(message), at);
    std::memcpy(at, head.data(), head.size());
    return begin_field(value_field, message, at + head.size());
}

std::size_t split(const std::int64_t* splits, std::size_t at) { return static_cast<std::size_t>(splits[at]); }

Span row_span(const Column& column, std::size_t row) {
    const auto kind = column.kinds == nullptr ? column.kind : column.kinds[row];
    return {kind, split(column.row_splits, row), split(column.row_splits, row + 1)};
}

Span step_span(const Column& column, std::size_t step) {
    const auto kind = column.kinds == nullptr ? column.kind : column.kinds[step];
    if (column.step_splits == nullptr) return {kind, step, step + 1};
    return {kind, split(column.step_splits, step), split(column.step_splits, step + 1)};
}

Error fail(Code code, std::size_t row, std::size_t got, std::size_t expected) {
    Error error;
    error.code = code;
    error.record = static_cast<std::int64_t>(row);
    error.got = static_cast<std::int64_t>(got);
    error.expected = static_cast<std::int64_t>(expected);
    return error;
}

Error changed(std::size_t key, std::size_t row) {
    auto error = fail(Code::values_changed, row, 0, 0);
    error.key = static_cast<std::int32_t>(key);
    return error;
}

}  // namespace

void Records::measure_features(const Column& column, Half& half) const {
    auto& measured = half.columns.emplace_back(Measured{head_of(column.key), {}, {}});
    measured.contents.resize(table_.rows);
    interrupt::Pace pace;
    for (std::size_t row = 0; row < table_.rows; ++row) {
        const auto span = row_span(column, row);
        const auto content = content_size(column.values, span);
        measured.contents[row] = static_cast<std::uint32_t>(content);
        half.bytes[row] += entry_size(measured.head, feature_size(span.kind, content));
        pace(content);
    }
}

void Records::measure_lists(const Column& column, Half& half) const {
    auto& measured = half.columns.emplace_back(Measured{head_of(column.key), {}, {}});
    measured.contents.resize(split(column.row_splits, table_.rows));
    measured.list_bytes.resize(table_.rows);
    interrupt::Pace pace;
    for (std::size_t row = 0; row < table_.rows; ++row) {
        std::size_t bytes = 0;
        for (auto step = split(column.row_splits, row); step < split(column.row_splits, row + 1); ++step) {
            const auto span = step_span(column, step);
            const auto content = content_size(column.values, span);
            measured.contents[step] = static_cast<std::uint32_t>(content);
            bytes += field_size(feature_size(span.kind, content));
        }
        measured.list_bytes[row] = static_cast<std::uint32_t>(bytes);
        half.bytes[row] += entry_size(measured.head, bytes);
        pace(bytes);
    }
}

Error Records::measure() {
    context_.bytes.resize(table_.rows);
    lists_.bytes.resize(table_.rows);
    for (const auto& column : table_.context) measure_features(column, context_);
    for (const auto& column : table_.lists) measure_lists(column, lists_);
    return add_up();
}

// Sizes were cut to 32 bits where they are kept, so no record may be larger.
Error Records::add_up() {
    for (std::size_t row = 0; row < table_.rows; ++row) {
        const auto bytes = record_bytes(row);
        if (bytes > limits::record_bytes) return fail(Code::written_too_large, row, bytes, limits::record_bytes);
        bytes_ += bytes;
        if (bytes_ > limits::output_bytes) return fail(Code::too_large, row, bytes_, limits::output_bytes);
    }
    return {};
}

std::size_t Records::record_bytes(std::size_t row) const {
    const auto context = field_size(context_.bytes[row]);
    return table_.sequences ? context + field_size(lists_.bytes[row]) : context;
}

Error Records::write(std::uint8_t* out) const {
    const auto* const end = out + bytes_;
    interrupt::Pace pace;
    for (std::size_t row = 0; row < table_.rows; pace(record_bytes(row++))) {
        out = begin_field(1, context_.bytes[row], out);
        for (std::size_t key = 0; key < table_.context.size(); ++key) {
            out = write_feature_of(key, row, out, end);
            if (out == nullptr) return changed(key, row);
        }
        if (!table_.sequences) continue;
        out = begin_field(2, lists_.bytes[row], out);
        for (std::size_t key = 0; key < table_.lists.size(); ++key) {
            out = write_list(key, row, out, end);
            if (out == nullptr) return changed(table_.context.size() + key, row);
        }
    }
    return {};
}

// One key of the context, as an entry; nullptr as from write_feature.
std::uint8_t* Records::write_feature_of(std::size_t key, std::size_t row, std::uint8_t* at,
                                        const std::uint8_t* end) const {
    const auto& column = table_.context[key];
    const auto& measured = context_.columns[key];
    const auto span = row_span(column, row);
    at = begin_entry(measured.head, feature_size(span.kind, measured.contents[row]), at);
    return write_feature(column.values, span, measured.contents[row], at, end);
}

// The same of a FeatureList.
std::uint8_t* Records::write_list(std::size_t key, std::size_t row, std::uint8_t* at, const std::uint8_t* end) const {
    const auto& column = table_.lists[key];
    const auto& measured = lists_.columns[key];
    at = begin_entry(measured.head, measured.list_bytes[row], at);
    for (auto step = split(column.row_splits, row); step < split(column.row_splits, row + 1); ++step) {
        const auto span = step_span(column, step);
        const auto content = measured.contents[step];
        at = begin_field(1, feature_size(span.kind, content), at);
        at = write_feature(column.values, span, content, at, end);
        if (at == nullptr) return nullptr;
    }
    return at;
}

}  // namespace colonnade::write
