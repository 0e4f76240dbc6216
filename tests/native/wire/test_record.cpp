// The framing of TFRecords: whole, growing and damaged buffers. The random comparison lives in tests/properties.
#include "wire/record.hpp"

#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "ended.hpp"
#include "ground/limits.hpp"
#include "kernels/crc32c.hpp"
#include "wire/files.hpp"

namespace {

using namespace colonnade;
using files::Buffer;
using files::framed;

constexpr std::size_t all = 1000;

// A header whose CRC is right, whatever its length says.
Buffer header(std::uint64_t length) {
    Buffer bytes(record::header_bytes);
    std::memcpy(bytes.data(), &length, sizeof length);
    const auto crc = mask_crc(crc32c(bytes.data(), sizeof length));
    std::memcpy(bytes.data() + sizeof length, &crc, sizeof crc);
    return bytes;
}

std::string text(const Array& array) {
    return {reinterpret_cast<const char*>(array.as<std::uint8_t>()), array.shape[0]};
}

std::vector<std::int64_t> numbers(const Array& array) {
    return {array.as<std::int64_t>(), array.as<std::int64_t>() + array.shape[0]};
}

void records_are_gathered() {
    const auto file = framed({"abc", "", std::string_view("d\0e", 3)});
    record::Batch batch;
    record::Taken taken;
    CHECK(batch.size() == 0);
    CHECK(!batch.take({}, all, true, taken) && taken.records == 0 && taken.consumed == 0);
    CHECK(!batch.take(file, 2, true, taken));
    CHECK(taken.records == 2 && taken.consumed == 19 + 16 && batch.size() == 2);
    CHECK(!batch.take(record::Bytes(file).subspan(taken.consumed), all, true, taken));
    CHECK(taken.records == 1 && taken.consumed == 19 && batch.size() == 3);
    CHECK(!batch.take(file, 3, true, taken) && taken.records == 0);  // it is full

    const auto [data, offsets] = batch.hand_over();
    CHECK(text(data) == std::string_view("abcd\0e", 6));
    CHECK((numbers(offsets) == std::vector<std::int64_t>{0, 3, 3, 6}));
    CHECK(batch.size() == 0);

    CHECK(!batch.take(framed({"", ""}), all, true, taken) && batch.size() == 2);  // no data at all is data too
    const auto second = batch.hand_over();
    CHECK(second.data && text(second.data).empty());
    CHECK((numbers(second.offsets) == std::vector<std::int64_t>{0, 0, 0}));
}

// Larger than any first guess, and nothing of it moves when the next batch grows.
void batches_grow() {
    std::string expected;
    record::Batch batch;
    record::Taken taken;
    for (int i = 0; i < 3000; ++i) {
        const std::string record(static_cast<std::size_t>(i % 97), static_cast<char>('a' + i % 26));
        CHECK(!batch.take(framed({record}), all * 10, true, taken));
        expected += record;
    }
    const auto first = batch.hand_over();
    CHECK(text(first.data) == expected && numbers(first.offsets).size() == 3001);
    for (int i = 0; i < 3000; ++i) CHECK(!batch.take(framed({"other"}), all * 10, true, taken));
    CHECK(text(first.data) == expected && numbers(first.offsets).back() == static_cast<std::int64_t>(expected.size()));
}

// A cut is 'more is needed' while the file may grow, and an error at its end.
void cuts() {
    const auto file = framed({"abc"});
    for (std::size_t size = 1; size < file.size(); ++size) {
        const record::Bytes cut(file.data(), size);
        record::Batch batch;
        record::Taken taken;
        CHECK(!batch.take(cut, all, false, taken));
        CHECK(taken.records == 0 && taken.consumed == 0 && batch.size() == 0);
        CHECK(taken.needed == (size < record::header_bytes ? record::header_bytes : file.size()));

        const auto error = batch.take(cut, all, true, taken);
        const bool in_header = size < record::header_bytes;
        CHECK(error.code == (in_header ? Code::truncated_header : Code::truncated_data));
        CHECK(error.got == static_cast<std::int64_t>(in_header ? size : size - record::header_bytes));
        CHECK(error.expected == (in_header ? 12 : 7));
        CHECK(batch.size() == 0);
    }
}

// What comes before the damage is taken first; the damage is reported by the next call, and leaves no trace.
void damage_waits_for_its_turn() {
    auto file = framed({"abc", "def"});
    file[file.size() - 5] ^= 1;
    record::Batch batch;
    record::Taken taken;
    CHECK(!batch.take(file, all, true, taken) && taken.records == 1);
    const auto rest = record::Bytes(file).subspan(taken.consumed);
    for (int i = 0; i < 2; ++i) {
        const auto error = batch.take(rest, all, true, taken);
        CHECK(error.code == Code::bad_data_crc && error.got != error.expected);
        CHECK(batch.size() == 1);
    }
    CHECK(!batch.take(framed({"g"}), all, true, taken));
    CHECK(text(batch.hand_over().data) == "abcg");
}

// Every third record from the second on; those between are checked all the same.
void a_share_is_kept() {
    auto file = framed({"a", "b", "c", "d", "e", "f"});
    record::Batch batch({1, 3});
    record::Taken taken;
    CHECK(batch.to_pass() == 1);
    CHECK(!batch.take(file, 1, true, taken) && taken.records == 2 && batch.size() == 1 && batch.to_pass() == 2);
    const auto rest = record::Bytes(file).subspan(taken.consumed);
    CHECK(!batch.take(rest, all, true, taken) && taken.records == 4 && batch.size() == 2 && batch.to_pass() == 1);
    CHECK(text(batch.hand_over().data) == "be");

    file[12] ^= 1;  // of the first record, which is passed
    CHECK(batch.take(file, all, true, taken).code == Code::bad_data_crc && batch.to_pass() == 1);
}

void many_at_once() {
    const std::string data = "xabcd\0e";
    const auto bytes = record::Bytes(reinterpret_cast<const std::uint8_t*>(data.data()), 5);
    const std::vector<std::int64_t> offsets{1, 4, 4, 5};
    Array out;
    CHECK(!record::frame_all(bytes, offsets, out));
    const auto expected = framed({"abc", "", "d"});
    CHECK(text(out) == std::string(expected.begin(), expected.end()));
    CHECK(!record::frame_all({}, std::vector<std::int64_t>{0}, out) && out.shape[0] == 0);

    const std::vector<std::int64_t> large{0, std::int64_t{1} << 31};
    const auto error = record::frame_all({bytes.data(), std::size_t{1} << 31}, large, out);
    CHECK(error.code == Code::written_too_large && error.record == 0);
}

void lying_lengths() {
    record::Batch batch;
    record::Taken taken;
    for (const auto length : {limits::record_bytes + 1, std::uint64_t{100'000'000'000'000}, ~std::uint64_t{0}})
        for (const bool at_end : {false, true}) {
            const auto error = batch.take(header(length), all, at_end, taken);
            CHECK(error.code == Code::oversized_record && error.got > 0);
        }
    CHECK(batch.take(header(limits::record_bytes), all, true, taken).code == Code::truncated_data);
    CHECK(!batch.take(header(limits::record_bytes), all, false, taken));
    CHECK(taken.needed == limits::record_bytes + 16);

    auto file = header(5);
    file[0] ^= 1;
    CHECK(batch.take(file, all, false, taken).code == Code::bad_length_crc);
}

void framing_can_be_left() {
    const Buffer data(100'000);
    const std::vector<std::int64_t> offsets = {0, 10, 70'000, 100'000};
    const auto ends = ended::everywhere([&] {
        Array out;
        CHECK(!record::frame_all(data, offsets, out));
    });
    CHECK(ends == 1);
}

}  // namespace

int main() {
    framing_can_be_left();
    records_are_gathered();
    batches_grow();
    cuts();
    damage_waits_for_its_turn();
    a_share_is_kept();
    many_at_once();
    lying_lengths();
    return failures();
}
