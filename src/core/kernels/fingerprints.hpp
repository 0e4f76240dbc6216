// Fingerprint64 of many strings, gathered and then hashed side by side. Fast because strings of up to sixteen
// bytes, of whatever length, pass through the same vector instructions, eight at a time and without a branch.
#pragma once

#include <span>

#include "ground/cpu.hpp"
#include "kernels/fingerprint64.hpp"

namespace colonnade {

class Fingerprints {
public:
    static constexpr std::size_t most = 32;
    static constexpr std::size_t head = 16;

    // Whether so many strings are hashed faster together than one by one, on this processor.
    [[nodiscard]] static bool pay(std::size_t strings);

    // `end` is the end of the memory that holds the strings.
    explicit Fingerprints(const std::uint8_t* end, cpu::Level level = cpu::chosen()) : end_(end), level_(level) {}

    [[nodiscard]] bool full() const { return count_ == most; }

    // One more string, which must live until take(); there must be room.
    void add(const std::uint8_t* data, std::size_t size) {
        auto* copy = heads_[count_];
        sizes_[count_] = size;
        texts_[count_] = size > head ? data : copy;
        if (size > head) {
            long_ |= 1U << count_;
        } else if (static_cast<std::size_t>(end_ - data) >= head) {
            std::memcpy(copy, data, head);
        } else {
            std::memset(copy, 0, head);
            if (size > 0) std::memcpy(copy, data, size);
        }
        ++count_;
    }

    // Hashes the strings and gives the hashes, in order.
    [[nodiscard]] std::span<const std::uint64_t> hash();

    // Calls `use(data, size, hash)` for each string in order, and forgets them. However short the string is, there
    // are `head` bytes at `data`.
    template <typename Use>
    void take(Use use) {
        for (std::size_t i = 0; i < count_; ++i) use(texts_[i], sizes_[i], hashes_[i]);
        count_ = 0;
        long_ = 0;
    }

private:
    const std::uint8_t* end_;
    cpu::Level level_;
    std::size_t count_ = 0;
    std::uint32_t long_ = 0;  // a bit for each string that its head does not hold
    const std::uint8_t* texts_[most];
    std::uint64_t sizes_[most];
    std::uint64_t hashes_[most];
    std::uint8_t heads_[most][head];
};

}  // namespace colonnade
