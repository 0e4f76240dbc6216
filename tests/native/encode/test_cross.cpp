// Crosses: TensorFlow's known answers, the order of combinations, steps, and products too large to make.
#include "encode/cross.hpp"

#include <string>

#include "check.hpp"
#include "encode/given.hpp"

namespace {

using namespace colonnade;
using Ids = std::vector<std::int64_t>;

constexpr std::uint64_t default_key = 0xDECAFCAFFE;

// Raw keys whose values lie in one row, one or several a step.
using Key = given::Memory;
Key words(const std::vector<std::string>& values) { return {given::flat<std::string>({values}), false}; }
Key integers(const Ids& values) { return {given::flat<std::int64_t>({values}), false}; }
Key several(const given::Steps<std::int64_t>& steps) { return {given::Table<std::int64_t>{steps}, true}; }

const IdPlan raw{.op = Op::raw};

std::vector<std::unique_ptr<IdSource>> sources_of(const std::vector<Key>& keys, bool context) {
    std::vector<std::unique_ptr<IdSource>> sources;
    for (const auto& key : keys) sources.push_back(make_source(raw, key.rows(), context));
    return sources;
}

// A cross with the keys that it points into.
struct Crossed {
    std::vector<Key> keys;
    CrossedIds source;

    Crossed(std::vector<Key> of, std::int64_t buckets, bool context, std::uint64_t hash = default_key)
        : keys(std::move(of)), source(sources_of(keys, context), buckets, hash, context) {}
    const CrossedIds* operator->() const { return &source; }
};

Ids ids(const Crossed& crossed) {
    CHECK(!crossed->check(0));
    Ids out(crossed->values(0));
    CHECK(!crossed->make(0, out.data()));
    return out;
}

void test_known_answers() {
    // Computed by TensorFlow 2.21; the golden answers hold many more.
    const auto letters = words({"a", "b"});
    CHECK((ids(Crossed({letters, words({"c"})}, 1000, true)) == Ids{566, 254}));
    CHECK((ids(Crossed({letters, words({"c"})}, 1000, true, 42)) == Ids{937, 294}));
    CHECK((ids(Crossed({integers({1, -1}), integers({0})}, 1000, true)) == Ids{673, 358}));
}

void test_order() {
    const auto all = ids(Crossed({integers({1, 2}), integers({3, 4, 5})}, 1 << 20, true));
    CHECK(all.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        const auto left = static_cast<std::int64_t>(1 + i / 3);
        const auto right = static_cast<std::int64_t>(3 + i % 3);
        CHECK((ids(Crossed({integers({left}), integers({right})}, 1 << 20, true)) == Ids{all[i]}));
    }
}

void test_steps() {
    const auto left = several({{1, 2}, {}, {3}});
    const auto right = several({{5}, {6}, {7, 8}});
    const Crossed source({left, right}, 1 << 20, false);
    CHECK(source->nested() && source->steps(0) == 3 && source->values(0) == 4);
    Ids splits(4);
    source->splits(0, splits.data());
    CHECK((splits == Ids{0, 2, 2, 4}));
    const auto made = ids(source);
    CHECK((ids(Crossed({integers({3}), integers({8})}, 1 << 20, true)) == Ids{made[3]}));

    const Crossed flat({integers({1, 2}), words({"x", "y"})}, 1 << 20, false);
    CHECK(!flat->nested() && flat->values(0) == 2);
    // One value a step beside several.
    CHECK(Crossed({integers({1, 2, 3}), right}, 9, false)->values(0) == 4);
    const auto unequal = Crossed({left, integers({1})}, 9, false)->check(0);
    CHECK(unequal.code == Code::unequal_lengths && unequal.key == 1 && unequal.got == 1 && unequal.expected == 3);
}

// Products beyond any array, and beyond 64 bits, are refused before anything is allocated.
void test_huge_products() {
    const Ids sevens(std::size_t{1} << 16, 7);
    const auto wide = integers(sevens);
    const std::vector<std::vector<Key>> products{
        {wide, wide}, {wide, wide, wide, wide}, {wide, wide, wide, wide, wide}};
    for (const auto& keys : products) {
        CHECK(Crossed(keys, 9, true)->check(0).code == Code::row_combinations);
        std::vector<Key> steps;
        steps.resize(keys.size(), several({sevens, {1}}));
        CHECK(Crossed(steps, 9, false)->check(0).code == Code::row_combinations);
    }
    const auto none = integers({});
    CHECK(Crossed({wide, wide, none}, 9, true)->values(0) == 0);
    CHECK(Crossed({none, wide, wide, wide, wide, wide}, 9, true)->values(0) == 0);
    CHECK(!Crossed({wide, wide, wide, wide, wide, none}, 9, true)->check(0));
}

}  // namespace

int main() {
    test_known_answers();
    test_order();
    test_steps();
    test_huge_products();
    return failures();
}
