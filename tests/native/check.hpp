// The native tests' only tool: CHECK counts a failure and says where, main() returns failures().
#pragma once

#include <cstdio>

inline int& failures() {
    static int count = 0;
    return count;
}

#define CHECK(condition)                                                        \
    do {                                                                        \
        if (!(condition)) {                                                     \
            std::printf("%s:%d: failed: %s\n", __FILE__, __LINE__, #condition); \
            ++failures();                                                       \
        }                                                                       \
    } while (false)
