// Memory for what is read: never nothing, never beyond the limit.
#include "arrow/column.hpp"

#include "check.hpp"

int main() {
    using namespace colonnade;
    arrow::Buffer buffer;
    CHECK(!arrow::allocate(0, 8, buffer) && buffer.data != nullptr && buffer.count == 0);
    CHECK(!arrow::allocate(3, 8, buffer) && buffer.count == 3 && buffer.data == buffer.owned.get());
    arrow::writable<std::int64_t>(buffer)[2] = 7;
    const auto most = static_cast<std::int64_t>(limits::output_bytes / 8);
    const auto failure = arrow::allocate(most + 1, 8, buffer);
    CHECK(failure.problem == arrow::Problem::too_large && failure.got == most + 1 && failure.expected == most);
    CHECK(buffer.count == 3 && arrow::writable<std::int64_t>(buffer)[2] == 7);
    return failures();
}
