// Foreign Arrow arrays: what is read is sound, and the same where the array comes in slices.
#include "foreign.hpp"

namespace {

using namespace colonnade::arrow;

std::vector<std::int64_t> integers(const Buffer& buffer) {
    std::vector<std::int64_t> out(static_cast<std::size_t>(buffer.count));
    if (!out.empty()) std::memcpy(out.data(), buffer.data, out.size() * sizeof(std::int64_t));
    return out;
}

fuzz::Bytes values(const Column& column) {
    const auto width = column.type == Type::bytes ? 1 : column.type == Type::float32 ? 4 : 8;
    const auto* data = static_cast<const std::uint8_t*>(column.values.data);
    return data == nullptr ? fuzz::Bytes() : fuzz::Bytes(data, data + column.values.count * width);
}

// Splits begin at 0, rise, and end where the level below ends.
void check_splits(const std::vector<std::int64_t>& splits, std::int64_t below) {
    HOLDS(!splits.empty() && splits.front() == 0 && splits.back() == below);
    HOLDS(std::ranges::is_sorted(splits));
}

void check_sound(const Column& column, std::int64_t rows) {
    const bool strings = column.type == Type::bytes;
    const auto items = strings ? column.offsets.count - 1 : column.values.count;
    for (std::size_t i = 0; i < column.splits.size(); ++i) {
        HOLDS(column.splits[i].count == (i == 0 ? rows : integers(column.splits[i - 1]).back()) + 1);
        check_splits(integers(column.splits[i]), i + 1 < column.splits.size() ? column.splits[i + 1].count - 1 : items);
    }
    if (column.splits.empty()) HOLDS(items == rows);
    if (strings) check_splits(integers(column.offsets), column.values.count);
}

void check_same(const Column& left, const Column& right) {
    HOLDS(left.type == right.type && left.splits.size() == right.splits.size());
    for (std::size_t i = 0; i < left.splits.size(); ++i) HOLDS(integers(left.splits[i]) == integers(right.splits[i]));
    HOLDS(integers(left.offsets) == integers(right.offsets) && values(left) == values(right));
}

std::vector<ArrowArray> sliced(const std::vector<ArrowArray>& chunks) {
    std::vector<ArrowArray> out;
    for (const auto& chunk : chunks) {
        auto first = chunk;
        first.length /= 2;
        auto second = chunk;
        second.offset += first.length;
        second.length -= first.length;
        for (auto* half : {&first, &second}) {
            if (half->null_count > 0) half->null_count = -1;
            out.push_back(*half);
        }
    }
    return out;
}

Failure read(const ArrowSchema& schema, const std::vector<ArrowArray>& chunks, Column& column) {
    std::vector<Piece> pieces;
    if (auto failure = whole(chunks, pieces)) return failure;
    return read_column(schema, std::move(pieces), column);
}

void read_struct(const ArrowSchema& schema, const std::vector<ArrowArray>& chunks) {
    std::vector<Piece> pieces;
    std::vector<Field> fields;
    if (whole(chunks, pieces) || split_struct(schema, pieces, fields)) return;
    for (auto& field : fields) {
        Column column;
        const auto rows = items(field.pieces);
        if (!read_column(*field.schema, std::move(field.pieces), column)) check_sound(column, rows);
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    fuzz::Foreign foreign(input);
    const auto count = 1 + input.below(2);
    const auto& level = foreign.level();
    std::vector<ArrowArray> chunks;
    for (std::size_t i = 0; i < count; ++i) chunks.push_back(*foreign.array(level));
    if (is_struct(level.schema)) {
        read_struct(level.schema, chunks);
        return 0;
    }
    Column column;
    if (read(level.schema, chunks, column)) return 0;
    std::int64_t rows = 0;
    for (const auto& chunk : chunks) rows += chunk.length;
    check_sound(column, rows);
    Column other;
    const auto slices = sliced(chunks);
    HOLDS(!read(level.schema, slices, other));
    check_same(column, other);
    return 0;
}
