// Ranges side by side, and loads from buffers that end where they end and start anywhere.
#include "arrow/pieces.hpp"

#include <memory>

#include "check.hpp"

namespace {

using namespace colonnade::arrow;

void check_ranges() {
    std::vector<Range> ranges;
    push(ranges, 3, 3);
    CHECK(ranges.empty());
    push(ranges, 3, 5);
    push(ranges, 5, 9);
    push(ranges, 9, 9);
    CHECK(ranges.size() == 1 && ranges[0].start == 3 && ranges[0].end == 9);
    push(ranges, 4, 5);
    CHECK(ranges.size() == 2);
    CHECK(items({{nullptr, ranges}, {nullptr, {}}, {nullptr, {{0, 2}}}}) == 9);
    CHECK(items({}) == 0);
}

void check_loads() {
    const std::unique_ptr<std::uint8_t[]> bytes(new std::uint8_t[9]{0, 1, 0, 0, 0, 0xFE, 0xFF, 0xFF, 0xFF});
    CHECK(load<std::int32_t>(bytes.get() + 1, 0) == 1 && load<std::int32_t>(bytes.get() + 1, 1) == -2);
    CHECK(!bit(bytes.get(), 7) && bit(bytes.get(), 8) && !bit(bytes.get(), 9) && !bit(bytes.get(), 40) &&
          bit(bytes.get(), 71));
}

}  // namespace

int main() {
    check_ranges();
    check_loads();
    return failures();
}
