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

// Whether nobody may write into a NumPy array's memory, as far as it and what it views say.
[[nodiscard]] bool is_frozen(nb::handle array);

// Splits that no other thread can write.
using OwnSplits = std::vector<std::int64_t, pool::Allocator<std::int64_t>>;

// A copy of a user's splits, which is checked and not they: another thread may write into them at any time.
// Raises RaggedError unless it goes from 0, never falling, to `size`.
[[nodiscard]] OwnSplits own_splits(nb::handle splits, std::size_t size, const char* what);

}  // namespace colonnade::bindings
