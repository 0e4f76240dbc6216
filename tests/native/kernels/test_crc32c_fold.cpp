// Folding against one bit at a time, with and without a copy, from any state.
#include "kernels/crc32c_fold.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "check.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;

std::uint32_t slow(std::uint32_t state, const std::uint8_t* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
        state ^= data[i];
        for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ ((state & 1) != 0 ? 0x82F63B78u : 0u);
    }
    return state;
}

}  // namespace

int main() {
    if (!crc32c_can_fold()) return failures();
    Random random(91);
    for (auto size = crc32c_fold_least; size < 3000; size += crc32c_fold_step) {
        for (std::size_t misalignment = 0; misalignment < 3; ++misalignment) {
            const std::unique_ptr<std::uint8_t[]> memory(new std::uint8_t[size + misalignment]);
            auto* data = memory.get() + misalignment;
            for (std::size_t i = 0; i < size; ++i) data[i] = random.byte();
            const auto state = static_cast<std::uint32_t>(random.next());
            const auto expected = slow(state, data, size);
            CHECK(crc32c_fold(state, nullptr, data, size) == expected);
            std::vector<std::uint8_t> copy(size);
            CHECK(crc32c_fold(state, copy.data(), data, size) == expected);
            CHECK(std::equal(copy.begin(), copy.end(), data));
        }
    }
    return failures();
}
