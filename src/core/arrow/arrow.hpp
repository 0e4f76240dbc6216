// Arrow's C data interface: foreign arrays to row splits over flat values, and back. Nothing of Arrow is linked.
// The three structs are the published ABI: https://arrow.apache.org/docs/format/CDataInterface.html
#pragma once

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

extern "C" {

#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_NULLABLE 2

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    std::int64_t flags;
    std::int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    std::int64_t length;
    std::int64_t null_count;
    std::int64_t offset;
    std::int64_t n_buffers;
    std::int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

#endif

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
    int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
    const char* (*get_last_error)(struct ArrowArrayStream*);
    void (*release)(struct ArrowArrayStream*);
    void* private_data;
};

#endif

}  // extern "C"

namespace colonnade::arrow {

// Every way in which foreign Arrow data can be wrong. bind_arrow.cpp says each in words.
enum class Problem : std::uint8_t {
    none,
    released,        // a struct whose owner has already let it go
    unsupported,     // a type that is no list, number or string
    bad_layout,      // got, expected: buffers, or children with `format` "+"
    missing_buffer,  // got: index of a buffer that is null though it is needed
    bad_length,      // got: a length, offset or null count that cannot be; expected: what bounds it
    bad_offsets,     // got: an offset or size that falls, is negative or ends beyond `expected`
    bad_index,       // got: an index outside a dictionary of `expected` values
    null_value,      // a null where a value must be
    beyond_int64,    // an unsigned value of 2^63 or more
    too_deep,        // nested beyond limits::nesting
    too_large,       // got: items or bytes wanted, expected: the limit
    out_of_memory,
};

struct [[nodiscard]] Failure {
    Problem problem = Problem::none;
    std::int64_t got = 0;
    std::int64_t expected = 0;
    const char* format = nullptr;  // the Arrow type concerned; lives as long as its schema
    // The place. Until a whole column is read, `row` counts the items of the level at fault.
    std::int64_t row = -1;
    std::int64_t step = -1;

    explicit operator bool() const { return problem != Problem::none; }
};

// Items [start, end) of one array, its own `offset` not yet added.
struct Range {
    std::int64_t start;
    std::int64_t end;
};

// The part of one chunk that a column reads.
struct Piece {
    const ArrowArray* array;
    std::vector<Range> ranges;
};

struct Free {
    void operator()(void* memory) const { std::free(memory); }
};

// A flat array: its own memory, or (`owned` empty) a view into the chunk it was read from.
struct Buffer {
    const void* data = nullptr;
    std::int64_t count = 0;
    std::unique_ptr<void, Free> owned;
};

enum class Type : std::uint8_t { int64, float32, float64, bytes };

struct Column {
    std::vector<Buffer> splits;  // int64, outermost level first
    Type type = Type::int64;
    Buffer values;   // of `type`; uint8 for bytes
    Buffer offsets;  // int64, bytes only
};

struct Field {
    const char* name;
    const ArrowSchema* schema;
    std::vector<Piece> pieces;
};

[[nodiscard]] bool is_struct(const ArrowSchema& schema);

// All the items of each chunk.
Failure whole(const std::vector<ArrowArray>& chunks, std::vector<Piece>& pieces);

// The columns of a struct, the shape in which tables and record batches travel.
Failure split_struct(const ArrowSchema& schema, const std::vector<Piece>& pieces, std::vector<Field>& fields);

// Lists of any kind become levels of splits, a null list an empty one. Numbers and strings become flat values;
// only int64, float32, float64 and the bytes of strings are viewed in place, where they lie in one piece.
Failure read_column(const ArrowSchema& schema, std::vector<Piece> pieces, Column& column);

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
