// Where records go on behind damage, in whole and in growing buffers. The random comparison lives in tests/properties.
#include "wire/resync.hpp"

#include <algorithm>
#include <string_view>
#include <vector>

#include "check.hpp"
#include "wire/files.hpp"
#include "wire/record.hpp"

namespace {

using namespace colonnade;
using files::Buffer;
using files::framed;

// The end of damage in a buffer that grows by `part` bytes as more is asked for.
std::size_t end_of_damage(const Buffer& file, std::size_t part) {
    record::Stretches stretches;
    record::Resync resync;
    std::size_t at = 0;
    auto held = std::min(part, file.size());
    while (true) {
        const bool at_end = held == file.size();
        const auto step = resync.step(record::Bytes(file).subspan(at, held - at), at_end, stretches);
        CHECK(step.passed <= held - at);
        at += step.passed;
        if (step.found || (at_end && at == file.size())) return at;
        if (held - at < step.needed) held = std::min(held + part, file.size());
    }
}

void check_end(const Buffer& file, std::size_t expected) {
    for (const std::size_t part : {std::size_t{12}, std::size_t{13}, std::size_t{40}, file.size()})
        CHECK(end_of_damage(file, part) == expected);
}

void a_record_is_passed_if_its_end_is_believable() {
    auto file = framed({"abc", "defg"});
    file[12] ^= 1;
    check_end(file, 19);
    file.resize(19);  // the end of the file
    check_end(file, 19);
}

void a_sound_record_is_looked_for() {
    auto file = framed({"abc", "defg", "h"});
    file[8] ^= 1;
    check_end(file, 19);  // behind a damaged length
    file[19 + 13] ^= 1;
    check_end(file, 39);  // and behind a record that is not sound
    file.resize(39);
    check_end(file, 39);  // nothing is left
}

void an_end_that_is_not_believable() {
    auto file = framed({"abcdefgh", "ij"});
    file.erase(file.begin() + 14, file.begin() + 17);  // it says that it ends within the next one
    check_end(file, 21);
}

// More places than are looked at in one step.
void a_long_way() {
    Buffer file(3 << 20, 7);
    const auto sound = framed({"abc"});
    file.insert(file.end(), sound.begin(), sound.end());
    CHECK(end_of_damage(file, file.size()) == 3 << 20);
}

}  // namespace

int main() {
    a_record_is_passed_if_its_end_is_believable();
    a_sound_record_is_looked_for();
    an_end_that_is_not_believable();
    a_long_way();
    return failures();
}
