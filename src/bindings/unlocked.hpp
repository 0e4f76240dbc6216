// How the core runs without the GIL, and what happens to its threads when signals come or the interpreter ends.
#pragma once

#include <Python.h>
#include <unistd.h>
#ifdef __linux__
#include <sys/syscall.h>
#else
#include <pthread.h>
#endif

#include <nanobind/nanobind.h>

#include <chrono>
#include <exception>

#include "ground/interrupt.hpp"

namespace colonnade::bindings {

// Lets other threads run Python while it lives. A call that takes long handles signals now and then, where Python
// would: on the main thread, whose handlers may raise, as Ctrl-C does.
class Unlocked final : public interrupt::Watcher {
public:
    Unlocked() : state_(PyEval_SaveThread()) {}
    ~Unlocked() override { restore(); }

    // The GIL is worth its wait only so often: another thread may hold it for some milliseconds.
    void look() const override {
        constexpr auto interval = std::chrono::milliseconds(100);
        const auto now = std::chrono::steady_clock::now();
        if (last_ == decltype(last_){}) last_ = now;
        if (now - last_ < interval) return;
        if (is_main_thread()) handle_signals();
        last_ = std::chrono::steady_clock::now();
    }

private:
    void handle_signals() const {
        std::exception_ptr raised;
        restore();
        if (PyErr_CheckSignals() != 0) raised = std::make_exception_ptr(nanobind::python_error());
        state_ = PyEval_SaveThread();
        if (raised) std::rethrow_exception(raised);
    }

    // Until 3.14, an interpreter that ends makes threads that want the GIL back exit, which unwinds their stacks:
    // C++ would abort the process. Such a thread stands still instead.
    void restore() const {
        try {
            PyEval_RestoreThread(state_);
        } catch (...) {
            for (;;) pause();
        }
    }

    [[nodiscard]] static bool is_main_thread() {
#ifdef __linux__
        return syscall(SYS_gettid) == getpid();
#else
        return pthread_main_np() != 0;
#endif
    }

    mutable PyThreadState* state_;
    mutable std::chrono::steady_clock::time_point last_{};
};

}  // namespace colonnade::bindings
