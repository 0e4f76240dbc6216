// Crosses: TensorFlow's known answers, the order of combinations, steps, and products too large to make.
#include "encode/cross.hpp"

#include <string>

#include "check.hpp"
#include "encode/encode.hpp"

namespace {

using namespace colonnade;

constexpr std::uint64_t default_key = 0xDECAFCAFFE;

// A raw key whose values lie in one row, one or several a step.
struct Key {
    std::vector<std::int64_t> row_splits;
    std::vector<std::int64_t> step_splits;
    std::vector<std::int64_t> integers;
    std::string bytes;
    std::vector<std::int64_t> offsets{0};
    bool is_text = false;

    static Key of_words(const std::vector<std::string>& words) {
        Key key;
        key.is_text = true;
        for (const auto& word : words) {
            key.bytes += word;
            key.offsets.push_back(static_cast<std::int64_t>(key.bytes.size()));
        }
        key.row_splits = {0, static_cast<std::int64_t>(words.size())};
        return key;
    }
    static Key of_integers(std::vector<std::int64_t> values) {
        Key key;
        key.row_splits = {0, static_cast<std::int64_t>(values.size())};
        key.integers = std::move(values);
        return key;
    }
    static Key of_steps(const std::vector<std::vector<std::int64_t>>& steps) {
        Key key;
        key.step_splits.push_back(0);
        for (const auto& step : steps) {
            key.integers.insert(key.integers.end(), step.begin(), step.end());
            key.step_splits.push_back(static_cast<std::int64_t>(key.integers.size()));
        }
        key.row_splits = {0, static_cast<std::int64_t>(steps.size())};
        return key;
    }

    [[nodiscard]] Rows rows() const {
        RaggedColumn column;
        column.kind = is_text ? Kind::bytes : Kind::int64s;
        column.rows = 1;
        column.row_splits = row_splits.data();
        column.step_splits = step_splits.empty() ? nullptr : step_splits.data();
        column.int64s = integers.data();
        column.bytes = reinterpret_cast<const std::uint8_t*>(bytes.data());
        column.offsets = offsets.data();
        return RaggedRows(column);
    }
};

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

using Ids = std::vector<std::int64_t>;

Ids ids(const Crossed& crossed) {
    CHECK(!crossed->check(0));
    Ids out(crossed->values(0));
    CHECK(!crossed->make(0, out.data()));
    return out;
}

void test_known_answers() {
    // Computed by TensorFlow 2.21; the golden answers hold many more.
    const auto words = Key::of_words({"a", "b"});
    CHECK((ids(Crossed({words, Key::of_words({"c"})}, 1000, true)) == Ids{566, 254}));
    CHECK((ids(Crossed({words, Key::of_words({"c"})}, 1000, true, 42)) == Ids{937, 294}));
    CHECK((ids(Crossed({Key::of_integers({1, -1}), Key::of_integers({0})}, 1000, true)) == Ids{673, 358}));
}

void test_order() {
    const auto all = ids(Crossed({Key::of_integers({1, 2}), Key::of_integers({3, 4, 5})}, 1 << 20, true));
    CHECK(all.size() == 6);
    for (std::size_t i = 0; i < 6; ++i) {
        const auto left = static_cast<std::int64_t>(1 + i / 3);
        const auto right = static_cast<std::int64_t>(3 + i % 3);
        CHECK((ids(Crossed({Key::of_integers({left}), Key::of_integers({right})}, 1 << 20, true)) == Ids{all[i]}));
    }
}

void test_steps() {
    const auto left = Key::of_steps({{1, 2}, {}, {3}});
    const auto right = Key::of_steps({{5}, {6}, {7, 8}});
    const Crossed source({left, right}, 1 << 20, false);
    CHECK(source->nested() && source->steps(0) == 3 && source->values(0) == 4);
    Ids splits(4);
    source->splits(0, splits.data());
    CHECK((splits == Ids{0, 2, 2, 4}));
    const auto made = ids(source);
    CHECK((ids(Crossed({Key::of_integers({3}), Key::of_integers({8})}, 1 << 20, true)) == Ids{made[3]}));

    const Crossed flat({Key::of_integers({1, 2}), Key::of_words({"x", "y"})}, 1 << 20, false);
    CHECK(!flat->nested() && flat->values(0) == 2);
    // One value a step beside several.
    CHECK(Crossed({Key::of_integers({1, 2, 3}), right}, 9, false)->values(0) == 4);
    const auto unequal = Crossed({left, Key::of_integers({1})}, 9, false)->check(0);
    CHECK(unequal.code == Code::unequal_lengths && unequal.key == 1 && unequal.got == 1 && unequal.expected == 3);
}

// Products beyond any array, and beyond 64 bits, are refused before anything is allocated.
void test_huge_products() {
    const auto wide = Key::of_integers(Ids(std::size_t{1} << 16, 7));
    const std::vector<std::vector<Key>> products{
        {wide, wide}, {wide, wide, wide, wide}, {wide, wide, wide, wide, wide}};
    for (const auto& keys : products) {
        CHECK(Crossed(keys, 9, true)->check(0).code == Code::too_large);
        std::vector<Key> steps;
        for (const auto& key : keys) steps.push_back(Key::of_steps({key.integers, {1}}));
        CHECK(Crossed(steps, 9, false)->check(0).code == Code::too_large);
    }
    const auto none = Key::of_integers({});
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
