// Errors are values: what went wrong, and where. Nothing in the core throws or aborts on data.
#pragma once

#include <cstdint>

namespace colonnade {

// The names are the contract with src/colonnade/errors/_words.py, which has a class
// and words for each.
enum class Code : std::uint8_t {
    ok,
    // Wire format of one record.
    truncated,          // the record ends inside a field
    varint_too_long,    // more than ten bytes, or five for a tag or a length
    bad_tag,            // field number 0, or a tag beyond 32 bits
    bad_wire_type,      // wire types 6 and 7 do not exist
    bad_group,          // an end-group tag that closes nothing
    too_deep,           // messages and groups nested beyond the limit
    length_too_large,   // a length of 2^31 bytes or more
    unknown_in_entry,   // something besides a key and a value in a map entry
    bad_utf8,           // a feature name that is not UTF-8
    bad_packed_floats,  // packed floats whose size is not a multiple of four
    record_too_large,   // beyond limits::record_bytes
    // What a record holds against what was declared.
    wrong_kind,       // got, expected: a Kind
    missing_feature,  // required and absent
    wrong_count,      // got, expected: values in a fixed-length feature
    // Encoding of values.
    id_out_of_range,   // got: the id, expected: num_buckets
    number_too_large,  // got: the bits of a normalized float64 that float32 cannot hold
    partial_step,      // got: values in the row, expected: values in a step
    weights_mismatch,  // got, expected: weights and ids in a row, or in a step
    unequal_lengths,   // got, expected: steps of two columns of one group
    // Records written.
    written_too_large,  // got: bytes of the record, expected: limits::record_bytes
    values_changed,     // between the two passes
    // TFRecord files.
    truncated_header,  // got: bytes left, expected: bytes of a header
    truncated_data,    // got: bytes left, expected: bytes promised, with the CRC
    bad_length_crc,    // got, expected: masked CRC-32C
    bad_data_crc,      // got, expected: masked CRC-32C
    oversized_record,  // got: bytes promised, expected: limits::record_bytes
    // Resources.
    too_large,          // got: bytes wanted, expected: the limit
    row_combinations,   // got: combinations of a cross in a row, expected: the limit
    call_combinations,  // got: combinations of a cross up to a row, expected: the limit
    out_of_memory,      // got: bytes wanted
};

// What does not apply stays -1. `key` and `slot` index the keys and slots of the plan in use.
struct [[nodiscard]] Error {
    Code code = Code::ok;
    std::int32_t key = -1;
    std::int32_t slot = -1;
    std::int32_t other_slot = -1;
    std::int64_t record = -1;
    std::int64_t offset = -1;
    std::int64_t step = -1;
    std::int64_t got = 0;
    std::int64_t expected = 0;

    explicit operator bool() const { return code != Code::ok; }
};

[[nodiscard]] constexpr const char* name(Code code) {
    switch (code) {
        case Code::ok: return "ok";
        case Code::truncated: return "truncated";
        case Code::varint_too_long: return "varint_too_long";
        case Code::bad_tag: return "bad_tag";
        case Code::bad_wire_type: return "bad_wire_type";
        case Code::bad_group: return "bad_group";
        case Code::too_deep: return "too_deep";
        case Code::length_too_large: return "length_too_large";
        case Code::unknown_in_entry: return "unknown_in_entry";
        case Code::bad_utf8: return "bad_utf8";
        case Code::bad_packed_floats: return "bad_packed_floats";
        case Code::record_too_large: return "record_too_large";
        case Code::wrong_kind: return "wrong_kind";
        case Code::missing_feature: return "missing_feature";
        case Code::wrong_count: return "wrong_count";
        case Code::id_out_of_range: return "id_out_of_range";
        case Code::number_too_large: return "number_too_large";
        case Code::partial_step: return "partial_step";
        case Code::weights_mismatch: return "weights_mismatch";
        case Code::unequal_lengths: return "unequal_lengths";
        case Code::written_too_large: return "written_too_large";
        case Code::values_changed: return "values_changed";
        case Code::truncated_header: return "truncated_header";
        case Code::truncated_data: return "truncated_data";
        case Code::bad_length_crc: return "bad_length_crc";
        case Code::bad_data_crc: return "bad_data_crc";
        case Code::oversized_record: return "oversized_record";
        case Code::too_large: return "too_large";
        case Code::row_combinations: return "row_combinations";
        case Code::call_combinations: return "call_combinations";
        case Code::out_of_memory: return "out_of_memory";
    }
    return "unknown";
}

}  // namespace colonnade
