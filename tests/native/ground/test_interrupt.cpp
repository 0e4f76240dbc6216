// Loops look up as their work goes on, only to who watches their thread, and leave a call that is ended.
#include "ground/interrupt.hpp"

#include <atomic>
#include <thread>

#include "check.hpp"
#include "ended.hpp"
#include "ground/threads.hpp"

namespace {

using namespace colonnade;

using Counting = ended::Watcher;
using ended::Ended;

void work_is_what_counts() {
    const Counting watcher(-1);
    interrupt::Pace pace;
    pace(std::size_t{1} << 20);
    CHECK(watcher.looks() == 1);
    for (int turn = 0; turn < 1000; ++turn) pace(0);
    CHECK(watcher.looks() >= 2 && watcher.looks() < 20);
}

void only_the_innermost_watcher_of_a_thread_is_asked() {
    interrupt::look();
    const Counting outer(-1);
    {
        const Counting inner(-1);
        interrupt::look();
        CHECK(inner.looks() == 1 && outer.looks() == 0);
    }
    interrupt::look();
    std::thread([] { interrupt::look(); }).join();
    CHECK(outer.looks() == 1);
}

// The caller's watcher ends the parts of all threads, which would not end by themselves.
void helpers_leave_a_job_that_is_ended(std::size_t threads) {
    const Counting watcher(1000);
    std::atomic<bool> looking = true;
    std::atomic<int> begun = 0;
    bool ended = false;
    try {
        threads::run(8, threads, [&](std::size_t) {
            ++begun;
            while (looking) interrupt::look();
        });
    } catch (const Ended&) {
        ended = true;
    }
    looking = false;
    CHECK(ended && watcher.looks() == 1000);
    CHECK(begun >= 1 && static_cast<std::size_t>(begun) <= threads);
}

// A caller without parts of its own still looks up while it waits.
void a_waiting_caller_looks_up() {
    const auto caller = std::this_thread::get_id();
    const Counting watcher(2);
    std::atomic<bool> helped = false;
    bool ended = false;
    try {
        threads::run(2, 2, [&](std::size_t) {
            if (std::this_thread::get_id() == caller) {
                while (!helped) std::this_thread::yield();
                return;
            }
            helped = true;
            for (;;) interrupt::look();
        });
    } catch (const Ended&) {
        ended = true;
    }
    CHECK(ended);
}

}  // namespace

int main() {
    work_is_what_counts();
    only_the_innermost_watcher_of_a_thread_is_asked();
    for (const std::size_t threads : {1, 2, 4}) helpers_leave_a_job_that_is_ended(threads);
    a_waiting_caller_looks_up();
    return failures();
}
