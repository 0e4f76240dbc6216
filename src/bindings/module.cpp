// colonnade._core: a table of contents.
#include "bindings.hpp"

NB_MODULE(_core, module) {
    using namespace colonnade::bindings;
    module.doc() = "The compiled core of Colonnade.";
    bind_hash(module);
    bind_record(module);
}
