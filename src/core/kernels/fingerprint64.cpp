#include "kernels/fingerprint64.hpp"

#include <utility>

namespace colonnade::farmhash {
namespace {

u64 hash_to_32(const std::uint8_t* s, std::size_t size) {
    const u64 multiplier = k2 + size * 2;
    const u64 a = load64(s) * k1;
    const u64 b = load64(s + 8);
    const u64 c = load64(s + size - 8) * multiplier;
    const u64 d = load64(s + size - 16) * k2;
    return mix(std::rotr(a + b, 43) + std::rotr(c, 30) + d, a + std::rotr(b + k2, 18) + c, multiplier);
}

u64 hash_to_64(const std::uint8_t* s, std::size_t size) {
    const u64 multiplier = k2 + size * 2;
    const u64 a = load64(s) * k2;
    const u64 b = load64(s + 8);
    const u64 c = load64(s + size - 8) * multiplier;
    const u64 d = load64(s + size - 16) * k2;
    const u64 y = std::rotr(a + b, 43) + std::rotr(c, 30) + d;
    const u64 z = mix(y, a + std::rotr(b + k2, 18) + c, multiplier);
    const u64 e = load64(s + 16) * multiplier;
    const u64 f = load64(s + 24);
    const u64 g = (y + load64(s + size - 32)) * multiplier;
    const u64 h = (z + load64(s + size - 24)) * multiplier;
    return mix(std::rotr(e + f, 43) + std::rotr(g, 30) + h, e + std::rotr(f + a, 18) + g, multiplier);
}

// 56 bytes of state, advanced by 64 bytes of input at a time.
struct State {
    u64 x, y, z;
    std::pair<u64, u64> v, w;

    static std::pair<u64, u64> weak(const std::uint8_t* s, u64 a, u64 b) {
        a += load64(s);
        b = std::rotr(b + a + load64(s + 24), 21);
        const u64 c = a;
        a += load64(s + 8) + load64(s + 16);
        b += std::rotr(a, 44);
        return {a + load64(s + 24), b + c};
    }

    // The last block uses another multiplier and weighs two words by nine.
    void advance(const std::uint8_t* s, u64 multiplier, u64 weight) {
        x = std::rotr(x + y + v.first + load64(s + 8), 37) * multiplier;
        y = std::rotr(y + v.second + load64(s + 48), 42) * multiplier;
        x ^= w.second * weight;
        y += v.first * weight + load64(s + 40);
        z = std::rotr(z + w.first, 33) * multiplier;
        v = weak(s, v.second * multiplier, x + w.first);
        w = weak(s + 32, z + w.second, y + load64(s + 16));
        std::swap(z, x);
    }
};

u64 hash_long(const std::uint8_t* s, std::size_t size) {
    constexpr u64 seed = 81;
    const u64 y = seed * k1 + 113;
    State state{seed * k2 + load64(s), y, fold(y * k2 + 113) * k2, {0, 0}, {0, 0}};

    const std::size_t rest = (size - 1) % 64;
    const auto* last = s + (size - 1 - rest);
    for (; s != last; s += 64) state.advance(s, k1, 1);

    const u64 multiplier = k1 + ((state.z & 0xff) << 1);
    state.w.first += rest;
    state.v.first += state.w.first;
    state.w.first += state.v.first;
    state.advance(last + rest - 63, multiplier, 9);
    return mix(mix(state.v.first, state.w.first, multiplier) + fold(state.y) * k0 + state.z,
               mix(state.v.second, state.w.second, multiplier) + state.x, multiplier);
}

}  // namespace

u64 hash_beyond_16(const std::uint8_t* s, std::size_t size) {
    if (size <= 32) return hash_to_32(s, size);
    if (size <= 64) return hash_to_64(s, size);
    return hash_long(s, size);
}

}  // namespace colonnade::farmhash
