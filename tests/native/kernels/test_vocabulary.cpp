// Vocabularies: every value finds its own index, strangers none, and every fault says which line.
#include "kernels/vocabulary.hpp"

#include <set>
#include <string>
#include <thread>

#include "check.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using Fault = Vocabulary::Fault;

std::int64_t find(const Vocabulary& vocabulary, std::string_view value) {
    return vocabulary.find(value, Vocabulary::hash_of(value));
}

std::optional<Vocabulary> from_text(std::string_view text, std::optional<std::size_t> size = std::nullopt,
                                    bool integers = false) {
    Vocabulary::Problem problem;
    return Vocabulary::from_text(text, size, integers, problem);
}

Vocabulary::Problem problem_of(std::string_view text, std::optional<std::size_t> size = std::nullopt,
                               bool integers = false) {
    Vocabulary::Problem problem;
    CHECK(!Vocabulary::from_text(text, size, integers, problem));
    return problem;
}

bool is(const Vocabulary::Problem& problem, Fault fault, std::size_t line, std::size_t other_line = 0) {
    return problem.fault == fault && problem.line == line && problem.other_line == other_line;
}

void test_lines() {
    for (const std::string_view text : {"a\nb\nc\n", "a\nb\nc", "a\r\nb\r\nc\r\n", "a\r\nb\nc\r"}) {
        const auto made = from_text(text);
        CHECK(made && made->size() == 3);
        CHECK(find(*made, "a") == 0 && find(*made, "b") == 1 && find(*made, "c") == 2 && find(*made, "d") == -1);
        CHECK(find(*made, "") == -1 && find(*made, "a\r") == -1);
    }
    const auto kept = from_text(std::string_view(" a\na \n\0\na\r\r\n", 12));
    CHECK(kept && kept->size() == 4 && find(*kept, " a") == 0 && find(*kept, "a ") == 1 && find(*kept, "a\r") == 3);
    CHECK(find(*kept, std::string_view("\0", 1)) == 2);
    const auto cut = from_text("a\nb\na\n\n", 2);
    CHECK(cut && cut->size() == 2 && find(*cut, "b") == 1);
}

void test_faults() {
    CHECK(is(problem_of("a\nb\na\n"), Fault::duplicate, 3, 1));
    CHECK(is(problem_of("a\n\nb\n"), Fault::blank, 2));
    CHECK(is(problem_of("a\n\r\n"), Fault::blank, 2));
    CHECK(is(problem_of("a\n\n"), Fault::blank, 2));
    CHECK(is(problem_of("\xEF\xBB\xBF"
                        "a\n"),
             Fault::byte_order_mark, 1));
    CHECK(is(problem_of("a\nb\n", 3), Fault::too_few, 2));
    CHECK(is(problem_of(""), Fault::too_few, 0));
    CHECK(is(problem_of("", 1), Fault::too_few, 0));
    for (const std::string_view bad : {"x", "1x", " 1", "1 ", "+1", "0x1", "1.0", "9223372036854775808", "-"}) {
        CHECK(is(problem_of("5\n" + std::string(bad) + "\n", std::nullopt, true), Fault::not_an_integer, 2));
    }
    CHECK(is(problem_of("1\n01\n", std::nullopt, true), Fault::duplicate, 2, 1));
}

void test_integers() {
    const std::int64_t values[] = {5, -7, INT64_MAX, INT64_MIN, 0};
    Vocabulary::Problem problem;
    const auto listed = Vocabulary::from_integers(values, 5, problem);
    const auto read = from_text("5\n-7\n9223372036854775807\n-9223372036854775808\n0\n", std::nullopt, true);
    CHECK(listed && read && listed->integers() && read->integers());
    for (std::int64_t i = 0; i < 5; ++i) {
        const std::string_view bytes(reinterpret_cast<const char*>(values + i), 8);
        CHECK(find(*listed, bytes) == i && find(*read, bytes) == i);
    }
    const std::int64_t stranger = 1;
    CHECK(find(*listed, {reinterpret_cast<const char*>(&stranger), 8}) == -1);
}

// Sizes around powers of two, where the table grows, against std::set.
void test_random() {
    Random random(7);
    for (const std::size_t size : {1U, 2U, 3U, 4U, 5U, 63U, 64U, 65U, 4095U, 4097U}) {
        std::set<std::string> known;
        std::string data;
        std::vector<std::string> words;
        std::vector<std::int64_t> offsets{0};
        while (words.size() < size) {
            std::string word(random.below(12), '\0');
            for (auto& letter : word) letter = static_cast<char>(random.byte());
            if (!known.insert(word).second) continue;
            words.push_back(word);
            data += word;
            offsets.push_back(static_cast<std::int64_t>(data.size()));
        }
        Vocabulary::Problem problem;
        const auto made =
            Vocabulary::from_strings(reinterpret_cast<const std::uint8_t*>(data.data()), offsets.data(), size, problem);
        CHECK(made && made->size() == size);
        const auto check = [&] {
            for (std::size_t i = 0; i < size; ++i) {
                CHECK(find(*made, words[i]) == static_cast<std::int64_t>(i) && made->entry(i) == words[i]);
                CHECK(known.contains(words[i] + "x") || find(*made, words[i] + "x") == -1);
            }
        };
        std::thread other(check);
        check();
        other.join();
        // One more of any word is a duplicate, and says of which.
        const auto again = random.below(size);
        data += words[again];
        offsets.push_back(static_cast<std::int64_t>(data.size()));
        CHECK(!Vocabulary::from_strings(reinterpret_cast<const std::uint8_t*>(data.data()), offsets.data(), size + 1,
                                        problem));
        CHECK(is(problem, Fault::duplicate, size + 1, again + 1));
    }
}

}  // namespace

int main() {
    test_lines();
    test_faults();
    test_integers();
    test_random();
    return failures();
}
