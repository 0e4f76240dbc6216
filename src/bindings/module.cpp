// colonnade._core: a table of contents.
#include "bindings.hpp"

NB_MODULE(_core, module) {
    using namespace colonnade::bindings;
    module.doc() = "The compiled core of Colonnade.";
    bind_arrow(module);
    bind_hash(module);
    bind_parse(module);
    bind_vocabulary(module);
    bind_encode(module);
    bind_embed(module);
    bind_record(module);
}
