// The text of vocabulary files: entries, faults and searches against lines that are split one by one.
#include <map>
#include <optional>
#include <string>

#include "harness.hpp"
#include "kernels/vocabulary.hpp"

namespace {

using namespace colonnade;
using Fault = Vocabulary::Fault;

struct Slow {
    std::vector<std::string> entries;
    std::map<std::string, std::size_t> index;
    Vocabulary::Problem problem;
};

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    for (std::size_t at = 0; at < text.size();) {
        const auto end = std::min(text.find('\n', at), text.size());
        auto line = text.substr(at, end - at);
        if (!line.empty() && line.back() == '\r') line.pop_back();
        lines.push_back(line);
        at = end + 1;
    }
    return lines;
}

// The eight bytes of an integer of 64 bits, if the line is one.
std::optional<std::string> integer_of(const std::string& line) {
    const bool negative = line[0] == '-';
    if (line.size() == std::size_t{negative}) return std::nullopt;
    std::uint64_t value = 0;
    for (const auto letter : line.substr(negative)) {
        if (letter < '0' || letter > '9') return std::nullopt;
        const auto digit = static_cast<std::uint64_t>(letter - '0');
        if (value > (UINT64_MAX - digit) / 10) return std::nullopt;
        value = value * 10 + digit;
    }
    if (value > static_cast<std::uint64_t>(INT64_MAX) + negative) return std::nullopt;
    if (negative) value = 0 - value;
    return std::string(reinterpret_cast<const char*>(&value), sizeof value);
}

Slow read(const std::string& text, std::optional<std::size_t> size, bool integers) {
    Slow out;
    const auto fail = [&](Fault fault, std::size_t line, std::size_t other = 0) {
        out.problem = {fault, line, other};
        return out;
    };
    if (text.substr(0, 3) == "\xEF\xBB\xBF") return fail(Fault::byte_order_mark, 1);
    for (const auto& line : lines_of(text)) {
        if (size && out.entries.size() == *size) break;
        if (line.empty()) return fail(Fault::blank, out.entries.size() + 1);
        const auto entry = integers ? integer_of(line) : line;
        if (!entry) return fail(Fault::not_an_integer, out.entries.size() + 1);
        out.entries.push_back(*entry);
    }
    if (out.entries.size() < size.value_or(1)) return fail(Fault::too_few, out.entries.size());
    for (std::size_t i = 0; i < out.entries.size(); ++i) {
        const auto [first, is_new] = out.index.emplace(out.entries[i], i);
        if (!is_new) return fail(Fault::duplicate, i + 1, first->second + 1);
    }
    return out;
}

std::int64_t find(const Vocabulary& vocabulary, const std::string& value) {
    return vocabulary.find(value, Vocabulary::hash_of(value));
}

void check_searches(const Vocabulary& made, const Slow& expected) {
    HOLDS(made.size() == expected.entries.size());
    for (std::size_t i = 0; i < made.size(); ++i) {
        const auto& entry = expected.entries[i];
        HOLDS(made.entry(i) == entry && find(made, entry) == static_cast<std::int64_t>(i));
        for (const auto& stranger : {entry + "x", entry + std::string(1, '\0'), entry.substr(0, entry.size() / 2)}) {
            const auto found = expected.index.find(stranger);
            const auto id = found == expected.index.end() ? -1 : static_cast<std::int64_t>(found->second);
            HOLDS(find(made, stranger) == id);
        }
    }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::Input input(data, size);
    const auto choice = input.byte();
    const auto wanted = choice < 128 ? std::optional<std::size_t>() : choice % 64;
    const bool integers = choice / 64 % 2 == 1;
    const auto bytes = input.rest();
    const std::string text(bytes.begin(), bytes.end());
    const auto expected = read(text, wanted, integers);
    Vocabulary::Problem problem;
    const std::string_view exact(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    const auto made = Vocabulary::from_text(exact, wanted, integers, problem);
    HOLDS(made.has_value() == (expected.problem.fault == Fault::none));
    HOLDS(problem.fault == expected.problem.fault && problem.line == expected.problem.line);
    HOLDS(problem.other_line == expected.problem.other_line);
    if (made) check_searches(*made, expected);
    return 0;
}
