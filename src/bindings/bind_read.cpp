// One record of any schema as tuples of Python values: what Example and SequenceExample hold.
#include <optional>

#include "bindings.hpp"
#include "wire/lists.hpp"
#include "wire/names.hpp"
#include "wire/sequence_example.hpp"

namespace colonnade::bindings {
namespace {

nb::object steal(PyObject* made) {
    if (made == nullptr) throw nb::python_error();
    return nb::steal(made);
}

// Fills the next places of a tuple.
class Filler {
public:
    explicit Filler(nb::handle tuple) : tuple_(tuple) {}

    void operator()(PyObject* made) { PyTuple_SET_ITEM(tuple_.ptr(), at_++, steal(made).release().ptr()); }

private:
    nb::handle tuple_;
    Py_ssize_t at_ = 0;
};

nb::object values_of(Record record, const List& list, const Chunks& chunks) {
    auto values = steal(PyTuple_New(list.values));
    Filler fill(values);
    if (list.kind == Kind::int64s) {
        std::vector<std::int64_t> numbers(list.values);
        lists::int64s(record, list, chunks, numbers.data());
        for (const auto number : numbers) fill(PyLong_FromLongLong(number));
    } else if (list.kind == Kind::floats) {
        std::vector<float> numbers(list.values);
        lists::floats(record, list, chunks, numbers.data());
        for (const auto number : numbers) fill(PyFloat_FromDouble(static_cast<double>(number)));
    } else {
        lists::each_bytes(record, list, chunks, [&](const std::uint8_t* data, std::size_t size) {
            fill(PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data), static_cast<Py_ssize_t>(size)));
        });
    }
    return values;
}

// The values of a run, all steps in one tuple.
nb::object values_of(Record record, const StepRun& run, std::span<const std::int64_t> splits) {
    const auto count = static_cast<std::size_t>(splits.back());
    auto values = steal(PyTuple_New(static_cast<Py_ssize_t>(count)));
    Filler fill(values);
    if (run.kind == Kind::int64s) {
        std::vector<std::int64_t> numbers(count);
        step_runs::int64s(record, run, splits, numbers.data());
        for (const auto number : numbers) fill(PyLong_FromLongLong(number));
    } else if (run.kind == Kind::floats) {
        std::vector<float> numbers(count);
        step_runs::floats(record, run, numbers.data());
        for (const auto number : numbers) fill(PyFloat_FromDouble(static_cast<double>(number)));
    } else if (run.kind == Kind::bytes) {
        step_runs::each_bytes(record, run, [&](const std::uint8_t* data, std::size_t size) {
            fill(PyBytes_FromStringAndSize(reinterpret_cast<const char*>(data), static_cast<Py_ssize_t>(size)));
        });
    }
    return values;
}

nb::object steps_of(Record record, const SequenceExampleIndex& index, const FeatureList& list) {
    auto steps = steal(PyTuple_New(list.steps));
    Filler fill(steps);
    if (const auto* run = index.run(list)) {
        const auto splits = index.splits_of(list);
        const auto values = values_of(record, *run, splits);
        for (std::size_t i = 0; i < list.steps; ++i) fill(PyTuple_GetSlice(values.ptr(), splits[i], splits[i + 1]));
        return steps;
    }
    for (std::size_t i = 0; i < list.steps; ++i) {
        fill(values_of(record, index.steps[list.first_step + i], index.context.chunks).release().ptr());
    }
    return steps;
}

nb::object key_of(const std::string& name) {
    return steal(PyUnicode_FromStringAndSize(name.data(), static_cast<Py_ssize_t>(name.size())));
}

Record record_of(const nb::bytes& serialized) {
    return {reinterpret_cast<const std::uint8_t*>(serialized.c_str()), serialized.size()};
}

Keys keys_of(const std::set<std::string_view>& names) { return Keys({names.begin(), names.end()}); }

nb::dict read_example(const nb::bytes& serialized) {
    const auto record = record_of(serialized);
    const auto keys = keys_of(names_of(record).features);
    ExampleIndex index;
    if (auto error = index_examples({&record, 1}, keys, index)) {
        error.record = -1;  // there is only this one
        raise(error);
    }
    nb::dict features;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        features[key_of(keys[i])] = values_of(record, index.list(0, i), index.chunks);
    }
    return features;
}

nb::tuple read_sequence_example(const nb::bytes& serialized) {
    const auto record = record_of(serialized);
    auto names = names_of(record);
    auto all = names.features;
    all.insert(names.feature_lists.begin(), names.feature_lists.end());
    const auto keys = keys_of(all);
    SequenceExampleIndex index;
    if (auto error = index_sequence_examples({&record, 1}, keys, index)) {
        error.record = -1;
        raise(error);
    }
    nb::dict context;
    nb::dict feature_lists;
    for (std::size_t i = 0; i < keys.size(); ++i) {
        const auto key = key_of(keys[i]);
        if (names.features.contains(keys[i])) {
            context[key] = values_of(record, index.context.list(0, i), index.context.chunks);
        }
        if (names.feature_lists.contains(keys[i])) feature_lists[key] = steps_of(record, index, index.list(0, i));
    }
    return nb::make_tuple(context, feature_lists);
}

bool has_feature_lists(const nb::bytes& serialized) { return names_of(record_of(serialized)).has_lists; }

}  // namespace

void bind_read(nb::module_& module) {
    module.def("read_example", &read_example, nb::arg("serialized"), "The features of one record, sorted by key.");
    module.def("read_sequence_example", &read_sequence_example, nb::arg("serialized"),
               "The context and the feature lists of one record, sorted by key.");
    module.def("has_feature_lists", &has_feature_lists, nb::arg("serialized"),
               "Whether a record has the field that only SequenceExamples have.");
}

}  // namespace colonnade::bindings
