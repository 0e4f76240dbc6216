// What each plain column makes of one row: written answers from every kind of values.
#include "encode/ids.hpp"

#include <cmath>

#include "check.hpp"
#include "encode/encoding.hpp"

namespace {

using namespace colonnade;
using encoding::hash;
using encoding::words;
using given::flat;
using given::Memory;
using given::Serialized;
using given::Table;
using Int64s = std::vector<std::int64_t>;

// The ids of the first row, which holds `values`; the same from memory and from a record.
template <typename T>
Int64s made(const IdPlan& plan, const std::vector<T>& values, const std::vector<std::size_t>& holes = {}) {
    const Memory memory(flat<T>({values}), false, holes);
    const Serialized records({flat<T>({values})});
    const auto make = [&](const Rows& rows) {
        Int64s out(values.empty() ? plan.default_numbers.size() : values.size());
        Outside outside;
        CHECK(!std::visit([&](const RowsOfKey auto& of_key) { return ids::make(plan, of_key, 0, out.data(), outside); },
                          rows));
        return out;
    };
    const auto out = make(memory.rows());
    CHECK(!holes.empty() || out == make(records.example(0)));
    return out;
}

std::int64_t bucket_of(const std::string& text, std::uint64_t buckets) {
    return static_cast<std::int64_t>(fingerprint64(text.data(), text.size()) % buckets);
}

void test_identity() {
    const IdPlan with_default{.num_buckets = 10, .has_default = true, .default_id = 3};
    CHECK((made<std::int64_t>(with_default, {0, 9, 10, -1, INT64_MIN, INT64_MAX}) == Int64s{0, 9, 3, 3, 3, 3}));
    CHECK((made<std::int64_t>(with_default, {7, 99, 8}, {1}) == Int64s{7, -1, 8}));
    const IdPlan strict{.num_buckets = 10};
    CHECK((made<std::int64_t>(strict, {4, -1, 2}, {1}) == Int64s{4, -1, 2}));
    const Memory memory(flat<std::int64_t>({{1}, {5, 10, -2}}), false);
    Int64s out(3);
    const auto rows = std::get<RaggedRows>(memory.rows());
    Outside outside;
    const auto error = ids::make(strict, rows, 1, out.data(), outside);
    CHECK(error.code == Code::id_out_of_range && error.record == 1 && error.step == 1);
    CHECK(error.got == 10 && error.expected == 10);
}

void test_hash() {
    for (const std::uint64_t buckets : {1, 2, 1000, 1 << 30}) {
        CHECK((made<std::string>(hash(buckets), {"", "a", "a rather long string, beyond any vector", "\xFF"}) ==
               Int64s{bucket_of("", buckets), bucket_of("a", buckets),
                      bucket_of("a rather long string, beyond any vector", buckets), bucket_of("\xFF", buckets)}));
        CHECK((made<std::int64_t>(hash(buckets), {0, -5, INT64_MIN}) ==
               Int64s{bucket_of("0", buckets), bucket_of("-5", buckets), bucket_of("-9223372036854775808", buckets)}));
    }
    CHECK((made<std::string>(hash(10), {"a", ""}, {1}) == Int64s{bucket_of("a", 10), -1}));
}

void test_vocabulary() {
    const IdPlan plan{.op = Op::vocabulary, .num_buckets = 0, .default_id = 7, .vocabulary = words({"x", "yy", "a b"})};
    CHECK((made<std::string>(plan, {"yy", "x", "z", "", "a b", "y"}) == Int64s{1, 0, 7, 7, 2, 7}));
    auto with_buckets = plan;
    with_buckets.num_buckets = 5;
    with_buckets.modulo = Modulo(5);
    CHECK((made<std::string>(with_buckets, {"x", "z", "yy"}) == Int64s{0, 3 + bucket_of("z", 5), 1}));
    std::vector<std::string> many(100, "yy");
    many[40] = "x";
    Int64s expected(100, 1);
    expected[40] = 0;
    CHECK(made<std::string>(plan, many) == expected);
}

void test_integer_vocabulary() {
    const std::int64_t known[] = {5, -1, 0};
    Vocabulary::Problem problem;
    IdPlan plan{.op = Op::vocabulary, .num_buckets = 0, .default_id = -1};
    plan.vocabulary = std::make_shared<const Vocabulary>(*Vocabulary::from_integers(known, 3, problem));
    CHECK((made<std::int64_t>(plan, {0, 5, 6, -1}) == Int64s{2, 0, -1, 1}));
    plan.num_buckets = 9;
    plan.modulo = Modulo(9);
    CHECK((made<std::int64_t>(plan, {6, 5}) == Int64s{3 + bucket_of("6", 9), 0}));
}

void test_bucketize() {
    const IdPlan plan{.op = Op::bucketize, .boundaries = {-1, 0.5F, 10}};
    CHECK((made<float>(plan, {-2, -1, 0.5F, 9.5F, 10, INFINITY, NAN, -INFINITY}) == Int64s{0, 1, 2, 2, 3, 3, 3, 0}));
    CHECK((made<std::int64_t>(plan, {-5, 0, 10}) == Int64s{0, 1, 3}));
    const IdPlan pairs{.op = Op::bucketize, .boundaries = {0}, .positions = 2, .default_numbers = {-1, 1}};
    CHECK((made<float>(pairs, {-1, -1, 1, 1}) == Int64s{0, 2, 1, 3}));
    CHECK((made<float>(pairs, {}) == Int64s{0, 3}));
}

void test_raw() {
    const IdPlan plan{.op = Op::raw};
    CHECK((made<std::int64_t>(plan, {1, -1}) == Int64s{1, -1}));
    CHECK(made<std::string>(plan, {"ab"})[0] == static_cast<std::int64_t>(fingerprint64("ab", 2)));
}

// Records are normalized, memory was; and the sums are those of float64.
void test_numbers() {
    const Normalizer shift({{Normalizer::Op::scale, {1}, {4}}});
    const auto numbers = [&](const Rows& rows, const Normalizer& normalizer) {
        std::vector<float> out(2);
        CHECK(
            !std::visit([&](const RowsOfKey auto& row) { return ids::numbers(normalizer, row, 0, out.data()); }, rows));
        return out;
    };
    const Memory integers(flat<std::int64_t>({{3, 5}}), false), floats(flat<float>({{3, 5}}), false);
    const Serialized records({flat<std::int64_t>({{3, 5}}), flat<float>({{3, 5}})});
    for (const auto& rows : {integers.rows(), floats.rows(), records.example(0), records.example(1)}) {
        CHECK((numbers(rows, {}) == std::vector<float>{3, 5}));
    }
    CHECK((numbers(integers.rows(), shift) == std::vector<float>{3, 5}));
    CHECK((numbers(records.example(0), shift) == std::vector<float>{0.5F, 1}));
    CHECK((numbers(records.example(1), shift) == std::vector<float>{0.5F, 1}));
}

}  // namespace

int main() {
    test_identity();
    test_hash();
    test_vocabulary();
    test_integer_vocabulary();
    test_bucketize();
    test_raw();
    test_numbers();
    return failures();
}
