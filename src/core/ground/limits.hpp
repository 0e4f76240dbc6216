// Every limit of the core, in one place. docs/limits.md explains them to users.
#pragma once

#include <cstddef>
#include <cstdint>

namespace colonnade::limits {

// Protobuf itself cannot hold a message of 2^31 bytes or more.
inline constexpr std::uint64_t record_bytes = (std::uint64_t{1} << 31) - 1;

// Serialized records of one call; every count of pass one then fits 32 bits.
inline constexpr std::uint64_t batch_bytes = std::uint64_t{1} << 32;

// Nesting of messages and unknown groups, the outermost message not counted: protobuf's own default.
inline constexpr int nesting = 100;

// The largest array that one call may return.
inline constexpr std::uint64_t output_bytes = std::uint64_t{1} << 34;

// Combinations that a cross may make of one row, and of all rows of a call: a few lists multiply to anything.
inline constexpr std::size_t row_combinations = std::size_t{1} << 22;
inline constexpr std::size_t call_combinations = std::size_t{1} << 27;

// Items that one Arrow array may claim, and items without memory of their own: nulls, overlapping views.
inline constexpr std::int64_t arrow_items = std::int64_t{1} << 40;
inline constexpr std::int64_t arrow_unbacked_items = std::int64_t{1} << 28;

// Lists, or values, in one level of nested Python lists: a short list that is repeated can promise any number.
inline constexpr std::uint64_t list_items = std::uint64_t{1} << 28;

// Levels of nested Python lists; one that contains itself would nest for ever.
inline constexpr std::size_t list_levels = 8;

// Memory that the buffer pool keeps for reuse, and the smallest buffer worth keeping.
inline constexpr std::size_t pool_bytes = std::size_t{512} << 20;
inline constexpr std::size_t pool_smallest = std::size_t{4} << 10;

// Fresh memory of so much is taken only if the system says that the process may have it.
inline constexpr std::size_t memory_asked = std::size_t{256} << 20;

// A large page of memory, and the smallest buffer that is worth asking for some.
inline constexpr std::size_t large_page = std::size_t{2} << 20;

}  // namespace colonnade::limits
