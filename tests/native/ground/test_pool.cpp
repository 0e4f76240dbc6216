// Buffers of the pool under random lifetimes, from several threads, and in a forked child.
#include "ground/pool.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <thread>
#include <vector>

#include "check.hpp"
#include "ground/limits.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;

// A buffer filled with one byte, so that memory handed out twice shows.
struct Held {
    pool::Buffer buffer;
    std::size_t bytes;
    std::uint8_t mark;

    Held(std::size_t size, std::uint8_t with) : buffer(size), bytes(size), mark(with) {
        std::memset(buffer.as<std::uint8_t>(), mark, bytes);
    }
    [[nodiscard]] bool intact() const {
        const auto* data = buffer.as<std::uint8_t>();
        for (std::size_t i = 0; i < bytes; ++i)
            if (data[i] != mark) return false;
        return true;
    }
};

std::size_t any_size(Random& random) {
    const auto sort = random.below(4);
    if (sort == 0) return random.below(limits::pool_smallest);
    if (sort == 1) return limits::pool_smallest - 2 + random.below(5);
    return random.below(std::size_t{1} << (13 + random.below(6)));
}

// Returns what went wrong, because CHECK is not for several threads.
int random_lifetimes(std::uint64_t seed, int rounds) {
    Random random(seed);
    std::vector<Held> held;
    int wrong = 0;
    for (int round = 0; round < rounds; ++round) {
        if (held.size() < 20 || random.below(2) == 0) {
            held.emplace_back(any_size(random), random.byte());
            const auto address = reinterpret_cast<std::uintptr_t>(held.back().buffer.as<void>());
            if (held.back().bytes >= limits::pool_smallest && address % 64 != 0) ++wrong;
        } else {
            const auto at = random.below(held.size());
            if (!held[at].intact()) ++wrong;
            if (random.below(4) == 0) std::swap(held[at], held.back());
            held[at] = std::move(held.back());
            held.pop_back();
        }
        if (random.below(500) == 0) pool::trim();
    }
    for (const auto& one : held) wrong += one.intact() ? 0 : 1;
    return wrong;
}

void lifetimes() {
    CHECK(random_lifetimes(1, 5000) == 0);
    CHECK(pool::stats().leased_bytes == 0);
    CHECK(pool::stats().reused > 0);
}

void threads() {
    std::vector<std::thread> running;
    std::vector<int> wrong(8, -1);
    for (std::size_t i = 0; i < wrong.size(); ++i) {
        running.emplace_back([&wrong, i] { wrong[i] = random_lifetimes(100 + i, 500); });
    }
    for (auto& thread : running) thread.join();
    for (const int count : wrong) CHECK(count == 0);
    CHECK(pool::stats().leased_bytes == 0);
}

void accounts_balance() {
    pool::trim();
    const auto before = pool::stats();
    CHECK(before.cached_bytes == 0 && before.leased_bytes == 0);
    for (std::size_t bytes = limits::pool_smallest; bytes < (1 << 20); bytes += 1 + bytes / 7) {
        {
            const pool::Buffer buffer(bytes);
            CHECK(pool::stats().leased_bytes >= bytes && pool::stats().leased_bytes <= bytes + bytes / 4 + 1);
        }
        CHECK(pool::stats().leased_bytes == 0);
    }
    const auto cached = pool::stats().cached_bytes;
    CHECK(cached > 0 && cached <= limits::pool_bytes);
    const auto reused = pool::stats().reused;
    {
        const pool::Buffer again(limits::pool_smallest);
    }
    CHECK(pool::stats().reused == reused + 1 && pool::stats().cached_bytes == cached);
    pool::trim();
    CHECK(pool::stats().cached_bytes == 0);
}

void the_cache_is_bounded() {
    {
        std::vector<pool::Buffer> many;
        for (int i = 0; i < 12; ++i) many.emplace_back(std::size_t{64} << 20);  // never touched
    }
    CHECK(pool::stats().cached_bytes <= limits::pool_bytes);
    CHECK(pool::stats().cached_bytes > limits::pool_bytes / 2);
    pool::trim();
}

void absurd_sizes_are_refused() {
    for (const auto bytes : {(std::size_t{1} << 62) + 1, SIZE_MAX - 63, SIZE_MAX}) {
        CHECK(!pool::Buffer(bytes));
    }
    CHECK(pool::stats().leased_bytes == 0);
}

// A child forked while other threads use the pool finds it unlocked, whole and empty.
void fork_while_busy() {
    const pool::Buffer kept(100'000);
    std::memset(kept.as<void>(), 7, 100'000);
    {
        const pool::Buffer cached(200'000);
    }
    // Threads that do little but lock, so that many forks find the lock taken.
    std::atomic<bool> stop = false;
    std::vector<std::thread> busy;
    for (int i = 0; i < 2; ++i) {
        busy.emplace_back([&stop] {
            while (!stop) const pool::Buffer buffer(limits::pool_smallest);
        });
    }
    for (int round = 0; round < 100; ++round) {
        const auto child = fork();
        if (child == 0) {
            alarm(20);  // a lock left behind would wait for ever
            const bool empty = pool::stats().cached_bytes == 0;
            const bool readable = kept.as<std::uint8_t>()[99'999] == 7;
            const int wrong = random_lifetimes(300, 50);
            _exit(empty && readable && wrong == 0 ? 0 : 1);
        }
        int status = -1;
        CHECK(child > 0 && waitpid(child, &status, 0) == child);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    stop = true;
    for (auto& thread : busy) thread.join();
}

}  // namespace

int main() {
    lifetimes();
    threads();
    accounts_balance();
    the_cache_is_bounded();
    absurd_sizes_are_refused();
    fork_while_busy();
    return failures();
}
