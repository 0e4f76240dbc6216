// A group's columns in one pass, by any number of threads, against each column written by itself.
#include "dense/dense.hpp"

#include <cstring>
#include <vector>

#include "check.hpp"
#include "dense/embed.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;

constexpr std::size_t dimension = 17;
constexpr std::size_t buckets = 50;
constexpr std::size_t shape = 3;
constexpr std::size_t width = dimension + shape + buckets + dimension;

// Embedding, numbers, indicator and embedding, in rows that are mostly padding.
struct Group {
    std::vector<std::int64_t> single;
    std::vector<std::int64_t> several;
    std::vector<float> numbers;
    std::vector<float> rows;
    std::vector<DenseColumn> columns{4};

    Group(Random& random, std::size_t steps) : rows(buckets * dimension) {
        for (auto& value : rows) value = static_cast<float>(random.below(2001)) / 500 - 2;
        std::size_t left = 0;
        for (std::size_t step = 0; step < steps; ++step) {
            if (step % 300 == 0) left = random.below(80);
            const bool live = left != 0;
            if (live) --left;
            const auto any = [&] { return live ? static_cast<std::int64_t>(random.below(buckets + 1)) - 1 : -1; };
            single.push_back(any());
            for (int i = 0; i < 2; ++i) several.push_back(any());
            for (std::size_t i = 0; i < shape; ++i) numbers.push_back(live ? 0.5F : 0);
        }
        const Table table{rows.data(), buckets, dimension, Combiner::mean, 0};
        const StepIds one{single.data(), nullptr, steps, 1, nullptr};
        const StepIds two{several.data(), nullptr, steps, 2, nullptr};
        columns[0] = {DenseKind::embedding, dimension, table, one, nullptr};
        columns[1] = {DenseKind::numbers, shape, {}, {}, numbers.data()};
        columns[2] = {DenseKind::indicator, buckets, {}, one, nullptr};
        columns[3] = {DenseKind::embedding, dimension, table, two, nullptr};
    }

    [[nodiscard]] std::vector<float> slow(std::size_t steps) const {
        std::vector<float> out(steps * width);
        if (steps == 0) return out;  // there is no memory to step through
        const threads::Range all[] = {{0, steps}};
        auto* to = out.data();
        for (const auto& column : columns) {
            RowsAhead ahead(column.ids, column.table, {});
            if (column.kind == DenseKind::embedding) {
                CHECK(!embed(column.ids, all[0], column.table, ahead, to, width));
            } else if (column.kind == DenseKind::indicator) {
                CHECK(!indicate(column.ids, all[0], column.width, to, width));
            }
            for (std::size_t step = 0; column.kind == DenseKind::numbers && step < steps; ++step) {
                std::memcpy(to + step * width, column.numbers + step * shape, shape * sizeof(float));
            }
            to += column.width;
        }
        return out;
    }
};

void equal_to_the_bit() {
    Random random(12);
    for (const std::size_t steps : {0, 1, 40, 300, 2000, 9000}) {
        const Group group(random, steps);
        const auto wanted = group.slow(steps);
        for (const std::size_t threads : {1, 2, 8}) {
            std::vector<float> out(steps * width, 12345);
            CHECK(!write_dense(group.columns, steps, width, threads, out.data()));
            CHECK(steps == 0 || std::memcmp(out.data(), wanted.data(), out.size() * sizeof(float)) == 0);
        }
    }
}

void the_first_of_several_errors() {
    Random random(13);
    constexpr std::size_t steps = 9000;
    for (int round = 0; round < 100; ++round) {
        Group group(random, steps);
        std::size_t first = steps;
        std::int32_t slot = 0;
        for (auto count = random.below(4) + 1; count > 0; --count) {
            const auto step = random.below(2) == 0 ? random.below(steps) : steps / 2 + random.below(9);
            const bool in_single = random.below(2) == 0;
            (in_single ? group.single[step] : group.several[2 * step + 1]) = buckets;
            if (step < first || (step == first && in_single)) slot = in_single ? 0 : 3;
            first = std::min(first, step);
        }
        for (const std::size_t threads : {1, 2, 8}) {
            std::vector<float> out(steps * width);
            const auto error = write_dense(group.columns, steps, width, threads, out.data());
            CHECK(error.code == Code::id_out_of_range && error.got == static_cast<std::int64_t>(buckets));
            CHECK(error.step == static_cast<std::int64_t>(first) && error.slot == slot);
        }
    }
}

}  // namespace

int main() {
    equal_to_the_bit();
    the_first_of_several_errors();
    return failures();
}
