#include "ground/threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

#include "ground/interrupt.hpp"

namespace colonnade::threads {
namespace {

constexpr std::size_t most_helpers = 63;
constexpr std::size_t parts_a_thread = 4;
constexpr std::size_t smallest_part = 32;
// Waking a helper takes microseconds of each of a batch's jobs, a sixth of the time of 64 rows on a busy machine.
constexpr std::size_t least_shared = 128;

// A batch is several short jobs one after the other, and to wake a sleeping thread takes longer than most of them.
constexpr auto longest_spin = std::chrono::microseconds(20);

// A caller that waits for its helpers looks up so often.
constexpr auto longest_wait = std::chrono::milliseconds(50);

void relax() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

// Waits a little for `done`, awake. Whoever calls looks again afterwards.
template <typename Done>
void spin(Done done) {
    const auto until = std::chrono::steady_clock::now() + longest_spin;
    while (!done() && std::chrono::steady_clock::now() < until) {
        for (int pause = 0; pause < 8; ++pause) relax();
    }
}

struct Job {
    const std::function<void(std::size_t)>& work;
    std::size_t parts;
    std::atomic<std::size_t> next = 0;
    // The rest is changed under the pool's mutex only.
    std::size_t places;  // helpers that may still join
    std::atomic<std::size_t> inside = 0;
    std::exception_ptr thrown;
    std::atomic<bool> stopped = false;  // whether something was thrown, to be read without the mutex
    std::condition_variable left;
};

// What a helper throws when it is told to leave a job; the job has what was thrown first.
struct Stopped {};

// Ends the part that a helper is at when another thread has thrown.
class HelperWatcher final : public interrupt::Watcher {
public:
    explicit HelperWatcher(const Job& job) : job_(job) {}
    void look() const override {
        if (job_.stopped) throw Stopped();
    }

private:
    const Job& job_;
};

class Pool {
public:
    void run(Job& job) {
        {
            const std::lock_guard lock(mutex_);
            add_helpers(job.places);
            jobs_.push_back(&job);
            open_ = jobs_.size();
        }
        wake_.notify_all();
        work(job);
        close(job);
        spin([&] { return job.inside == 0; });
        wait(job);
    }

private:
    void wait(Job& job) {
        const auto nobody_inside = [&] { return job.inside == 0; };
        std::unique_lock lock(mutex_);
        // By the system's clock, for the sake of the thread sanitizer; it may be set, but then we look up too late
        // once.
        while (!job.left.wait_until(lock, std::chrono::system_clock::now() + longest_wait, nobody_inside)) {
            lock.unlock();
            attempt(job, [] { interrupt::look(); });
            lock.lock();
        }
    }

    // Fewer threads than wanted are no fault: the caller does the work.
    void add_helpers(std::size_t wanted) {
        try {
            for (; helpers_ < std::min(wanted, most_helpers); ++helpers_) std::thread([this] { serve(); }).detach();
        } catch (const std::system_error&) {
        }
    }

    void close(Job& job) {
        const std::lock_guard lock(mutex_);
        std::erase(jobs_, &job);
        open_ = jobs_.size();
    }

    void serve() {
        for (;;) {
            spin([&] { return open_ != 0; });
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [&] { return !jobs_.empty(); });
            auto& job = *jobs_.front();
            if (--job.places == 0) jobs_.pop_front();
            open_ = jobs_.size();
            ++job.inside;
            lock.unlock();
            {
                const HelperWatcher watcher(job);
                work(job);
            }
            lock.lock();
            if (--job.inside == 0) job.left.notify_one();
        }
    }

    void work(Job& job) {
        for (std::size_t part; !job.stopped && (part = job.next.fetch_add(1)) < job.parts;) {
            attempt(job, [&] { job.work(part); });
        }
    }

    template <typename Step>
    void attempt(Job& job, Step step) {
        try {
            step();
        } catch (...) {
            const std::lock_guard lock(mutex_);
            if (!job.thrown) job.thrown = std::current_exception();
            job.stopped = true;
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job*> jobs_;
    std::atomic<std::size_t> open_ = 0;  // jobs_.size(), to be read without the mutex
    std::size_t helpers_ = 0;
};

// Never destroyed, since helpers may wait in it to the end of the process. A forked child has no helpers,
// and gets a pool of its own.
std::atomic<Pool*>& pool() {
    static std::atomic<Pool*> current = [] {
        pthread_atfork(nullptr, nullptr, [] { pool() = new Pool; });
        return new Pool;
    }();
    return current;
}

}  // namespace

void run(std::size_t parts, std::size_t threads, const std::function<void(std::size_t)>& work) {
    if (parts <= 1 || threads <= 1) {
        for (std::size_t part = 0; part < parts; ++part) work(part);
        return;
    }
    Job job{work, parts, 0, std::min(threads, parts) - 1, 0, nullptr, false, {}};
    pool().load()->run(job);
    if (job.thrown) std::rethrow_exception(job.thrown);
}

std::size_t parts_of(std::size_t rows, std::size_t threads) {
    if (threads <= 1 || rows < least_shared) return 1;
    return std::min(rows / smallest_part, std::min(threads, rows) * parts_a_thread);
}

}  // namespace colonnade::threads
