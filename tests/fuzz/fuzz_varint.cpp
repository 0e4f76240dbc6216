// Packed varints: every level of this processor against one loop over bytes.
#include "harness.hpp"
#include "kernels/slow_varint.hpp"

namespace {

using namespace colonnade;

void check_level(const fuzz::Bytes& bytes, const slow::Varints& expected, cpu::Level level) {
    const auto* begin = bytes.data();
    const auto* end = begin + bytes.size();
    const auto counted = varint::count(begin, end, level);
    if (expected.bad != SIZE_MAX) {
        HOLDS(counted.bad == begin + expected.bad);
        return;
    }
    HOLDS(counted.bad == nullptr && counted.values == expected.values.size());
    std::vector<std::int64_t> out(counted.values);
    varint::decode(begin, end, counted.values, out.data(), level);
    HOLDS(out == expected.values);
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto bytes = fuzz::Input(data, size).rest();
    const auto expected = slow::varints(bytes);
    for (int level = 0; level <= static_cast<int>(cpu::supported()); ++level) {
        check_level(bytes, expected, static_cast<cpu::Level>(level));
    }
    return 0;
}
