#include "arrays.hpp"

#include <memory>

namespace colonnade::bindings {
namespace {

template <typename T>
nb::object wrap(Array&& array) {
    auto lease = std::make_unique<pool::Buffer>(std::move(array.buffer));
    auto* data = lease->as<T>();
    nb::capsule owner(lease.get(), [](void* held) noexcept { delete static_cast<pool::Buffer*>(held); });
    lease.release();
    return nb::cast(nb::ndarray<nb::numpy, T>(data, array.dimensions, array.shape.data(), owner));
}

}  // namespace

nb::object to_numpy(Array&& array) {
    switch (array.dtype) {
        case Dtype::boolean: return wrap<bool>(std::move(array));
        case Dtype::uint8: return wrap<std::uint8_t>(std::move(array));
        case Dtype::int64: return wrap<std::int64_t>(std::move(array));
        case Dtype::float32: return wrap<float>(std::move(array));
    }
    return nb::none();
}

void check_splits(const Int64s& splits, std::size_t size, const char* what) {
    const auto* at = splits.data();
    const auto count = splits.shape(0);
    bool good = count > 0 && at[0] == 0 && at[count - 1] == static_cast<std::int64_t>(size);
    for (std::size_t i = 1; good && i < count; ++i) good = at[i - 1] <= at[i];
    if (good) return;
    const auto cls = nb::module_::import_("colonnade.errors").attr("RaggedError");
    const auto message = std::string(what) + " must rise from 0 to " + std::to_string(size) + ", the number of values";
    PyErr_SetObject(cls.ptr(), nb::str(message.c_str()).ptr());
    throw nb::python_error();
}

}  // namespace colonnade::bindings
