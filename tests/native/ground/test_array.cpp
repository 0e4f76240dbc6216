// Shapes to buffers: sizes that multiply, overflow or go beyond the limit.
#include "ground/array.hpp"

#include "check.hpp"

namespace {

using namespace colonnade;

void test_shapes() {
    Array array;
    CHECK(!array);
    CHECK(!Array::make(Dtype::int64, {2, 3}, array));
    CHECK(array && array.dimensions == 2 && array.shape[0] == 2 && array.shape[1] == 3);
    CHECK(array.dtype == Dtype::int64 && array.buffer.bytes() >= 48);
    for (int i = 0; i < 6; ++i) array.as<std::int64_t>()[i] = i;
    CHECK(array.as<std::int64_t>()[5] == 5);
    CHECK(!Array::make(Dtype::boolean, {0, 7}, array) && array && array.shape[1] == 7);
    CHECK(item_size(Dtype::float32) == 4 && item_size(Dtype::uint8) == 1 && item_size(Dtype::boolean) == 1);
}

void test_limits() {
    Array array;
    const auto most = static_cast<std::size_t>(limits::output_bytes);
    const auto beyond = Array::make(Dtype::uint8, {most + 1}, array);
    CHECK(beyond.code == Code::too_large && beyond.expected == static_cast<std::int64_t>(most));
    CHECK(Array::make(Dtype::int64, {most / 8 + 1}, array).code == Code::too_large);
    // Products that wrap around to something small.
    CHECK(Array::make(Dtype::int64, {std::size_t{1} << 61, 8}, array).code == Code::too_large);
    CHECK(Array::make(Dtype::uint8, {std::size_t{1} << 32, std::size_t{1} << 32}, array).code == Code::too_large);
    CHECK(Array::make(Dtype::uint8, {SIZE_MAX, SIZE_MAX, SIZE_MAX}, array).code == Code::too_large);
    CHECK(!array);
}

}  // namespace

int main() {
    test_shapes();
    test_limits();
    return failures();
}
