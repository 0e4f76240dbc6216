#include "kernels/varint_words.hpp"

namespace colonnade::varint {

// Fast because it adds up eight bytes' continuation bits in one word, and never asks where they are.
Count count_portable(const std::uint8_t* begin, const std::uint8_t* end) {
    auto values = static_cast<std::size_t>(end - begin);
    const auto* at = begin;
    while (end - at >= 8) {
        // Each byte of `sums` counts to 255 before it must be emptied.
        std::uint64_t sums = 0;
        for (int i = 0; i < 255 && end - at >= 8; ++i, at += 8) {
            const auto word = load64(at);
            if (suspect(word)) return count_long(begin, end);
            sums += (word & continues) >> 7;
        }
        // Bytes to pairs first: the sum of eight may not fit a byte.
        sums = (sums & 0x00FF00FF00FF00FF) + ((sums >> 8) & 0x00FF00FF00FF00FF);
        values -= (sums * 0x0001000100010001) >> 48;
    }
    return finish_count(begin, at, end, values - static_cast<std::size_t>(end - at));
}

// Fast because eight bytes give their stop bits by one multiplication, and a varint of up to eight bytes is
// taken from one word, without a loop over its bytes.
void decode_portable(const std::uint8_t* at, const std::uint8_t* end, std::int64_t* out) {
    decode_blocks(at, end, out, [](const std::uint8_t* block) { return continuations_of_words(block); }, Squeeze{});
}

}  // namespace colonnade::varint
