// Serialized records held for both passes, shared by the parsing and the encoding bindings.
#pragma once

#include <memory>
#include <optional>
#include <vector>

#include "bindings.hpp"
#include "wire/wire_rows.hpp"

namespace colonnade::bindings {

// What serialized records are. The sequences of a SequenceExample lie in its feature lists.
enum class RecordType : std::uint8_t { example, sequence_example };

// The keys wanted of each record, and the kind of list that each must hold: of Examples and contexts,
// and of feature lists. Kind::none where a key is not wanted there.
struct WantedKeys {
    Keys keys;
    std::vector<Kind> kinds;
    std::vector<Kind> list_kinds;  // of SequenceExamples only

    [[nodiscard]] RecordType type() const {
        return list_kinds.empty() ? RecordType::example : RecordType::sequence_example;
    }
};

// Records and where their lists lie. Holds the Python objects whose bytes it points into.
class IndexedExamples {
public:
    IndexedExamples(nb::object serialized, std::shared_ptr<const WantedKeys> wanted, std::size_t threads);

    [[nodiscard]] std::span<const Record> records() const { return records_; }
    [[nodiscard]] const WantedKeys& wanted() const { return *wanted_; }
    [[nodiscard]] RecordType type() const { return wanted_->type(); }
    [[nodiscard]] WireRows rows(std::size_t key) const {
        return {records_, index_.context, key, wanted_->kinds.at(key)};
    }
    [[nodiscard]] WireSteps steps(std::size_t key) const {
        return {records_, index_, key, wanted_->list_kinds.at(key)};
    }
    // The first record that has the key, or that lacks it; in feature lists, or in features and contexts.
    [[nodiscard]] std::optional<std::size_t> first_record(std::size_t key, bool in_lists, bool has) const;
    // Raises an error of the core with the name of its key filled in.
    [[noreturn]] void raise_with_key(const Error& error) const;

private:
    [[nodiscard]] Error walk(std::size_t threads);
    void borrow_list(nb::tuple items);
    PyObject* copied_item(std::size_t record, PyObject* item);
    void borrow_buffer(nb::handle data, nb::handle offsets);

    nb::object owner_;
    std::vector<nb::object> copies_;                                 // of items that are no bytes
    std::vector<std::uint8_t, pool::Allocator<std::uint8_t>> copy_;  // of bytes that others may write
    std::vector<Record, pool::Allocator<Record>> records_;
    std::shared_ptr<const WantedKeys> wanted_;
    SequenceExampleIndex index_;
};

}  // namespace colonnade::bindings
