// Numbers and strings of Python, read where they lie.
//
// Nothing here runs a line of Python: what a subclass overrides is not asked, and no garbage is collected. So
// whoever holds a list may read all its items as borrowed references; nothing can change them meanwhile.
#pragma once

#include <cstdint>

#include "bindings.hpp"

namespace colonnade::bindings {

// What an item is by the bases of its class; a list may be a tuple, an array is NumPy's.
enum class PyKind : std::uint8_t { other, list, array, boolean, integer, floating, string };

[[nodiscard]] const char* name(PyKind kind);

// The kind of a class, and the class of Python or NumPy among its bases that knows how to read an instance.
struct PyClass {
    PyKind kind = PyKind::other;
    PyTypeObject* base = nullptr;
};

// Finds the classes of NumPy. Before all others, once.
void import_numpy_classes();

// The class of one item after the other; neighbours mostly have the same.
class PyClasses {
public:
    [[nodiscard]] PyClass of(PyObject* item) {
        if (Py_TYPE(item) != type_) {
            type_ = Py_TYPE(item);
            class_ = find(type_);
        }
        return class_;
    }

private:
    [[nodiscard]] static PyClass find(PyTypeObject* type);

    PyTypeObject* type_ = nullptr;
    PyClass class_;
};

// Reads a boolean or an integer. Gives back an integer that int64 cannot hold, as Python's own; nothing else.
[[nodiscard]] nb::object read_int64(PyObject* item, PyClass its, std::int64_t& value);
// Reads a floating or an integer, rounded. Gives back an integer that float64 cannot hold.
[[nodiscard]] nb::object read_float64(PyObject* item, PyClass its, double& value);

// A string where it lies: raw bytes, or code points of so many bytes each.
class PyText {
public:
    explicit PyText(PyObject* item);

    // The bytes that it has at most; text becomes UTF-8.
    [[nodiscard]] std::size_t most_bytes() const;
    // Writes them, and returns where they end; nullptr where there is no UTF-8: at a lone surrogate.
    [[nodiscard]] std::uint8_t* write(std::uint8_t* to) const;

private:
    enum class Form : std::uint8_t { bytes, latin1, ucs2, ucs4 };

    const void* data_;
    std::size_t length_;
    Form form_;
};

}  // namespace colonnade::bindings
