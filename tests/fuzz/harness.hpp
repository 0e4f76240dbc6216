// What all fuzz targets share: what must hold, and an input that is taken apart from its front.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <span>
#include <vector>

// A target takes any bytes, and ends the process where something does not hold.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

#define HOLDS(condition)                                                                 \
    do {                                                                                 \
        if (!(condition)) {                                                              \
            std::fprintf(stderr, "%s:%d: broken: %s\n", __FILE__, __LINE__, #condition); \
            std::abort();                                                                \
        }                                                                                \
    } while (false)

namespace fuzz {

using Bytes = std::vector<std::uint8_t>;

// Decisions and contents, in the order in which a target asks for them; zeros where nothing is left.
class Input {
public:
    Input(const std::uint8_t* data, std::size_t size) : left_(data, size) {}

    [[nodiscard]] bool done() const { return left_.empty(); }
    [[nodiscard]] std::size_t left() const { return left_.size(); }
    std::uint8_t byte() {
        if (left_.empty()) return 0;
        const auto byte = left_[0];
        left_ = left_.subspan(1);
        return byte;
    }
    std::size_t below(std::size_t limit) { return byte() % limit; }
    // At most `size` bytes, in memory that ends where they end.
    Bytes take(std::size_t size) {
        const auto taken = left_.first(std::min(size, left_.size()));
        left_ = left_.subspan(taken.size());
        return {taken.begin(), taken.end()};
    }
    Bytes rest() { return take(left_.size()); }

private:
    std::span<const std::uint8_t> left_;
};

}  // namespace fuzz
