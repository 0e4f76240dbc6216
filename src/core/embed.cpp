#include "embed.hpp"

#include <algorithm>
#include <cmath>

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

}  // namespace

Error embed(const StepIds& input, const Table& table, float* out, std::size_t stride) {
    const auto dimension = table.dimension;
    for (std::size_t step = 0; step < input.steps; ++step, out += stride) {
        std::fill_n(out, dimension, 0.0F);
        // In double, where the square of no float vanishes.
        double weights = 0;
        double squares = 0;
        std::size_t taken = 0;
        const auto end = input.begin(step + 1);
        for (auto i = input.begin(step); i < end; ++i) {
            const auto id = input.ids[i];
            if (id < 0) continue;
            if (static_cast<std::uint64_t>(id) >= table.num_buckets) {
                Error error;
                error.code = Code::id_out_of_range;
                error.step = static_cast<std::int64_t>(step);
                error.got = id;
                error.expected = static_cast<std::int64_t>(table.num_buckets);
                return error;
            }
            const float weight = input.weights == nullptr ? 1 : input.weights[i];
            if (!(weight > 0) && table.combiner != Combiner::sum) continue;
            const auto* row = table.rows + static_cast<std::size_t>(id) * dimension;
            const float factor = weight * clip(row, table);
            for (std::size_t k = 0; k < dimension; ++k) out[k] += factor * row[k];
            weights += weight;
            squares += static_cast<double>(weight) * weight;
            ++taken;
        }
        if (taken == 0 || (taken == 1 && input.weights == nullptr)) continue;
        const auto divisor = static_cast<float>(normalizer(table.combiner, weights, squares));
        if (divisor == 1) continue;
        for (std::size_t k = 0; k < dimension; ++k) out[k] /= divisor;
    }
    return {};
}

void indicate(const StepIds& input, std::size_t num_buckets, float* out, std::size_t stride) {
    for (std::size_t step = 0; step < input.steps; ++step, out += stride) {
        std::fill_n(out, num_buckets, 0.0F);
        const auto end = input.begin(step + 1);
        for (auto i = input.begin(step); i < end; ++i) {
            if (static_cast<std::uint64_t>(input.ids[i]) < num_buckets) {
                out[input.ids[i]] += input.weights == nullptr ? 1 : input.weights[i];
            }
        }
    }
}

}  // namespace colonnade
