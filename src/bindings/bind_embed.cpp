// The NumPy layer's kernels, and the pool behind its outputs.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <limits>

#include "arrays.hpp"
#include "embed.hpp"

namespace colonnade::bindings {
namespace {

using Output = nb::ndarray<float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Matrix = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;

// Checks that ids, weights and splits describe exactly the steps of `out`.
StepIds borrow(const Int64s& ids, const std::optional<Floats>& weights, const std::optional<Int64s>& splits,
               const Output& out, std::size_t start, std::size_t width) {
    const auto steps = out.shape(0);
    if (start > out.shape(1) || width > out.shape(1) - start) throw nb::value_error("columns outside the output");
    if (weights && weights->shape(0) != ids.shape(0)) throw nb::value_error("ids and weights differ in size");
    StepIds input{ids.data(), weights ? weights->data() : nullptr, steps, 0, nullptr};
    if (splits) {
        check_splits(*splits, ids.shape(0), "step_splits");
        if (splits->shape(0) != steps + 1) throw nb::value_error("step_splits of another number of steps");
        input.step_splits = splits->data();
    } else {
        if (steps == 0 ? ids.shape(0) != 0 : ids.shape(0) % steps != 0)
            throw nb::value_error("ids do not fill the steps");
        input.values = steps == 0 ? 0 : ids.shape(0) / steps;
    }
    return input;
}

Combiner combiner_of(const std::string& name) {
    if (name == "mean") return Combiner::mean;
    if (name == "sqrtn") return Combiner::sqrtn;
    if (name == "sum") return Combiner::sum;
    throw nb::value_error("combiner must be mean, sqrtn or sum");
}

void embed(const Int64s& ids, const std::optional<Floats>& weights, const std::optional<Int64s>& step_splits,
           const Matrix& table, const std::string& combiner, std::optional<float> max_norm, const Output& out,
           std::size_t start) {
    const auto input = borrow(ids, weights, step_splits, out, start, table.shape(1));
    const Table core{table.data(), table.shape(0), table.shape(1), combiner_of(combiner), max_norm.value_or(0)};
    Error error;
    {
        const nb::gil_scoped_release released;
        error = colonnade::embed(input, core, out.data() + start, out.shape(1));
    }
    if (error) raise(error);
}

void indicate(const Int64s& ids, const std::optional<Floats>& weights, const std::optional<Int64s>& step_splits,
              std::size_t num_buckets, const Output& out, std::size_t start) {
    const auto input = borrow(ids, weights, step_splits, out, start, num_buckets);
    const nb::gil_scoped_release released;
    colonnade::indicate(input, num_buckets, out.data() + start, out.shape(1));
}

void place(const Matrix& numbers, const Output& out, std::size_t start) {
    const auto width = numbers.shape(1);
    if (numbers.shape(0) != out.shape(0) || start > out.shape(1) || width > out.shape(1) - start) {
        throw nb::value_error("numbers outside the output");
    }
    const nb::gil_scoped_release released;
    colonnade::place(numbers.data(), numbers.shape(0), width, out.data() + start, out.shape(1));
}

nb::object empty(std::size_t rows, std::size_t width) {
    Array array;
    if (const auto error = Array::make(Dtype::float32, {rows, width}, array)) raise(error);
    return to_numpy(std::move(array));
}

nb::dict pool_stats() {
    const auto stats = pool::stats();
    nb::dict out;
    out["leased_bytes"] = stats.leased_bytes;
    out["cached_bytes"] = stats.cached_bytes;
    out["reused"] = stats.reused;
    out["allocated"] = stats.allocated;
    return out;
}

}  // namespace

void bind_embed(nb::module_& module) {
    module.def("embed", &embed, nb::arg("ids"), nb::arg("weights").none(), nb::arg("step_splits").none(),
               nb::arg("table"), nb::arg("combiner"), nb::arg("max_norm").none(), nb::arg("out"), nb::arg("start"));
    module.def("indicate", &indicate, nb::arg("ids"), nb::arg("weights").none(), nb::arg("step_splits").none(),
               nb::arg("num_buckets"), nb::arg("out"), nb::arg("start"));
    module.def("place", &place, nb::arg("numbers"), nb::arg("out"), nb::arg("start"));
    module.def("empty", &empty, nb::arg("rows"), nb::arg("width"), "An uninitialised float32 array from the pool.");
    module.def("pool_stats", &pool_stats, "What the buffer pool holds and has done.");
    module.def("pool_trim", &pool::trim, "Give the pool's unused memory back to the system.");
}

}  // namespace colonnade::bindings
