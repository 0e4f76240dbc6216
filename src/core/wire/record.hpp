// The framing of TFRecord files. A record is, little-endian: the length of its data (8 bytes), the
// masked CRC-32C of those 8 bytes (4), the data, and the masked CRC-32C of the data (4).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "ground/growing.hpp"
#include "wire/stretches.hpp"

namespace colonnade::record {

inline constexpr std::size_t header_bytes = 12;
inline constexpr std::size_t footer_bytes = 4;

struct Header {
    bool sound = false;  // it is whole, and its CRC holds
    std::uint64_t length = 0;
};

[[nodiscard]] Header read_header(Bytes buffer);

struct Taken {
    std::size_t records = 0;   // those that were passed, too
    std::size_t consumed = 0;  // bytes of the buffer, with framing
    std::size_t needed = 0;    // without any record: bytes the buffer must hold before another try is of use
};

// The data of records without framing: record i is data[offsets[i]] to data[offsets[i + 1]].
struct Gathered {
    Array data;     // uint8
    Array offsets;  // int64 [records + 1]
};

// The records that one of `count` workers keeps: those whose number leaves `index` over.
struct Share {
    std::size_t index = 0;
    std::size_t count = 1;
};

// A batch that grows out of stretches of a file. It copies, so the stretches may be overwritten.
class Batch {
public:
    explicit Batch(Share share = {}) : to_pass_(share.index), count_(share.count) {}

    [[nodiscard]] std::size_t size() const { return offsets_.size() == 0 ? 0 : offsets_.size() - 1; }

    // Checks the records at the start of `buffer`, which grows later unless it is `at_end`, and appends them until
    // the batch holds `most`. Stops before the first one that is not whole or not sound; that is an error only
    // when it is the first of all, and the batch is then as it was. Records of other workers are checked and passed.
    // In a file with damage, `stretches` keeps the cost of large records that are not sound within bounds.
    [[nodiscard]] Error take(Bytes buffer, std::size_t most, bool at_end, Taken& taken, Stretches* stretches = nullptr);

    // How many records of other workers come before the next one that is kept.
    [[nodiscard]] std::size_t to_pass() const { return to_pass_; }

    // Leaves an empty batch; an empty one has nothing to hand over.
    [[nodiscard]] Gathered hand_over() { return {data_.hand_over(), offsets_.hand_over()}; }

private:
    [[nodiscard]] Error take_all(Bytes buffer, std::size_t most, bool at_end, Taken& taken, Stretches* stretches);
    [[nodiscard]] Error keep_or_pass(Bytes buffer, std::size_t from, std::size_t size, Stretches* stretches);
    [[nodiscard]] Error append(const std::uint8_t* at, std::size_t size);
    void append_offset();

    std::size_t to_pass_;
    std::size_t count_;
    Growing<std::uint8_t> data_{Dtype::uint8};
    Growing<std::int64_t> offsets_{Dtype::int64};
};

// Writes one framed record, header_bytes + data.size() + footer_bytes, to `out`.
void frame(Bytes data, std::uint8_t* out);

// The same of many records, one after the other: record i is data[offsets[i]] to data[offsets[i + 1]].
[[nodiscard]] Error frame_all(Bytes data, std::span<const std::int64_t> offsets, Array& out);

}  // namespace colonnade::record
