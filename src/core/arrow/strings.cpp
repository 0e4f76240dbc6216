#include "arrow/strings.hpp"

#include <cstring>

#include "ground/limits.hpp"

namespace colonnade::arrow {
namespace {

struct Span {
    const std::uint8_t* data;
    std::int64_t size;
};

// Each offset is read once, because its owner may write while we look; then the spans are copied.
class StringReader {
public:
    explicit StringReader(std::int64_t* offsets) : offsets_(offsets) { offsets_[0] = 0; }

    template <typename Offset>
    Failure range(const ArrowArray& array, Range range) {
        const auto first = std::int64_t{load<Offset>(array.buffers[1], array.offset + range.start)};
        auto last = first;
        if (first < 0) return fail(Problem::bad_offsets, first, 0, row_);
        for (auto i = range.start; i < range.end; ++i) {
            const auto next = std::int64_t{load<Offset>(array.buffers[1], array.offset + i + 1)};
            if (next < last || next > limits::arrow_items) return fail(Problem::bad_offsets, last, next, row_);
            if (auto failure = append(next - last)) return failure;
            last = next;
        }
        if (last == first) return {};
        if (array.buffers[2] == nullptr) return fail(Problem::missing_buffer, 2);
        spans_.push_back({static_cast<const std::uint8_t*>(array.buffers[2]) + first, last - first});
        return {};
    }

    // A view: its size, then up to 12 bytes in place, or a prefix, a buffer and an offset into it.
    Failure view(const ArrowArray& array, std::int64_t index) {
        const auto* at = static_cast<const std::uint8_t*>(array.buffers[1]) + (array.offset + index) * 16;
        const auto size = load<std::int32_t>(at, 0);
        if (size < 0) return fail(Problem::bad_offsets, size, 0, row_);
        if (size > 12) {
            const auto buffer = load<std::int32_t>(at, 2);
            const auto start = load<std::int32_t>(at, 3);
            const auto buffers = array.n_buffers - 3;
            if (buffer < 0 || buffer >= buffers) return fail(Problem::bad_index, buffer, buffers, row_);
            const auto* sizes = array.buffers[array.n_buffers - 1];
            if (sizes == nullptr) return fail(Problem::missing_buffer, array.n_buffers - 1);
            const auto most = load<std::int64_t>(sizes, buffer);
            if (start < 0 || start > most || size > most - start)
                return fail(Problem::bad_offsets, std::int64_t{start} + size, most, row_);
            at = static_cast<const std::uint8_t*>(array.buffers[buffer + 2]);
            if (at == nullptr) return fail(Problem::missing_buffer, buffer + 2);
            at += start;
        } else {
            at += 4;
        }
        if (size > 0) spans_.push_back({at, size});
        return append(size);
    }

    Failure finish(bool may_borrow, Buffer& data) {
        if (may_borrow && spans_.size() == 1) {
            data = {spans_[0].data, spans_[0].size, nullptr};
            return {};
        }
        if (auto failure = allocate(offsets_[row_], 1, data)) return failure;
        auto* out = writable<std::uint8_t>(data);
        for (const auto& span : spans_) {
            std::memcpy(out, span.data, static_cast<std::size_t>(span.size));
            out += span.size;
        }
        return {};
    }

private:
    Failure append(std::int64_t size) {
        const auto total = offsets_[row_] + size;
        if (total > limits::arrow_items) return fail(Problem::too_large, total, limits::arrow_items, row_);
        offsets_[++row_] = total;
        return {};
    }

    std::int64_t* offsets_;
    std::int64_t row_ = 0;
    std::vector<Span> spans_;
};

}  // namespace

Failure read_strings(const Format& format, const std::vector<Piece>& pieces, Column& column) {
    column.type = Type::bytes;
    if (auto failure = allocate(items(pieces) + 1, sizeof(std::int64_t), column.offsets)) return failure;
    StringReader reader(writable<std::int64_t>(column.offsets));
    for (const auto& [array, ranges] : pieces) {
        for (const auto& range : ranges) {
            Failure failure;
            if (format.shape == Shape::string) {
                failure =
                    format.wide ? reader.range<std::int64_t>(*array, range) : reader.range<std::int32_t>(*array, range);
            } else {
                for (auto i = range.start; i < range.end && !failure; ++i) failure = reader.view(*array, i);
            }
            if (failure) return failure;
        }
    }
    return reader.finish(format.shape == Shape::string, column.values);
}

}  // namespace colonnade::arrow
