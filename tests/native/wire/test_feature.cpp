// Features one by one: packed lists and single values, lists that continue or replace each other, and map entries.
#include "wire/feature.hpp"

#include "check.hpp"
#include "records.hpp"
#include "wire/lists.hpp"

namespace {

using namespace colonnade;
using records::Bytes;
using records::field;
using records::joined;
using records::text;
using records::varint;

wire::Cursor cursor_of(const Bytes& bytes) { return {bytes.data(), bytes.data() + bytes.size()}; }

struct Walked {
    Error error;
    List list;
    Chunks chunks;
};

Walked walk(const Bytes& feature) {
    Walked walked;
    walked.error = walk_feature(cursor_of(feature), 10, walked.list, walked.chunks);
    return walked;
}

std::vector<std::int64_t> ints(const Bytes& feature) {
    const auto walked = walk(feature);
    CHECK(!walked.error && walked.list.kind == Kind::int64s);
    std::vector<std::int64_t> out(walked.list.values);
    lists::int64s(feature, walked.list, walked.chunks, out.data());
    return out;
}

using Ints = std::vector<std::int64_t>;
const Bytes single{0x08, 0x05};               // one varint behind its tag
const Bytes packed = field(1, {0x01, 0x02});  // two of them

void test_lists() {
    CHECK((ints(records::feature(Ints{7, -1, 300})) == Ints{7, -1, 300}));
    CHECK(ints(records::feature(Ints{})).empty());
    CHECK((ints(field(3, joined({packed, single, single, packed}))) == Ints{1, 2, 5, 5, 1, 2}));
    // Single values side by side are one chunk, so that memory stays in proportion to the record.
    CHECK(walk(field(3, joined({packed, single, single, single}))).list.more == 1);
    // What is unknown is skipped.
    CHECK((ints(joined({field(9, {1}), field(3, joined({{0x48, 0x01}, single})), {0x50, 0x00}})) == Ints{5}));
}

// A list of the same kind continues the one before, one of another kind replaces it.
void test_oneof() {
    CHECK((ints(joined({field(3, packed), field(3, single)})) == Ints{1, 2, 5}));
    CHECK((ints(joined({field(2, field(1, {0, 0, 0, 0})), field(3, single)})) == Ints{5}));
    const auto last = walk(joined({field(3, joined({packed, single, packed})), field(1, field(1, text("a")))}));
    CHECK(last.list.kind == Kind::bytes && last.list.values == 1 && last.list.more == 0 && last.chunks.empty());
    CHECK(walk({}).list.kind == Kind::none);
}

void test_malformed_lists() {
    CHECK(walk(field(2, field(1, {0, 0, 0}))).error.code == Code::bad_packed_floats);
    CHECK(walk(field(3, field(1, {0x80}))).error.code == Code::truncated);
    CHECK(walk(field(3, field(1, Bytes(11, 0x80)))).error.code == Code::varint_too_long);
    const auto cut = walk({0x1A, 0x05, 0x0A});
    CHECK(cut.error.code == Code::truncated && cut.error.offset == 1);
    CHECK(walk({0x1F}).error.code == Code::bad_wire_type);
}

void test_keys() {
    const Keys keys({"b", "", "a name of more than eight bytes"});
    CHECK(keys.size() == 3 && keys[0] == "b");
    CHECK(keys.find("b") == 0 && keys.find("") == 1 && keys.find("a name of more than eight bytes") == 2);
    CHECK(keys.find("a") == -1 && keys.find("bb") == -1);
}

// What was learnt in one record is a guess in the next, never more.
void test_key_finder() {
    const std::vector<std::string> names{"", "a", "abc", "abcd", "abcdefg", "abcdefgh", "abcdefghijk"};
    const Keys keys(names);
    KeyFinder finder(keys);
    finder.start_record();
    for (std::size_t i = 0; i < names.size(); ++i) {
        CHECK(!finder.guess(names[i]));
        CHECK(finder.next(names[i], false) == static_cast<std::int32_t>(i));
    }
    finder.start_record();
    for (std::size_t i = 0; i < names.size(); ++i) {
        for (std::size_t at = 0; at < names[i].size(); ++at) {
            auto other = names[i];
            other[at] ^= 1;
            CHECK(!finder.guess(other));
        }
        CHECK(finder.guess(names[i]) && !finder.guess(names[i] + "x"));
        CHECK(finder.next(names[i], true) == static_cast<std::int32_t>(i));
    }
    finder.start_record();
    CHECK(!finder.guess("abc") && finder.next("abc", false) == 2 && finder.next("unknown", false) == -1);
}

struct Entry {
    Error error;
    std::int32_t key = -1;
    std::vector<std::string> values;
};

Entry walk_entry_of(const Bytes& entry) {
    static const Keys keys({"a", "b"});
    Entry found;
    KeyFinder finder(keys);
    // The second time the name was seen before.
    for (int time = 0; time < 2; ++time) {
        finder.start_record();
        found.values.clear();
        found.error = walk_entry(cursor_of(entry), 10, finder, found.key, [&](wire::Cursor value) -> Error {
            found.values.emplace_back(value.at(), value.end());
            return {};
        });
    }
    return found;
}

void test_entries() {
    const auto name = field(1, text("b")), value = field(2, text("xy"));
    const auto usual = walk_entry_of(joined({name, value}));
    CHECK(!usual.error && usual.key == 1 && usual.values == std::vector<std::string>{"xy"});
    const auto turned = walk_entry_of(joined({value, name}));
    CHECK(!turned.error && turned.key == 1 && turned.values.size() == 1);
    // The last name counts; every value is walked, one after the other.
    const auto twice = walk_entry_of(joined({name, value, field(1, text("a")), value}));
    CHECK(!twice.error && twice.key == 0 && twice.values.size() == 2);
    CHECK(walk_entry_of(joined({field(1, text("z")), value})).key == -1);
    CHECK(walk_entry_of({}).key == -1);
    CHECK(walk_entry_of(joined({name, value, {0x18, 0x00}})).error.code == Code::unknown_in_entry);
    CHECK(walk_entry_of(joined({name, {0x10, 0x00}})).error.code == Code::unknown_in_entry);
    CHECK(walk_entry_of(joined({field(1, {0xC0}), value})).error.code == Code::bad_utf8);
    CHECK(walk_entry_of(joined({name, {0x12, 0x05}})).error.code == Code::truncated);
}

}  // namespace

int main() {
    test_lists();
    test_oneof();
    test_malformed_lists();
    test_keys();
    test_key_finder();
    test_entries();
    return failures();
}
