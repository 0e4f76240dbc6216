// Pass one over serialized tf.train.Example records: walks each record once, validates all of it as
// protobuf would, and notes where the lists of the wanted keys lie. Pass two (lists.hpp) only decodes.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "error.hpp"
#include "pool.hpp"

namespace colonnade {

// Values are the field numbers in tf.train.Feature; none is a feature without a list.
enum class Kind : std::uint8_t { none = 0, bytes = 1, floats = 2, int64s = 3 };

using Record = std::span<const std::uint8_t>;

// A stretch of one record that holds values of one list: either one packed payload, or a run of
// values each behind a tag (and, for bytes, a length).
struct Chunk {
    std::uint32_t begin;
    std::uint32_t size;
    std::uint32_t values : 31;
    std::uint32_t tagged : 1;
};

// The list that one record holds for one key; its chunks lie side by side.
struct List {
    std::uint32_t first_chunk = 0;
    std::uint32_t chunks = 0;
    std::uint32_t values = 0;
    Kind kind = Kind::none;
};

// The wanted keys. Names that nobody wants are never stored.
class Keys {
public:
    explicit Keys(std::vector<std::string> names);

    [[nodiscard]] std::size_t size() const { return names_.size(); }
    [[nodiscard]] const std::string& operator[](std::size_t index) const { return names_[index]; }
    // Index of a name, or -1.
    [[nodiscard]] std::int32_t find(std::string_view name) const;

private:
    struct Hash {
        std::size_t operator()(std::string_view name) const;
    };
    std::vector<std::string> names_;
    std::unordered_map<std::string_view, std::int32_t, Hash> index_;
};

struct ExampleIndex {
    std::size_t keys = 0;
    std::vector<List, pool::Allocator<List>> lists;  // [records, keys]
    std::vector<Chunk, pool::Allocator<Chunk>> chunks;

    [[nodiscard]] const List& list(std::size_t record, std::size_t key) const { return lists[record * keys + key]; }
};

// Fills `index` or returns the first error, with record and byte.
[[nodiscard]] Error index_examples(std::span<const Record> records, const Keys& keys, ExampleIndex& index);

}  // namespace colonnade
