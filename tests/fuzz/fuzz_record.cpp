// TFRecord streams: any bytes, and sound files with one byte changed or cut off, read whole and piece by piece,
// against records that are taken one after the other.
#include <cstring>

#include "ground/error.hpp"
#include "ground/limits.hpp"
#include "harness.hpp"
#include "kernels/crc32c.hpp"
#include "wire/record.hpp"

namespace {

using namespace colonnade;
using fuzz::Bytes;

struct Outcome {
    std::vector<Bytes> records;
    Code code = Code::ok;  // after them
    bool operator==(const Outcome&) const = default;
};

std::uint64_t number(const Bytes& file, std::size_t at, std::size_t size) {
    std::uint64_t value = 0;
    for (std::size_t i = size; i > 0; --i) value = value << 8 | file[at + i - 1];
    return value;
}

std::uint32_t masked_crc(const Bytes& file, std::size_t at, std::size_t size) {
    std::uint32_t crc = 0xFFFFFFFF;
    for (std::size_t i = at; i < at + size; ++i) {
        crc ^= file[i];
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ (crc % 2 == 1 ? 0x82F63B78 : 0);
    }
    crc = ~crc;
    return (crc >> 15 | crc << 17) + 0xA282EAD8;
}

Outcome slow(const Bytes& file) {
    Outcome out;
    for (std::size_t at = 0; at < file.size() && out.code == Code::ok;) {
        const auto left = file.size() - at;
        if (left < 12) {
            out.code = Code::truncated_header;
        } else if (number(file, at + 8, 4) != masked_crc(file, at, 8)) {
            out.code = Code::bad_length_crc;
        } else if (const auto length = number(file, at, 8); length > limits::record_bytes) {
            out.code = Code::oversized_record;
        } else if (left - 12 < length + 4) {
            out.code = Code::truncated_data;
        } else if (number(file, at + 12 + length, 4) != masked_crc(file, at + 12, length)) {
            out.code = Code::bad_data_crc;
        } else {
            const auto data = file.begin() + static_cast<std::ptrdiff_t>(at) + 12;
            out.records.emplace_back(data, data + static_cast<std::ptrdiff_t>(length));
            at += 16 + length;
        }
    }
    return out;
}

void append(const record::Gathered& gathered, std::vector<Bytes>& records) {
    if (!gathered.offsets) return;
    const auto* offsets = gathered.offsets.as<std::int64_t>();
    const auto* data = gathered.data.as<std::uint8_t>();
    for (std::size_t i = 0; i + 1 < gathered.offsets.shape[0]; ++i)
        records.emplace_back(data + offsets[i], data + offsets[i + 1]);
}

// As a reader does: stretches of `step` bytes, or as many as a record needs, and batches of `most` records.
Outcome in_pieces(const Bytes& file, std::size_t step, std::size_t most) {
    Outcome out;
    record::Batch batch;
    auto size = step;
    for (std::size_t at = 0; at < file.size() && out.code == Code::ok;) {
        const auto end = at + std::min(size, file.size() - at);
        const Bytes stretch(file.begin() + static_cast<std::ptrdiff_t>(at),
                            file.begin() + static_cast<std::ptrdiff_t>(end));
        record::Taken taken;
        out.code = batch.take(stretch, most, end == file.size(), taken).code;
        HOLDS(taken.consumed <= stretch.size() && batch.size() <= most);
        if (out.code == Code::ok && taken.records == 0) {
            HOLDS(end < file.size() && taken.needed > stretch.size());
            size = taken.needed;
            continue;
        }
        at += taken.consumed;
        size = step;
        if (batch.size() == most) append(batch.hand_over(), out.records);
    }
    append(batch.hand_over(), out.records);
    return out;
}

// A sound file of what is left of an input.
Bytes framed(fuzz::Input& input, std::vector<Bytes>& records) {
    Bytes file;
    while (!input.done()) {
        const auto size = input.byte();
        const auto data = input.take(size);
        records.push_back(data);
        file.resize(file.size() + 16 + data.size());
        record::frame(data, file.data() + file.size() - 16 - data.size());
    }
    return file;
}

// Every change of one byte is found, and every cut outside a border; what comes before it is as it was.
void damage(Bytes& file, const std::vector<Bytes>& records, std::size_t where, std::uint8_t change, bool cut) {
    const auto at = where % file.size();
    std::size_t before = 0;
    std::size_t border = 0;
    while (border + 16 + records[before].size() <= at) border += 16 + records[before++].size();
    if (cut) {
        file.resize(at);
    } else {
        file[at] ^= change;
    }
    const auto found = slow(file);
    const bool unharmed = cut && at == border;
    HOLDS((found.code == Code::ok) == (unharmed || (!cut && change == 0)));
    if (cut || change != 0) {
        HOLDS(std::equal(found.records.begin(), found.records.end(), records.begin(),
                         records.begin() + static_cast<std::ptrdiff_t>(before)));
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto choice = input.byte();
    const auto step = std::size_t{1} + input.byte();
    const auto most = std::size_t{1} + choice % 4;
    const std::size_t where = std::size_t{input.byte()} << 8 | input.byte();
    const auto change = input.byte();
    std::vector<Bytes> records;
    auto file = choice < 64 ? input.rest() : framed(input, records);
    if (choice >= 64) HOLDS((slow(file) == Outcome{records, Code::ok}));
    if (choice >= 128 && !file.empty()) damage(file, records, where, change, choice % 8 < 4);
    const auto expected = slow(file);
    HOLDS(in_pieces(file, file.size() + 1, SIZE_MAX) == expected);
    HOLDS(in_pieces(file, step, most) == expected);
    return 0;
}
