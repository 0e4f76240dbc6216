// Ends a call at each of its looks in turn, until it comes to its end.
#pragma once

#include "check.hpp"
#include "ground/interrupt.hpp"
#include "ground/pool.hpp"

namespace ended {

struct Ended {};

class Watcher final : public colonnade::interrupt::Watcher {
public:
    explicit Watcher(int last) : last_(last) {}
    void look() const override {
        if (++looks_ == last_) throw Ended();
    }
    [[nodiscard]] int looks() const { return looks_; }

private:
    int last_;
    mutable int looks_ = 0;
};

// How often the call can be ended; each time it must give back all memory.
template <typename Call>
int everywhere(Call call) {
    for (int last = 1;; ++last) {
        const Watcher watcher(last);
        const auto held = colonnade::pool::stats().leased_bytes;
        try {
            call();
            return last - 1;
        } catch (const Ended&) {
            CHECK(colonnade::pool::stats().leased_bytes == held);
        }
    }
}

}  // namespace ended
