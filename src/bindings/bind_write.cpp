// Records from columns in memory, and from the tuples of one Example.
#include <nanobind/stl/string.h>

#include <deque>
#include <string>

#include "arrays.hpp"
#include "unlocked.hpp"
#include "write/records.hpp"

namespace colonnade::bindings {
namespace {

using write::Column;
using write::Kind;

// The columns of one call, and what they point into.
struct Columns {
    std::deque<std::string> keys;
    std::deque<OwnSplits> splits;
    std::vector<nb::object> arrays;
    std::vector<Column> columns;

    const std::int64_t* keep(nb::handle given, std::size_t size, const char* what) {
        return splits.emplace_back(own_splits(given, size, what)).data();
    }

    template <typename Array>
    auto borrow(nb::handle given, std::size_t& size) {
        const auto array = array_of<Array>(given);
        arrays.push_back(nb::borrow(given));
        size = array.shape(0);
        return array.data();
    }

    // (values,), or (data, offsets) for strings. Returns the number of values.
    std::size_t read_values(const nb::tuple& given, Column& column) {
        std::size_t size = 0;
        if (nb::len(given) == 2) {
            column.kind = Kind::bytes;
            column.values.data = borrow<Bytes>(given[0], size);
            column.values.offsets = keep(given[1], size, "offsets");
            return splits.back().size() - 1;
        }
        if (nb::isinstance<Int64s>(given[0])) {
            column.kind = Kind::int64s;
            column.values.int64s = borrow<Int64s>(given[0], size);
        } else {
            column.kind = Kind::floats;
            column.values.floats = borrow<Floats>(given[0], size);
        }
        return size;
    }

    // (key, values, row_splits, step_splits or None).
    void read(const nb::tuple& given, std::size_t rows) {
        Column column;
        column.key = keys.emplace_back(nb::cast<std::string>(given[0]));
        auto items = read_values(nb::cast<nb::tuple>(given[1]), column);
        if (!given[3].is_none()) {
            column.step_splits = keep(given[3], items, "step splits");
            items = splits.back().size() - 1;
        }
        column.row_splits = keep(given[2], items, "row splits");
        if (splits.back().size() != rows + 1) throw nb::value_error("all columns need as many rows");
        columns.push_back(column);
    }
};

[[noreturn]] void raise_with_key(const Error& error, const Columns& context, const Columns& lists) {
    nb::dict detail;
    if (error.record >= 0) detail["row"] = error.record;
    const auto key = static_cast<std::size_t>(error.key);
    if (error.key >= 0)
        detail["key"] = key < context.keys.size() ? context.keys[key] : lists.keys[key - context.keys.size()];
    raise(error, detail);
}

Error serialize(const write::Table& table, Array& data, Array& offsets) {
    write::Records records(table);
    if (auto error = records.measure()) return error;
    if (auto error = Array::make(Dtype::uint8, {records.bytes()}, data)) return error;
    if (auto error = Array::make(Dtype::int64, {table.rows + 1}, offsets)) return error;
    auto* at = offsets.as<std::int64_t>();
    *at = 0;
    for (std::size_t row = 0; row < table.rows; ++row, ++at)
        at[1] = at[0] + static_cast<std::int64_t>(records.record_bytes(row));
    return records.write(data.as<std::uint8_t>());
}

// Data and offsets of `rows` records; without lists they are Examples.
nb::tuple serialize_records(std::size_t rows, const nb::list& context, const nb::object& lists) {
    Columns read_context;
    Columns read_lists;
    for (const auto column : context) read_context.read(nb::cast<nb::tuple>(column), rows);
    if (!lists.is_none())
        for (const auto column : lists) read_lists.read(nb::cast<nb::tuple>(column), rows);
    const write::Table table{rows, read_context.columns, read_lists.columns, !lists.is_none()};
    Array data;
    Array offsets;
    Error error;
    {
        const Unlocked unlocked;
        error = serialize(table, data, offsets);
    }
    if (error) raise_with_key(error, read_context, read_lists);
    return nb::make_tuple(to_numpy(std::move(data)), to_numpy(std::move(offsets)));
}

}  // namespace

void bind_write(nb::module_& module) {
    module.def("serialize_records", serialize_records, nb::arg("rows"), nb::arg("context"), nb::arg("lists").none(),
               "Data and offsets of records. A column is (key, values, row splits, step splits or None).");
}

}  // namespace colonnade::bindings
