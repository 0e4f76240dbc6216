// How the core runs without the GIL, and what happens to its threads when the interpreter ends.
#pragma once

#include <Python.h>
#include <unistd.h>

namespace colonnade::bindings {

// Lets other threads run Python while it lives. Until 3.14, an interpreter that ends makes threads that want it
// back exit, which unwinds their stacks: C++ would abort the process. Such a thread stands still instead.
class Unlocked {
public:
    Unlocked() : state_(PyEval_SaveThread()) {}
    Unlocked(const Unlocked&) = delete;
    ~Unlocked() {
        try {
            PyEval_RestoreThread(state_);
        } catch (...) {
            for (;;) pause();
        }
    }

private:
    PyThreadState* state_;
};

}  // namespace colonnade::bindings
