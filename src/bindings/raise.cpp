#include "bindings.hpp"

#include <cstring>

namespace colonnade::bindings {

void raise(const std::string& code, nb::dict detail) {
    const auto exception = nb::module_::import_("colonnade.errors").attr("from_core")(code.c_str(), detail);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
    throw nb::python_error();
}

void raise(const Error& error, nb::dict detail) {
    if (error.record >= 0 && !detail.contains("record") && !detail.contains("row")) detail["record"] = error.record;
    if (error.offset >= 0) detail["byte"] = error.offset;
    if (error.step >= 0) detail["step"] = error.step;
    detail["got"] = error.got;
    detail["expected"] = error.expected;
    raise(name(error.code), detail);
}

nb::object foreign_text(const char* text, std::size_t most) {
    if (text == nullptr) return nb::none();
    const auto size = static_cast<Py_ssize_t>(strnlen(text, most));
    return nb::steal(PyUnicode_DecodeUTF8(text, size, "replace"));
}

}  // namespace colonnade::bindings
