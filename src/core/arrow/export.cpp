#include "arrow/export.hpp"

namespace colonnade::arrow {
namespace {

struct SchemaNode {
    std::string format;
    ArrowSchema child{};
    ArrowSchema* children[1];
};

struct ArrayNode {
    std::shared_ptr<void> keep;
    std::vector<const void*> buffers;
    ArrowArray child{};
    ArrowArray* children[1];
};

template <typename Struct, typename Node>
void release(Struct* exported) {
    auto* node = static_cast<Node*>(exported->private_data);
    // A child that the consumer moved out is no longer ours to release.
    if (node->child.release != nullptr) node->child.release(&node->child);
    exported->release = nullptr;
    delete node;
}

}  // namespace

void export_schema(const std::vector<Node>& nodes, ArrowSchema& schema) {
    schema = {};
    for (auto level = nodes.rbegin(); level != nodes.rend(); ++level) {
        const bool inner = level != nodes.rbegin();
        auto* node = new SchemaNode{level->format, schema, {nullptr}};
        node->children[0] = &node->child;
        const bool top = level + 1 == nodes.rend();
        schema = {node->format.c_str(),
                  top ? "" : "item",
                  nullptr,
                  ARROW_FLAG_NULLABLE,
                  inner ? 1 : 0,
                  inner ? node->children : nullptr,
                  nullptr,
                  release<ArrowSchema, SchemaNode>,
                  node};
    }
}

void export_array(const std::vector<Node>& nodes, const std::shared_ptr<void>& keep, ArrowArray& array) {
    array = {};
    for (auto level = nodes.rbegin(); level != nodes.rend(); ++level) {
        const bool inner = level != nodes.rbegin();
        auto* node = new ArrayNode{keep, {nullptr}, array, {nullptr}};
        node->children[0] = &node->child;
        node->buffers.insert(node->buffers.end(), level->buffers.begin(), level->buffers.end());
        array = {level->length,
                 0,
                 0,
                 static_cast<std::int64_t>(node->buffers.size()),
                 inner ? 1 : 0,
                 node->buffers.data(),
                 inner ? node->children : nullptr,
                 nullptr,
                 release<ArrowArray, ArrayNode>,
                 node};
    }
}

}  // namespace colonnade::arrow
