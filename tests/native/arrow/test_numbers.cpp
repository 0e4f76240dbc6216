// Numbers of every format, aligned or not.
#include "arrow/numbers.hpp"

#include <cmath>
#include <limits>

#include "arrow/made.hpp"
#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

template <typename From>
void check_widening(const char* format) {
    const From values[] = {std::numeric_limits<From>::min(), 1, std::numeric_limits<From>::max()};
    Made made(format, 2, {nullptr, values});
    made.array.offset = 1;
    Column column;
    CHECK(!read(made, column) && column.type == Type::int64);
    CHECK((ints(column.values) == std::vector<std::int64_t>{1, std::numeric_limits<From>::max()}));
}

void check_every_integer() {
    check_widening<std::int8_t>("c");
    check_widening<std::uint8_t>("C");
    check_widening<std::int16_t>("s");
    check_widening<std::uint16_t>("S");
    check_widening<std::int32_t>("i");
    check_widening<std::uint32_t>("I");
    check_widening<std::int64_t>("l");
    const std::uint8_t bits[] = {0b10000000, 0b1};
    Made made("b", 3, {nullptr, bits});
    made.array.offset = 7;
    Column column;
    CHECK(!read(made, column) && (ints(column.values) == std::vector<std::int64_t>{1, 1, 0}));
}

void check_halves() {
    const std::uint16_t halves[] = {0x3C00, 0xC000, 0x7BFF, 0x0001, 0x8000, 0x7C00, 0xFC00, 0x7E00};
    const float floats[] = {1, -2, 65504, 0x1p-24F, -0.0F, INFINITY, -INFINITY, NAN};
    Made made("e", 8, {nullptr, halves});
    Column column;
    CHECK(!read(made, column) && column.type == Type::float32 && column.values.count == 8);
    const auto* read = static_cast<const float*>(column.values.data);
    for (int i = 0; i < 7; ++i) CHECK(read[i] == floats[i] && std::signbit(read[i]) == std::signbit(floats[i]));
    CHECK(std::isnan(read[7]));
}

void check_unaligned_buffers_are_copied() {
    std::vector<std::uint8_t> raw(1 + sizeof(numbers));
    std::memcpy(raw.data() + 1, numbers, sizeof(numbers));
    Made made("l", 4, {nullptr, raw.data() + 1});
    Column column;
    CHECK(!read(made, column));
    CHECK(column.values.owned != nullptr);
    CHECK((ints(column.values) == std::vector<std::int64_t>{10, 20, 30, 40}));
}

void check_beyond_int64() {
    const std::uint64_t values[] = {1, std::uint64_t{1} << 63};
    Made made("L", 2, {nullptr, values});
    Column column;
    const auto failure = read(made, column);
    CHECK(failure.problem == Problem::beyond_int64 && failure.row == 1);
}

}  // namespace

int main() {
    check_unaligned_buffers_are_copied();
    check_beyond_int64();
    check_every_integer();
    check_halves();
    return failures();
}
