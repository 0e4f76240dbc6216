#include "record.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <limits>

#include "crc32c.hpp"
#include "limits.hpp"

namespace colonnade::record {
namespace {

static_assert(std::endian::native == std::endian::little, "lengths and CRCs are copied as they are");

constexpr std::size_t length_bytes = 8;

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

// `size` bytes at `at`, followed by their masked CRC.
Error check_crc(Code code, const std::uint8_t* at, std::size_t size) {
    const auto stored = load<std::uint32_t>(at + size);
    const auto computed = mask_crc(crc32c(at, size));
    return stored == computed ? Error{} : fail(code, stored, computed);
}

// One record at the start of `buffer`. If it is not there as a whole, `needed` says how many bytes would be.
Error check(Bytes buffer, bool at_end, std::size_t& data_bytes, std::size_t& needed) {
    needed = header_bytes;
    if (buffer.size() < header_bytes)
        return at_end ? fail(Code::truncated_header, buffer.size(), header_bytes) : Error{};
    if (auto error = check_crc(Code::bad_length_crc, buffer.data(), length_bytes)) return error;

    // The CRC vouches for no more than how the length was written: it may still be a lie.
    const auto length = load<std::uint64_t>(buffer.data());
    if (length > limits::record_bytes) {
        constexpr std::uint64_t most = std::numeric_limits<std::int64_t>::max();
        return fail(Code::oversized_record, std::min(length, most), limits::record_bytes);
    }
    data_bytes = static_cast<std::size_t>(length);
    needed = header_bytes + data_bytes + footer_bytes;
    if (buffer.size() < needed) {
        if (!at_end) return {};
        return fail(Code::truncated_data, buffer.size() - header_bytes, data_bytes + footer_bytes);
    }
    return check_crc(Code::bad_data_crc, buffer.data() + header_bytes, data_bytes);
}

}  // namespace

Error scan(Bytes buffer, std::size_t most, bool at_end, Scan& result) {
    result = {};
    while (result.records < most && result.consumed < buffer.size()) {
        const auto rest = buffer.subspan(result.consumed);
        std::size_t data_bytes = 0;
        std::size_t needed = 0;
        const auto error = check(rest, at_end, data_bytes, needed);
        if (error && result.records == 0) return error;
        if (error || rest.size() < needed) {
            result.needed = needed;
            return {};
        }
        ++result.records;
        result.data_bytes += data_bytes;
        result.consumed += needed;
    }
    result.needed = header_bytes;
    return {};
}

void gather(Bytes buffer, std::size_t records, std::uint8_t* data, std::int64_t* offsets) {
    const auto* at = buffer.data();
    std::int64_t offset = 0;
    offsets[0] = 0;
    for (std::size_t i = 0; i < records; ++i) {
        const auto size = static_cast<std::size_t>(load<std::uint64_t>(at));
        if (size > 0) std::memcpy(data + offset, at + header_bytes, size);
        offset += static_cast<std::int64_t>(size);
        offsets[i + 1] = offset;
        at += header_bytes + size + footer_bytes;
    }
}

void frame(Bytes data, std::uint8_t* out) {
    store(static_cast<std::uint64_t>(data.size()), out);
    store(mask_crc(crc32c(out, length_bytes)), out + length_bytes);
    if (!data.empty()) std::memcpy(out + header_bytes, data.data(), data.size());
    store(mask_crc(crc32c(data.data(), data.size())), out + header_bytes + data.size());
}

}  // namespace colonnade::record
