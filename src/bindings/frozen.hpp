// Instances of the package's frozen dataclasses.
#pragma once

#include <initializer_list>
#include <vector>

#include "bindings.hpp"

namespace colonnade::bindings {

// Fast because the fields are set as object.__setattr__ would, without a frame of Python for each instance. The
// class's __init__ does nothing else, and must not.
class FrozenClass {
public:
    FrozenClass(const char* module, const char* name, std::initializer_list<const char*> fields)
        : class_(nb::module_::import_(module).attr(name)) {
        for (const auto* field : fields) {
            fields_.push_back(nb::steal(PyUnicode_InternFromString(field)));
            if (!fields_.back().is_valid()) throw nb::python_error();
        }
    }

    // Takes a value for each field, in order.
    [[nodiscard]] nb::object make(std::initializer_list<nb::object> values) const {
        auto* type = reinterpret_cast<PyTypeObject*>(class_.ptr());
        auto instance = nb::steal(type->tp_new(type, nb::tuple().ptr(), nullptr));
        if (!instance.is_valid()) throw nb::python_error();
        auto field = fields_.begin();
        for (const auto& value : values) {
            if (PyObject_GenericSetAttr(instance.ptr(), (field++)->ptr(), value.ptr()) != 0) throw nb::python_error();
        }
        return instance;
    }

private:
    nb::object class_;
    std::vector<nb::object> fields_;
};

}  // namespace colonnade::bindings
