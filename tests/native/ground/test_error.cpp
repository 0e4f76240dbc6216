// Every error code has a name of its own.
#include "ground/error.hpp"

#include <set>
#include <string>

#include "check.hpp"

int main() {
    using namespace colonnade;
    constexpr auto codes = static_cast<std::size_t>(Code::out_of_memory) + 1;
    std::set<std::string> names;
    for (std::size_t code = 0; code < codes; ++code) names.insert(name(static_cast<Code>(code)));
    CHECK(names.size() == codes && !names.contains("unknown"));
    CHECK(std::string(name(static_cast<Code>(codes))) == "unknown");
    Error error;
    CHECK(!error);
    error.code = Code::truncated;
    CHECK(error);
    return failures();
}
