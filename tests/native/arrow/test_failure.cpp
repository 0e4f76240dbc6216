// Every problem has a name of its own, and a failure holds what it was given.
#include "arrow/failure.hpp"

#include <set>
#include <string>

#include "check.hpp"

int main() {
    using colonnade::arrow::fail, colonnade::arrow::Failure, colonnade::arrow::name, colonnade::arrow::Problem;
    constexpr auto problems = static_cast<std::size_t>(Problem::out_of_memory) + 1;
    std::set<std::string> names;
    for (std::size_t problem = 0; problem < problems; ++problem) names.insert(name(static_cast<Problem>(problem)));
    CHECK(names.size() == problems && !names.contains("unknown"));
    CHECK(std::string(name(static_cast<Problem>(problems))) == "unknown");
    CHECK(!Failure{});
    const auto failure = fail(Problem::bad_index, 7, 5, 2);
    CHECK(failure && failure.problem == Problem::bad_index);
    CHECK(failure.got == 7 && failure.expected == 5 && failure.row == 2 && failure.step == -1);
    return failures();
}
