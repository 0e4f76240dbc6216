// Exported arrays live as long as the last of their parts.
#include "arrow/export.hpp"

#include <cstring>
#include <memory>

#include "arrow/made.hpp"
#include "check.hpp"

namespace {

using namespace colonnade;
using namespace colonnade::arrow;

// A consumer may move a child out, release the rest, and release the child later, in any order.
void check_export() {
    int alive = 0;
    {
        ++alive;
        const std::shared_ptr<void> keep(&alive, [](void* count) { --*static_cast<int*>(count); });
        const std::vector<std::int64_t> splits{0, 1, 4};
        const std::vector<Node> nodes{{"+L", 2, {splits.data()}}, {"l", 4, {numbers}}};
        ArrowSchema schema{};
        export_schema(nodes, schema);
        CHECK(std::strcmp(schema.format, "+L") == 0 && std::strcmp(schema.children[0]->format, "l") == 0);
        ArrowArray array{};
        export_array(nodes, keep, array);
        Column column;
        std::vector<ArrowArray> chunks{array};
        std::vector<Piece> pieces;
        CHECK(!whole(chunks, pieces) && !read_column(schema, std::move(pieces), column));
        CHECK(ints(column.splits[0]) == splits && column.values.data == static_cast<const void*>(numbers));
        ArrowArray child = *array.children[0];
        array.children[0]->release = nullptr;
        array.release(&array);
        CHECK(array.release == nullptr);
        CHECK(child.length == 4 && child.buffers[1] == static_cast<const void*>(numbers));
        child.release(&child);
        schema.release(&schema);
        CHECK(alive == 1);
    }
    CHECK(alive == 0);
}

}  // namespace

int main() {
    check_export();
    return failures();
}
