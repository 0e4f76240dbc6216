// Asking ahead over runs of steps reads every id of theirs and no other, and may be asked for ever.
#include "dense/rows_ahead.hpp"

#include <memory>

#include "check.hpp"

int main() {
    using namespace colonnade;
    // Nothing lies before or behind these ids, for a sanitizer to see a step beyond.
    const std::unique_ptr<std::int64_t[]> ids(new std::int64_t[40]);
    for (std::int64_t i = 0; i < 40; ++i) ids[static_cast<std::size_t>(i)] = i % 7 == 0 ? -1 : i;
    const float row[2] = {};
    const Table table{.rows = row, .num_buckets = 1, .dimension = 2};
    const threads::Range runs[] = {{0, 3}, {3, 3}, {5, 20}};
    const StepIds pairs{.ids = ids.get(), .steps = 20, .values = 2};
    RowsAhead ahead(pairs, table, runs);
    for (int i = 0; i < 100; ++i) ahead.ask();

    const std::int64_t splits[] = {0, 0, 40};
    const StepIds split{.ids = ids.get(), .steps = 2, .step_splits = splits};
    CHECK(split.begin(1) == 0 && split.begin(2) == 40 && pairs.begin(3) == 6);
    const threads::Range all[] = {{0, 2}};
    RowsAhead over_splits(split, table, all);
    for (int i = 0; i < 100; ++i) over_splits.ask();
    RowsAhead over_nothing({}, table, {});
    over_nothing.ask();
    return failures();
}
