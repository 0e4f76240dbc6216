// The NumPy layer: a group's columns side by side, and the pool behind all outputs.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <deque>
#include <span>
#include <type_traits>

#include "arrays.hpp"
#include "dense/dense.hpp"

namespace colonnade::bindings {
namespace {

using Matrix = nb::ndarray<const float, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
template <typename T>
using AnyShape = nb::ndarray<const T, nb::c_contig, nb::device::cpu>;

// The columns of one group, in order; holds the tables that they point into.
struct DenseColumns {
    std::vector<DenseColumn> columns;
    std::vector<Matrix> tables;
    std::size_t width = 0;

    void add(DenseColumn column) {
        width += column.width;
        columns.push_back(column);
    }
};

Combiner combiner_of(const std::string& name) {
    if (name == "mean") return Combiner::mean;
    if (name == "sqrtn") return Combiner::sqrtn;
    if (name == "sum") return Combiner::sum;
    throw nb::value_error("combiner must be mean, sqrtn or sum");
}

void add_embedding(DenseColumns& self, const Matrix& table, const std::string& combiner,
                   std::optional<float> max_norm) {
    DenseColumn column;
    column.kind = DenseKind::embedding;
    column.width = table.shape(1);
    column.table = {table.data(), table.shape(0), table.shape(1), combiner_of(combiner), max_norm.value_or(0)};
    self.tables.push_back(table);
    self.add(column);
}

void add_of_width(DenseColumns& self, DenseKind kind, std::size_t width) {
    DenseColumn column;
    column.kind = kind;
    column.width = width;
    self.add(column);
}

// The arrays of one call, kept alive: another thread may drop them, and a cast may have made a copy of another
// dtype or layout.
class Borrowed {
public:
    template <typename T>
    [[nodiscard]] std::span<const T> take(nb::object array) {
        std::size_t size = 0;
        if (const auto* plain = plain_items(array, dtype_of<T>, size)) {
            kept_.push_back(std::move(array));
            return {static_cast<const T*>(plain), size};
        }
        AnyShape<T> taken;
        if (!nb::try_cast(array, taken)) throw nb::type_error("a slot must hold arrays of numbers");
        cast_.emplace_back(taken.handle());
        return {taken.data(), taken.size()};
    }

    // Copied, because their owner may write them while they are used.
    [[nodiscard]] const OwnSplits& take_splits(nb::handle array, std::size_t size) {
        return splits_.emplace_back(own_splits(array, size, "step_splits"));
    }

private:
    template <typename T>
    static constexpr Dtype dtype_of = std::is_same_v<T, float> ? Dtype::float32 : Dtype::int64;

    std::vector<nb::object> kept_;
    std::vector<nb::ndarray<>> cast_;
    std::deque<OwnSplits> splits_;
};

// Checks that ids, weights and splits describe exactly `steps` steps.
StepIds borrow_ids(const nb::handle& slot, std::size_t steps, Borrowed& borrowed) {
    const auto ids = borrowed.take<std::int64_t>(slot.attr("values"));
    StepIds input{ids.data(), nullptr, steps, 0, nullptr};
    if (const nb::object given = slot.attr("weights"); !given.is_none()) {
        const auto weights = borrowed.take<float>(given);
        if (weights.size() != ids.size()) throw nb::value_error("ids and weights differ in size");
        input.weights = weights.data();
    }
    if (const nb::object given = slot.attr("step_splits"); !given.is_none()) {
        const auto& splits = borrowed.take_splits(given, ids.size());
        if (splits.size() != steps + 1) throw nb::value_error("step_splits of another number of steps");
        input.step_splits = splits.data();
    } else {
        if (steps == 0 ? ids.size() != 0 : ids.size() % steps != 0) throw nb::value_error("ids do not fill the steps");
        input.values = steps == 0 ? 0 : ids.size() / steps;
    }
    return input;
}

const float* borrow_numbers(const nb::handle& slot, std::size_t size, Borrowed& borrowed) {
    const auto numbers = borrowed.take<float>(slot.attr("values"));
    if (numbers.size() != size) throw nb::value_error("numbers do not fill the steps");
    return numbers.data();
}

// One slot a column, with its arrays as attributes; `axes` are the leading axes of the output.
nb::object dense(const DenseColumns& plan, const std::vector<std::size_t>& axes, const nb::list& slots,
                 std::size_t threads) {
    if (nb::len(slots) != plan.columns.size()) throw nb::value_error("one slot a column");
    if (axes.empty() || axes.size() > 2) throw nb::value_error("one or two leading axes");
    Array out;
    const auto error = axes.size() == 1 ? Array::make(Dtype::float32, {axes[0], plan.width}, out)
                                        : Array::make(Dtype::float32, {axes[0], axes[1], plan.width}, out);
    if (error) raise(error);
    const auto steps = axes.size() == 1 ? axes[0] : axes[0] * axes[1];
    Borrowed borrowed;
    auto columns = plan.columns;
    for (std::size_t c = 0; c < columns.size(); ++c) {
        auto& column = columns[c];
        const nb::object slot = slots[c];
        if (column.kind == DenseKind::numbers) {
            column.numbers = borrow_numbers(slot, steps * column.width, borrowed);
        } else {
            column.ids = borrow_ids(slot, steps, borrowed);
        }
    }
    Error failed;
    {
        const Unlocked unlocked;
        failed = write_dense(columns, steps, plan.width, threads, out.as<float>());
    }
    if (failed) raise(failed);
    return to_numpy(std::move(out));
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

void bind_dense(nb::module_& module) {
    nb::class_<DenseColumns>(module, "DenseColumns")
        .def(nb::init<>())
        .def("add_embedding", &add_embedding, nb::arg("table"), nb::arg("combiner"), nb::arg("max_norm").none())
        .def(
            "add_indicator",
            [](DenseColumns& self, std::size_t width) { add_of_width(self, DenseKind::indicator, width); },
            nb::arg("width"))
        .def(
            "add_numbers", [](DenseColumns& self, std::size_t width) { add_of_width(self, DenseKind::numbers, width); },
            nb::arg("width"));
    module.def("dense", &dense, nb::arg("columns"), nb::arg("axes"), nb::arg("slots"), nb::arg("threads"));
    module.def("is_pooled", &is_pooled, nb::arg("array"));
    module.def("pool_stats", &pool_stats, "What the buffer pool holds and has done.");
    module.def("pool_trim", &pool::trim, "Give the pool's unused memory back to the system.");
}

}  // namespace colonnade::bindings
