#include "wire/stretches.hpp"

#include "kernels/crc32c.hpp"

namespace colonnade::record {

std::uint32_t Stretches::crc(Bytes buffer, std::size_t from, std::size_t size) {
    const auto* const data = buffer.data() + from;
    if (size <= 2 * step) return crc32c(data, size);

    const auto start = at_ + from;
    const auto end = start + size;
    mark_until(buffer, end);
    const auto a = (start - first_ + step - 1) / step;
    const auto b = (end - first_) / step;
    const auto before = static_cast<std::size_t>(place(a) - start);
    const auto behind = static_cast<std::size_t>(end - place(b));
    // What lies before mark a is replaced by what the stretch has before it.
    const auto until_b =
        crc32c_joined(crc32c(data, before) ^ mark(a), mark(b), static_cast<std::size_t>(place(b) - place(a)));
    return crc32c_joined(until_b, crc32c(data + size - behind, behind), behind);
}

void Stretches::mark_until(Bytes buffer, std::uint64_t end) {
    if (place(last_) < at_) {  // the bytes behind the last mark are gone
        first_ = at_;
        last_ = 0;
        mark(0) = 0;
    }
    for (; place(last_ + 1) <= end; ++last_) {
        const auto crc = crc32c(buffer.data() + (place(last_) - at_), step);
        mark(last_ + 1) = crc32c_joined(mark(last_), crc, step);
    }
}

}  // namespace colonnade::record
