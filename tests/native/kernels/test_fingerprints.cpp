// Strings hashed side by side against the same strings hashed alone: all sizes, at the very end of their memory.
#include "kernels/fingerprints.hpp"

#include <algorithm>
#include <memory>
#include <vector>

#include "check.hpp"
#include "random.hpp"

namespace {

using colonnade::Fingerprints;
using colonnade::cpu::Level;

// Strings of these sizes side by side, and nothing behind the last one.
void check_all(const std::vector<std::size_t>& sizes, Random& random, Level level) {
    std::size_t bytes = 0;
    for (const auto size : sizes) bytes += size;
    const auto text = std::make_unique<std::uint8_t[]>(bytes);
    for (std::size_t i = 0; i < bytes; ++i) text[i] = random.byte();

    Fingerprints strings(text.get() + bytes, level);
    const std::uint8_t* taken = text.get();
    std::size_t count = 0;
    const auto check = [&](const std::uint8_t* data, std::size_t size, std::uint64_t hash) {
        CHECK(size == sizes[count] && std::equal(data, data + size, taken));
        CHECK(hash == colonnade::fingerprint64(data, size));
        taken += size;
        ++count;
    };
    const auto take = [&] {
        CHECK(strings.hash().size() <= Fingerprints::most);
        strings.take(check);
    };
    const auto* at = text.get();
    for (const auto size : sizes) {
        strings.add(at, size);
        at += size;
        if (strings.full()) take();
    }
    take();
    CHECK(count == sizes.size());
}

// Where all strings are empty there may be no memory at all, which memcpy must not be told of.
void check_without_memory(Level level) {
    Fingerprints strings(nullptr, level);
    for (int i = 0; i < 5; ++i) strings.add(nullptr, 0);
    for (const auto hash : strings.hash()) CHECK(hash == colonnade::fingerprint64(nullptr, 0));
    std::size_t count = 0;
    strings.take([&](const std::uint8_t*, std::size_t size, std::uint64_t) { count += size == 0; });
    CHECK(count == 5);
}

}  // namespace

int main() {
    Random random(21);
    for (const auto level : {Level::portable, Level::simd128, Level::bmi2, Level::avx512}) {
        if (level > colonnade::cpu::supported()) continue;
        check_without_memory(level);
        for (std::size_t size = 0; size < 80; ++size) {
            for (const std::size_t count : {1, 3, 8, 9, 32, 33}) {
                check_all(std::vector<std::size_t>(count, size), random, level);
            }
        }
        for (int round = 0; round < 2000; ++round) {
            std::vector<std::size_t> sizes(random.below(70));
            const auto longest = 1 + random.below(40);
            for (auto& size : sizes) size = random.below(longest);
            check_all(sizes, random, level);
        }
    }
    return failures();
}
