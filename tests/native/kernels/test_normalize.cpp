// Normalizers in blocks against one number at a time, on odd numbers and for every length around a block.
#include "kernels/normalize.hpp"

#include <bit>
#include <cmath>
#include <limits>

#include "check.hpp"
#include "random.hpp"

namespace {

using colonnade::Normalizer;
using Limits = std::numeric_limits<float>;

constexpr float odd[] = {0,
                         -0.0F,
                         1,
                         -2.5F,
                         Limits::max(),
                         Limits::lowest(),
                         Limits::denorm_min(),
                         Limits::infinity(),
                         -Limits::infinity(),
                         Limits::quiet_NaN()};

double at(const std::vector<double>& parameters, std::size_t place) { return parameters[place % parameters.size()]; }

double one(const std::vector<Normalizer::Step>& steps, double number, std::size_t place) {
    for (const auto& step : steps) {
        const auto first = at(step.first, place);
        const auto second = at(step.second, place);
        if (step.op == Normalizer::Op::scale) {
            number = (number - first) / second;
        } else if (number < first) {
            number = first;
        } else if (number > second) {
            number = second;
        }
    }
    return number;
}

bool same(float left, float right) { return std::bit_cast<std::uint32_t>(left) == std::bit_cast<std::uint32_t>(right); }

float any_float(Random& random) {
    if (random.below(4) == 0) return odd[random.below(std::size(odd))];
    return static_cast<float>(random.below(2000)) / 8 - 100;
}

std::vector<Normalizer::Step> any_steps(Random& random, std::size_t places) {
    std::vector<Normalizer::Step> steps(random.below(4) + 1);
    for (auto& step : steps) {
        if (random.below(2) == 0) step.op = Normalizer::Op::clip;
        for (auto* parameters : {&step.first, &step.second}) {
            parameters->resize(random.below(2) == 0 ? 1 : places);
            for (auto& parameter : *parameters) parameter = static_cast<double>(random.below(50)) - 25;
        }
        for (auto& parameter : step.second) parameter = std::abs(parameter) + 25;
    }
    return steps;
}

template <typename Number>
void check_all(const std::vector<Normalizer::Step>& steps, const std::vector<Number>& numbers) {
    std::vector<float> out(numbers.size());
    CHECK(!Normalizer(steps).apply(numbers.data(), numbers.size(), out.data()));
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        CHECK(same(out[i], static_cast<float>(one(steps, static_cast<double>(numbers[i]), i))));
    }
}

void check_random() {
    Random random(11);
    for (const std::size_t places : {1, 2, 3, 8, 200, 255, 256, 257, 300, 1000}) {
        for (int round = 0; round < 20; ++round) {
            const auto steps = any_steps(random, places);
            std::vector<float> floats((random.below(900 / places + 2)) * places);
            for (auto& number : floats) number = any_float(random);
            check_all(steps, floats);
            std::vector<std::int64_t> integers(floats.size());
            for (auto& number : integers) number = static_cast<std::int64_t>(random.next() >> random.below(60));
            check_all(steps, integers);
        }
    }
}

void check_in_place() {
    std::vector<float> numbers(1000);
    for (std::size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<float>(i);
    const Normalizer normalizer({{Normalizer::Op::scale, {1}, {2}}});
    CHECK(!normalizer.apply(numbers.data(), numbers.size(), numbers.data()));
    for (std::size_t i = 0; i < numbers.size(); ++i) CHECK(numbers[i] == (static_cast<float>(i) - 1) / 2);
}

// Whether a number that needs no rounding but for float32's is one that float32 can hold.
void check_largest(double number, bool fits) {
    std::vector<float> numbers(700);
    const Normalizer normalizer({{Normalizer::Op::clip, {number}, {number}}});
    auto error = normalizer.apply(numbers.data(), numbers.size(), numbers.data());
    CHECK(static_cast<bool>(error) != fits);
    if (!error) return;
    CHECK(error.code == colonnade::Code::number_too_large);
    CHECK(std::bit_cast<double>(error.got) == number);
}

}  // namespace

int main() {
    CHECK(Normalizer().empty());
    CHECK(!Normalizer({{Normalizer::Op::clip, {0}, {1}}}).empty());
    check_random();
    check_in_place();
    for (const auto sign : {1.0, -1.0}) {
        check_largest(sign * 0x1.fffffep127, true);
        check_largest(sign * 0x1.fffffefffffffp127, true);
        check_largest(sign * 0x1.ffffffp127, false);
        check_largest(sign * std::numeric_limits<double>::max(), false);
        check_largest(sign * std::numeric_limits<double>::infinity(), true);
    }
    return failures();
}
