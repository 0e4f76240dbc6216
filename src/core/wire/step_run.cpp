#include "wire/step_run.hpp"

#include <algorithm>

#include "kernels/varint.hpp"
#include "kernels/varint_words.hpp"

namespace colonnade::step_runs {
namespace {

using varint::load64;
using wire::length_tag;

constexpr std::size_t block = 16;

// How many varints fill the `size` bytes at `at`, or -1 where that is no whole number of sound ones. Fast because
// few values are counted in two words, without a branch on how many they are.
[[nodiscard]] std::int64_t count_varints(const std::uint8_t* at, std::size_t size, const std::uint8_t* end) {
    // Read from `block - size` on, this has a stop bit for each of the first `size` bytes.
    static constexpr std::uint8_t stop_bits[2 * block] = {0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80,
                                                          0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80};
    if (size > varint::most_bytes || static_cast<std::size_t>(end - at) < block) {
        const auto counted = varint::count(at, at + size);
        return counted.bad == nullptr ? static_cast<std::int64_t>(counted.values) : -1;
    }
    if (size != 0 && at[size - 1] >= 0x80) return -1;
    const auto* wanted = stop_bits + block - size;
    const auto low = ~load64(at) & load64(wanted);
    const auto high = ~load64(at + 8) & load64(wanted + 8);
    return static_cast<std::int64_t>(((low >> 7) + (high >> 7)) * 0x0101010101010101 >> 56);
}

// How many strings with one-byte lengths fill the `size` bytes at `at`, or -1.
[[nodiscard]] std::int64_t count_strings(const std::uint8_t* at, std::size_t size) {
    const auto* end = at + size;
    std::int64_t strings = 0;
    for (; at != end; ++strings) {
        if (end - at < 2 || at[0] != length_tag(1) || at[1] >= 0x80 || end - at < 2 + at[1]) return -1;
        at += 2 + at[1];
    }
    return strings;
}

// How many values stand behind the header of a step of `size` bytes, or -1.
[[nodiscard]] std::int64_t count_values(const std::uint8_t* step, std::size_t size, Kind kind,
                                        const std::uint8_t* end) {
    if (size < 4 && kind != Kind::bytes) return size == 2 ? 0 : -1;
    if (kind == Kind::bytes) return count_strings(step + 4, size - 2);
    if (step[4] != length_tag(1) || step[5] != size - 4) return -1;
    if (kind == Kind::int64s) return count_varints(step + 6, size - 4, end);
    return (size - 4) % sizeof(float) == 0 ? static_cast<std::int64_t>((size - 4) / sizeof(float)) : -1;
}

// The kind of the list that fills a step of `size` bytes, or none.
[[nodiscard]] Kind kind_of(const std::uint8_t* step, std::size_t size) {
    if (size < 2 || step[3] != size - 2) return Kind::none;
    for (const auto kind : {Kind::int64s, Kind::floats, Kind::bytes}) {
        if (step[2] == length_tag(static_cast<unsigned>(kind))) return kind;
    }
    return Kind::none;
}

}  // namespace

bool walk(const wire::Cursor& feature_list, StepRun& run, Splits& splits) {
    run = {};
    const auto before = splits.size();
    const auto give_up = [&] {
        splits.resize(before);
        return false;
    };
    const auto* end = feature_list.end();
    std::int64_t values = 0;
    for (const auto* at = feature_list.at(); at != end;) {
        if (end - at < 2 || at[0] != length_tag(1) || at[1] >= 0x80 || end - at < 2 + at[1]) return give_up();
        const std::size_t size = at[1];
        if (size != 0) {
            const auto kind = kind_of(at, size);
            if (run.kind == Kind::none) run.kind = kind;
            const auto count = kind == run.kind && kind != Kind::none ? count_values(at, size, kind, end) : -1;
            if (count < 0) return give_up();
            values += count;
        }
        run.varints += static_cast<std::uint32_t>(header(at, run.kind));
        splits.push_back(values);
        at += 2 + size;
    }
    run.begin = feature_list.offset();
    run.size = static_cast<std::uint32_t>(feature_list.left());
    run.varints += static_cast<std::uint32_t>(values);
    return true;
}

// Fast because a row is decoded as one run of varints, headers and all, and not step by step. What is too much in
// the few values copied at once, the next step overwrites.
void int64s(Record record, const StepRun& run, std::span<const std::int64_t> splits, std::int64_t* out) {
    constexpr std::int64_t few = 8;
    std::vector<std::int64_t, pool::Allocator<std::int64_t>> varints(run.varints + few);
    const auto* at = record.data() + run.begin;
    varint::decode(at, at + run.size, run.varints, varints.data());
    const auto* from = varints.data();
    for (std::size_t step = 0; step + 1 < splits.size(); ++step) {
        from += from[1] == 0 ? 2 : from[1] == 2 ? 4 : 6;
        const auto count = splits[step + 1] - splits[step];
        if (count <= few && splits.back() - splits[step] >= few) {
            std::memcpy(out + splits[step], from, few * sizeof *out);
        } else {
            std::copy_n(from, count, out + splits[step]);
        }
        from += count;
    }
}

void floats(Record record, const StepRun& run, float* out) {
    const auto* at = record.data() + run.begin;
    const auto* end = at + run.size;
    while (at != end) {
        const auto* step_end = at + 2 + at[1];
        at += header(at, Kind::floats);
        const auto size = static_cast<std::size_t>(step_end - at);
        // Where no step has a value there need be no `out`.
        if (size != 0) std::memcpy(out, at, size);
        out += size / sizeof(float);
        at = step_end;
    }
}

}  // namespace colonnade::step_runs
