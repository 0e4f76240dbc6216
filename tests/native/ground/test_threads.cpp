// Every part exactly once, whoever does it; errors come through; a forked child works.
#include "ground/threads.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "check.hpp"

namespace {

using namespace colonnade;

void every_part_once(std::size_t parts, std::size_t workers) {
    std::vector<std::atomic<int>> done(parts);
    threads::run(parts, workers, [&](std::size_t part) { ++done[part]; });
    for (const auto& count : done) CHECK(count == 1);
}

void ranges_cover_all() {
    for (std::size_t items = 0; items < 100; ++items) {
        for (std::size_t parts = 1; parts < 20; ++parts) {
            std::size_t next = 0;
            for (std::size_t part = 0; part < parts; ++part) {
                const auto [begin, end] = threads::range_of(part, parts, items);
                CHECK(begin == next && end >= begin);
                next = end;
            }
            CHECK(next == items);
        }
    }
}

void few_rows_stay_whole() {
    CHECK(threads::parts_of(127, 8) == 1);
    CHECK(threads::parts_of(10'000, 1) == 1);
    CHECK(threads::parts_of(128, 2) == 4);
    CHECK(threads::parts_of(10'000, 2) == 8);
    CHECK(threads::parts_of(10'000, std::size_t{1} << 62) == 312);
}

void an_exception_comes_through() {
    bool caught = false;
    try {
        threads::run(100, 4, [](std::size_t part) {
            if (part == 50) throw std::runtime_error("part 50");
        });
    } catch (const std::runtime_error&) {
        caught = true;
    }
    CHECK(caught);
    every_part_once(100, 4);
}

void many_callers() {
    std::vector<std::thread> callers;
    for (int i = 0; i < 8; ++i) {
        callers.emplace_back([] {
            for (int k = 0; k < 200; ++k) every_part_once(17, 3);
        });
    }
    for (auto& caller : callers) caller.join();
}

[[maybe_unused]] void a_forked_child_works() {
    const auto child = fork();
    if (child == 0) {
        every_part_once(50, 4);
        _exit(failures() == 0 ? 0 : 1);
    }
    int status = 1;
    waitpid(child, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

}  // namespace

int main() {
    for (const std::size_t parts : {0, 1, 2, 7, 1000}) {
        for (const std::size_t workers : {0, 1, 2, 8, 200}) every_part_once(parts, workers);
    }
    ranges_cover_all();
    few_rows_stay_whole();
    an_exception_comes_through();
    many_callers();
#ifndef __SANITIZE_THREAD__
    // ThreadSanitizer itself forbids new threads in a forked child.
    a_forked_child_works();
#endif
    return failures();
}
