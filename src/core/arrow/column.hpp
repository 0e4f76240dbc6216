// One column as it is read: row splits over flat values.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <vector>

#include "arrow/failure.hpp"
#include "ground/limits.hpp"

namespace colonnade::arrow {

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

// A flat array: its own memory, or (`owned` empty) a view into the chunk it was read from.
struct Buffer {
    const void* data = nullptr;
    std::int64_t count = 0;
    std::unique_ptr<void, Free> owned;
};

enum class Type : std::uint8_t { int64, float32, float64, bytes };

struct Column {
    std::vector<Buffer> splits;  // int64, outermost level first
    Type type = Type::int64;
    Buffer values;   // of `type`; uint8 for bytes
    Buffer offsets;  // int64, bytes only
};

// Memory for `count` items of `width` bytes each, within limits::output_bytes.
[[nodiscard]] inline Failure allocate(std::int64_t count, std::size_t width, Buffer& buffer) {
    const auto most = static_cast<std::int64_t>(limits::output_bytes / width);
    if (count > most) return fail(Problem::too_large, count, most);
    const auto bytes = std::max(static_cast<std::size_t>(count) * width, std::size_t{1});
    buffer.owned.reset(std::malloc(bytes));
    if (!buffer.owned) return fail(Problem::out_of_memory, static_cast<std::int64_t>(bytes));
    buffer.data = buffer.owned.get();
    buffer.count = count;
    return {};
}

template <typename T>
[[nodiscard]] T* writable(Buffer& buffer) {
    return static_cast<T*>(buffer.owned.get());
}

}  // namespace colonnade::arrow
