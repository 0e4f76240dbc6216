// Format strings: those that are known, and those that look like it.
#include "arrow/format.hpp"

#include "arrow/made.hpp"
#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

void check_known_formats() {
    CHECK(parse("n")->shape == Shape::null && parse("+s")->shape == Shape::structure);
    for (const char number : std::string_view("bcCsSiIlLefg")) {
        const auto format = parse({&number, 1});
        CHECK(format && format->shape == Shape::number && format->number == number);
    }
    CHECK(parse("z")->shape == Shape::string && !parse("z")->wide && parse("U")->wide);
    CHECK(parse("vu")->shape == Shape::string_view && parse("+vL")->shape == Shape::list_view && parse("+vL")->wide);
    CHECK(parse("+w:2147483647")->size == 2147483647 && parse("+w:0")->size == 0);
    CHECK(is_list(Shape::fixed_list) && !is_list(Shape::structure) && !is_list(Shape::null));
    CHECK(parts_of(Shape::list_view).buffers == 3 && parts_of(Shape::list_view).children == 1);
}

void check_formats() {
    for (const char* format : {"", "?", "ll", "tdD", "d:19,10", "w:16", "+m", "+r", "+ud:0,1", "+w:", "+w:-1", "+w:x",
                               "+w:4294967296", "+w:2 "}) {
        Lists made;
        made.list.schema.format = format;
        CHECK(problem(made.list) == Problem::unsupported);
    }
    Lists made;
    made.list.schema.format = nullptr;
    CHECK(problem(made.list) == Problem::unsupported);
}

}  // namespace

int main() {
    check_formats();
    check_known_formats();
    return failures();
}
