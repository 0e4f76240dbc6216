// Growing arrays against std::vector, handed over again and again.
#include "ground/growing.hpp"

#include <vector>

#include "check.hpp"
#include "random.hpp"

int main() {
    using namespace colonnade;
    Random random(81);
    Growing<std::int64_t> growing(Dtype::int64);
    for (int batch = 0; batch < 50; ++batch) {
        std::vector<std::int64_t> expected;
        for (auto times = random.below(30); times > 0; --times) {
            const auto room = random.below(2000);
            CHECK(growing.make_room(room));
            // Less than there is room for.
            const auto count = random.below(room + 1);
            for (std::size_t i = 0; i < count; ++i) {
                expected.push_back(static_cast<std::int64_t>(random.next()));
                growing.end()[i] = expected.back();
            }
            growing.add(count);
            CHECK(growing.size() == expected.size());
        }
        const auto array = growing.hand_over();
        CHECK(growing.size() == 0 && array.dtype == Dtype::int64);
        CHECK(array.dimensions == 1 && array.shape[0] == expected.size());
        for (std::size_t i = 0; i < expected.size(); ++i) CHECK(array.as<std::int64_t>()[i] == expected[i]);
    }
    // No such memory: nothing changes.
    CHECK(growing.make_room(1));
    *growing.end() = 7;
    growing.add(1);
    CHECK(!growing.make_room(std::size_t{1} << 59));
    CHECK(growing.size() == 1 && growing.hand_over().as<std::int64_t>()[0] == 7);
    return failures();
}
