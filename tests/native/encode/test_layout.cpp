// Where steps go: truncation, both sides of padding, jagged rows, and rows written apart.
#include "encode/layout.hpp"

#include "check.hpp"
#include "encode/encoding.hpp"
#include "encode/slow.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using encoding::items;
using encoding::shape;
using Int64s = std::vector<std::int64_t>;
using Bools = std::vector<bool>;
using Sizes = std::vector<std::size_t>;

struct Made {
    Layout layout;
    EncodedGroup out;
};

Made make(const std::vector<std::size_t>& steps, const GroupPlan& group) {
    Made made;
    for (const auto count : steps) made.layout.rows.push_back({count, 0, 0, 0});
    made.layout.arrange(group);
    CHECK(!made.layout.make(made.out));
    // From the last row to the first, as threads may.
    for (auto row = steps.size(); row > 0; --row) made.layout.write({row - 1, row}, made.out);
    return made;
}

void test_padded() {
    const auto [layout, out] = make({2, 0, 3}, {});
    CHECK(layout.width == 3 && layout.total == 9);
    CHECK((items<std::int64_t>(out.lengths) == Int64s{2, 0, 3}));
    CHECK((shape(out.mask) == Sizes{3, 3}) && !out.row_splits);
    CHECK((items<bool>(out.mask) == Bools{true, true, false, false, false, false, true, true, true}));
    const auto left = make({2, 0, 3}, {.pad_left = true});
    CHECK((items<bool>(left.out.mask) == Bools{false, true, true, false, false, false, true, true, true}));
    CHECK(left.layout.rows[0].to == 1 && left.layout.rows[1].to == 6 && left.layout.rows[2].to == 6);
}

void test_multiples() {
    CHECK(make({5}, {.pad_to_multiple_of = 4}).layout.width == 8);
    CHECK(make({8}, {.pad_to_multiple_of = 4}).layout.width == 8);
    CHECK(make({0, 0}, {.pad_to_multiple_of = 4}).layout.width == 0);
    CHECK(make({5}, {.max_length = 3, .pad_to_multiple_of = 2}).layout.width == 4);
    CHECK(make({0, 0}, {.min_length = 1, .pad_to_multiple_of = 4}).layout.width == 4);
}

void test_a_least_length() {
    const auto [layout, out] = make({0, 0}, {.min_length = 2});
    CHECK(layout.width == 2 && (items<bool>(out.mask) == Bools{false, false, false, false}));
    CHECK(make({3, 1}, {.min_length = 2}).layout.width == 3);
    CHECK(make({0, 1}, {.jagged = true, .min_length = 2}).layout.total == 1);
}

void test_truncation() {
    const auto last = make({5, 1}, {.max_length = 2}).layout;
    CHECK(last.rows[0].skipped == 3 && last.rows[0].kept == 2 && last.rows[1].skipped == 0 && last.width == 2);
    const auto first = make({5, 1}, {.max_length = 2, .keep_first = true}).layout;
    CHECK(first.rows[0].skipped == 0 && first.rows[0].kept == 2);
    CHECK(make({5, 1}, {.max_length = 0}).layout.width == 0);
}

void test_jagged() {
    const auto [layout, out] = make({2, 0, 5}, {.jagged = true, .max_length = 4, .pad_to_multiple_of = 8});
    CHECK((items<std::int64_t>(out.row_splits) == Int64s{0, 2, 2, 6}) && !out.mask);
    CHECK((items<std::int64_t>(out.lengths) == Int64s{2, 0, 4}));
    CHECK(layout.total == 6 && layout.rows[2].to == 2 && layout.rows[2].skipped == 1);
}

void test_no_rows() {
    CHECK((shape(make({}, {}).out.mask) == Sizes{0, 0}));
    CHECK((items<std::int64_t>(make({}, {.jagged = true}).out.row_splits) == Int64s{0}));
}

void test_too_large() {
    Layout layout;
    layout.rows.push_back({std::size_t{1} << 40, 0, 0, 0});
    layout.arrange({});
    EncodedGroup out;
    CHECK(layout.make(out).code == Code::too_large);
}

void test_against_the_slow_loop() {
    Random random(31);
    for (int round = 0; round < 2000; ++round) {
        const auto group = slow::any_group(random);
        given::Table<std::int64_t> table(random.below(6));
        std::vector<std::size_t> steps;
        for (auto& row : table) {
            row.resize(random.below(8));
            steps.push_back(row.size());
        }
        const auto [layout, out] = make(steps, group);
        const auto lengths = slow::lengths(table, group);
        CHECK(items<std::int64_t>(out.lengths) == lengths);
        if (group.jagged) {
            CHECK(items<std::int64_t>(out.row_splits) == slow::splits_of(lengths));
        } else {
            CHECK(items<bool>(out.mask) == slow::mask(table, group));
        }
    }
}

}  // namespace

int main() {
    test_padded();
    test_multiples();
    test_a_least_length();
    test_truncation();
    test_jagged();
    test_no_rows();
    test_too_large();
    test_against_the_slow_loop();
    return failures();
}
