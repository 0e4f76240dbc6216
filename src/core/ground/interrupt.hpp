// How a call that takes long is ended before it is done: its loops look up now and then, and whoever
// watches may throw. All that the call has made is given back on the way out.
#pragma once

#include <cstddef>

namespace colonnade::interrupt {

// Watches the calls of the thread that made it, as long as it lives.
class Watcher {
public:
    Watcher();
    Watcher(const Watcher&) = delete;
    virtual ~Watcher();
    // Called some thousand times a second. What it throws comes out of the call.
    virtual void look() const = 0;

private:
    const Watcher* before_;
};

// Asks the watcher of this thread, if there is one.
void look();

// Counts the work of a loop, and looks up whenever there was enough of it to be worth that.
class Pace {
public:
    // After each turn: about how many values, or bytes, it read or wrote.
    void operator()(std::size_t work) {
        done_ += work + each;
        if (done_ >= block) [[unlikely]] {
            done_ = 0;
            look();
        }
    }

private:
    static constexpr std::size_t block = std::size_t{1} << 16;
    static constexpr std::size_t each = 256;  // a turn may be more than it says, such as long strings

    std::size_t done_ = 0;
};

// Memory to be cleared or filled at once may be as large as an output.
inline constexpr std::size_t most_at_once = std::size_t{1} << 24;

}  // namespace colonnade::interrupt
