// Arrow structs out of an input: any claims and any contents, over buffers as large as what is claimed, since
// their sizes are no part of the interface. Where a claim cannot be, there is no memory behind it at all.
#pragma once

#include <cstring>
#include <deque>
#include <limits>
#include <memory>
#include <optional>
#include <string>

#include "arrow/format.hpp"
#include "arrow/read.hpp"
#include "ground/limits.hpp"
#include "harness.hpp"

namespace fuzz {

using namespace colonnade::arrow;

inline void keep_schema(ArrowSchema*) {}
inline void keep_array(ArrowArray*) {}

// One level of a schema, and the levels below it.
struct Level {
    ArrowSchema schema{};
    std::optional<Format> format;
    std::vector<Level*> children;
    Level* dictionary = nullptr;
    std::vector<ArrowSchema*> pointers;
};

class Foreign {
public:
    explicit Foreign(Input& input) : input_(input) {}

    Level& level(int depth = 0) {
        static const std::vector<std::string> formats{"l",
                                                      "u",
                                                      "+l",
                                                      "+L",
                                                      "+vl",
                                                      "+vL",
                                                      "+w:2",
                                                      "U",
                                                      "vz",
                                                      "b",
                                                      "c",
                                                      "C",
                                                      "s",
                                                      "S",
                                                      "i",
                                                      "I",
                                                      "L",
                                                      "e",
                                                      "f",
                                                      "g",
                                                      "n",
                                                      "+s",
                                                      "z",
                                                      "Z",
                                                      "vu",
                                                      "+w:0",
                                                      "",
                                                      "+",
                                                      "tdD",
                                                      "+w:",
                                                      "+w:-1",
                                                      "+w:99999999999",
                                                      "+w:2147483647"};
        auto& made = levels_.emplace_back();
        made.schema.format = formats[input_.below(formats.size())].c_str();
        made.schema.name = "name";
        made.schema.release = keep_schema;
        made.format = parse(made.schema.format);
        if (made.format && depth < deepest) add_below(made, depth + 1);
        harm(made.schema);
        return made;
    }

    ArrowArray* array(const Level& level) {
        auto& made = arrays_.emplace_back();
        made.length = size(24);
        made.offset = size(5);
        made.null_count = static_cast<std::int64_t>(input_.below(4)) - 1;
        made.release = keep_array;
        if (level.dictionary != nullptr) made.dictionary = array(*level.dictionary);
        auto& pointers = array_pointers_.emplace_back();
        for (const auto* child : level.children) pointers.push_back(array(*child));
        made.n_children = static_cast<std::int64_t>(pointers.size());
        made.children = pointers.data();
        auto& buffers = buffers_.emplace_back();
        if (level.format) fill(*level.format, reach(made), buffers);
        made.n_buffers = static_cast<std::int64_t>(buffers.size());
        made.buffers = buffers.data();
        harm(made, buffers);
        return &made;
    }

private:
    static constexpr int deepest = 5;

    // Small, and now and then what no size can be.
    std::int64_t size(std::size_t limit) {
        static constexpr std::int64_t odd[] = {-1, INT64_MIN, INT64_MAX, colonnade::limits::arrow_items + 1};
        const auto byte = input_.byte();
        return byte >= 252 ? odd[byte - 252] : static_cast<std::int64_t>(byte % limit);
    }

    // How many items there are, those before the offset with them; none where a claim will be refused.
    static std::size_t reach(const ArrowArray& array) {
        const bool sound = array.length >= 0 && array.offset >= 0 && array.length < 1000 && array.offset < 1000;
        return sound ? static_cast<std::size_t>(array.length + array.offset) : 0;
    }

    // Fewer children than there are, or what no number can be.
    std::int64_t children_claimed(std::int64_t there) {
        const auto claimed = size(4);
        return claimed > 3 ? claimed : std::min(claimed, there);
    }

    void add_below(Level& made, int depth) {
        const auto shape = made.format->shape;
        if (shape == Shape::number && input_.below(4) == 1) {
            made.dictionary = &level(depth);
            made.schema.dictionary = &made.dictionary->schema;
        }
        const auto children = shape == Shape::structure ? input_.below(3) : std::size_t{is_list(shape)};
        for (std::size_t i = 0; i < children; ++i) {
            made.children.push_back(&level(depth));
            made.pointers.push_back(&made.children.back()->schema);
        }
        made.schema.n_children = static_cast<std::int64_t>(children);
        made.schema.children = made.pointers.data();
    }

