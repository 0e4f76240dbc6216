// An immutable table from values to their index: built once, then shared by any number of threads.
// Open addressing over 8-byte slots; fast because one hash serves the lookup and the out-of-vocabulary
// bucket, and because a slot's tag answers nearly every miss without touching the text.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ground/cpu.hpp"
#include "kernels/fingerprint64.hpp"

namespace colonnade {

class Vocabulary {
public:
    // Why a vocabulary cannot be built; `line` and `other_line` count from 1.
    enum class Fault : std::uint8_t { none, duplicate, blank, byte_order_mark, too_few, too_many, not_an_integer };
    struct Problem {
        Fault fault = Fault::none;
        std::size_t line = 0;
        std::size_t other_line = 0;
    };

    // Values as the core compares them: text as its bytes, integers as eight bytes.
    [[nodiscard]] static std::optional<Vocabulary> from_strings(const std::uint8_t* data, const std::int64_t* offsets,
                                                                std::size_t count, Problem& problem);
    [[nodiscard]] static std::optional<Vocabulary> from_integers(const std::int64_t* values, std::size_t count,
                                                                 Problem& problem);
    // The lines of a file, LF or CRLF; the first `size` of them, or all.
    [[nodiscard]] static std::optional<Vocabulary> from_text(std::string_view text, std::optional<std::size_t> size,
                                                             bool integers, Problem& problem);

    [[nodiscard]] std::size_t size() const { return offsets_.size() - 1; }
    [[nodiscard]] std::string_view entry(std::size_t index) const {
        return {bytes_.data() + offsets_[index], offsets_[index + 1] - offsets_[index]};
    }
    [[nodiscard]] bool integers() const { return integers_; }

    // Bytes that must be readable at a value for find_padded(), however short it is.
    static constexpr std::size_t padding = 16;

    // Index of a value whose Fingerprint64 is `hash`, or -1.
    [[nodiscard]] std::int64_t find(std::string_view value, std::uint64_t hash) const {
        if (value.size() > padding) return find_padded(value, hash);
        char padded[padding] = {};
        value.copy(padded, padding);
        return find_padded({padded, value.size()}, hash);
    }
    [[nodiscard]] std::int64_t find_padded(std::string_view value, std::uint64_t hash) const {
        const auto mixed = mix(hash);
        for (auto at = mixed >> shift_;; at = (at + 1) & mask_) {
            const auto slot = slots_[at];
            if (slot.number == 0) return -1;
            if (slot.tag == static_cast<std::uint32_t>(mixed) && same(entry(slot.number - 1), value)) {
                return static_cast<std::int64_t>(slot.number) - 1;
            }
        }
    }

    [[nodiscard]] static std::uint64_t hash_of(std::string_view value) {
        return fingerprint64(value.data(), value.size());
    }

    // Asks for the memory that a search will look at first.
    void ask_for(std::uint64_t hash) const { cpu::prefetch(&slots_[mix(hash) >> shift_]); }

private:
    struct Slot {
        std::uint32_t tag = 0;
        std::uint32_t number = 0;  // 1 + index, or 0 for an empty slot
    };

    // Both padded. Fast because short strings of all lengths are two words, of which a mask hides the padding.
    [[nodiscard]] static bool same(std::string_view left, std::string_view right) {
        static constexpr std::uint64_t ones = ~std::uint64_t{0};
        static constexpr std::uint64_t window[] = {ones, ones, 0, 0};
        const auto size = right.size();
        if (left.size() != size || size > padding) return left == right;
        const auto load = [](const void* from, std::size_t at) {
            std::uint64_t word;
            std::memcpy(&word, static_cast<const char*>(from) + at, sizeof word);
            return word;
        };
        const auto first = (load(left.data(), 0) ^ load(right.data(), 0)) & load(window, padding - size);
        const auto second = (load(left.data(), 8) ^ load(right.data(), 8)) & load(window, padding + 8 - size);
        return (first | second) == 0;
    }

    explicit Vocabulary(bool integers) : integers_(integers) {}
    void append(std::string_view value);
    [[nodiscard]] bool build(Problem& problem);
    // Odd and chosen anew in each process, so that nobody can prepare values that share a slot.
    [[nodiscard]] std::uint64_t mix(std::uint64_t hash) const { return hash * multiplier_; }

    bool integers_;
    std::string bytes_;  // of all entries, and padding
    std::vector<std::uint64_t> offsets_{0};
    std::vector<Slot> slots_;
    std::uint64_t mask_ = 0;
    int shift_ = 0;
    std::uint64_t multiplier_ = 1;
};

}  // namespace colonnade
