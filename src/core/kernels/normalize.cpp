#include "kernels/normalize.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <utility>

namespace colonnade {
namespace {

// Numbers at a time, which stay in the nearest cache from the first step to the last.
constexpr std::size_t block = 256;

std::vector<double> repeated(const std::vector<double>& parameters, std::size_t count) {
    std::vector<double> out(count);
    for (std::size_t i = 0; i < count; ++i) out[i] = parameters[i % parameters.size()];
    return out;
}

// No operation is followed by one that a compiler may fuse it with, such as a product by a sum.
void apply_step(Normalizer::Op op, const double* first, const double* second, double* numbers, std::size_t count) {
    switch (op) {
        case Normalizer::Op::scale:
            for (std::size_t i = 0; i < count; ++i) numbers[i] = (numbers[i] - first[i]) / second[i];
            break;
        case Normalizer::Op::clip:
            // Every comparison with NaN is false, so it stays; and so does the sign of a zero.
            for (std::size_t i = 0; i < count; ++i) {
                const auto raised = numbers[i] < first[i] ? first[i] : numbers[i];
                numbers[i] = raised > second[i] ? second[i] : raised;
            }
            break;
    }
}

// Rounds to float32; a finite number that becomes infinite is an error.
[[nodiscard]] Error narrow(const double* numbers, std::size_t count, float* out) {
    std::uint32_t infinite = 0;
    for (std::size_t i = 0; i < count; ++i) {
        out[i] = static_cast<float>(numbers[i]);
        infinite |= std::abs(out[i]) == INFINITY ? 1U : 0U;
    }
    if (infinite == 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
        if (!std::isinf(out[i]) || std::isinf(numbers[i])) continue;
        Error error;
        error.code = Code::number_too_large;
        error.got = std::bit_cast<std::int64_t>(numbers[i]);
        return error;
    }
    return {};
}

}  // namespace

// Repeated parameters spare the inner loops a remainder: each block lies within one period.
Normalizer::Normalizer(std::vector<Step> steps) : steps_(std::move(steps)) {
    for (const auto& step : steps_) period_ = std::max({period_, step.first.size(), step.second.size()});
    if (period_ < block) period_ *= block / period_;
    for (auto& step : steps_) {
        step.first = repeated(step.first, period_);
        step.second = repeated(step.second, period_);
    }
}

Error Normalizer::apply(const float* numbers, std::size_t count, float* out) const {
    return apply_to(numbers, count, out);
}

Error Normalizer::apply(const std::int64_t* numbers, std::size_t count, float* out) const {
    return apply_to(numbers, count, out);
}

template <typename Number>
Error Normalizer::apply_to(const Number* numbers, std::size_t count, float* out) const {
    double wide[block];
    for (std::size_t begin = 0, size = 0; begin < count; begin += size) {
        const auto place = begin % period_;
        size = std::min({block, period_ - place, count - begin});
        for (std::size_t i = 0; i < size; ++i) wide[i] = static_cast<double>(numbers[begin + i]);
        for (const auto& step : steps_) {
            apply_step(step.op, step.first.data() + place, step.second.data() + place, wide, size);
        }
        if (auto error = narrow(wide, size, out + begin)) return error;
    }
    return {};
}

}  // namespace colonnade
