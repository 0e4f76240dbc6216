#include "bindings.hpp"

namespace colonnade::bindings {

void raise(const Error& error, nb::dict detail) {
    if (error.record >= 0 && !detail.contains("record") && !detail.contains("row")) detail["record"] = error.record;
    if (error.offset >= 0) detail["byte"] = error.offset;
    if (error.step >= 0) detail["step"] = error.step;
    detail["got"] = error.got;
    detail["expected"] = error.expected;
    const auto exception = nb::module_::import_("colonnade.errors").attr("from_core")(name(error.code), detail);
    PyErr_SetObject(reinterpret_cast<PyObject*>(Py_TYPE(exception.ptr())), exception.ptr());
    throw nb::python_error();
}

}  // namespace colonnade::bindings
