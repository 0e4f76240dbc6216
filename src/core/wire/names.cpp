#include "wire/names.hpp"

namespace colonnade {
namespace {

using wire::Cursor;

[[nodiscard]] Error add_names(Cursor entries, std::set<std::string_view>& names) {
    return walk_field(entries, 1, depth::features, [&](Cursor entry) -> Error {
        std::string_view name;
        auto error = walk_field(entry, 1, depth::entry, [&](Cursor text) -> Error {
            name = {reinterpret_cast<const char*>(text.at()), text.left()};
            return {};
        });
        if (!error) names.insert(name);
        return error;
    });
}

// Adds the names of field `number` of a record; false where it ends in an error.
bool add_field(Record record, std::uint32_t number, std::set<std::string_view>& names, bool& is_there) {
    return !walk_field(Cursor(record.data(), record.data() + record.size()), number, depth::example,
                       [&](Cursor entries) -> Error {
                           is_there = true;
                           return add_names(entries, names);
                       });
}

}  // namespace

Names names_of(Record record) {
    Names names;
    bool has_features = false;
    const bool sound = add_field(record, 1, names.features, has_features);
    if (sound) add_field(record, 2, names.feature_lists, names.has_lists);
    return names;
}

}  // namespace colonnade
