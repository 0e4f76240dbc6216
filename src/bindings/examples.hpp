// Serialized records held for both passes, shared by the parsing and the encoding bindings.
#pragma once

#include <memory>
#include <vector>

#include "bindings.hpp"
#include "example.hpp"

namespace colonnade::bindings {

// The keys wanted of each record, and the kind of list that each must hold.
struct WantedKeys {
    Keys keys;
    std::vector<Kind> kinds;
};

// Records and where their lists lie. Holds the Python objects whose bytes it points into.
class IndexedExamples {
public:
    IndexedExamples(nb::object serialized, std::shared_ptr<const WantedKeys> wanted);

    [[nodiscard]] std::span<const Record> records() const { return records_; }
    [[nodiscard]] const ExampleIndex& index() const { return index_; }
    [[nodiscard]] const WantedKeys& wanted() const { return *wanted_; }
    // Raises an error of the core with the name of its key filled in.
    [[noreturn]] void raise_with_key(const Error& error) const;

private:
    void borrow_list(nb::tuple items);
    void borrow_buffer(nb::handle data, nb::handle offsets);

    nb::object owner_;
    std::vector<Record, pool::Allocator<Record>> records_;
    std::shared_ptr<const WantedKeys> wanted_;
    ExampleIndex index_;
};

}  // namespace colonnade::bindings
