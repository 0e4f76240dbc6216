// colonnade._core: a table of contents.
#include "arrays.hpp"

NB_MODULE(_core, module) {
    using namespace colonnade::bindings;
    // Programs may hold encoders until they end, in a global or in JAX's cache of compiled functions.
    nanobind::set_leak_warnings(false);
    import_numpy();
    module.doc() = "The compiled core of Colonnade.";
    bind_arrow(module);
    bind_cpu(module);
    bind_hash(module);
    bind_nested(module);
    bind_parse(module);
    bind_vocabulary(module);
    bind_encode(module);
    bind_dense(module);
    bind_record(module);
    bind_write(module);
    bind_example(module);
    bind_read(module);
}
