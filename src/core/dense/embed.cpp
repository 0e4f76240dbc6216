#include "dense/embed.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "ground/interrupt.hpp"

namespace colonnade {
namespace {

// The factor that brings a row's L2 norm down to `max_norm`; a row that holds NaN has no norm, and NaN for a factor.
// The table itself is never changed.
float clip(const float* row, const Table& table) {
    if (table.max_norm <= 0) return 1;
    double squares = 0;
    for (std::size_t i = 0; i < table.dimension; ++i) squares += static_cast<double>(row[i]) * row[i];
    const double norm = std::sqrt(squares);
    return norm <= table.max_norm ? 1 : static_cast<float>(table.max_norm / norm);
}

double normalizer(Combiner combiner, double weights, double squares) {
    if (combiner == Combiner::sum) return 1;
    return combiner == Combiner::mean ? weights : std::sqrt(squares);
}

[[nodiscard]] Error beyond_range(std::size_t step, std::int64_t id, std::size_t num_buckets) {
    Error error;
    error.code = Code::id_out_of_range;
    error.step = static_cast<std::int64_t>(step);
    error.got = id;
    error.expected = static_cast<std::int64_t>(num_buckets);
    return error;
}

// Fast because tables mostly have whole cache lines to a row, which are moved without a loop over floats.
void copy_row(const float* from, std::size_t size, float* to) {
    constexpr std::size_t line = 16;
    std::size_t done = 0;
    for (; size - done >= line; done += line) std::memcpy(to + done, from + done, line * sizeof(float));
    for (; done < size; ++done) to[done] = from[done];
}

void clear_row(float* row, std::size_t size) {
    constexpr std::size_t line = 16;
    std::size_t done = 0;
    for (; size - done >= line; done += line) std::memset(row + done, 0, line * sizeof(float));
    for (; done < size; ++done) row[done] = 0;
}

void divide_row(float* row, std::size_t size, double by) {
    const auto divisor = static_cast<float>(by);
    if (divisor == 1 || divisor == 0) return;
    for (std::size_t i = 0; i < size; ++i) row[i] /= divisor;
}

// One id a step: any combiner gives its row.
[[nodiscard]] Error embed_single(const StepIds& input, threads::Range steps, const Table& table, RowsAhead& ahead,
                                 float* out, std::size_t stride) {
    const auto dimension = table.dimension;
    for (auto step = steps.begin; step < steps.end; ++step, out += stride) {
        const auto id = input.id(step);
        ahead.ask();
        if (id < 0) {
            clear_row(out, dimension);
        } else if (static_cast<std::uint64_t>(id) < table.num_buckets) {
            copy_row(table.rows + static_cast<std::size_t>(id) * dimension, dimension, out);
        } else {
            return beyond_range(step, id, table.num_buckets);
        }
    }
    return {};
}

// Ids without weights and norms, which is what most columns hold: the first row is copied, others are added.
[[nodiscard]] Error embed_plain_step(const StepIds& input, const Table& table, RowsAhead& ahead, std::size_t step,
                                     float* out) {
    std::size_t count = 0;
    const auto end = input.begin(step + 1);
    for (auto i = input.begin(step); i < end; ++i) {
        const auto id = input.id(i);
        ahead.ask();
        if (id < 0) continue;
        if (static_cast<std::uint64_t>(id) >= table.num_buckets) return beyond_range(step, id, table.num_buckets);
        const auto* row = table.rows + static_cast<std::size_t>(id) * table.dimension;
        if (++count == 1) {
            copy_row(row, table.dimension, out);
        } else {
            for (std::size_t k = 0; k < table.dimension; ++k) out[k] += row[k];
        }
    }
    if (count == 0) clear_row(out, table.dimension);
    if (count < 2 || table.combiner == Combiner::sum) return {};
    const auto number = static_cast<double>(count);
    divide_row(out, table.dimension, normalizer(table.combiner, number, number));
    return {};
}

// Any number of ids a step, weighted, clipped and combined.
[[nodiscard]] Error embed_step(const StepIds& input, const Table& table, RowsAhead& ahead, std::size_t step,
                               float* out) {
    const auto dimension = table.dimension;
    clear_row(out, dimension);
    // In double, where the square of no float vanishes.
    double weights = 0;
    double squares = 0;
    const auto end = input.begin(step + 1);
    for (auto i = input.begin(step); i < end; ++i) {
        const auto id = input.id(i);
        ahead.ask();
        if (id < 0) continue;
        if (static_cast<std::uint64_t>(id) >= table.num_buckets) return beyond_range(step, id, table.num_buckets);
        const float weight = input.weights == nullptr ? 1 : input.weights[i];
        // Left out, not multiplied by 0: the row may hold NaN.
        if (table.combiner == Combiner::sum ? weight == 0 : !(weight > 0)) continue;
        const auto* row = table.rows + static_cast<std::size_t>(id) * dimension;
        const float factor = weight * clip(row, table);
        for (std::size_t k = 0; k < dimension; ++k) out[k] += factor * row[k];
        weights += weight;
        squares += static_cast<double>(weight) * weight;
    }
    divide_row(out, dimension, normalizer(table.combiner, weights, squares));
    return {};
}

[[nodiscard]] Error embed_several(const StepIds& input, threads::Range steps, const Table& table, RowsAhead& ahead,
                                  float* out, std::size_t stride, bool plain) {
    interrupt::Pace pace;  // for steps of very many ids; whoever writes blocks of steps counts the others
    for (auto step = steps.begin; step < steps.end; ++step, out += stride) {
        pace((input.begin(step + 1) - input.begin(step)) * table.dimension);
        auto error =
            plain ? embed_plain_step(input, table, ahead, step, out) : embed_step(input, table, ahead, step, out);
        if (error) return error;
    }
    return {};
}

}  // namespace

Error embed(const StepIds& input, threads::Range steps, const Table& table, RowsAhead& ahead, float* out,
            std::size_t stride) {
    const bool plain = input.weights == nullptr && table.max_norm <= 0;
    if (plain && input.step_splits == nullptr && input.values == 1) {
        return embed_single(input, steps, table, ahead, out, stride);
    }
    return embed_several(input, steps, table, ahead, out, stride, plain);
}

Error indicate(const StepIds& input, threads::Range steps, std::size_t num_buckets, float* out, std::size_t stride) {
    interrupt::Pace pace;
    for (auto step = steps.begin; step < steps.end; ++step, out += stride) {
        clear_row(out, num_buckets);
        const auto end = input.begin(step + 1);
        pace(end - input.begin(step));
        for (auto i = input.begin(step); i < end; ++i) {
            const auto id = input.id(i);
            if (static_cast<std::uint64_t>(id) < num_buckets) {
                out[id] += input.weights == nullptr ? 1 : input.weights[i];
            } else if (id >= 0) {
                return beyond_range(step, id, num_buckets);
            }
        }
    }
    return {};
}

}  // namespace colonnade
