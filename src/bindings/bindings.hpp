// What every bind_*.cpp shares: the registration functions, and how an error value becomes an exception.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include "ground/error.hpp"
#include "unlocked.hpp"

namespace colonnade::bindings {

namespace nb = nanobind;

// Raises the exception that colonnade.errors builds; `detail` holds the parts of the place already known.
[[noreturn]] void raise(const Error& error, nb::dict detail = {});

void bind_dense(nb::module_& module);
void bind_cpu(nb::module_& module);
void bind_example(nb::module_& module);
void bind_encode(nb::module_& module);
void bind_arrow(nb::module_& module);
void bind_hash(nb::module_& module);
void bind_nested(nb::module_& module);
void bind_parse(nb::module_& module);
void bind_vocabulary(nb::module_& module);
void bind_record(nb::module_& module);
void bind_write(nb::module_& module);

}  // namespace colonnade::bindings
