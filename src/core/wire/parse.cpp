#include "wire/parse.hpp"

#include <algorithm>

#include "ground/interrupt.hpp"

namespace colonnade {

Error check_kinds(const ExampleIndex& index, std::span<const Kind> kinds) {
    const auto* list = index.lists.data();
    for (std::size_t record = 0; record * index.keys < index.lists.size(); ++record) {
        for (std::size_t key = 0; key < index.keys; ++key, ++list) {
            if (list->values == 0 || kinds[key] == Kind::none || list->kind == kinds[key]) continue;
            Error error;
            error.code = Code::wrong_kind;
            error.record = static_cast<std::int64_t>(record);
            error.key = static_cast<std::int32_t>(key);
            error.got = static_cast<std::int64_t>(list->kind);
            error.expected = static_cast<std::int64_t>(kinds[key]);
            return error;
        }
    }
    return {};
}

namespace {

// Appends byte strings to a buffer that is known to be large enough. Fast because a short string is copied as
// one block of sixteen bytes, without a branch on its size; the next string overwrites what was too much.
class BytesWriter {
public:
    static constexpr std::size_t block = 16;

    explicit BytesWriter(Parsed& out) : data_(out.values.as<std::uint8_t>()), offset_(out.offsets.as<std::int64_t>()) {
        *offset_ = 0;
    }
    // `end` is the end of the memory that holds `data`.
    void operator()(const std::uint8_t* data, std::size_t size, const std::uint8_t* end) {
        auto* to = data_ + *offset_;
        if (size <= block && static_cast<std::size_t>(end - data) >= block) {
            std::memcpy(to, data, block);
        } else {
            std::copy_n(data, size, to);
        }
        offset_[1] = *offset_ + static_cast<std::int64_t>(size);
        ++offset_;
    }
    [[nodiscard]] std::size_t written() const { return static_cast<std::size_t>(*offset_); }

private:
    std::uint8_t* data_;
    std::int64_t* offset_;
};

[[nodiscard]] Error make_bytes(std::size_t values, std::size_t bytes, Parsed& out) {
    if (auto error = Array::make(Dtype::uint8, {bytes + BytesWriter::block}, out.values)) return error;
    return Array::make(Dtype::int64, {values + 1}, out.offsets);
}

void write_row(const SerializedRows auto& rows, std::size_t row, BytesWriter& write) {
    const auto* end = rows.end(row);
    rows.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) { write(data, size, end); });
}

[[nodiscard]] Error write_splits(const SerializedRows auto& rows, Array& out) {
    if (auto error = Array::make(Dtype::int64, {rows.rows() + 1}, out)) return error;
    auto* splits = out.as<std::int64_t>();
    splits[0] = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row, ++splits) {
        splits[1] = splits[0] + static_cast<std::int64_t>(rows.steps(row));
    }
    return {};
}

[[nodiscard]] Error write_step_splits(const WireSteps& rows, std::size_t steps, Array& out) {
    if (auto error = Array::make(Dtype::int64, {steps + 1}, out)) return error;
    auto* splits = out.as<std::int64_t>();
    splits[0] = 0;
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const auto* from = rows.step_splits(row);
        for (std::size_t step = 0; step < rows.steps(row); ++step, ++splits) {
            splits[1] = splits[0] + from[step + 1] - from[step];
        }
    }
    return {};
}

[[nodiscard]] Error write_values(const SerializedRows auto& rows, Parsed& out) {
    std::size_t total = 0;
    std::size_t bytes = 0;
    interrupt::Pace pace;
    for (std::size_t row = 0; row < rows.rows(); ++row) total += rows.values(row);
    if (rows.kind() == Kind::int64s) {
        if (auto error = Array::make(Dtype::int64, {total}, out.values)) return error;
        auto* values = out.values.as<std::int64_t>();
        for (std::size_t row = 0; row < rows.rows(); pace(rows.values(row)), values += rows.values(row++)) {
            rows.int64s(row, values);
        }
    } else if (rows.kind() == Kind::floats) {
        if (auto error = Array::make(Dtype::float32, {total}, out.values)) return error;
        auto* values = out.values.as<float>();
        for (std::size_t row = 0; row < rows.rows(); pace(rows.values(row)), values += rows.values(row++)) {
            rows.floats(row, values);
        }
    } else {
        for (std::size_t row = 0; row < rows.rows(); ++row) bytes += rows.bytes_bound(row);
        if (auto error = make_bytes(total, bytes, out)) return error;
        BytesWriter write(out);
        for (std::size_t row = 0; row < rows.rows(); pace(rows.bytes_bound(row++))) write_row(rows, row, write);
        out.values.shape[0] = write.written();
    }
    return {};
}

