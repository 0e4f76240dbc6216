// Arrays across the border: pooled outputs out, checked NumPy arrays in.
#pragma once

#include <nanobind/ndarray.h>

#include <span>
#include <vector>

#include "bindings.hpp"
#include "ground/array.hpp"

namespace colonnade::bindings {

template <typename T>
using Flat = nb::ndarray<const T, nb::ndim<1>, nb::c_contig, nb::device::cpu>;
using Int64s = Flat<std::int64_t>;
using Floats = Flat<float>;
using Bytes = Flat<std::uint8_t>;

// The array behind a handle, never a converted copy: its pointer must outlive the wrapper.
template <typename Wanted>
[[nodiscard]] Wanted array_of(nb::handle array) {
    return nb::cast<Wanted>(array, false);
}

// A writable NumPy array that owns its pooled buffer: the buffer goes back when the last view dies.
[[nodiscard]] nb::object to_numpy(Array&& array);
// The same in another shape of as many items.
[[nodiscard]] nb::object to_numpy(Array&& array, std::span<const std::size_t> shape);

// The items of a NumPy array of exactly this dtype, in C order, aligned and native; nullptr of anything else.
[[nodiscard]] const void* plain_items(nb::handle array, Dtype dtype, std::size_t& size);

// Whether a NumPy array, perhaps a view, lies in a pooled buffer.
[[nodiscard]] bool is_pooled(nb::handle array);

// Before all others, once.
void import_numpy();

// Raises RaggedError unless the splits go from 0, never falling, to `size`. Checked again on every use,
// because a user may have written into the array since it was made.
void check_splits(const Int64s& splits, std::size_t size, const char* what);
void check_splits(std::span<const std::int64_t> splits, std::size_t size, const char* what);

// A copy of splits, checked like that: nobody writes into it while it is used.
using Splits = std::vector<std::int64_t, pool::Allocator<std::int64_t>>;
[[nodiscard]] Splits own_splits(nb::handle splits, std::size_t size, const char* what);

}  // namespace colonnade::bindings
