// A flat output array whose size is known only when its last item has come.
#pragma once

#include <algorithm>
#include <cstring>
#include <utility>

#include "ground/array.hpp"

namespace colonnade {

template <typename T>
class Growing {
public:
    explicit Growing(Dtype dtype) : dtype_(dtype) {}

    [[nodiscard]] std::size_t size() const { return size_; }

    // False when there is no memory for `count` more items; nothing has changed then.
    [[nodiscard]] bool make_room(std::size_t count) {
        const auto wanted = (size_ + count) * sizeof(T);
        if (buffer_ && wanted <= buffer_.bytes()) return true;
        pool::Buffer larger(std::max(wanted, buffer_ ? 2 * buffer_.bytes() : expected_bytes_));
        if (!larger) return false;
        if (size_ > 0) std::memcpy(larger.as<T>(), buffer_.as<T>(), size_ * sizeof(T));
        buffer_ = std::move(larger);
        return true;
    }

    // Where the next items belong, in room that was made; they count once they are added.
    [[nodiscard]] T* end() const { return buffer_.as<T>() + size_; }
    void add(std::size_t count) { size_ += count; }

    // Leaves an empty array. Neighbours are alike and growing copies, so it will expect an eighth more than it had.
    [[nodiscard]] Array hand_over() {
        Array array{std::move(buffer_), dtype_, 1, {size_}};
        expected_bytes_ = std::max((size_ + size_ / 8) * sizeof(T), limits::pool_smallest);
        size_ = 0;
        return array;
    }

private:
    pool::Buffer buffer_;
    Dtype dtype_;
    std::size_t size_ = 0;
    std::size_t expected_bytes_ = limits::pool_smallest;
};

}  // namespace colonnade
