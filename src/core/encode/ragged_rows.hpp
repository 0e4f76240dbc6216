// The values of one key in memory: a ragged column, whose arrays belong to someone else.
#pragma once

#include <algorithm>

#include "wire/rows.hpp"

namespace colonnade {

// A ragged column in memory. Only the pointers that its kind needs are set; the splits are validated.
struct RaggedColumn {
    Kind kind = Kind::none;
    std::size_t rows = 0;
    const std::int64_t* row_splits = nullptr;   // [rows + 1], of steps
    const std::int64_t* step_splits = nullptr;  // [steps + 1], of values; only where steps hold several
    const std::int64_t* int64s = nullptr;
    const float* floats = nullptr;
    const std::uint8_t* bytes = nullptr;
    const std::int64_t* offsets = nullptr;
    const bool* holes = nullptr;  // true where a step has no value; only dense arrays have such
};

class RaggedRows {
public:
    explicit RaggedRows(const RaggedColumn& column) : column_(column) {}

    [[nodiscard]] static constexpr bool normalized() { return true; }
    [[nodiscard]] Kind kind() const { return column_.kind; }
    [[nodiscard]] std::size_t rows() const { return column_.rows; }
    [[nodiscard]] bool nested() const { return column_.step_splits != nullptr; }
    [[nodiscard]] std::size_t steps(std::size_t row) const {
        return static_cast<std::size_t>(column_.row_splits[row + 1] - column_.row_splits[row]);
    }
    [[nodiscard]] std::size_t values(std::size_t row) const {
        return static_cast<std::size_t>(begin(row + 1) - begin(row));
    }
    // Where the steps of a row begin and end; only differences mean something.
    [[nodiscard]] const std::int64_t* step_splits(std::size_t row) const {
        return column_.step_splits + column_.row_splits[row];
    }
    [[nodiscard]] const bool* holes(std::size_t row) const {
        return column_.holes == nullptr ? nullptr : column_.holes + begin(row);
    }
    // The end of the memory that holds all strings.
    [[nodiscard]] const std::uint8_t* end(std::size_t) const { return column_.bytes + column_.offsets[begin(rows())]; }
    void int64s(std::size_t row, std::int64_t* out) const {
        std::copy_n(column_.int64s + begin(row), values(row), out);
    }
    void floats(std::size_t row, float* out) const { std::copy_n(column_.floats + begin(row), values(row), out); }
    template <typename Use>
    void each_bytes(std::size_t row, Use use) const {
        for (auto i = begin(row); i < begin(row + 1); ++i) {
            use(column_.bytes + column_.offsets[i],
                static_cast<std::size_t>(column_.offsets[i + 1] - column_.offsets[i]));
        }
    }

private:
    // The first value of a row.
    [[nodiscard]] std::int64_t begin(std::size_t row) const {
        const auto step = column_.row_splits[row];
        return column_.step_splits == nullptr ? step : column_.step_splits[step];
    }

    RaggedColumn column_;
};

static_assert(RowsOfKey<RaggedRows>);

}  // namespace colonnade
