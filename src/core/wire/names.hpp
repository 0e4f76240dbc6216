// Which keys a record holds, for those who have no schema.
#pragma once

#include <set>

#include "wire/example.hpp"

namespace colonnade {

// The names lie in the record.
struct Names {
    std::set<std::string_view> features;       // of an Example, or of a context
    std::set<std::string_view> feature_lists;  // of a SequenceExample
    bool has_lists = false;                    // whether the record has the field of SequenceExample's lists
};

// Of a damaged record only those before the damage; whoever indexes it says what is wrong.
[[nodiscard]] Names names_of(Record record);

}  // namespace colonnade
