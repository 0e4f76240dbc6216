// Nested lists of Python to row splits and flat values.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>

#include <bit>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "arrays.hpp"
#include "ground/limits.hpp"
#include "python_values.hpp"

namespace colonnade::bindings {
namespace {

// What is wrong with lists; colonnade.errors has the words. Thrown here, and handed to Python as a value, which
// finds the row and the step: `position` counts items below the splits that were read.
struct Fault {
    std::string code;
    std::optional<std::size_t> position;
    nb::object got = nb::none(), expected = nb::none();
};

// Lists whose items are read next. Borrowed: python_values.hpp says why.
using Lists = std::vector<PyObject*, pool::Allocator<PyObject*>>;

std::span<PyObject* const> items_of(PyObject* list) {
    return {PySequence_Fast_ITEMS(list), static_cast<std::size_t>(PySequence_Fast_GET_SIZE(list))};
}

// Visits every item of every list, with its class and its position.
template <typename Visit>
void each(const Lists& lists, Visit visit) {
    PyClasses classes;
    std::size_t position = 0;
    for (auto* list : lists)
        for (auto* item : items_of(list)) visit(item, classes.of(item), position++);
}

// The code and the first item that is wrong, of those that are known to be among them.
template <typename IsWrong>
Fault fault_of(const char* code, const Lists& lists, IsWrong is_wrong) {
    Fault fault{code};
    each(lists, [&](PyObject* item, PyClass its, std::size_t position) {
        if (!fault.position && is_wrong(its.kind)) fault = {code, position, nb::borrow(item)};
    });
    return fault;
}

// A set of kinds, one bit each.
using Kinds = unsigned;

constexpr Kinds bit(PyKind kind) { return 1u << static_cast<unsigned>(kind); }

Kinds kinds_of(const Lists& lists) {
    Kinds kinds = 0;
    each(lists, [&](PyObject*, PyClass its, std::size_t) { kinds |= bit(its.kind); });
    return kinds;
}

Array make(Dtype dtype, std::size_t size) {
    Array array;
    if (const auto error = Array::make(dtype, {size}, array)) raise(error);
    return array;
}

// Steps from lists to their items, which must be lists too; `count` of them, and afterwards what those hold.
Array step_in(Lists& lists, std::size_t& count) {
    Lists inner;
    inner.reserve(count);
    auto splits = make(Dtype::int64, count + 1);
    auto* ends = splits.as<std::int64_t>();
    *ends = 0;
    count = 0;
    each(lists, [&](PyObject* item, PyClass, std::size_t) {
        inner.push_back(item);
        count += items_of(item).size();
        *++ends = static_cast<std::int64_t>(count);
    });
    lists = std::move(inner);
    return splits;
}

void check_level(const Lists& lists, Kinds kinds, std::size_t depth) {
    if ((kinds & ~bit(PyKind::list)) != 0) {
        throw fault_of(depth == 0 ? "not_a_row" : "uneven", lists, [](PyKind kind) { return kind != PyKind::list; });
    }
    if (depth == limits::list_levels) throw Fault{"too_deep", {}, nb::none(), nb::int_(limits::list_levels)};
}

void check_count(std::size_t count) {
    if (count <= limits::list_items) return;
    throw Fault{"too_many_items", {}, nb::int_(count), nb::int_(limits::list_items)};
}

// What a dtype asks for; kinds that are ordinary for it are taken as well.
struct Wanted {
    std::string_view dtype;  // empty where nothing is asked for

