// Plans, and encoding of records or ragged columns with them.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "encode.hpp"
#include "examples.hpp"

namespace colonnade::bindings {
namespace {

struct Plan {
    EncodePlan core;
    std::shared_ptr<const WantedKeys> wanted;
    std::vector<std::string> columns;  // the name of each slot's column
};

Op op_of(const std::string& name) {
    if (name == "identity") return Op::identity;
    if (name == "hash") return Op::hash;
    if (name == "numbers") return Op::numbers;
    throw nb::value_error(("unknown op " + name).c_str());
}

void add_group(Plan& plan, bool context, bool jagged, std::optional<std::int64_t> max_length, bool keep_first,
               bool pad_left, std::size_t pad_to_multiple_of) {
    plan.core.groups.push_back(
        {context, jagged, max_length.value_or(-1), keep_first, pad_left, std::max<std::size_t>(pad_to_multiple_of, 1)});
}

void add_slot(Plan& plan, const std::string& column, const std::string& op, std::size_t key,
              std::optional<std::size_t> weight_key, std::int64_t num_buckets, std::optional<std::int64_t> default_id,
              std::size_t step_values, std::vector<float> default_numbers) {
    const auto keys = plan.wanted->kinds.size();
    if (plan.core.groups.empty() || key >= keys || weight_key.value_or(0) >= keys || num_buckets < 1 ||
        step_values < 1) {
        throw nb::value_error("a slot needs a group, known keys, and sizes of at least 1");
    }
    const auto padding = default_numbers.size();
    const bool context = plan.core.groups.back().context;
    if (op == "numbers" && (context ? padding != 0 && padding != step_values : padding != 1)) {
        throw nb::value_error("a numbers slot needs one padding value, or in a context none or a whole row");
    }
    SlotPlan slot;
    slot.key = key;
    slot.weight_key = weight_key;
    slot.group = plan.core.groups.size() - 1;
    slot.ids = {op_of(op), num_buckets, default_id.has_value(), default_id.value_or(0)};
    slot.step_values = step_values;
    slot.default_numbers = std::move(default_numbers);
    plan.core.slots.push_back(std::move(slot));
    plan.columns.push_back(column);
}

[[noreturn]] void raise_with_column(const Error& error, const Plan& plan) {
    nb::dict detail;
    if (error.slot >= 0) {
        const auto slot = static_cast<std::size_t>(error.slot);
        detail["key"] = plan.wanted->keys[plan.core.slots[slot].key];
        detail["column"] = plan.columns[slot];
        detail["row"] = error.record;
    }
    if (error.other_slot >= 0) detail["other_column"] = plan.columns[static_cast<std::size_t>(error.other_slot)];
    raise(error, detail);
}

// A slot's ragged arrays: (row_splits, step_splits, holes, values), or for bytes (..., data, offsets).
RaggedColumn borrow_column(const nb::tuple& arrays, Kind kind) {
    const auto splits = array_of<Int64s>(arrays[0]);
    const nb::object items = arrays[3];
    RaggedColumn column;
    column.kind = kind;
    column.row_splits = splits.data();
    column.rows = splits.shape(0) - 1;
    auto values = nb::len(items);
    // Integers beyond int64 are hashed as their text, so an integer column may come as bytes.
    if (nb::len(arrays) == 5) kind = column.kind = Kind::bytes;
    if (kind == Kind::int64s) column.int64s = array_of<Int64s>(items).data();
    if (kind == Kind::floats) column.floats = array_of<Floats>(items).data();
    if (kind == Kind::bytes) {
        const auto offsets = array_of<Int64s>(arrays[4]);
        check_splits(offsets, values, "offsets");
        column.bytes = array_of<Bytes>(items).data();
        column.offsets = offsets.data();
        values = offsets.shape(0) - 1;
    }
    if (!arrays[2].is_none()) {
        const auto holes = array_of<Flat<bool>>(arrays[2]);
        if (holes.shape(0) != values) throw nb::value_error("one hole flag a value");
        column.holes = holes.data();
    }
    auto steps = values;
    if (!arrays[1].is_none()) {
        const auto step_splits = array_of<Int64s>(arrays[1]);
        check_splits(step_splits, values, "step_splits");
        column.step_splits = step_splits.data();
        steps = step_splits.shape(0) - 1;
    }
    check_splits(splits, steps, "row_splits");
    return column;
}

nb::object or_none(Array&& array) { return array ? to_numpy(std::move(array)) : nb::none(); }

nb::tuple wrap(Encoded&& encoded) {
    nb::list groups;
    for (auto& group : encoded.groups) {
        groups.append(nb::make_tuple(or_none(std::move(group.lengths)), or_none(std::move(group.mask)),
                                     or_none(std::move(group.row_splits))));
    }
    nb::list slots;
    for (auto& slot : encoded.slots) {
        slots.append(nb::make_tuple(to_numpy(std::move(slot.values)), or_none(std::move(slot.weights)),
                                    or_none(std::move(slot.step_splits))));
    }
    return nb::make_tuple(groups, slots);
}

// A key's rows where they are not given as arrays; the steps of a sequence lie in the feature lists of
// SequenceExamples, everything else in Examples and contexts.
Rows rows_of(const IndexedExamples* examples, std::size_t key, bool context) {
    if (examples == nullptr) throw nb::value_error("a slot without values");
    if (examples->has_lists() && !context) return examples->steps(key);
    return examples->rows(key);
}

Rows rows_of(nb::handle arrays, Kind kind, std::optional<std::size_t>& rows) {
    const auto column = borrow_column(nb::cast<nb::tuple>(arrays), kind);
    if (rows.value_or(column.rows) != column.rows) throw nb::value_error("slots differ in rows");
    rows = column.rows;
    return RaggedRows(column);
}

// `columns` holds two entries a slot: the arrays of its values and of its weights, or None for those
// that are read from `examples`.
nb::tuple encode(const Plan& plan, const IndexedExamples* examples, const nb::list& columns) {
    const auto slots = plan.core.slots.size();
    if (nb::len(columns) != 2 * slots) throw nb::value_error("two entries a slot");
    std::vector<Source> sources;
    std::optional<std::size_t> rows;
    if (examples != nullptr) rows = examples->records().size();
    for (std::size_t s = 0; s < slots; ++s) {
        const auto& slot = plan.core.slots[s];
        const bool context = plan.core.groups[slot.group].context;
        const nb::object values = columns[2 * s];
        const nb::object weights = columns[2 * s + 1];
        // Numbers and weights in memory are float32 by now, whatever the records hold.
        const auto kind = slot.ids.op == Op::numbers ? Kind::floats : plan.wanted->kinds[slot.key];
        Source source{values.is_none() ? rows_of(examples, slot.key, context) : rows_of(values, kind, rows), {}};
        if (slot.weight_key) {
            source.weights.emplace(weights.is_none() ? rows_of(examples, *slot.weight_key, context)
                                                     : rows_of(weights, Kind::floats, rows));
        }
        sources.push_back(std::move(source));
    }
    Encoded encoded;
    Error error;
    {
        const nb::gil_scoped_release released;
        error = colonnade::encode(plan.core, sources, rows.value_or(0), encoded);
    }
    if (error) raise_with_column(error, plan);
    return wrap(std::move(encoded));
}

}  // namespace

void bind_encode(nb::module_& module) {
    nb::class_<Plan>(module, "Plan")
        .def(
            "__init__",
            [](Plan* self, std::shared_ptr<const WantedKeys> wanted) { new (self) Plan{{}, std::move(wanted), {}}; },
            nb::arg("wanted"))
        .def("add_group", &add_group, nb::kw_only(), nb::arg("context"), nb::arg("jagged"),
             nb::arg("max_length").none(), nb::arg("keep_first"), nb::arg("pad_left"), nb::arg("pad_to_multiple_of"))
        .def("add_slot", &add_slot, nb::kw_only(), nb::arg("column"), nb::arg("op"), nb::arg("key"),
             nb::arg("weight_key") = nb::none(), nb::arg("num_buckets") = 1, nb::arg("default_id") = nb::none(),
             nb::arg("step_values") = 1, nb::arg("default_numbers") = std::vector<float>{});
    module.def("encode", &encode, nb::arg("plan"), nb::arg("examples").none(), nb::arg("columns"));
}

}  // namespace colonnade::bindings
