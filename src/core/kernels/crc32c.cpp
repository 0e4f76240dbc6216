#include "kernels/crc32c.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "ground/cpu.hpp"
#include "kernels/crc32c_fold.hpp"

#if defined(__x86_64__) && defined(__GNUC__)
#include <nmmintrin.h>
#define COLONNADE_CRC_TARGET __attribute__((target("sse4.2")))
#elif defined(__aarch64__) && defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#define COLONNADE_CRC_TARGET
#endif

namespace colonnade {
namespace {

static_assert(std::endian::native == std::endian::little, "words are taken from memory as they are");

using u32 = std::uint32_t;
using u64 = std::uint64_t;
using Table = std::array<u32, 256>;

constexpr u32 polynomial = 0x82F63B78;  // bits reversed

// slices[k][b]: what byte b contributes to the CRC when k more bytes follow it.
constexpr std::array<Table, 8> make_slices() {
    std::array<Table, 8> slices{};
    for (u32 byte = 0; byte < 256; ++byte) {
        u32 crc = byte;
        for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ (crc & 1 ? polynomial : 0);
        slices[0][byte] = crc;
    }
    for (std::size_t k = 1; k < 8; ++k)
        for (std::size_t byte = 0; byte < 256; ++byte)
            slices[k][byte] = (slices[k - 1][byte] >> 8) ^ slices[0][slices[k - 1][byte] & 0xFF];
    return slices;
}

constexpr auto slices = make_slices();

constexpr u32 eight_bytes(u64 word) {
    u32 crc = 0;
    for (std::size_t k = 0; k < 8; ++k) crc ^= slices[7 - k][(word >> (8 * k)) & 0xFF];
    return crc;
}

constexpr u32 one_byte(u32 crc, std::uint8_t byte) { return (crc >> 8) ^ slices[0][(crc ^ byte) & 0xFF]; }

u64 load64(const std::uint8_t* at) {
    u64 word;
    std::memcpy(&word, at, sizeof word);
    return word;
}

#ifdef COLONNADE_CRC_TARGET

#ifdef __x86_64__
bool has_instruction() {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse4.2");
}
COLONNADE_CRC_TARGET inline u32 step(u32 crc, u64 word) { return static_cast<u32>(_mm_crc32_u64(crc, word)); }
COLONNADE_CRC_TARGET inline u32 step(u32 crc, std::uint8_t byte) { return _mm_crc32_u8(crc, byte); }
#else
bool has_instruction() { return true; }  // the whole program was compiled for it
inline u32 step(u32 crc, u64 word) { return __crc32cd(crc, word); }
inline u32 step(u32 crc, std::uint8_t byte) { return __crc32cb(crc, byte); }
#endif

// The instruction takes three cycles and one may start each cycle, so three lanes run side by side.
constexpr std::size_t lane_bytes = 256;

// after_lane[k][b]: what byte k of a CRC becomes when a lane of zeros follows. Of several bits it is the sum, which
// spares the compiler work: clang does only so much of it.
constexpr std::array<Table, 4> make_after_lane() {
    std::array<Table, 4> table{};
    for (u32 k = 0; k < 4; ++k) {
        for (u32 byte = 1; byte < 256; ++byte) {
            const u32 others = byte & (byte - 1);
            u32 crc = (byte ^ others) << (8 * k);
            if (others == 0) {
                for (std::size_t i = 0; i < lane_bytes; i += 8) crc = eight_bytes(crc);
                table[k][byte] = crc;
            } else {
                table[k][byte] = table[k][others] ^ table[k][byte ^ others];
            }
        }
    }
    return table;
}

constexpr auto after_lane = make_after_lane();

u32 skip_lane(u32 crc) {
    return after_lane[0][crc & 0xFF] ^ after_lane[1][(crc >> 8) & 0xFF] ^ after_lane[2][(crc >> 16) & 0xFF] ^
           after_lane[3][crc >> 24];
}

// before_zeros[k]: the state that k bytes of zeros turn into the initial one.
constexpr std::array<u32, 9> make_before_zeros() {
    std::array<u32, 9> states{~u32{0}};
    for (std::size_t k = 1; k < 9; ++k) {
        states[k] = states[k - 1];
        for (int bit = 0; bit < 8; ++bit)
            states[k] = states[k] >> 31 ? ((states[k] ^ polynomial) << 1 | 1) : states[k] << 1;
    }
    return states;
}

constexpr auto before_zeros = make_before_zeros();

template <bool copying>
struct Cursor {
    const std::uint8_t* from;
    std::uint8_t* to;

