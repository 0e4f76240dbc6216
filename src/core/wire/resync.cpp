#include "wire/resync.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/crc32c.hpp"
#include "wire/record.hpp"

namespace colonnade::record {
namespace {

// Places looked at in one step, so that it ends soon and signals are seen.
constexpr std::size_t most_places = std::size_t{1} << 20;

template <typename T>
T load(Bytes buffer, std::size_t from) {
    T value;
    std::memcpy(&value, buffer.data() + from, sizeof value);
    return value;
}

// Whether a header of a record that may be read stands at `place`.
bool is_header(Bytes buffer, std::size_t place, std::size_t& length) {
    if (load<std::uint64_t>(buffer, place) > limits::record_bytes) return false;  // so are most
    const auto header = read_header(buffer.subspan(place));
    length = static_cast<std::size_t>(header.length);
    return header.sound;
}

bool is_sound(Bytes buffer, std::size_t from, std::size_t size, Stretches& stretches) {
    return load<std::uint32_t>(buffer, from + size) == mask_crc(stretches.crc(buffer, from, size));
}

}  // namespace

Step Resync::step(Bytes buffer, bool at_end, Stretches& stretches) {
    auto step = searches_ ? search(buffer, at_end, stretches) : pass_record(buffer, at_end);
    stretches.pass(step.passed);
    return step;
}

Step Resync::pass_record(Bytes buffer, bool at_end) {
    const auto header = read_header(buffer);
    if (header.sound && header.length <= limits::record_bytes) {
        const auto end = header_bytes + static_cast<std::size_t>(header.length) + footer_bytes;
        if (buffer.size() < end + header_bytes && !at_end) return {.needed = end + header_bytes};
        if (buffer.size() == end) return {.found = true, .passed = end};
        if (buffer.size() > end && read_header(buffer.subspan(end)).sound) return {.found = true, .passed = end};
    }
    searches_ = true;
    return {.passed = std::min(buffer.size(), header.sound ? header_bytes : 1), .needed = header_bytes};
}

Step Resync::search(Bytes buffer, bool at_end, Stretches& stretches) const {
    std::size_t place = 0;
    for (; place < most_places && place + header_bytes <= buffer.size(); ++place) {
        std::size_t size = 0;
        if (!is_header(buffer, place, size)) continue;
        const auto needed = header_bytes + size + footer_bytes;
        if (buffer.size() - place < needed) {
            if (at_end) continue;
            return {.passed = place, .needed = needed};
        }
        if (is_sound(buffer, place + header_bytes, size, stretches)) return {.found = true, .passed = place};
    }
    const bool ends = at_end && place < most_places;
    return {.passed = ends ? buffer.size() : place, .needed = header_bytes};
}

}  // namespace colonnade::record
