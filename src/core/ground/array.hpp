// An output array: a shape over one pooled buffer.
#pragma once

#include <array>
#include <cstdint>
#include <initializer_list>

#include "ground/error.hpp"
#include "ground/limits.hpp"
#include "ground/pool.hpp"

namespace colonnade {

enum class Dtype : std::uint8_t { boolean, uint8, int64, float32, float64 };

[[nodiscard]] constexpr std::size_t item_size(Dtype dtype) {
    return dtype == Dtype::int64 || dtype == Dtype::float64 ? 8 : dtype == Dtype::float32 ? 4 : 1;
}

struct Array {
    static constexpr std::size_t most_dimensions = 4;

    pool::Buffer buffer;
    Dtype dtype = Dtype::uint8;
    std::size_t dimensions = 0;
    std::array<std::size_t, most_dimensions> shape{};

    // Uninitialised; every caller writes every item.
    [[nodiscard]] static Error make(Dtype dtype, std::initializer_list<std::size_t> shape, Array& out) {
        std::size_t bytes = item_size(dtype);
        for (const auto size : shape) {
            if (size != 0 && bytes > limits::output_bytes / size) return too_large(SIZE_MAX);
            bytes *= size;
        }
        if (bytes > limits::output_bytes) return too_large(bytes);
        out.buffer = pool::Buffer(bytes);
        if (!out.buffer) {
            Error error;
            error.code = Code::out_of_memory;
            error.got = static_cast<std::int64_t>(bytes);
            return error;
        }
        out.dtype = dtype;
        out.dimensions = shape.size();
        std::size_t axis = 0;
        for (const auto size : shape) out.shape[axis++] = size;
        return {};
    }

    template <typename T>
    [[nodiscard]] T* as() const {
        return buffer.as<T>();
    }
    [[nodiscard]] explicit operator bool() const { return static_cast<bool>(buffer); }

private:
    [[nodiscard]] static Error too_large(std::size_t bytes) {
        Error error;
        error.code = Code::too_large;
        error.got = bytes > INT64_MAX ? INT64_MAX : static_cast<std::int64_t>(bytes);
        error.expected = static_cast<std::int64_t>(limits::output_bytes);
        return error;
    }
};

}  // namespace colonnade