    [[nodiscard]] PyKind kind() const {
        if (dtype == "string") return PyKind::string;
        if (dtype == "bool") return PyKind::boolean;
        return dtype.starts_with("float") ? PyKind::floating : PyKind::integer;
    }
    [[nodiscard]] bool takes(PyKind given) const {
        if (dtype.empty() || given == kind()) return true;
        if (given == PyKind::boolean) return kind() == PyKind::integer || kind() == PyKind::floating;
        return given == PyKind::integer && kind() == PyKind::floating;
    }
};

// The one kind of all values; integers among floats are floats.
PyKind kind_of_values(const Lists& lists, Kinds kinds) {
    if ((kinds & bit(PyKind::other)) != 0) {
        throw fault_of("no_value", lists, [](PyKind kind) { return kind == PyKind::other; });
    }
    if (kinds == (bit(PyKind::integer) | bit(PyKind::floating))) return PyKind::floating;
    if (std::has_single_bit(kinds)) return static_cast<PyKind>(std::countr_zero(kinds));
    auto first = PyKind::other;
    auto fault = fault_of("mixed_kinds", lists, [&](PyKind kind) {
        if (first == PyKind::other) first = kind;
        return kind != first;
    });
    fault.got = nb::str(name(PyClasses().of(fault.got.ptr()).kind));
    fault.expected = nb::str(name(first));
    throw fault;
}

template <typename T>
nb::object integers(const Lists& lists, Dtype dtype, std::size_t count) {
    auto values = make(dtype, count);
    auto* to = values.as<T>();
    each(lists, [&](PyObject* item, PyClass its, std::size_t position) {
        std::int64_t value = 0;
        auto wide = read_int64(item, its, value);
        if (wide.is_valid()) throw Fault{"too_wide", position, std::move(wide), nb::str("int64")};
        to[position] = static_cast<T>(value);
    });
    return to_numpy(std::move(values));
}

template <typename T>
nb::object floats(const Lists& lists, Dtype dtype, std::size_t count) {
    auto values = make(dtype, count);
    auto* to = values.as<T>();
    std::optional<Fault> lost;  // an integer beyond float64, wherever it stands, is said before
    each(lists, [&](PyObject* item, PyClass its, std::size_t position) {
        double value = 0;
        auto wide = read_float64(item, its, value);
        if (wide.is_valid()) throw Fault{"too_wide", position, std::move(wide), nb::str("float64")};
        to[position] = static_cast<T>(value);
        if (std::isinf(to[position]) && !std::isinf(value) && !lost) {
            lost = {"too_wide", position, nb::float_(value), nb::str("float32")};
        }
    });
    if (lost) throw std::move(*lost);
    return to_numpy(std::move(values));
}

// Exactly sized, unless there is text beyond ASCII.
nb::object strings(const Lists& lists, std::size_t count) {
    std::size_t most = 0;
    each(lists, [&](PyObject* item, PyClass, std::size_t) {
        if (most <= limits::output_bytes) most += PyText(item).most_bytes();
    });
    auto data = make(Dtype::uint8, most);
    auto offsets = make(Dtype::int64, count + 1);
    auto* const start = data.as<std::uint8_t>();
    auto* to = start;
    auto* ends = offsets.as<std::int64_t>();
    *ends = 0;
    each(lists, [&](PyObject* item, PyClass, std::size_t position) {
        to = PyText(item).write(to);
        if (to == nullptr) throw Fault{"lone_surrogate", position};
        *++ends = to - start;
    });
    data.shape[0] = static_cast<std::size_t>(to - start);
    return nb::make_tuple(to_numpy(std::move(data)), to_numpy(std::move(offsets)));
}

// In the dtype that is wanted, or in the widest of its kind for narrower ones.
nb::object values_of(const Lists& lists, std::size_t count, Wanted wanted) {
    const auto kinds = kinds_of(lists);
    const auto kind = kinds != 0             ? kind_of_values(lists, kinds)
                      : wanted.dtype.empty() ? PyKind::integer
                                             : wanted.kind();
    if (!wanted.takes(kind)) {
        auto fault = fault_of("wrong_values", lists, [&](PyKind item) { return item == kind; });
        fault.got = nb::str(name(kind));
        fault.expected = nb::str(wanted.dtype.data(), wanted.dtype.size());
        throw fault;
    }
    const auto& dtype = wanted.dtype;
    if (kind == PyKind::string) return strings(lists, count);
    if (kind == PyKind::floating) {
        if (dtype.empty() || dtype == "float32") return floats<float>(lists, Dtype::float32, count);
        return floats<double>(lists, Dtype::float64, count);
    }
    if (dtype == "float32") return integers<float>(lists, Dtype::float32, count);
    if (dtype == "float64") return integers<double>(lists, Dtype::float64, count);
    return integers<std::int64_t>(lists, Dtype::int64, count);
}

// None where arrays are among the lists.
nb::object read(nb::handle rows, Wanted wanted, std::vector<Array>& splits) {
    Lists lists{rows.ptr()};
    auto count = items_of(rows.ptr()).size();
    for (;;) {
        check_count(count);
        const auto kinds = kinds_of(lists);
        if ((kinds & bit(PyKind::array)) != 0) return nb::none();
        if (!splits.empty() && (kinds & bit(PyKind::list)) == 0) return values_of(lists, count, wanted);
        check_level(lists, kinds, splits.size());
        splits.push_back(step_in(lists, count));
    }
}

nb::object flatten_lists(nb::object rows, std::optional<std::string_view> dtype) {
    if (!PyList_Check(rows.ptr()) && !PyTuple_Check(rows.ptr())) throw nb::type_error("a list or a tuple is wanted");
    std::vector<Array> levels;
    nb::object flat;
    try {
        flat = read(rows, {dtype.value_or("")}, levels);
    } catch (Fault& fault) {
        flat = nb::cast(std::move(fault));
    }
    if (flat.is_none()) return flat;
    nb::list splits;
    for (auto& level : levels) splits.append(to_numpy(std::move(level)));
    return nb::make_tuple(splits, flat);
}

}  // namespace

void bind_nested(nb::module_& module) {
    import_numpy_classes();
    nb::class_<Fault>(module, "ListsFault")
        .def_ro("code", &Fault::code)
        .def_ro("position", &Fault::position)
        .def_ro("got", &Fault::got)
        .def_ro("expected", &Fault::expected);
    module.attr("most_list_levels") = limits::list_levels;
    module.attr("most_list_items") = limits::list_items;
    module.def("flatten_lists", &flatten_lists, nb::arg("rows"), nb::arg("dtype").none(),
               "The splits of each level, and flat values or a fault; None where arrays are among the lists.");
}

}  // namespace colonnade::bindings
