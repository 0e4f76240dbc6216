// The framing of TFRecords: whole, growing and damaged buffers. The random comparison lives in tests/properties.
#include "record.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "crc32c.hpp"
#include "limits.hpp"

namespace {

using namespace colonnade;
using Buffer = std::vector<std::uint8_t>;

constexpr std::size_t all = 1000;

Buffer framed(std::initializer_list<std::string_view> records) {
    Buffer file;
    for (const auto text : records) {
        const auto from = file.size();
        file.resize(from + record::header_bytes + text.size() + record::footer_bytes);
        record::frame({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, file.data() + from);
    }
    return file;
}

// A header whose CRC is right, whatever its length says.
Buffer header(std::uint64_t length) {
    Buffer bytes(record::header_bytes);
    std::memcpy(bytes.data(), &length, sizeof length);
    const auto crc = mask_crc(crc32c(bytes.data(), sizeof length));
    std::memcpy(bytes.data() + sizeof length, &crc, sizeof crc);
    return bytes;
}

void records_are_found_and_gathered() {
    const auto file = framed({"abc", "", std::string_view("d\0e", 3)});
    record::Scan found;
    CHECK(!record::scan(file, all, true, found));
    CHECK(found.records == 3 && found.data_bytes == 6 && found.consumed == file.size());

    std::string data(6, '?');
    std::int64_t offsets[4];
    record::gather(file, 3, reinterpret_cast<std::uint8_t*>(data.data()), offsets);
    CHECK(data == std::string_view("abcd\0e", 6));
    CHECK(offsets[0] == 0 && offsets[1] == 3 && offsets[2] == 3 && offsets[3] == 6);

    CHECK(!record::scan(file, 2, true, found));
    CHECK(found.records == 2 && found.consumed == 19 + 16);
    CHECK(!record::scan({}, all, true, found) && found.records == 0 && found.consumed == 0);
}

// A cut is 'more is needed' while the file may grow, and an error at its end.
void cuts() {
    const auto file = framed({"abc"});
    for (std::size_t size = 1; size < file.size(); ++size) {
        const record::Bytes cut(file.data(), size);
        record::Scan found;
        CHECK(!record::scan(cut, all, false, found));
        CHECK(found.records == 0 && found.consumed == 0);
        CHECK(found.needed == (size < record::header_bytes ? record::header_bytes : file.size()));

        const auto error = record::scan(cut, all, true, found);
        const bool in_header = size < record::header_bytes;
        CHECK(error.code == (in_header ? Code::truncated_header : Code::truncated_data));
        CHECK(error.got == static_cast<std::int64_t>(in_header ? size : size - record::header_bytes));
        CHECK(error.expected == (in_header ? 12 : 7));
    }
}

// What comes before the damage is handed over first; the damage is reported by the next scan.
void damage_waits_for_its_turn() {
    auto file = framed({"abc", "def"});
    file[file.size() - 5] ^= 1;
    record::Scan found;
    CHECK(!record::scan(file, all, true, found) && found.records == 1);
    const auto rest = record::Bytes(file).subspan(found.consumed);
    const auto error = record::scan(rest, all, true, found);
    CHECK(error.code == Code::bad_data_crc && error.got != error.expected);
}

void lying_lengths() {
    record::Scan found;
    for (const auto length : {limits::record_bytes + 1, std::uint64_t{100'000'000'000'000}, ~std::uint64_t{0}})
        for (const bool at_end : {false, true}) {
            const auto error = record::scan(header(length), all, at_end, found);
            CHECK(error.code == Code::oversized_record && error.got > 0);
        }
    CHECK(record::scan(header(limits::record_bytes), all, true, found).code == Code::truncated_data);
    CHECK(!record::scan(header(limits::record_bytes), all, false, found));
    CHECK(found.needed == limits::record_bytes + 16);

    auto file = header(5);
    file[0] ^= 1;
    CHECK(record::scan(file, all, false, found).code == Code::bad_length_crc);
}

}  // namespace

int main() {
    records_are_found_and_gathered();
    cuts();
    damage_waits_for_its_turn();
    lying_lengths();
    return failures();
}
