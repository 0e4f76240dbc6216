// CRCs of stretches from marks equal those of their bytes, whatever the order, and however the buffer moves.
#include "wire/stretches.hpp"

#include <iterator>
#include <vector>

#include "check.hpp"
#include "kernels/crc32c.hpp"

namespace {

using namespace colonnade;

std::vector<std::uint8_t> noise(std::size_t size) {
    std::vector<std::uint8_t> bytes(size);
    std::uint32_t state = 1;
    for (auto& byte : bytes) byte = static_cast<std::uint8_t>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

// A window of a file that moves on by steps of all sizes; stretches of all sizes wherever it stands.
void any_stretch_of_a_moving_buffer() {
    const auto file = noise(400'000);
    const std::size_t steps[] = {0, 1, 12, 4095, 4096, 4097, 30'000};
    const std::size_t sizes[] = {0, 1, 8191, 8192, 8193, 12'288, 50'000, 90'000, 20'000};
    for (const std::size_t first_step : {0, 1, 5000}) {
        record::Stretches stretches;
        stretches.pass(first_step);
        std::size_t at = first_step;
        for (std::size_t turn = 0; at + 100'000 <= file.size(); ++turn) {
            const record::Bytes buffer(file.data() + at, 100'000);
            for (const auto size : sizes) {
                const auto from = (turn * 37) % 10'000;
                CHECK(stretches.crc(buffer, from, size) == crc32c(buffer.data() + from, size));
            }
            const auto step = steps[turn % std::size(steps)];
            stretches.pass(step);
            at += step;
        }
    }
}

// Marks that stand no more, since nobody asked for a while: they begin anew.
void a_long_way_without_a_question() {
    const auto file = noise(300'000);
    record::Stretches stretches;
    CHECK(stretches.crc(file, 0, 50'000) == crc32c(file.data(), 50'000));
    stretches.pass(100'001);
    const auto rest = record::Bytes(file).subspan(100'001);
    CHECK(stretches.crc(rest, 3, 150'000) == crc32c(rest.data() + 3, 150'000));
}

}  // namespace

int main() {
    any_stretch_of_a_moving_buffer();
    a_long_way_without_a_question();
    return failures();
}
