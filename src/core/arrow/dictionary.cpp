#include "arrow/dictionary.hpp"

#include <utility>

#include "arrow/check.hpp"

namespace colonnade::arrow {
namespace {

template <typename Index>
Failure read_indices(std::vector<Piece>& pieces) {
    std::int64_t position = 0;
    for (auto& [array, ranges] : pieces) {
        const auto* dictionary = array->dictionary;
        if (auto failure = check_lengths(*dictionary)) return failure;
        std::vector<Range> inner;
        for (const auto& [start, end] : ranges) {
            for (auto i = start; i < end; ++i, ++position) {
                const auto raw = load<Index>(array->buffers[1], array->offset + i);
                // An index of 2^63 or more turns negative and is refused with the rest.
                const auto index = static_cast<std::int64_t>(raw);
                if (index < 0 || index >= dictionary->length)
                    return fail(Problem::bad_index, index, dictionary->length, position);
                push(inner, index, index + 1);
            }
        }
        array = dictionary;
        ranges = std::move(inner);
    }
    return {};
}

}  // namespace

Failure read_dictionary(char number, std::vector<Piece>& pieces) {
    if (auto failure = check_nulls(pieces)) return failure;
    switch (number) {
        case 'c': return read_indices<std::int8_t>(pieces);
        case 'C': return read_indices<std::uint8_t>(pieces);
        case 's': return read_indices<std::int16_t>(pieces);
        case 'S': return read_indices<std::uint16_t>(pieces);
        case 'i': return read_indices<std::int32_t>(pieces);
        case 'I': return read_indices<std::uint32_t>(pieces);
        case 'l': return read_indices<std::int64_t>(pieces);
        default: return read_indices<std::uint64_t>(pieces);
    }
}

}  // namespace colonnade::arrow
