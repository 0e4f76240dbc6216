// One Example or SequenceExample: Python values as the tuples that it holds, and those tuples as bytes.
#include <cmath>
#include <deque>
#include <string>

#include "arrays.hpp"
#include "write/records.hpp"

namespace colonnade::bindings {
namespace {

using write::Kind;

nb::object steal(PyObject* made) {
    if (made == nullptr) throw nb::python_error();
    return nb::steal(made);
}

nb::handle item_of(const nb::tuple& items, std::size_t at) {
    return PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(at));
}

// One value as an int of 64 bits, a float of float32's precision, or bytes; nothing where it is of another type,
// even a subclass, or does not fit.
nb::object plain_value(nb::handle value, PyTypeObject* type) {
    if (Py_TYPE(value.ptr()) != type) return {};
    if (type == &PyBytes_Type) return nb::borrow(value);
    if (type == &PyLong_Type) {
        int overflow = 0;
        PyLong_AsLongLongAndOverflow(value.ptr(), &overflow);
        return overflow == 0 ? nb::borrow(value) : nb::object();
    }
    if (type == &PyFloat_Type) {
        const auto wide = PyFloat_AS_DOUBLE(value.ptr());
        const auto narrow = static_cast<double>(static_cast<float>(wide));
        if (std::isinf(narrow) && !std::isinf(wide)) return {};
        return narrow == wide ? nb::borrow(value) : steal(PyFloat_FromDouble(narrow));
    }
    if (type != &PyUnicode_Type) return {};
    auto encoded = nb::steal(PyUnicode_AsUTF8String(value.ptr()));
    if (!encoded.is_valid()) PyErr_Clear();
    return encoded;
}

// All values in a tuple, if they are of one of the usual types; None where slower code must look at them.
nb::object plain_values(const nb::object& given) {
    const nb::tuple items(given);  // of our own: collecting garbage may run any code
    const auto count = nb::len(items);
    auto plain = steal(PyTuple_New(static_cast<Py_ssize_t>(count)));
    for (std::size_t i = 0; i < count; ++i) {
        auto value = plain_value(item_of(items, i), Py_TYPE(item_of(items, 0).ptr()));
        if (!value.is_valid()) return nb::none();
        PyTuple_SET_ITEM(plain.ptr(), static_cast<Py_ssize_t>(i), value.release().ptr());
    }
    return plain;
}

[[noreturn]] void raise_changed() { raise("features_changed", {}); }

Kind kind_of(nb::handle value) {
    if (PyLong_Check(value.ptr())) return Kind::int64s;
    if (PyFloat_Check(value.ptr())) return Kind::floats;
    if (PyBytes_Check(value.ptr())) return Kind::bytes;
    raise_changed();
}

// One key of one record. Each feature has a kind of its own, so each kind has an array for all values, with
// anything in the places of values of other kinds.
class TupleColumn {
public:
    explicit TupleColumn(nb::handle key) {
        if (!PyUnicode_Check(key.ptr())) raise_changed();
        Py_ssize_t size = 0;
        const auto* text = PyUnicode_AsUTF8AndSize(key.ptr(), &size);
        if (text == nullptr) throw nb::python_error();
        key_.assign(text, static_cast<std::size_t>(size));
    }

    void add(nb::handle feature) {
        if (!PyTuple_Check(feature.ptr())) raise_changed();
        const auto values = nb::borrow<nb::tuple>(feature);
        const auto count = nb::len(values);
        kinds_.push_back(count == 0 ? Kind::int64s : kind_of(item_of(values, 0)));
        const auto first = static_cast<std::size_t>(splits_.back());
        make_room(kinds_.back(), first, count);
        for (std::size_t i = 0; i < count; ++i) {
            if (kind_of(item_of(values, i)) != kinds_.back()) raise_changed();
            add_value(item_of(values, i), first + i);
        }
        splits_.push_back(static_cast<std::int64_t>(first + count));
    }

    // Of a feature, or of all features as the steps of a list.
    [[nodiscard]] write::Column column(bool is_list) {
        rows_ = {0, static_cast<std::int64_t>(kinds_.size())};
        write::Column column;
        column.key = key_;
        column.values = {ints_.data(), floats_.data(), reinterpret_cast<const std::uint8_t*>(bytes_.data()),
                         offsets_.data()};
        column.row_splits = is_list ? rows_.data() : splits_.data();
        column.step_splits = is_list ? splits_.data() : nullptr;
        column.kinds = kinds_.data();
        return column;
    }

private:
    void make_room(Kind kind, std::size_t first, std::size_t count) {
        if (kind == Kind::int64s) ints_.resize(first + count);
        if (kind == Kind::floats) floats_.resize(first + count);
        if (kind == Kind::bytes) offsets_.resize(first + count + 1, static_cast<std::int64_t>(bytes_.size()));
    }

    void add_value(nb::handle value, std::size_t at) {
        switch (kinds_.back()) {
            case Kind::int64s:
                ints_[at] = PyLong_AsLongLong(value.ptr());
                if (ints_[at] == -1 && PyErr_Occurred() != nullptr) throw nb::python_error();
                break;
            case Kind::floats: floats_[at] = static_cast<float>(PyFloat_AS_DOUBLE(value.ptr())); break;
            case Kind::bytes:
                bytes_.append(PyBytes_AS_STRING(value.ptr()), static_cast<std::size_t>(PyBytes_GET_SIZE(value.ptr())));
                offsets_[at + 1] = static_cast<std::int64_t>(bytes_.size());
        }
    }

    std::string key_;
    std::vector<Kind> kinds_;
    std::vector<std::int64_t> splits_{0};  // of values, for each feature
    std::vector<std::int64_t> rows_;
    std::vector<std::int64_t> ints_;
    std::vector<float> floats_;
    std::string bytes_;
    std::vector<std::int64_t> offsets_;
};

// The columns of a dict, and what they point into.
struct TupleColumns {
    std::deque<TupleColumn> owners;
    std::vector<write::Column> columns;

    TupleColumns(const nb::dict& features, bool are_lists) {
        for (const auto [key, value] : features) {
            auto& owner = owners.emplace_back(key);
            if (!are_lists) {
                owner.add(value);
            } else {
                if (!PyTuple_Check(value.ptr())) raise_changed();
                for (const auto step : nb::borrow<nb::tuple>(value)) owner.add(step);
            }
            columns.push_back(owner.column(are_lists));
        }
    }
};

// Of the sorted features of an Example, or of the context and the lists of a SequenceExample.
nb::bytes serialize_one(const nb::dict& context, const nb::object& lists) {
    const TupleColumns features(context, false);
    const TupleColumns feature_lists(lists.is_none() ? nb::dict() : nb::cast<nb::dict>(lists), true);
    const write::Table table{1, features.columns, feature_lists.columns, !lists.is_none()};
    write::Records records(table);
    if (auto error = records.measure()) {
        error.record = -1;  // there is only this one
        raise(error);
    }
    const auto size = static_cast<Py_ssize_t>(records.bytes());
    auto bytes = nb::borrow<nb::bytes>(steal(PyBytes_FromStringAndSize(nullptr, size)));
    if (const auto error = records.write(reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(bytes.ptr())))) raise(error);
    return bytes;
}

}  // namespace

void bind_example(nb::module_& module) {
    module.def("plain_values", plain_values, nb::arg("values"),
               "Values of one kind as ints, floats or bytes; None where it takes slower code to tell.");
    module.def("serialize_one", serialize_one, nb::arg("context"), nb::arg("lists").none(), "The bytes of one record.");
}

}  // namespace colonnade::bindings