    std::uint8_t* memory(std::size_t bytes) { return memory_.emplace_back(new std::uint8_t[bytes]()).get(); }
    const std::uint8_t* any(std::size_t bytes) {
        auto* made = memory(bytes);
        const auto given = input_.take(bytes);
        std::ranges::copy(given, made);
        return made;
    }

    // `count` offsets or sizes: mostly rising by less than `step`, and odd where that is allowed.
    template <typename Offset>
    const void* offsets(std::size_t count, std::size_t step, bool rise, bool odd, std::size_t& most) {
        auto* made = memory(count * sizeof(Offset));
        std::int64_t at = 0;
        for (std::size_t i = 0; i < count; ++i) {
            const auto byte = input_.byte();
            at = (rise ? at : 0) + static_cast<std::int64_t>(byte % step);
            auto value = static_cast<Offset>(at);
            if (byte >= 250) value = static_cast<Offset>(at - 2);
            if (odd && byte == 255) value = std::numeric_limits<Offset>::max();
            if (odd && byte == 254) value = std::numeric_limits<Offset>::min();
            std::memcpy(made + i * sizeof(Offset), &value, sizeof value);
            most = std::max(most, static_cast<std::size_t>(at));
        }
        return made;
    }
    const void* offsets(bool wide, std::size_t count, std::size_t step, bool rise, bool odd, std::size_t& most) {
        return wide ? offsets<std::int64_t>(count, step, rise, odd, most)
                    : offsets<std::int32_t>(count, step, rise, odd, most);
    }

    static std::size_t bits_of(char number) {
        if (number == 'b') return 1;
        if (number == 'c' || number == 'C') return 8;
        if (number == 's' || number == 'S' || number == 'e') return 16;
        return number == 'i' || number == 'I' || number == 'f' ? 32 : 64;
    }

    void fill(const Format& format, std::size_t items, std::vector<const void*>& buffers) {
        if (format.shape == Shape::null) return;
        std::size_t most = 0;
        buffers.push_back(input_.below(2) == 0 ? nullptr : any(items / 8 + 1));
        if (format.shape == Shape::number) {
            buffers.push_back(any((items * bits_of(format.number) + 7) / 8));
        } else if (format.shape == Shape::list) {
            buffers.push_back(offsets(format.wide, items + 1, 3, true, true, most));
        } else if (format.shape == Shape::list_view) {
            buffers.push_back(offsets(format.wide, items, 8, false, true, most));
            buffers.push_back(offsets(format.wide, items, 3, false, true, most));
        } else if (format.shape == Shape::string) {
            buffers.push_back(offsets(format.wide, items + 1, 20, true, format.wide, most));
            buffers.push_back(any(most));
        } else if (format.shape == Shape::string_view) {
            fill_views(items, buffers);
        }
    }

    // Views of up to two buffers, whose true sizes stand in the last one.
    void fill_views(std::size_t items, std::vector<const void*>& buffers) {
        buffers.push_back(any(items * 16));
        const auto count = input_.below(3);
        auto* sizes = memory(count * sizeof(std::int64_t));
        for (std::size_t i = 0; i < count; ++i) {
            const auto bytes = std::int64_t{input_.byte()};
            buffers.push_back(any(static_cast<std::size_t>(bytes)));
            std::memcpy(sizes + i * sizeof bytes, &bytes, sizeof bytes);
        }
        buffers.push_back(sizes);
    }

    // Now and then something is missing, or said wrongly.
    void harm(ArrowSchema& schema) {
        switch (input_.byte()) {
            case 251: schema.release = nullptr; break;
            case 252: schema.format = nullptr; break;
            case 253: schema.n_children = children_claimed(schema.n_children); break;
            case 254: schema.children = nullptr; break;
            case 255: schema.dictionary = nullptr; break;
            default: break;
        }
    }
    void harm(ArrowArray& array, std::vector<const void*>& buffers) {
        switch (input_.byte()) {
            case 248: array.null_count = size(30); break;
            case 249: array.n_buffers = -1; break;
            case 250: array.release = nullptr; break;
            case 251: array.buffers = nullptr; break;
            case 252:
                if (!buffers.empty()) buffers[input_.below(buffers.size())] = nullptr;
                break;
            case 253: array.n_children = children_claimed(array.n_children); break;
            case 254: array.children = nullptr; break;
            case 255: array.dictionary = nullptr; break;
            default: break;
        }
    }

    Input& input_;
    std::deque<Level> levels_;
    std::deque<ArrowArray> arrays_;
    std::deque<std::vector<ArrowArray*>> array_pointers_;
    std::deque<std::vector<const void*>> buffers_;
    std::deque<std::unique_ptr<std::uint8_t[]>> memory_;
};

}  // namespace fuzz
