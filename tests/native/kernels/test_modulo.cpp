// Modulo against the processor's own remainder, where its inverse is most likely to be off by one.
#include "kernels/modulo.hpp"

#include "check.hpp"
#include "random.hpp"

namespace {

void check_divisor(std::uint64_t divisor) {
    const colonnade::Modulo modulo(divisor);
    const auto check = [&](std::uint64_t value) { CHECK(modulo(value) == value % divisor); };
    for (std::uint64_t multiple : {std::uint64_t{0}, divisor, UINT64_MAX / divisor * divisor}) {
        for (std::uint64_t near = 0; near < 3; ++near) {
            check(multiple + near);
            check(multiple - near);
        }
    }
    Random random(divisor);
    for (int i = 0; i < 1000; ++i) check(random.next());
}

}  // namespace

int main() {
    for (std::uint64_t divisor = 1; divisor < 300; ++divisor) check_divisor(divisor);
    for (int bit = 8; bit < 64; ++bit) {
        for (int near = -2; near < 3; ++near) {
            check_divisor((std::uint64_t{1} << bit) + static_cast<std::uint64_t>(near));
        }
    }
    check_divisor(UINT64_MAX);
    return failures();
}
