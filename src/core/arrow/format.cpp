#include "arrow/format.hpp"

#include <charconv>

namespace colonnade::arrow {

std::optional<Format> parse(std::string_view text) {
    if (text == "n") return Format{Shape::null};
    if (text == "u" || text == "z") return Format{Shape::string};
    if (text == "U" || text == "Z") return Format{Shape::string, true};
    if (text == "vu" || text == "vz") return Format{Shape::string_view};
    if (text == "+l") return Format{Shape::list};
    if (text == "+L") return Format{Shape::list, true};
    if (text == "+vl") return Format{Shape::list_view};
    if (text == "+vL") return Format{Shape::list_view, true};
    if (text == "+s") return Format{Shape::structure};
    if (text.size() == 1 && std::string_view("bcCsSiIlLefg").find(text[0]) != std::string_view::npos)
        return Format{Shape::number, false, 0, text[0]};
    if (text.starts_with("+w:")) {
        std::int32_t size = -1;
        const auto [end, error] = std::from_chars(text.data() + 3, text.data() + text.size(), size);
        if (error == std::errc() && end == text.data() + text.size() && size >= 0)
            return Format{Shape::fixed_list, false, size};
    }
    return std::nullopt;
}

bool is_list(Shape shape) { return shape == Shape::list || shape == Shape::list_view || shape == Shape::fixed_list; }

Parts parts_of(Shape shape) {
    switch (shape) {
        case Shape::null: return {0, 0};
        case Shape::number: return {2, 0};
        case Shape::string: return {3, 0};
        case Shape::string_view: return {3, 0};
        case Shape::list: return {2, 1};
        case Shape::list_view: return {3, 1};
        case Shape::fixed_list: return {1, 1};
        case Shape::structure: return {1, -1};
    }
    return {0, 0};
}

}  // namespace colonnade::arrow
