#include "python_values.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <span>
#include <string_view>

namespace colonnade::bindings {
namespace {

// NumPy's classes of numbers by their letters. Their slots are C, whatever a subclass overrides.
constexpr std::string_view letters = "?bhilqBHILQefdg";

struct NumpyClasses {
    PyTypeObject* array = nullptr;
    std::array<PyClass, letters.size()> numbers;
} numpy;

PyKind kind_of(char letter) {
    if (letter == '?') return PyKind::boolean;
    return std::string_view("efdg").find(letter) != std::string_view::npos ? PyKind::floating : PyKind::integer;
}

// Held for ever, as is the module.
PyTypeObject* held_type(nb::object type) {
    if (!PyType_Check(type.ptr())) throw nb::type_error("NumPy's classes are not where they were");
    return reinterpret_cast<PyTypeObject*>(type.release().ptr());
}

bool reads(const PyClass& number) {
    const auto* slots = number.base->tp_as_number;
    if (slots == nullptr) return false;
    if (number.kind == PyKind::boolean) return slots->nb_bool != nullptr;
    return slots->nb_float != nullptr && (number.kind == PyKind::floating || slots->nb_int != nullptr);
}

nb::object checked(PyObject* made) {
    if (made == nullptr) throw nb::python_error();
    return nb::steal(made);
}

nb::object plain_int(PyObject* item, PyClass its) { return checked(its.base->tp_as_number->nb_int(item)); }

nb::object read_wide_int(nb::object whole, double& value) {
    // An exception may be an occasion to collect garbage, and with it the item, had it no other owner.
    value = PyLong_AsDouble(whole.ptr());
    if (value != -1.0 || PyErr_Occurred() == nullptr) return {};
    if (PyErr_ExceptionMatches(PyExc_OverflowError) == 0) throw nb::python_error();
    PyErr_Clear();
    return whole;
}

constexpr std::uint8_t first_byte(std::uint32_t mark, std::uint32_t bits) {
    return static_cast<std::uint8_t>(mark | bits);
}

constexpr std::uint8_t next_byte(std::uint32_t bits) { return static_cast<std::uint8_t>(0x80 | (bits & 0x3F)); }

template <typename Unit>
std::uint8_t* write_utf8(const void* data, std::size_t length, std::uint8_t* to) {
    for (const std::uint32_t point : std::span(static_cast<const Unit*>(data), length)) {
        if (point < 0x80) {
            *to++ = static_cast<std::uint8_t>(point);
            continue;
        }
        if (point < 0x800) {
            *to++ = first_byte(0xC0, point >> 6);
        } else if (point < 0x10000) {
            if (point >= 0xD800 && point <= 0xDFFF) return nullptr;
            *to++ = first_byte(0xE0, point >> 12);
            *to++ = next_byte(point >> 6);
        } else {
            *to++ = first_byte(0xF0, point >> 18);
            *to++ = next_byte(point >> 12);
            *to++ = next_byte(point >> 6);
        }
        *to++ = next_byte(point);
    }
    return to;
}

}  // namespace

const char* name(PyKind kind) {
    switch (kind) {
        case PyKind::other: return "other";
        case PyKind::list: return "list";
        case PyKind::array: return "array";
        case PyKind::boolean: return "bool";
        case PyKind::integer: return "int";
        case PyKind::floating: return "float";
        case PyKind::string: return "string";
    }
    return "unknown";
}

void import_numpy_classes() {
    const auto module = nb::module_::import_("numpy");
    numpy.array = held_type(module.attr("ndarray"));
    for (std::size_t i = 0; i < letters.size(); ++i) {
        const auto dtype = module.attr("dtype")(nb::str(&letters[i], 1));
        numpy.numbers[i] = {kind_of(letters[i]), held_type(dtype.attr("type"))};
        if (!reads(numpy.numbers[i])) throw nb::type_error("NumPy's numbers are not what they were");
    }
}

PyClass PyClasses::find(PyTypeObject* type) {
    const auto is_a = [type](PyTypeObject* base) { return PyType_IsSubtype(type, base) != 0; };
    for (auto* base : {&PyList_Type, &PyTuple_Type})
        if (is_a(base)) return {PyKind::list, base};
    for (auto* base : {&PyUnicode_Type, &PyBytes_Type})
        if (is_a(base)) return {PyKind::string, base};
    if (is_a(&PyBool_Type)) return {PyKind::boolean, &PyBool_Type};
    if (is_a(&PyLong_Type)) return {PyKind::integer, &PyLong_Type};
    if (is_a(&PyFloat_Type)) return {PyKind::floating, &PyFloat_Type};
    if (is_a(numpy.array)) return {PyKind::array, numpy.array};
    const auto* found = std::ranges::find_if(numpy.numbers, is_a, &PyClass::base);
    return found == numpy.numbers.end() ? PyClass{} : *found;
}

nb::object read_int64(PyObject* item, PyClass its, std::int64_t& value) {
    if (its.kind == PyKind::boolean) {
        value = its.base == &PyBool_Type ? item == Py_True : its.base->tp_as_number->nb_bool(item);
        return {};
    }
    int overflow = 0;
    if (its.base == &PyLong_Type) {
        value = PyLong_AsLongLongAndOverflow(item, &overflow);
        return overflow == 0 ? nb::object() : plain_int(item, its);
    }
    auto whole = plain_int(item, its);
    value = PyLong_AsLongLongAndOverflow(whole.ptr(), &overflow);
    return overflow == 0 ? nb::object() : whole;
}

nb::object read_float64(PyObject* item, PyClass its, double& value) {
    if (its.base == &PyFloat_Type) {
        value = PyFloat_AS_DOUBLE(item);
    } else if (its.base == &PyLong_Type) {
        std::int64_t whole = 0;
        if (auto wide = read_int64(item, its, whole); wide.is_valid()) return read_wide_int(std::move(wide), value);
        value = static_cast<double>(whole);
    } else {
        value = PyFloat_AS_DOUBLE(checked(its.base->tp_as_number->nb_float(item)).ptr());
    }
    return {};
}

PyText::PyText(PyObject* item) {
    if (PyBytes_Check(item)) {
        data_ = PyBytes_AS_STRING(item);
        length_ = static_cast<std::size_t>(PyBytes_GET_SIZE(item));
        form_ = Form::bytes;
        return;
    }
#if PY_VERSION_HEX < 0x030C0000
    if (PyUnicode_READY(item) != 0) throw nb::python_error();
#endif
    data_ = PyUnicode_DATA(item);
    length_ = static_cast<std::size_t>(PyUnicode_GET_LENGTH(item));
    switch (PyUnicode_KIND(item)) {
        case PyUnicode_1BYTE_KIND: form_ = PyUnicode_IS_ASCII(item) ? Form::bytes : Form::latin1; break;
        case PyUnicode_2BYTE_KIND: form_ = Form::ucs2; break;
        default: form_ = Form::ucs4;
    }
}

std::size_t PyText::most_bytes() const {
    switch (form_) {
        case Form::bytes: return length_;
        case Form::latin1: return 2 * length_;
        case Form::ucs2: return 3 * length_;
        case Form::ucs4: break;
    }
    return 4 * length_;
}

std::uint8_t* PyText::write(std::uint8_t* to) const {
    switch (form_) {
        case Form::bytes: break;
        case Form::latin1: return write_utf8<Py_UCS1>(data_, length_, to);
        case Form::ucs2: return write_utf8<Py_UCS2>(data_, length_, to);
        case Form::ucs4: return write_utf8<Py_UCS4>(data_, length_, to);
    }
    std::memcpy(to, data_, length_);
    return to + length_;
}

}  // namespace colonnade::bindings
