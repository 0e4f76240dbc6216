// The strings of a row, hashed alone or side by side: as many, in order, and none read beyond its memory.
#include "encode/row_fingerprints.hpp"

#include "check.hpp"
#include "encode/given.hpp"
#include "random.hpp"

namespace {

using namespace colonnade;
using Hashes = std::vector<std::uint64_t>;

void check_row(const RowsOfKey auto& rows, std::size_t row, const std::vector<std::string>& strings) {
    Hashes expected;
    for (const auto& string : strings) expected.push_back(fingerprint64(string.data(), string.size()));
    Hashes each;
    each_fingerprint(rows, row, [&](std::uint64_t hash) { each.push_back(hash); });
    CHECK(each == expected);

    Hashes ahead, gathered;
    std::vector<std::string> seen;
    gather_fingerprints(
        rows, row,
        [&](std::span<const std::uint64_t> hashes) { ahead.insert(ahead.end(), hashes.begin(), hashes.end()); },
        [&](const std::uint8_t* data, std::size_t size, std::uint64_t hash) {
            seen.emplace_back(reinterpret_cast<const char*>(data), size);
            gathered.push_back(hash);
            CHECK(ahead.size() >= gathered.size());
        });
    CHECK(gathered == expected && ahead == expected && seen == strings);
}

}  // namespace

int main() {
    Random random(51);
    for (int round = 0; round < 300; ++round) {
        std::vector<std::vector<std::string>> table(1 + random.below(4));
        for (auto& row : table) {
            row.resize(random.below(100));
            for (auto& string : row) string.assign(random.below(40), static_cast<char>(random.byte()));
        }
        const given::Memory memory(given::flat<std::string>(table), false);
        const given::Serialized records({given::flat<std::string>(table)});
        for (const auto& rows : {memory.rows(), records.example(0)}) {
            for (std::size_t row = 0; row < table.size(); ++row) {
                std::visit([&](const RowsOfKey auto& of_key) { check_row(of_key, row, table[row]); }, rows);
            }
        }
    }
    return failures();
}
