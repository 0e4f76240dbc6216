#include "dense/dense.hpp"

#include <algorithm>
#include <vector>

#include "dense/embed.hpp"
#include "dense/live_runs.hpp"
#include "ground/interrupt.hpp"

namespace colonnade {
namespace {

void place(const DenseColumn& column, threads::Range steps, float* out, std::size_t stride) {
    const auto* from = column.numbers + steps.begin * column.width;
    for (auto step = steps.begin; step < steps.end; ++step, from += column.width, out += stride) {
        for (std::size_t i = 0; i < column.width; ++i) out[i] = from[i];
    }
}

[[nodiscard]] Error write_column(const DenseColumn& column, threads::Range steps, RowsAhead& ahead, float* out,
                                 std::size_t stride) {
    switch (column.kind) {
        case DenseKind::embedding: return embed(column.ids, steps, column.table, ahead, out, stride);
        case DenseKind::indicator: return indicate(column.ids, steps, column.width, out, stride);
        case DenseKind::numbers: place(column, steps, out, stride); break;
    }
    return {};
}

// Writes some of the steps. Fast because all columns of a few steps are written before the next few, while those
// are in the cache, and because steps that are padding in every column are cleared at once.
class DenseWriter {
public:
    DenseWriter(std::span<const DenseColumn> columns, std::size_t width, float* out)
        : columns_(columns), width_(width), out_(out) {}

    [[nodiscard]] Error write(threads::Range steps) {
        const auto runs = live_runs(columns_, steps);
        const std::span<const threads::Range> none;
        for (const auto& column : columns_) {
            ahead_.emplace_back(column.ids, column.table, column.kind == DenseKind::embedding ? runs : none);
        }
        auto done = steps.begin;
        for (const auto& run : runs) {
            clear({done, run.begin});
            if (auto error = write_run(run)) return error;
            done = run.end;
        }
        clear({done, steps.end});
        return {};
    }

private:
    void clear(threads::Range steps) {
        auto* at = out_ + steps.begin * width_;
        auto left = (steps.end - steps.begin) * width_;
        for (; left > interrupt::most_at_once; left -= interrupt::most_at_once) {
            at = std::fill_n(at, interrupt::most_at_once, 0.0F);
            interrupt::look();
        }
        std::fill_n(at, left, 0.0F);
    }

    [[nodiscard]] Error write_run(threads::Range run) {
        constexpr std::size_t block_floats = 4096;  // half of a small first-level cache
        const auto block = std::max<std::size_t>(block_floats / std::max<std::size_t>(width_, 1), 16);
        for (auto first = run.begin; first < run.end; first += block) {
            if (auto error = write_block({first, std::min(first + block, run.end)})) return error;
            pace_(block * width_);
        }
        return {};
    }

    // Behind an error, the other columns are looked through up to its step: theirs may be earlier.
    [[nodiscard]] Error write_block(threads::Range steps) {
        Error first;
        auto* to = out_ + steps.begin * width_;
        for (std::size_t c = 0; c < columns_.size(); to += columns_[c++].width) {
            auto error = write_column(columns_[c], steps, ahead_[c], to, width_);
            if (!error) continue;
            error.slot = static_cast<std::int32_t>(c);
            steps.end = static_cast<std::size_t>(error.step);
            first = error;
        }
        return first;
    }

    std::span<const DenseColumn> columns_;
    std::vector<RowsAhead> ahead_;
    interrupt::Pace pace_;
    std::size_t width_;
    float* out_;
};

// What is worth a helper is told in rows of some two hundred numbers, as the rows of a batch are at the least.
std::size_t parts_of(std::size_t steps, std::size_t width, std::size_t threads) {
    constexpr std::size_t row_floats = 256;
    const auto rows = steps * width / row_floats;
    return std::max<std::size_t>(std::min(threads::parts_of(rows, threads), steps), 1);
}

}  // namespace

Error write_dense(std::span<const DenseColumn> columns, std::size_t steps, std::size_t width, std::size_t threads,
                  float* out) {
    const auto parts = parts_of(steps, width, threads);
    std::vector<Error> errors(parts);
    threads::run(parts, threads, [&](std::size_t part) {
        errors[part] = DenseWriter(columns, width, out).write(threads::range_of(part, parts, steps));
    });
    for (const auto& error : errors) {
        if (error) return error;
    }
    return {};
}

}  // namespace colonnade
