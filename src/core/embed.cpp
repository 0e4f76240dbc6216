#include "embed.hpp"

#include <algorithm>
#include <cmath>

#include "cpu.hpp"

namespace colonnade {
namespace {

// The factor that brings a row's L2 norm down to `max_norm`. The table itself is never changed.
float clip(const float* row, const Table& table) {
    if (table.max_norm <= 0) return 1;
    double squares = 0;
    for (std::size_t i = 0; i < table.dimension; ++i) squares += static_cast<double>(row[i]) * row[i];
    const double norm = std::sqrt(squares);
    return norm > table.max_norm ? static_cast<float>(table.max_norm / norm) : 1;
}

double normalizer(Combiner combiner, double weights, double squares) {
    if (combiner == Combiner::sum) return 1;
    return combiner == Combiner::mean ? weights : std::sqrt(squares);
}

[[nodiscard]] Error beyond_table(std::size_t step, std::int64_t id, const Table& table) {
    Error error;
    error.code = Code::id_out_of_range;
    error.step = static_cast<std::int64_t>(step);
    error.got = id;
    error.expected = static_cast<std::int64_t>(table.num_buckets);
    return error;
}

// One unweighted id a step, which is what most sequences hold: any combiner gives the row itself.
// Fast because rows are asked for well before they are copied, and runs of padding are cleared at once.
[[nodiscard]] Error embed_single(const StepIds& input, const Table& table, float* out, std::size_t stride) {
    constexpr std::size_t ahead = 16;
    const auto dimension = table.dimension;
    const auto row_of = [&](std::int64_t id) { return table.rows + static_cast<std::size_t>(id) * dimension; };
    std::size_t step = 0;
    while (step < input.steps) {
        const auto id = input.ids[step];
        if (id < 0) {
            const auto first = step;
            while (step < input.steps && input.ids[step] < 0) ++step;
            auto* to = out + first * stride;
            if (stride == dimension) {
                std::fill_n(to, (step - first) * dimension, 0.0F);
            } else {
                for (auto i = first; i < step; ++i, to += stride) std::fill_n(to, dimension, 0.0F);
            }
            continue;
        }
        if (static_cast<std::uint64_t>(id) >= table.num_buckets) return beyond_table(step, id, table);
        if (step + ahead < input.steps) {
            const auto next = static_cast<std::uint64_t>(input.ids[step + ahead]);
            if (next < table.num_buckets) cpu::prefetch(row_of(input.ids[step + ahead]));
        }
        std::copy_n(row_of(id), dimension, out + step * stride);
        ++step;
    }
    return {};
}

// Any number of ids a step, weighted, clipped and combined.
[[nodiscard]] Error embed_step(const StepIds& input, const Table& table, std::size_t step, float* out) {
    const auto dimension = table.dimension;
    std::fill_n(out, dimension, 0.0F);
    // In double, where the square of no float vanishes.
    double weights = 0;
    double squares = 0;
    const auto end = input.begin(step + 1);
    for (auto i = input.begin(step); i < end; ++i) {
        const auto id = input.ids[i];
        if (id < 0) continue;
        if (static_cast<std::uint64_t>(id) >= table.num_buckets) return beyond_table(step, id, table);
        const float weight = input.weights == nullptr ? 1 : input.weights[i];
        if (!(weight > 0) && table.combiner != Combiner::sum) continue;
        const auto* row = table.rows + static_cast<std::size_t>(id) * dimension;
        const float factor = weight * clip(row, table);
        for (std::size_t k = 0; k < dimension; ++k) out[k] += factor * row[k];
        weights += weight;
        squares += static_cast<double>(weight) * weight;
    }
    const auto divisor = static_cast<float>(normalizer(table.combiner, weights, squares));
    if (divisor == 1 || divisor == 0) return {};
    for (std::size_t k = 0; k < dimension; ++k) out[k] /= divisor;
    return {};
}

}  // namespace

Error embed(const StepIds& input, const Table& table, float* out, std::size_t stride) {
    if (input.step_splits == nullptr && input.values == 1 && input.weights == nullptr && table.max_norm <= 0) {
        return embed_single(input, table, out, stride);
    }
    for (std::size_t step = 0; step < input.steps; ++step, out += stride) {
        if (auto error = embed_step(input, table, step, out)) return error;
    }
    return {};
}

void indicate(const StepIds& input, std::size_t num_buckets, float* out, std::size_t stride) {
    if (stride == num_buckets) std::fill_n(out, input.steps * num_buckets, 0.0F);
    for (std::size_t step = 0; step < input.steps; ++step, out += stride) {
        if (stride != num_buckets) std::fill_n(out, num_buckets, 0.0F);
        const auto end = input.begin(step + 1);
        for (auto i = input.begin(step); i < end; ++i) {
            if (static_cast<std::uint64_t>(input.ids[i]) < num_buckets) {
                out[input.ids[i]] += input.weights == nullptr ? 1 : input.weights[i];
            }
        }
    }
}

void place(const float* numbers, std::size_t steps, std::size_t width, float* out, std::size_t stride) {
    if (stride == width) {
        std::copy_n(numbers, steps * width, out);
        return;
    }
    for (std::size_t step = 0; step < steps; ++step, numbers += width, out += stride) std::copy_n(numbers, width, out);
}

}  // namespace colonnade
