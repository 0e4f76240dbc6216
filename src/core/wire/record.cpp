#include "wire/record.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "ground/interrupt.hpp"
#include "ground/limits.hpp"
#include "kernels/crc32c.hpp"

namespace colonnade::record {
namespace {

static_assert(std::endian::native == std::endian::little, "lengths and CRCs are copied as they are");

constexpr std::size_t length_bytes = 8;

// So large a record gets room in the batch only once it is known to be sound.
constexpr std::size_t checked_before_copied = std::size_t{4} << 20;

template <typename T>
T load(const std::uint8_t* at) {
    T value;
    std::memcpy(&value, at, sizeof value);
    return value;
}

template <typename T>
void store(T value, std::uint8_t* at) {
    std::memcpy(at, &value, sizeof value);
}

template <typename Got, typename Expected>
Error fail(Code code, Got got, Expected expected) {
    Error error;
    error.code = code;
    error.got = static_cast<std::int64_t>(got);
    error.expected = static_cast<std::int64_t>(expected);
    return error;
}

// The masked CRC that stands at `at`, against the CRC of what stands before it.
Error check_crc(Code code, const std::uint8_t* at, std::uint32_t crc) {
    const auto stored = load<std::uint32_t>(at);
    const auto computed = mask_crc(crc);
    return stored == computed ? Error{} : fail(code, stored, computed);
}

// The header of the record at the start of `buffer`. `needed` says how many bytes the record takes, or its header.
Error check_header(Bytes buffer, bool at_end, std::size_t& data_bytes, std::size_t& needed) {
    needed = header_bytes;
    if (buffer.size() < header_bytes)
        return at_end ? fail(Code::truncated_header, buffer.size(), header_bytes) : Error{};
    const auto* const at = buffer.data();
    if (auto error = check_crc(Code::bad_length_crc, at + length_bytes, crc32c(at, length_bytes))) return error;

    // The CRC vouches for no more than how the length was written: it may still be a lie.
    const auto length = load<std::uint64_t>(at);
    if (length > limits::record_bytes) {
        constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
        return fail(Code::oversized_record, std::min(length, most), limits::record_bytes);
    }
    data_bytes = static_cast<std::size_t>(length);
    needed = header_bytes + data_bytes + footer_bytes;
    if (buffer.size() < needed && at_end)
        return fail(Code::truncated_data, buffer.size() - header_bytes, data_bytes + footer_bytes);
    return {};
}

}  // namespace

Header read_header(Bytes buffer) {
    if (buffer.size() < header_bytes) return {};
    const auto* const at = buffer.data();
    return {!check_crc(Code::bad_length_crc, at + length_bytes, crc32c(at, length_bytes)), load<std::uint64_t>(at)};
}

Error Batch::take(Bytes buffer, std::size_t most, bool at_end, Taken& taken, Stretches* stretches) {
    const auto error = take_all(buffer, most, at_end, taken, stretches);
    if (stretches != nullptr) stretches->pass(taken.consumed);
    return error;
}

Error Batch::take_all(Bytes buffer, std::size_t most, bool at_end, Taken& taken, Stretches* stretches) {
    taken = {};
    while (size() < most && taken.consumed < buffer.size()) {
        const auto rest = buffer.subspan(taken.consumed);
        std::size_t data_bytes = 0;
        auto error = check_header(rest, at_end, data_bytes, taken.needed);
        const bool whole = rest.size() >= taken.needed;
        if (!error && whole) error = keep_or_pass(buffer, taken.consumed + header_bytes, data_bytes, stretches);
        if (error && taken.records == 0) return error;
        if (error || !whole) return {};
        to_pass_ = to_pass_ > 0 ? to_pass_ - 1 : count_ - 1;
        ++taken.records;
        taken.consumed += taken.needed;
    }
    taken.needed = header_bytes;
    return {};
}

// A record that is another's is damaged or sound for all, so that all count alike.
Error Batch::keep_or_pass(Bytes buffer, std::size_t from, std::size_t size, Stretches* stretches) {
    const auto* const at = buffer.data() + from;
    const bool passed = to_pass_ > 0;
    if (passed || size >= checked_before_copied || stretches != nullptr) {
        const auto crc = stretches != nullptr ? stretches->crc(buffer, from, size) : crc32c(at, size);
        if (auto error = check_crc(Code::bad_data_crc, at + size, crc)) return error;
    }
    return passed ? Error{} : append(at, size);
}

// `size` bytes at `at`, followed by their CRC. They are copied while they are checked, and count only if sound.
Error Batch::append(const std::uint8_t* at, std::size_t size) {
    if (!data_.make_room(size)) return fail(Code::out_of_memory, data_.size() + size, 0);
    if (!offsets_.make_room(2)) return fail(Code::out_of_memory, (offsets_.size() + 2) * sizeof(std::int64_t), 0);
    if (auto error = check_crc(Code::bad_data_crc, at + size, crc32c_copy(data_.end(), at, size))) return error;
    if (offsets_.size() == 0) append_offset();
    data_.add(size);
    append_offset();
    return {};
}

void Batch::append_offset() {
    *offsets_.end() = static_cast<std::int64_t>(data_.size());
    offsets_.add(1);
}

void frame(Bytes data, std::uint8_t* out) {
    store(static_cast<std::uint64_t>(data.size()), out);
    store(mask_crc(crc32c(out, length_bytes)), out + length_bytes);
    const auto crc = data.empty() ? crc32c(nullptr, 0) : crc32c_copy(out + header_bytes, data.data(), data.size());
    store(mask_crc(crc), out + header_bytes + data.size());
}

Error frame_all(Bytes data, std::span<const std::int64_t> offsets, Array& out) {
    const auto records = offsets.size() - 1;
    const auto size_of = [&](std::size_t i) { return static_cast<std::size_t>(offsets[i + 1] - offsets[i]); };
    for (std::size_t i = 0; i < records; ++i) {
        if (size_of(i) <= limits::record_bytes) continue;
        auto error = fail(Code::written_too_large, size_of(i), limits::record_bytes);
        error.record = static_cast<std::int64_t>(i);
        return error;
    }
    constexpr auto framing = header_bytes + footer_bytes;
    const auto bytes = static_cast<std::size_t>(offsets[records] - offsets[0]);
    if (auto error = Array::make(Dtype::uint8, {bytes + records * framing}, out)) return error;
    auto* at = out.as<std::uint8_t>();
    interrupt::Pace pace;
    for (std::size_t i = 0; i < records; pace(size_of(i++))) {
        frame(data.subspan(static_cast<std::size_t>(offsets[i]), size_of(i)), at);
        at += framing + size_of(i);
    }
    return {};
}

}  // namespace colonnade::record
