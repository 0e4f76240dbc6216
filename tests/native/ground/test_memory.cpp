// What the process may have, from the files of systems of every kind, and that the pool keeps to it.
#include "ground/memory.hpp"

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <utility>

#include "check.hpp"
#include "ground/limits.hpp"
#include "ground/pool.hpp"

namespace {

using namespace colonnade;

constexpr std::uint64_t megabyte = std::uint64_t{1} << 20;

// A directory of a system's files, in place of the real ones.
class System {
public:
    System(std::initializer_list<std::pair<const char*, std::string>> files) {
        char name[] = "/tmp/colonnade-XXXXXX";
        memory::root = mkdtemp(name);
        for (const auto& [path, text] : files) put(path, text);
    }
    ~System() {
        std::filesystem::remove_all(memory::root);
        memory::root.clear();
    }
    static void put(const char* path, const std::string& text) {
        const std::filesystem::path file(memory::root + path);
        std::filesystem::create_directories(file.parent_path());
        std::ofstream(file) << text;
    }
};

std::uint64_t left() { return memory::figures().available / megabyte; }

std::string megabytes(std::uint64_t count) { return std::to_string(count * megabyte) + "\n"; }

const std::string machine = "MemTotal:  8192000 kB\nMemFree:  100 kB\nMemAvailable:    4096000 kB\nSwapFree:  0 kB\n";

void machines() {
    {
        const System system({{"/proc/meminfo", machine}, {"/proc/self/statm", "900 20 3 4 5\n"}});
        CHECK(left() == 4000);
        CHECK(memory::figures().resident >= 20 * 4096);
        System::put("/proc/meminfo", "MemAvailable: 1024000 kB\nSwapFree: 2048000 kB");
        CHECK(left() == 3000);
    }
    for (const std::string text : {"", "\n\n", "MemAvailable:", "MemAvailable: many kB\n", "MemAvailableX: 5 kB\n"}) {
        const System system({{"/proc/meminfo", text}, {"/proc/self/cgroup", "0:\n:\n0::"}});
        CHECK(memory::figures().available == UINT64_MAX);
    }
    const System nothing({});
    CHECK(memory::figures().available == UINT64_MAX && memory::figures().resident == 0);
}

void groups_of_version_2() {
    const System system({{"/proc/meminfo", machine},
                         {"/proc/self/cgroup", "0::/user/job\n"},
                         {"/sys/fs/cgroup/user/job/memory.max", "max\n"},
                         {"/sys/fs/cgroup/user/job/memory.current", megabytes(100)},
                         {"/sys/fs/cgroup/user/memory.max", megabytes(1000)},
                         {"/sys/fs/cgroup/user/memory.current", megabytes(700)},
                         {"/sys/fs/cgroup/user/memory.stat", "anon 5\nfile " + megabytes(200) + "file_mapped 7\n"}});
    CHECK(left() == 500);
    System::put("/sys/fs/cgroup/user/job/memory.max", megabytes(150));
    CHECK(left() == 50);
    System::put("/sys/fs/cgroup/user/job/memory.max", megabytes(50));
    CHECK(left() == 0);
    System::put("/proc/self/cgroup", "0::/a/path/outside/of/the/container\n");
    CHECK(left() == 4000);
    System::put("/sys/fs/cgroup/memory.max", megabytes(3000));
    System::put("/sys/fs/cgroup/memory.current", megabytes(1));
    CHECK(left() == 2999);
}

void groups_of_version_1() {
    const System system({{"/proc/meminfo", machine},
                         {"/proc/self/cgroup", "9:name=systemd:/\n4:memory:/job\n1:cpu:/other\n"},
                         {"/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n"},
                         {"/sys/fs/cgroup/memory/memory.usage_in_bytes", megabytes(9000)},
                         {"/sys/fs/cgroup/memory/job/memory.limit_in_bytes", megabytes(600)},
                         {"/sys/fs/cgroup/memory/job/memory.usage_in_bytes", megabytes(500)},
                         {"/sys/fs/cgroup/memory/job/memory.stat", "cache 1\ntotal_cache " + megabytes(50)}});
    CHECK(left() == 150);
}

void what_fits() {
    const memory::Figures figures{1000, 300};
    CHECK(memory::fits(1000, 0, figures) && !memory::fits(1001, 0, figures));
    CHECK(memory::fits(900, 400, figures) && !memory::fits(900, 401, figures));
    CHECK(memory::fits(UINT64_MAX, UINT64_MAX, {}));
    CHECK(!memory::fits(5, UINT64_MAX, {UINT64_MAX - 1, 0}) && memory::fits(5, UINT64_MAX, {5, UINT64_MAX}));
}

// Buffers that nobody has written to are not in the system's figures yet.
void the_pool_keeps_to_it() {
    const System system({{"/proc/meminfo", "MemAvailable: 819200 kB\n"}, {"/proc/self/statm", "9 0\n"}});
    constexpr auto large = limits::memory_asked;
    const auto leased = pool::stats().leased_bytes;
    {
        const pool::Buffer one(large), other(large);
        CHECK(one && other);
        CHECK(!pool::Buffer(2 * large) && !pool::Buffer(4 * large));
        CHECK(pool::Buffer(large / 2));
    }
    CHECK(pool::stats().leased_bytes == leased);
    pool::trim();
    CHECK(pool::Buffer(2 * large) && !pool::Buffer(4 * large));
    System::put("/proc/meminfo", "MemAvailable: 4096000 kB\n");
    CHECK(pool::Buffer(4 * large));
}

}  // namespace

int main() {
    machines();
    groups_of_version_2();
    groups_of_version_1();
    what_fits();
    the_pool_keeps_to_it();
    return failures();
}
