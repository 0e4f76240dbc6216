// What a slot reads, and how it pads.
#include "encode/slot.hpp"

#include <cmath>

#include "check.hpp"
#include "encode/encoding.hpp"

namespace {

using namespace colonnade;
using given::flat;
using given::Memory;

void test_sources() {
    const Memory key(flat<std::int64_t>({{1, 2}}), false), weights(flat<float>({{0.5F, 1}}), false);
    const std::vector<Rows> one{key.rows()}, two{key.rows(), key.rows()};
    const auto numbers = encoding::numbers(1, {0});
    const auto of_numbers = make_source(numbers, one, std::nullopt, false);
    CHECK(of_numbers.numbers && !of_numbers.ids && !of_numbers.weights);
    const auto identity = encoding::identity(10);
    const auto weighted = make_source(identity, one, weights.rows(), false);
    CHECK(!weighted.numbers && weighted.ids->values(0) == 2 && weighted.weights);
    const auto cross = encoding::crossed(2, 10);
    const auto crossed = make_source(cross, two, std::nullopt, true);
    CHECK(crossed.ids->values(0) == 4 && !crossed.ids->nested());
    CHECK(make_source(cross, two, std::nullopt, false).ids->values(0) == 2);
}

void test_numbers() {
    const Memory integers(flat<std::int64_t>({{7}, {1, 2}}), false);
    float out[2] = {};
    CHECK(!slots::make_numbers(integers.rows(), 1, out) && out[0] == 1 && out[1] == 2);
}

// Paddings of one byte over and over, and others; nothing beside what is asked for.
template <typename Item>
void check_fill(Item padding) {
    for (std::size_t size = 0; size < 9; ++size) {
        std::vector<Item> items(size + 2, Item{42});
        slots::fill(items.data() + 1, items.data() + 1 + size, padding);
        CHECK(items.front() == Item{42} && items.back() == Item{42});
        for (std::size_t i = 1; i <= size; ++i) CHECK(std::memcmp(&items[i], &padding, sizeof padding) == 0);
    }
}

}  // namespace

int main() {
    test_sources();
    test_numbers();
    for (const std::int64_t padding : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{7}, std::int64_t{0x0101}}) {
        check_fill(padding);
    }
    for (const float padding : {0.0F, -0.0F, 1.5F, NAN}) check_fill(padding);
    return failures();
}