// Every row must hold `size` values, or none where there is a default. Adds up the bytes of the output.
[[nodiscard]] Error check_fixed(const WireRows& rows, std::size_t size, const FixedDefault* default_value,
                                std::size_t& bytes) {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        const auto values = rows.values(row);
        if (values == size) {
            bytes += rows.bytes_bound(row);
        } else if (values == 0 && default_value != nullptr) {
            if (rows.kind() == Kind::bytes) bytes += static_cast<std::size_t>(default_value->offsets[size]);
        } else {
            Error error;
            error.code = values == 0 ? Code::missing_feature : Code::wrong_count;
            error.record = static_cast<std::int64_t>(row);
            error.got = static_cast<std::int64_t>(values);
            error.expected = static_cast<std::int64_t>(size);
            return error;
        }
    }
    return {};
}

}  // namespace

Error parse_ragged(const WireRows& rows, Parsed& out) {
    if (auto error = write_splits(rows, out.row_splits)) return error;
    return write_values(rows, out);
}

Error parse_ragged(const WireSteps& rows, Parsed& out) {
    if (auto error = write_splits(rows, out.row_splits)) return error;
    const auto steps = static_cast<std::size_t>(out.row_splits.as<std::int64_t>()[rows.rows()]);
    if (auto error = write_step_splits(rows, steps, out.step_splits)) return error;
    return write_values(rows, out);
}

Error require(const WireSteps& rows) {
    for (std::size_t row = 0; row < rows.rows(); ++row) {
        if (rows.present(row)) continue;
        Error error;
        error.code = Code::missing_feature;
        error.record = static_cast<std::int64_t>(row);
        return error;
    }
    return {};
}

Error parse_fixed(const WireRows& rows, std::size_t size, const FixedDefault* default_value, Parsed& out) {
    std::size_t bytes = 0;
    if (auto error = check_fixed(rows, size, default_value, bytes)) return error;
    const auto total = rows.rows() * size;
    interrupt::Pace pace;
    if (rows.kind() == Kind::int64s) {
        if (auto error = Array::make(Dtype::int64, {total}, out.values)) return error;
        auto* values = out.values.as<std::int64_t>();
        for (std::size_t row = 0; row < rows.rows(); ++row, values += size, pace(size)) {
            rows.int64s(row, values);
            if (rows.values(row) < size) std::copy_n(default_value->int64s, size, values);
        }
    } else if (rows.kind() == Kind::floats) {
        if (auto error = Array::make(Dtype::float32, {total}, out.values)) return error;
        auto* values = out.values.as<float>();
        for (std::size_t row = 0; row < rows.rows(); ++row, values += size, pace(size)) {
            rows.floats(row, values);
            if (rows.values(row) < size) std::copy_n(default_value->floats, size, values);
        }
    } else {
        if (auto error = make_bytes(total, bytes, out)) return error;
        BytesWriter write(out);
        for (std::size_t row = 0; row < rows.rows(); pace(rows.bytes_bound(row++))) {
            write_row(rows, row, write);
            for (std::size_t i = rows.values(row); i < size; ++i) {
                const auto* begin = default_value->bytes + default_value->offsets[i];
                const auto bytes_here =
                    static_cast<std::size_t>(default_value->offsets[i + 1] - default_value->offsets[i]);
                write(begin, bytes_here, begin + bytes_here);
            }
        }
        out.values.shape[0] = write.written();
    }
    return {};
}

}  // namespace colonnade
