#include "threads.hpp"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>

namespace colonnade::threads {
namespace {

constexpr std::size_t most_helpers = 63;
constexpr std::size_t parts_a_thread = 4;
constexpr std::size_t smallest_part = 32;
// Waking a helper takes microseconds of each of a batch's jobs, a sixth of the time of 64 rows on a busy machine.
constexpr std::size_t least_shared = 128;

struct Job {
    const std::function<void(std::size_t)>& work;
    std::size_t parts;
    std::atomic<std::size_t> next = 0;
    // The rest is guarded by the pool's mutex.
    std::size_t places;  // helpers that may still join
    std::size_t inside = 0;
    std::exception_ptr thrown;
    std::condition_variable left;
};

class Pool {
public:
    void run(Job& job) {
        {
            const std::lock_guard lock(mutex_);
            add_helpers(job.places);
            jobs_.push_back(&job);
        }
        wake_.notify_all();
        work(job);
        std::unique_lock lock(mutex_);
        std::erase(jobs_, &job);
        job.left.wait(lock, [&] { return job.inside == 0; });
    }

private:
    // Fewer threads than wanted are no fault: the caller does the work.
    void add_helpers(std::size_t wanted) {
        try {
            for (; helpers_ < std::min(wanted, most_helpers); ++helpers_) std::thread([this] { serve(); }).detach();
        } catch (const std::system_error&) {
        }
    }

    void serve() {
        std::unique_lock lock(mutex_);
        for (;;) {
            wake_.wait(lock, [&] { return !jobs_.empty(); });
            auto& job = *jobs_.front();
            if (--job.places == 0) jobs_.pop_front();
            ++job.inside;
            lock.unlock();
            work(job);
            lock.lock();
            if (--job.inside == 0) job.left.notify_one();
        }
    }

    void work(Job& job) {
        for (std::size_t part; (part = job.next.fetch_add(1)) < job.parts;) {
            try {
                job.work(part);
            } catch (...) {
                const std::lock_guard lock(mutex_);
                if (!job.thrown) job.thrown = std::current_exception();
            }
        }
    }

    std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<Job*> jobs_;
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
    Job job{work, parts, 0, std::min(threads, parts) - 1, 0, nullptr, {}};
    pool().load()->run(job);
    if (job.thrown) std::rethrow_exception(job.thrown);
}

std::size_t parts_of(std::size_t rows, std::size_t threads) {
    if (threads <= 1 || rows < least_shared) return 1;
    return std::min(rows / smallest_part, threads * parts_a_thread);
}

}  // namespace colonnade::threads
