// Fingerprint64 for Python.
#include "bindings.hpp"
#include "kernels/fingerprint64.hpp"

namespace colonnade::bindings {

void bind_hash(nb::module_& module) {
    module.def(
        "fingerprint64", [](nb::bytes data) { return fingerprint64(data.data(), data.size()); }, nb::arg("data"),
        "FarmHash Fingerprint64 of some bytes.");
}

}  // namespace colonnade::bindings
