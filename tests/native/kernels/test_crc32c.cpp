// Known answers for CRC-32C, and the equality of its kernels and of the copy at every length, alignment and lane
// border.
#include "kernels/crc32c.hpp"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <vector>

#include "check.hpp"

namespace {

using colonnade::crc32c;
using colonnade::crc32c_copy;
using Kernel = colonnade::Crc32cKernel;

// One bit at a time: the definition.
std::uint32_t slow(const std::uint8_t* data, std::size_t size) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (std::size_t i = 0; i < size; ++i) {
        crc ^= data[i];
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78u : 0u);
    }
    return ~crc;
}

void known_answers() {
    // RFC 3720, appendix B.4.
    const std::vector<std::uint8_t> zeros(32, 0x00);
    const std::vector<std::uint8_t> ones(32, 0xFF);
    CHECK(crc32c(zeros.data(), 32) == 0x8A9136AAu);
    CHECK(crc32c(ones.data(), 32) == 0x62A8AB43u);
    CHECK(crc32c("123456789", 9) == 0xE3069283u);
    CHECK(crc32c(nullptr, 0) == 0);
    CHECK(colonnade::mask_crc(0) == 0xA282EAD8u);
    CHECK(colonnade::mask_crc(0xE3069283u) == 0xC78AB0E5u);
}

void stretches_are_joined() {
    std::vector<std::uint8_t> bytes(70'000);
    std::uint32_t state = 1;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    const auto both = crc32c(bytes.data(), bytes.size());
    for (const std::size_t border : {0, 1, 4, 4096, 33'333, 69'999, 70'000}) {
        const auto first = crc32c(bytes.data(), border);
        const auto second = crc32c(bytes.data() + border, bytes.size() - border);
        CHECK(colonnade::crc32c_joined(first, second, bytes.size() - border) == both);
        CHECK(colonnade::crc32c_joined(first, both, bytes.size() - border) == second);
    }
}

void kernels_agree() {
    std::vector<std::uint8_t> bytes(8192);
    std::uint32_t state = 1;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    std::vector<std::uint8_t> copy(bytes.size() + 2);
    for (std::size_t start = 0; start < 9; ++start) {
        for (std::size_t size = 0; size + start <= bytes.size(); size += size < 1700 ? 1 : 97) {
            const auto* at = bytes.data() + start;
            const auto expected = slow(at, size);
            CHECK(crc32c(at, size) == expected);
            for (const auto kernel : {Kernel::portable, Kernel::instruction, Kernel::folding}) {
                if (kernel > colonnade::crc32c_supported()) continue;
                CHECK(crc32c(at, size, kernel) == expected);
                std::fill(copy.begin(), copy.end(), std::uint8_t{0xA5});
                CHECK(crc32c_copy(copy.data() + 1, at, size, kernel) == expected);
                CHECK(std::equal(at, at + size, copy.begin() + 1));
                CHECK(copy.front() == 0xA5 && copy[size + 1] == 0xA5);  // nothing beside it
            }
        }
    }
}

}  // namespace

int main() {
    known_answers();
    stretches_are_joined();
    kernels_agree();
    return failures();
}
