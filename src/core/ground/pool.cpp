#include "ground/pool.hpp"

#include <pthread.h>
#include <sys/mman.h>

#include <array>
#include <bit>
#include <cstdlib>
#include <mutex>
#include <vector>

#include "ground/limits.hpp"
#include "ground/memory.hpp"

namespace colonnade::pool {
namespace {

// Four sizes to each power of two, so at most a fifth of a buffer is spare.
constexpr std::size_t classes = 4 * 64;

std::size_t class_of(std::size_t bytes) {
    const auto top = static_cast<std::size_t>(std::bit_width(bytes - 1)) - 1;
    return top * 4 + (((bytes - 1) >> (top - 2)) & 3);
}

std::size_t size_of(std::size_t index) { return (5 + index % 4) << (index / 4 - 2); }

struct Pool {
    std::mutex mutex;
    std::array<std::vector<void*>, classes> free;
    Stats stats{};

    void drop_cached() {
        for (auto& buffers : free) {
            for (auto* data : buffers) std::free(data);
            buffers.clear();
        }
        stats.cached_bytes = 0;
    }
};

Pool& pool() {
    // Never destroyed: arrays may outlive static destruction. Held across fork so that a child finds it whole,
    // and emptied there, where reuse would only copy the parent's pages.
    static Pool* const only = [] {
        auto* made = new Pool;
        pthread_atfork([] { pool().mutex.lock(); }, [] { pool().mutex.unlock(); },
                       [] {
                           pool().drop_cached();
                           pool().mutex.unlock();
                       });
        return made;
    }();
    return *only;
}

// Whether the system would let the process use so much more. Figures cost some small files, page faults much more.
bool may_have(std::size_t bytes) noexcept {
    if (bytes < limits::memory_asked) return true;
    try {
        return memory::fits(bytes, stats().leased_bytes, memory::figures());
    } catch (const std::bad_alloc&) {
        return false;
    }
}

// Large buffers ask for large pages: far fewer page faults when fresh, fewer address look-ups ever after.
void* allocate(std::size_t bytes) {
    const auto alignment = bytes < limits::large_page ? std::size_t{64} : limits::large_page;
    auto* data = std::aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
#ifdef MADV_HUGEPAGE
    if (data != nullptr && bytes >= limits::large_page) madvise(data, bytes, MADV_HUGEPAGE);
#endif
    return data;
}

}  // namespace

void* acquire(std::size_t& bytes) noexcept {
    if (bytes < limits::pool_smallest) return std::malloc(bytes == 0 ? 1 : bytes);
    if (bytes > (std::size_t{1} << 62)) return nullptr;
    const auto index = class_of(bytes);
    const auto wanted = std::exchange(bytes, size_of(index));
    {
        const std::lock_guard lock(pool().mutex);
        auto& buffers = pool().free[index];
        if (!buffers.empty()) {
            auto* data = buffers.back();
            buffers.pop_back();
            pool().stats.cached_bytes -= bytes;
            pool().stats.leased_bytes += bytes;
            ++pool().stats.reused;
            return data;
        }
    }
    auto* data = may_have(wanted) ? allocate(bytes) : nullptr;
    if (data != nullptr) {
        const std::lock_guard lock(pool().mutex);
        pool().stats.leased_bytes += bytes;
        ++pool().stats.allocated;
    }
    return data;
}

void release(void* data, std::size_t bytes) noexcept {
    if (bytes < limits::pool_smallest) return std::free(data);
    const auto index = class_of(bytes);
    const auto size = size_of(index);
    {
        const std::lock_guard lock(pool().mutex);
        pool().stats.leased_bytes -= size;
        if (pool().stats.cached_bytes + size <= limits::pool_bytes) {
            try {
                pool().free[index].push_back(data);
                pool().stats.cached_bytes += size;
                return;
            } catch (const std::bad_alloc&) {
            }
        }
    }
    std::free(data);
}

Stats stats() noexcept {
    const std::lock_guard lock(pool().mutex);
    return pool().stats;
}

void trim() noexcept {
    const std::lock_guard lock(pool().mutex);
    pool().drop_cached();
}

}  // namespace colonnade::pool
