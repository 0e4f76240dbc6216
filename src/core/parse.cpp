#include "parse.hpp"

#include <algorithm>

#include "rows.hpp"

namespace colonnade {

Error check_kinds(const ExampleIndex& index, std::span<const Kind> kinds) {
    for (std::size_t i = 0; i < index.lists.size(); ++i) {
        const auto got = index.lists[i].kind;
        const auto expected = kinds[i % index.keys];
        if (got == Kind::none || got == expected) continue;
        Error error;
        error.code = Code::wrong_kind;
        error.record = static_cast<std::int64_t>(i / index.keys);
        error.key = static_cast<std::int32_t>(i % index.keys);
        error.got = static_cast<std::int64_t>(got);
        error.expected = static_cast<std::int64_t>(expected);
        return error;
    }
    return {};
}

namespace {

// Appends byte strings to a buffer that is known to be large enough.
class BytesWriter {
public:
    explicit BytesWriter(Parsed& out) : data_(out.values.as<std::uint8_t>()), offset_(out.offsets.as<std::int64_t>()) {
        *offset_ = 0;
    }
    void operator()(const std::uint8_t* data, std::size_t size) {
        std::copy_n(data, size, data_ + *offset_);
        offset_[1] = *offset_ + static_cast<std::int64_t>(size);
        ++offset_;
    }
    [[nodiscard]] std::size_t written() const { return static_cast<std::size_t>(*offset_); }

private:
    std::uint8_t* data_;
    std::int64_t* offset_;
};

[[nodiscard]] Error make_bytes(std::size_t values, std::size_t bytes, Parsed& out) {
    if (auto error = Array::make(Dtype::uint8, {bytes}, out.values)) return error;
    return Array::make(Dtype::int64, {values + 1}, out.offsets);
}

}  // namespace

Error parse_ragged(std::span<const Record> records, const ExampleIndex& index, std::size_t key, Kind kind,
                   Parsed& out) {
    const WireRows rows(records, index, key, kind);
    if (auto error = Array::make(Dtype::int64, {records.size() + 1}, out.row_splits)) return error;
    auto* splits = out.row_splits.as<std::int64_t>();
    splits[0] = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        splits[row + 1] = splits[row] + static_cast<std::int64_t>(rows.values(row));
    }
    const auto total = static_cast<std::size_t>(splits[records.size()]);
    const auto start = [&](std::size_t row) { return static_cast<std::size_t>(splits[row]); };

    if (kind == Kind::int64s) {
        if (auto error = Array::make(Dtype::int64, {total}, out.values)) return error;
        auto* values = out.values.as<std::int64_t>();
        for (std::size_t row = 0; row < rows.rows(); ++row) rows.int64s(row, values + start(row));
    } else if (kind == Kind::floats) {
        if (auto error = Array::make(Dtype::float32, {total}, out.values)) return error;
        auto* values = out.values.as<float>();
        for (std::size_t row = 0; row < rows.rows(); ++row) rows.floats(row, values + start(row));
    } else {
        std::size_t bytes = 0;
        for (std::size_t row = 0; row < rows.rows(); ++row) bytes += rows.bytes_bound(row);
        if (auto error = make_bytes(total, bytes, out)) return error;
        BytesWriter write(out);
        for (std::size_t row = 0; row < rows.rows(); ++row)
            rows.each_bytes(row, [&](auto... value) { write(value...); });
        out.values.shape[0] = write.written();
    }
    return {};
}

Error parse_fixed(std::span<const Record> records, const ExampleIndex& index, std::size_t key, Kind kind,
                  std::size_t size, const FixedDefault* default_value, Parsed& out) {
    const WireRows rows(records, index, key, kind);
    std::size_t bytes = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const auto values = rows.values(row);
        const bool absent = values == 0 && size != 0;
        bytes += absent && default_value != nullptr && kind == Kind::bytes
                     ? static_cast<std::size_t>(default_value->offsets[size])
                     : rows.bytes_bound(row);
        if (absent ? default_value != nullptr : values == size) continue;
        Error error;
        error.code = values == 0 ? Code::missing_feature : Code::wrong_count;
        error.record = static_cast<std::int64_t>(row);
        error.key = static_cast<std::int32_t>(key);
        error.got = static_cast<std::int64_t>(values);
        error.expected = static_cast<std::int64_t>(size);
        return error;
    }

    const auto total = records.size() * size;
    if (kind == Kind::int64s) {
        if (auto error = Array::make(Dtype::int64, {total}, out.values)) return error;
        auto* values = out.values.as<std::int64_t>();
        for (std::size_t row = 0; row < rows.rows(); ++row, values += size) {
            rows.int64s(row, values);
            if (rows.values(row) < size) std::copy_n(default_value->int64s, size, values);
        }
    } else if (kind == Kind::floats) {
        if (auto error = Array::make(Dtype::float32, {total}, out.values)) return error;
        auto* values = out.values.as<float>();
        for (std::size_t row = 0; row < rows.rows(); ++row, values += size) {
            rows.floats(row, values);
            if (rows.values(row) < size) std::copy_n(default_value->floats, size, values);
        }
    } else {
        if (auto error = make_bytes(total, bytes, out)) return error;
        BytesWriter write(out);
        for (std::size_t row = 0; row < rows.rows(); ++row) {
            rows.each_bytes(row, [&](auto... value) { write(value...); });
            for (std::size_t i = rows.values(row); i < size; ++i) {
                const auto from = default_value->offsets[i];
                write(default_value->bytes + from, static_cast<std::size_t>(default_value->offsets[i + 1] - from));
            }
        }
        out.values.shape[0] = write.written();
    }
    return {};
}

}  // namespace colonnade
