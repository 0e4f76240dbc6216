// What every bind_*.cpp shares: the registration functions, and how an error value becomes an exception.
#pragma once

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>

#include <string>

#include "ground/error.hpp"
#include "unlocked.hpp"

namespace colonnade::bindings {

namespace nb = nanobind;

// Raises the exception that colonnade.errors has for a code; `detail` holds what its words name, and its place.
[[noreturn]] void raise(const std::string& code, nb::dict detail);
// The same for an error value of the core; `detail` holds the parts of the place already known.
[[noreturn]] void raise(const Error& error, nb::dict detail = {});
// Text from outside, which need not be UTF-8 nor short, as a str of at most `most` bytes; None for none.
nb::object foreign_text(const char* text, std::size_t most);

void bind_dense(nb::module_& module);
void bind_cpu(nb::module_& module);
void bind_example(nb::module_& module);
void bind_encode(nb::module_& module);
void bind_arrow(nb::module_& module);
void bind_hash(nb::module_& module);
void bind_nested(nb::module_& module);
void bind_parse(nb::module_& module);
void bind_vocabulary(nb::module_& module);
void bind_read(nb::module_& module);
void bind_record(nb::module_& module);
void bind_write(nb::module_& module);

}  // namespace colonnade::bindings
