// The only file that knows NumPy's C interface, with which an array costs a fifth of what it costs through Python.
#define NPY_NO_DEPRECATED_API NPY_1_7_API_VERSION
#include "arrays.hpp"

#include <numpy/arrayobject.h>

#include <algorithm>
#include <memory>

namespace colonnade::bindings {
namespace {

constexpr const char* lease_name = "colonnade.pool";
constexpr std::size_t most_dimensions = 64;  // NumPy's own limit

int numpy_type(Dtype dtype) {
    switch (dtype) {
        case Dtype::boolean: return NPY_BOOL;
        case Dtype::uint8: return NPY_UINT8;
        case Dtype::int64: return NPY_INT64;
        case Dtype::float32: return NPY_FLOAT32;
        case Dtype::float64: return NPY_FLOAT64;
    }
    return NPY_NOTYPE;
}

// Gives the buffer back when it dies.
nb::object make_lease(pool::Buffer&& buffer) {
    auto held = std::make_unique<pool::Buffer>(std::move(buffer));
    auto lease = nb::steal(PyCapsule_New(held.get(), lease_name, [](PyObject* dying) {
        delete static_cast<pool::Buffer*>(PyCapsule_GetPointer(dying, lease_name));
    }));
    if (!lease.is_valid()) throw nb::python_error();
    held.release();
    return lease;
}

}  // namespace

void import_numpy() {
    if (PyArray_ImportNumPyAPI() < 0) throw nb::python_error();
}

nb::object to_numpy(Array&& array) {
    const auto shape = array.shape;
    return to_numpy(std::move(array), std::span(shape).first(array.dimensions));
}

nb::object to_numpy(Array&& array, std::span<const std::size_t> shape) {
    if (shape.size() > most_dimensions) throw nb::value_error("an array of too many dimensions");
    std::array<npy_intp, most_dimensions> sizes;
    std::ranges::copy(shape, sizes.begin());
    auto* data = array.as<void>();
    auto lease = make_lease(std::move(array.buffer));
    const auto dimensions = static_cast<int>(shape.size());
    auto out = nb::steal(PyArray_SimpleNewFromData(dimensions, sizes.data(), numpy_type(array.dtype), data));
    if (!out.is_valid()) throw nb::python_error();
    auto* made = reinterpret_cast<PyArrayObject*>(out.ptr());
    if (PyArray_SetBaseObject(made, lease.release().ptr()) != 0) throw nb::python_error();
    return out;
}

const void* plain_items(nb::handle array, Dtype dtype, std::size_t& size) {
    if (!PyArray_CheckExact(array.ptr())) return nullptr;
    auto* given = reinterpret_cast<PyArrayObject*>(array.ptr());
    if (PyArray_TYPE(given) != numpy_type(dtype) || !PyArray_ISCARRAY_RO(given)) return nullptr;
    size = static_cast<std::size_t>(PyArray_SIZE(given));
    return PyArray_DATA(given);
}

bool is_pooled(nb::handle array) {
    auto* owner = array.ptr();
    while (owner != nullptr && PyArray_Check(owner)) owner = PyArray_BASE(reinterpret_cast<PyArrayObject*>(owner));
    return owner != nullptr && PyCapsule_IsValid(owner, lease_name);
}

bool is_frozen(nb::handle array) {
    auto* owner = array.ptr();
    for (; owner != nullptr && PyArray_Check(owner); owner = PyArray_BASE(reinterpret_cast<PyArrayObject*>(owner))) {
        if (PyArray_ISWRITEABLE(reinterpret_cast<PyArrayObject*>(owner))) return false;
    }
    while (owner != nullptr && PyMemoryView_Check(owner)) owner = PyMemoryView_GET_BASE(owner);
    if (owner == nullptr || !PyObject_CheckBuffer(owner)) return true;
    Py_buffer view;
    if (PyObject_GetBuffer(owner, &view, PyBUF_WRITABLE) != 0) {
        PyErr_Clear();
        return true;
    }
    PyBuffer_Release(&view);
    return false;
}

OwnSplits own_splits(nb::handle splits, std::size_t size, const char* what) {
    const auto given = array_of<Int64s>(splits);
    OwnSplits own(given.data(), given.data() + given.shape(0));
    bool good = !own.empty() && own.front() == 0 && own.back() == static_cast<std::int64_t>(size);
    for (std::size_t i = 1; good && i < own.size(); ++i) good = own[i - 1] <= own[i];
    if (good) return own;
    nb::dict detail;
    detail["got"] = what;
    detail["expected"] = size;
    raise("bad_splits", detail);
}

}  // namespace colonnade::bindings
