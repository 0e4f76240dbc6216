// What is asked of rows, and what is not rows: held by the compiler.
#include "wire/rows.hpp"

#include "wire/wire_rows.hpp"

namespace {

using namespace colonnade;

// The least that rows may be.
struct NoRows {
    [[nodiscard]] std::size_t rows() const { return 0; }
    [[nodiscard]] Kind kind() const { return Kind::int64s; }
    [[nodiscard]] static constexpr bool normalized() { return true; }
    [[nodiscard]] std::size_t values(std::size_t) const { return 0; }
    [[nodiscard]] std::size_t steps(std::size_t) const { return 0; }
    [[nodiscard]] bool nested() const { return false; }
    [[nodiscard]] const std::int64_t* step_splits(std::size_t) const { return nullptr; }
    [[nodiscard]] const bool* holes(std::size_t) const { return nullptr; }
    void int64s(std::size_t, std::int64_t*) const {}
    void floats(std::size_t, float*) const {}
    void each_bytes(std::size_t, auto) const {}
    [[nodiscard]] const std::uint8_t* end(std::size_t) const { return nullptr; }
};
static_assert(RowsOfKey<NoRows> && !SerializedRows<NoRows>);

struct Unreadable : NoRows {
    void int64s(std::size_t) const;
};
struct CountsInFewBits : NoRows {
    [[nodiscard]] std::uint8_t values(std::size_t) const { return 0; }
};
struct Changing : NoRows {
    [[nodiscard]] std::size_t steps(std::size_t) { return 0; }
};
static_assert(!RowsOfKey<Unreadable> && !RowsOfKey<CountsInFewBits> && !RowsOfKey<Changing> && !RowsOfKey<int>);
static_assert(!SerializedRows<int> && SerializedRows<WireRows> && SerializedRows<WireSteps>);

}  // namespace

int main() {}
