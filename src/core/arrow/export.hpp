// Arrays of our own to Arrow structs.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "arrow/abi.hpp"

namespace colonnade::arrow {

// One level of an array to be exported, outermost first: each is the only child of the one before.
struct Node {
    std::string format;
    std::int64_t length;
    std::vector<const void*> buffers;  // the validity buffer not counted: there are no nulls
};

void export_schema(const std::vector<Node>& nodes, ArrowSchema& schema);

// Every exported array holds `keep`, so that a consumer may move children out and release from any thread.
void export_array(const std::vector<Node>& nodes, const std::shared_ptr<void>& keep, ArrowArray& array);

}  // namespace colonnade::arrow
