// The names that a record holds: each once, the last one of an entry, and of hostile records what comes before.
#include "wire/names.hpp"

#include "check.hpp"
#include "random.hpp"
#include "records.hpp"

namespace {

using namespace colonnade;
using records::Bytes;
using records::entry;
using records::field;
using Set = std::set<std::string_view>;

const Bytes one = records::feature(std::vector<std::int64_t>{1});

void test_an_example() {
    const auto record = records::example({entry("b", one), entry("a", one), entry("b", one), entry("", one)});
    const auto names = names_of(record);
    CHECK(names.features == Set({"", "a", "b"}));
    CHECK(names.feature_lists.empty() && !names.has_lists);
}

void test_a_sequence_example() {
    const auto record = records::joined({field(1, entry("a", one)), field(2, entry("steps", field(1, one)))});
    const auto names = names_of(record);
    CHECK(names.features == Set({"a"}));
    CHECK(names.feature_lists == Set({"steps"}));
    CHECK(names.has_lists);
    const auto bare = field(2, {});
    CHECK(names_of(bare).has_lists);
    CHECK(!names_of({}).has_lists);
}

void test_odd_entries() {
    const auto unnamed = field(1, field(1, {}));
    CHECK(names_of(unnamed).features == Set({""}));
    const auto named_twice = field(1, field(1, records::joined({field(1, {'a'}), field(1, {'b'})})));
    CHECK(names_of(named_twice).features == Set({"b"}));
}

// Whatever the bytes, a name lies within them.
void test_hostile() {
    Random random(7);
    const auto whole = records::joined({field(1, entry("first", one)), field(2, entry("second", field(1, one)))});
    for (int i = 0; i < 20'000; ++i) {
        auto record = whole;
        record[random.below(record.size())] = random.byte();
        record.resize(random.below(record.size() + 1));
        const auto names = names_of(record);
        for (const auto& set : {names.features, names.feature_lists}) {
            for (const auto name : set) {
                const auto* at = reinterpret_cast<const std::uint8_t*>(name.data());
                CHECK(name.empty() || (at >= record.data() && at + name.size() <= record.data() + record.size()));
            }
        }
    }
}

}  // namespace

int main() {
    test_an_example();
    test_a_sequence_example();
    test_odd_entries();
    test_hostile();
    return failures();
}
