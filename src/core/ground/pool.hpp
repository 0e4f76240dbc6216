// A pool of output buffers. First touch of fresh memory costs more than all other work on a batch,
// so a buffer whose last view has died is kept, within limits::pool_bytes, for the next batch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <utility>

namespace colonnade::pool {

struct Stats {
    std::uint64_t leased_bytes;  // in use now
    std::uint64_t cached_bytes;  // waiting for reuse
    std::uint64_t reused;        // leases served from the cache so far
    std::uint64_t allocated;     // leases served by the system so far
};

// Returns nullptr when the system has no memory, or less than so much for this process. `bytes` is rounded up and
// handed to release as it is then.
[[nodiscard]] void* acquire(std::size_t& bytes) noexcept;
void release(void* data, std::size_t bytes) noexcept;
[[nodiscard]] Stats stats() noexcept;
// Gives all cached memory back to the system.
void trim() noexcept;

// One leased buffer, 64-byte aligned, uninitialised; empty when there was no memory.
class Buffer {
public:
    Buffer() = default;
    explicit Buffer(std::size_t bytes) : bytes_(bytes), data_(acquire(bytes_)) {}
    Buffer(Buffer&& other) noexcept
        : bytes_(std::exchange(other.bytes_, 0)), data_(std::exchange(other.data_, nullptr)) {}
    Buffer& operator=(Buffer&& other) noexcept {
        std::swap(bytes_, other.bytes_);
        std::swap(data_, other.data_);
        return *this;
    }
    ~Buffer() {
        if (data_ != nullptr) release(data_, bytes_);
    }

    template <typename T>
    [[nodiscard]] T* as() const {
        return static_cast<T*>(data_);
    }
    [[nodiscard]] std::size_t bytes() const { return bytes_; }
    [[nodiscard]] explicit operator bool() const { return data_ != nullptr; }

private:
    std::size_t bytes_ = 0;
    void* data_ = nullptr;
};

// For the core's own scratch vectors, which live as long as one call.
template <typename T>
struct Allocator {
    using value_type = T;
    Allocator() = default;
    template <typename U>
    Allocator(const Allocator<U>&) {}

    T* allocate(std::size_t count) {
        auto bytes = count * sizeof(T);
        auto* data = acquire(bytes);
        if (data == nullptr) throw std::bad_alloc();
        return static_cast<T*>(data);
    }
    void deallocate(T* data, std::size_t count) noexcept { release(data, count * sizeof(T)); }
    bool operator==(const Allocator&) const = default;
};

}  // namespace colonnade::pool
