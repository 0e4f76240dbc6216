// Helpers for one call's work. A caller works too, and never waits for a helper that has not started:
// when nothing is left to begin, it closes the job and waits only for those inside it.
#pragma once

#include <cstddef>
#include <functional>

namespace colonnade::threads {

// Calls work(0) ... work(parts - 1), each once, on the caller and up to `threads - 1` helpers. Which
// thread does which part is open, so parts must not depend on each other. Rethrows what a part throws, or what the
// watcher of the caller does; the other parts then end when they look up.
void run(std::size_t parts, std::size_t threads, const std::function<void(std::size_t)>& work);

// How many parts to cut the records or rows of a batch into: one if they are so few that a helper would cost
// more than it brings, else some for each thread, so that a thread which is held up keeps little from the others.
[[nodiscard]] std::size_t parts_of(std::size_t rows, std::size_t threads);

struct Range {
    std::size_t begin;
    std::size_t end;
};

[[nodiscard]] constexpr Range range_of(std::size_t part, std::size_t parts, std::size_t items) {
    return {items * part / parts, items * (part + 1) / parts};
}

}  // namespace colonnade::threads
