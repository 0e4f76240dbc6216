// The embedding and indicator kernels against sums in double, on hostile ids and weights.
#include "dense/embed.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "check.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;

constexpr std::size_t dimension = 3;
constexpr std::size_t buckets = 5;
constexpr float untouched = 12345;
constexpr float no_number = std::numeric_limits<float>::quiet_NaN();
constexpr float infinity = std::numeric_limits<float>::infinity();

struct Input {
    std::vector<std::int64_t> ids;
    std::vector<float> weights;
    std::vector<std::int64_t> splits{0};

    [[nodiscard]] StepIds steps(bool weighted) const {
        return {ids.data(), weighted ? weights.data() : nullptr, splits.size() - 1, 0, splits.data()};
    }
};

Input any_input(Random& random) {
    constexpr float odd[] = {0, -0.0F, -1, 0.25F, 1, 3, 1e-10F, no_number, infinity, -infinity};
    Input input;
    for (auto steps = random.below(6); steps > 0; --steps) {
        for (auto values = random.below(5); values > 0; --values) {
            input.ids.push_back(static_cast<std::int64_t>(random.below(buckets + 2)) - 2);
            if (random.below(10) == 0) input.ids.back() = std::numeric_limits<std::int64_t>::min();
            input.weights.push_back(odd[random.below(std::size(odd))]);
        }
        input.splits.push_back(static_cast<std::int64_t>(input.ids.size()));
    }
    return input;
}

std::vector<double> slow_step(const Input& input, bool weighted, const Table& table, std::size_t step) {
    std::vector<double> total(dimension);
    double weights = 0;
    double squares = 0;
    bool taken = false;
    for (auto i = static_cast<std::size_t>(input.splits[step]); i < static_cast<std::size_t>(input.splits[step + 1]);
         ++i) {
        const double weight = weighted ? static_cast<double>(input.weights[i]) : 1;
        if (input.ids[i] < 0 || (table.combiner == Combiner::sum ? weight == 0 : !(weight > 0))) continue;
        const auto* row = table.rows + static_cast<std::size_t>(input.ids[i]) * dimension;
        double norm = 0;
        for (std::size_t k = 0; k < dimension; ++k) norm += static_cast<double>(row[k]) * static_cast<double>(row[k]);
        const double most = static_cast<double>(table.max_norm);
        const double factor = most > 0 && !(std::sqrt(norm) <= most) ? most / std::sqrt(norm) : 1;
        for (std::size_t k = 0; k < dimension; ++k) total[k] += weight * factor * static_cast<double>(row[k]);
        weights += weight;
        squares += weight * weight;
        taken = true;
    }
    if (taken && table.combiner != Combiner::sum) {
        for (auto& value : total) value /= table.combiner == Combiner::mean ? weights : std::sqrt(squares);
    }
    return total;
}

bool close(float got, double expected) {
    if (!std::isfinite(expected)) return std::isnan(expected) ? std::isnan(got) : got == static_cast<float>(expected);
    return std::abs(static_cast<double>(got) - expected) <= 1e-6 + 1e-5 * std::abs(expected);
}

void embeddings() {
    Random random(6);
    std::vector<float> rows(buckets * dimension);
    for (auto& value : rows) value = static_cast<float>(random.below(2001)) / 500 - 2;
    std::fill_n(rows.begin(), dimension, 0.0F);  // a norm of zero
    rows[dimension] = no_number;
    rows[2 * dimension + 1] = -infinity;
    for (int round = 0; round < 5000; ++round) {
        const auto input = any_input(random);
        const Table table{rows.data(), buckets, dimension, static_cast<Combiner>(random.below(3)),
                          random.below(2) == 0 ? 0 : 0.5F};
        const bool weighted = random.below(2) == 0;
        const std::size_t stride = dimension + random.below(3);
        const auto steps = input.splits.size() - 1;
        std::vector<float> out(steps * stride, untouched);
        // In two parts, as a caller that works in blocks would.
        const auto half = random.below(steps + 1);
        const auto ids = input.steps(weighted);
        const threads::Range halves[] = {{0, half}, {half, steps}};
        RowsAhead ahead(ids, table, halves);
        for (const auto& part : halves) {
            CHECK(!embed(ids, part, table, ahead, out.data() + part.begin * stride, stride));
        }
        for (std::size_t step = 0; step < steps; ++step) {
            const auto expected = slow_step(input, weighted, table, step);
            for (std::size_t k = 0; k < dimension; ++k) CHECK(close(out[step * stride + k], expected[k]));
            for (auto k = dimension; k < stride; ++k) CHECK(out[step * stride + k] == untouched);
        }
    }
}

void ids_beyond_the_table() {
    const std::vector<float> rows(buckets * dimension, 1.0F);
    const Table table{rows.data(), buckets, dimension, Combiner::mean, 0};
    for (const auto id : {static_cast<std::int64_t>(buckets), std::numeric_limits<std::int64_t>::max()}) {
        const std::vector<std::int64_t> ids{0, -1, id, 1};
        std::vector<float> out(4 * std::max(dimension, buckets));
        const StepIds input{ids.data(), nullptr, 4, 1, nullptr};
        const threads::Range all[] = {{0, 4}};
        RowsAhead ahead(input, table, all);
        const auto error = embed(input, all[0], table, ahead, out.data(), dimension);
        CHECK(error.code == Code::id_out_of_range && error.step == 2);
        CHECK(error.got == id && error.expected == static_cast<std::int64_t>(buckets));
        const auto same = indicate(input, all[0], buckets, out.data(), buckets);
        CHECK(same.code == Code::id_out_of_range && same.step == 2);
        CHECK(same.got == id && same.expected == static_cast<std::int64_t>(buckets));
    }
}

void indicators() {
    Random random(7);
    for (int round = 0; round < 5000; ++round) {
        const auto input = any_input(random);
        const bool weighted = random.below(2) == 0;
        const auto steps = input.splits.size() - 1;
        const std::size_t most = buckets;
        const std::size_t stride = most + random.below(3);
        std::vector<float> out(steps * stride, untouched);
        CHECK(!indicate(input.steps(weighted), {0, steps}, most, out.data(), stride));
        for (std::size_t step = 0; step < steps; ++step) {
            std::vector<double> counts(most);
            for (auto i = static_cast<std::size_t>(input.splits[step]);
                 i < static_cast<std::size_t>(input.splits[step + 1]); ++i) {
                if (input.ids[i] < 0) continue;
                counts[static_cast<std::size_t>(input.ids[i])] += weighted ? static_cast<double>(input.weights[i]) : 1;
            }
            for (std::size_t k = 0; k < most; ++k) CHECK(close(out[step * stride + k], counts[k]));
            for (auto k = most; k < stride; ++k) CHECK(out[step * stride + k] == untouched);
        }
    }
}

}  // namespace

int main() {
    embeddings();
    ids_beyond_the_table();
    indicators();
    return failures();
}
