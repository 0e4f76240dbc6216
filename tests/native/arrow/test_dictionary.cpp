// Indices that point outside their dictionary.
#include "arrow/dictionary.hpp"

#include <limits>

#include "arrow/made.hpp"
#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

void check_dictionaries() {
    const auto with = [](const char* format, const void* indices) {
        Made dictionary("l", 4, {nullptr, numbers});
        Made made(format, 2, {nullptr, indices});
        made.schema.dictionary = &dictionary.schema;
        made.array.dictionary = &dictionary.array;
        return problem(made);
    };
    const std::int8_t good[] = {3, 0}, negative[] = {0, -1}, beyond[] = {0, 4};
    CHECK(with("c", good) == Problem::none);
    CHECK(with("c", negative) == Problem::bad_index);
    CHECK(with("c", beyond) == Problem::bad_index);
    const std::uint64_t enormous[] = {0, std::numeric_limits<std::uint64_t>::max()};
    CHECK(with("L", enormous) == Problem::bad_index);
    CHECK(with("g", enormous) == Problem::unsupported);
    CHECK(with("c", nullptr) == Problem::missing_buffer);
}

}  // namespace

int main() {
    check_dictionaries();
    return failures();
}
