// Runs of steps against the general walk, over what encoders write and over every kind of damage to it.
#include "wire/step_run.hpp"

#include <memory>
#include <string>

#include "check.hpp"
#include "random.hpp"
#include "records.hpp"
#include "wire/example.hpp"
#include "wire/lists.hpp"

namespace {

using namespace colonnade;
using records::append;
using records::Bytes;
using records::field;

// A step as protobuf writes it: no list, an empty one, or values; short enough for lengths of one byte.
Bytes usual_step(Kind kind, Random& random) {
    if (random.below(6) == 0) return field(1, {});
    Bytes list;
    const auto values = random.below(6);
    for (std::size_t i = 0; i < values; ++i) {
        Bytes value;
        if (kind == Kind::bytes) {
            append(list, field(1, Bytes(random.below(12), random.byte())));
        } else if (kind == Kind::floats) {
            for (int byte = 0; byte < 4; ++byte) list.push_back(random.byte());
        } else {
            for (auto more = random.below(10); more > 0; --more) list.push_back(random.byte() | 0x80);
            list.push_back(random.byte() & 0x7F);
        }
    }
    if (kind != Kind::bytes && (values != 0 || random.below(2) == 0)) list = field(1, list);
    return field(1, field(static_cast<unsigned>(kind), list));
}

Bytes usual_list(Kind kind, Random& random) {
    Bytes out;
    for (auto steps = random.below(8); steps > 0; --steps) append(out, usual_step(kind, random));
    return out;
}

// All values of a feature list as text, step by step, by the general walk; nothing where it finds an error.
std::string by_lists(Record record, Kind kind) {
    std::string out;
    const auto error =
        walk_field(wire::Cursor(record.data(), record.data() + record.size()), 1, depth::feature,
                   [&](wire::Cursor feature) -> Error {
                       List list;
                       Chunks chunks;
                       if (auto bad = walk_feature(feature, depth::feature - 1, list, chunks)) return bad;
                       CHECK(list.kind == Kind::none || list.kind == kind);
                       std::vector<std::int64_t> integers(list.values);
                       std::vector<float> numbers(list.values);
                       if (kind == Kind::int64s) lists::int64s(record, list, chunks, integers.data());
                       if (kind == Kind::floats) lists::floats(record, list, chunks, numbers.data());
                       for (std::uint32_t i = 0; i < list.values && kind != Kind::bytes; ++i) {
                           const auto number = std::bit_cast<std::uint32_t>(numbers[i]);
                           out += std::to_string(kind == Kind::floats ? number : integers[i]) + ",";
                       }
                       if (kind == Kind::bytes) {
                           lists::each_bytes(record, list, chunks, [&](const std::uint8_t* data, std::size_t size) {
                               out.append(reinterpret_cast<const char*>(data), size) += ",";
                           });
                       }
                       out += ";" + std::to_string(list.values) + ";";
                       return {};
                   });
    CHECK(!error);
    return out;
}

std::string by_run(Record record, const StepRun& run, const Splits& splits) {
    const auto values = static_cast<std::size_t>(splits.back());
    std::vector<std::string> texts;
    std::vector<std::int64_t> integers(values);
    std::vector<float> numbers(values);
    if (run.kind == Kind::int64s) step_runs::int64s(record, run, splits, integers.data());
    if (run.kind == Kind::floats) step_runs::floats(record, run, numbers.data());
    if (run.kind == Kind::bytes) {
        step_runs::each_bytes(record, run, [&](const std::uint8_t* data, std::size_t size) {
            texts.emplace_back(reinterpret_cast<const char*>(data), size);
        });
    }
    std::string out;
    for (std::size_t step = 0; step + 1 < splits.size(); ++step) {
        for (auto i = static_cast<std::size_t>(splits[step]); i < static_cast<std::size_t>(splits[step + 1]); ++i) {
            const auto number = std::bit_cast<std::uint32_t>(numbers[i]);
            out +=
                run.kind == Kind::bytes ? texts.at(i) : std::to_string(run.kind == Kind::floats ? number : integers[i]);
            out += ",";
        }
        out += ";" + std::to_string(splits[step + 1] - splits[step]) + ";";
    }
    return out;
}

// Whether a run was found; if so it must be what the general walk finds.
bool is_run(const Bytes& bytes) {
    // A copy that ends where its memory ends, for the sanitizer to watch.
    const auto copy = std::make_unique<std::uint8_t[]>(bytes.size());
    std::ranges::copy(bytes, copy.get());
    const Record record(copy.get(), bytes.size());
    StepRun run;
    Splits splits{0};
    if (!step_runs::walk(wire::Cursor(record.data(), record.data() + record.size()), run, splits)) {
        CHECK(splits.size() == 1);
        return false;
    }
    CHECK(by_run(record, run, splits) == by_lists(record, run.kind));
    return true;
}

}  // namespace

int main() {
    Random random(20);
    int damaged_runs = 0;
    for (int round = 0; round < 4000; ++round) {
        const auto kind = static_cast<Kind>(1 + random.below(3));
        auto list = usual_list(kind, random);
        CHECK(is_run(list));
        if (list.empty()) continue;
        const auto at = random.below(list.size());
        list[at] = random.byte();
        damaged_runs += is_run(list);
        list.resize(at);
        is_run(list);
    }
    CHECK(damaged_runs > 100);

    // Kinds that differ, a list that another continues, and a length of two bytes are for the general walk.
    auto mixed = usual_step(Kind::int64s, random);
    while (mixed.size() < 8) mixed = usual_step(Kind::int64s, random);
    append(mixed, field(1, field(2, field(1, {0, 0, 0, 0}))));
    CHECK(!is_run(mixed));
    CHECK(!is_run({0x0A, 0x08, 0x1A, 0x02, 0x08, 0x01, 0x1A, 0x02, 0x08, 0x02}));
    CHECK(!is_run({0x0A, 0x80, 0x00}));
    return failures();
}