    u64 word(std::size_t at = 0) const {
        const u64 value = load64(from + at);
        if constexpr (copying) std::memcpy(to + at, &value, sizeof value);
        return value;
    }
    void advance(std::size_t bytes) {
        from += bytes;
        if constexpr (copying) to += bytes;
    }
};

template <bool copying>
COLONNADE_CRC_TARGET u32 hardware(void* to, const void* from, std::size_t size, bool folding) {
    Cursor<copying> at{static_cast<const std::uint8_t*>(from), static_cast<std::uint8_t*>(to)};
    u32 crc = ~u32{0};
    if (size < 8) {
        for (std::size_t i = 0; i < size; ++i) crc = step(crc, at.from[i]);
        if (copying && size > 0) std::memcpy(at.to, at.from, size);
        return ~crc;
    }
    // Bytes beyond whole words go first, behind zeros in a word of their own: no loop, nothing to mispredict.
    const auto odd = size % 8;
    crc = step(before_zeros[8 - odd], at.word() << (8 * (7 - odd)) << 8);
    at.advance(odd);
    size -= odd;
    if (folding && size >= crc32c_fold_least) {
        const auto folded = size - size % crc32c_fold_step;
        crc = crc32c_fold(crc, at.to, at.from, folded);
        at.advance(folded);
        size -= folded;
    }
    for (; size >= 3 * lane_bytes; size -= 3 * lane_bytes, at.advance(3 * lane_bytes)) {
        u32 second = 0;
        u32 third = 0;
        for (std::size_t i = 0; i < lane_bytes; i += 8) {
            crc = step(crc, at.word(i));
            second = step(second, at.word(lane_bytes + i));
            third = step(third, at.word(2 * lane_bytes + i));
        }
        crc = skip_lane(skip_lane(crc) ^ second) ^ third;
    }
    for (; size > 0; size -= 8, at.advance(8)) crc = step(crc, at.word());
    return ~crc;
}

#endif

u32 portable(const void* data, std::size_t size) {
    const auto* at = static_cast<const std::uint8_t*>(data);
    u32 crc = ~u32{0};
    for (; size >= 8; size -= 8, at += 8) crc = eight_bytes(load64(at) ^ crc);
    for (; size > 0; --size, ++at) crc = one_byte(crc, *at);
    return ~crc;
}

// Of polynomials modulo the CRC's own; the highest bit is the coefficient of 1.
constexpr u32 product(u32 a, u32 b) {
    u32 sum = 0;
    for (; a != 0; a <<= 1) {
        if (a >> 31) sum ^= b;
        b = (b >> 1) ^ (b & 1 ? polynomial : 0);  // times x
    }
    return sum;
}

// zeros[k]: what 2^k bytes of zeros multiply a CRC by, x^8 for one.
constexpr std::array<u32, 64> make_zeros() {
    std::array<u32, 64> zeros{u32{1} << (31 - 8)};
    for (std::size_t k = 1; k < zeros.size(); ++k) zeros[k] = product(zeros[k - 1], zeros[k - 1]);
    return zeros;
}

constexpr auto zeros = make_zeros();

Crc32cKernel choose() {
    const auto most = cpu::portable_wanted()                ? Crc32cKernel::portable
                      : cpu::chosen() == cpu::Level::avx512 ? Crc32cKernel::folding
                                                            : Crc32cKernel::instruction;
    return std::min(most, crc32c_supported());
}

const Crc32cKernel chosen = choose();

}  // namespace

Crc32cKernel crc32c_supported() {
#ifdef COLONNADE_CRC_TARGET
    if (has_instruction()) return crc32c_can_fold() ? Crc32cKernel::folding : Crc32cKernel::instruction;
#endif
    return Crc32cKernel::portable;
}

u32 crc32c(const void* data, std::size_t size, Crc32cKernel kernel) {
#ifdef COLONNADE_CRC_TARGET
    if (kernel != Crc32cKernel::portable) return hardware<false>(nullptr, data, size, kernel == Crc32cKernel::folding);
#endif
    return portable(data, size);
}

u32 crc32c_copy(void* to, const void* from, std::size_t size, Crc32cKernel kernel) {
#ifdef COLONNADE_CRC_TARGET
    if (kernel != Crc32cKernel::portable) return hardware<true>(to, from, size, kernel == Crc32cKernel::folding);
#endif
    if (size > 0) std::memcpy(to, from, size);
    return portable(from, size);
}

u32 crc32c(const void* data, std::size_t size) { return crc32c(data, size, chosen); }

u32 crc32c_copy(void* to, const void* from, std::size_t size) { return crc32c_copy(to, from, size, chosen); }

u32 crc32c_joined(u32 first, u32 second, std::size_t second_bytes) {
    for (std::size_t k = 0; second_bytes != 0; ++k, second_bytes >>= 1)
        if (second_bytes & 1) first = product(zeros[k], first);
    return first ^ second;
}

bool crc32c_is_portable() { return chosen == Crc32cKernel::portable; }

}  // namespace colonnade
