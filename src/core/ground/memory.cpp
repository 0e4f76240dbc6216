#include "ground/memory.hpp"

#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <optional>
#include <string_view>

namespace colonnade::memory {
namespace {

constexpr std::uint64_t kilobyte = 1024;

// The beginning of a file, or nothing; all of these are short.
std::string text_of(const std::string& path) {
    std::string text(std::size_t{1} << 16, '\0');
    auto* file = std::fopen(path.c_str(), "rb");
    text.resize(file == nullptr ? 0 : std::fread(text.data(), 1, text.size(), file));
    if (file != nullptr) std::fclose(file);
    return text;
}

// The number that a text begins with, after spaces.
std::optional<std::uint64_t> number(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t:"), text.size()));
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} ? std::optional(value) : std::nullopt;
}

// Calls `use(line)` for each line.
template <typename Use>
void each_line(std::string_view text, Use use) {
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        use(text.substr(0, end));
        text.remove_prefix(std::min(end + 1, text.size()));
    }
}

// The number in the line of a name, or 0.
std::uint64_t entry(std::string_view text, std::string_view name) {
    std::uint64_t found = 0;
    each_line(text, [&](std::string_view line) {
        const bool named = line.starts_with(name) && line.substr(name.size()).find_first_of(" \t:") == 0;
        if (named) found = number(line.substr(name.size())).value_or(0);
    });
    return found;
}

// The files of one version of control groups.
struct Version {
    const char* folder;
    const char* most;
    const char* used;
    const char* cache;  // in memory.stat: what is given back when others need it
};
constexpr Version first{"/sys/fs/cgroup/memory", "/memory.limit_in_bytes", "/memory.usage_in_bytes", "total_cache"};
constexpr Version second{"/sys/fs/cgroup", "/memory.max", "/memory.current", "file"};

// What a group leaves; "max", or no file, is no limit.
std::uint64_t left_in(const Version& version, const std::string& group) {
    const auto most = number(text_of(group + version.most));
    const auto used = number(text_of(group + version.used));
    if (!most || !used) return UINT64_MAX;
    const auto cache = entry(text_of(group + "/memory.stat"), version.cache);
    const auto held = *used - std::min(*used, cache);
    return *most - std::min(*most, held);
}

// The least that a group and those above it leave. Within a container, the path may be one outside of it, and
// the topmost folder is the container's own.
std::uint64_t left_in_groups(const Version& version, std::string_view path) {
    const auto top = root + version.folder;
    auto least = left_in(version, top);
    for (; path.size() > 1; path = path.substr(0, path.rfind('/'))) {
        least = std::min(least, left_in(version, top + std::string(path)));
    }
    return least;
}

// A line is number:controllers:path; version 2 has no controllers.
std::uint64_t left_in_all_groups() {
    std::uint64_t least = UINT64_MAX;
    each_line(text_of(root + "/proc/self/cgroup"), [&](std::string_view line) {
        const auto begin = line.find(':');
        const auto end = line.find(':', begin + 1);
        if (begin == std::string_view::npos || end == std::string_view::npos) return;
        const auto controllers = line.substr(begin + 1, end - begin - 1);
        const auto path = line.substr(end + 1);
        if (controllers.empty()) least = std::min(least, left_in_groups(second, path));
        if (controllers == "memory") least = std::min(least, left_in_groups(first, path));
    });
    return least;
}

std::uint64_t added(std::uint64_t left, std::uint64_t right) { return left + std::min(right, UINT64_MAX - left); }

}  // namespace

Figures figures() {
    Figures found;
    const auto machine = text_of(root + "/proc/meminfo");
    const auto available = entry(machine, "MemAvailable") * kilobyte;
    if (available != 0) found.available = available;
    found.available = std::min(found.available, left_in_all_groups());
    found.available = added(found.available, entry(machine, "SwapFree") * kilobyte);

    const auto sizes = text_of(root + "/proc/self/statm");
    const auto pages = number(std::string_view(sizes).substr(std::min(sizes.find(' '), sizes.size())));
    found.resident = pages.value_or(0) * static_cast<std::uint64_t>(sysconf(_SC_PAGESIZE));
    return found;
}

}  // namespace colonnade::memory
