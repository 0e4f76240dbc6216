// Serialized tf.train.Example records to values and row splits.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "arrays.hpp"
#include "examples.hpp"
#include "ground/limits.hpp"
#include "wire/parse.hpp"

namespace colonnade::bindings {
namespace {

Kind kind_of(const std::string& dtype) {
    if (dtype == "int64") return Kind::int64s;
    if (dtype == "float32") return Kind::floats;
    return dtype == "string" ? Kind::bytes : Kind::none;
}

std::vector<Kind> kinds_of(const std::vector<std::string>& dtypes) {
    std::vector<Kind> kinds;
    for (const auto& dtype : dtypes) kinds.push_back(kind_of(dtype));
    return kinds;
}

// (row_splits, values), or for bytes (row_splits, data, offsets); step_splits stand behind row_splits.
nb::tuple wrap(Parsed&& parsed) {
    nb::list arrays;
    arrays.append(to_numpy(std::move(parsed.row_splits)));
    if (parsed.step_splits) arrays.append(to_numpy(std::move(parsed.step_splits)));
    arrays.append(to_numpy(std::move(parsed.values)));
    if (parsed.offsets) arrays.append(to_numpy(std::move(parsed.offsets)));
    return nb::tuple(arrays);
}

// An error of one key's rows does not know the key.
[[noreturn]] void raise_with_key(const IndexedExamples& examples, Error error, std::size_t key) {
    error.key = static_cast<std::int32_t>(key);
    examples.raise_with_key(error);
}

template <typename Rows>
nb::tuple parse_ragged(const IndexedExamples& examples, const Rows& rows, std::size_t key) {
    Parsed parsed;
    Error error;
    {
        const Unlocked unlocked;
        error = colonnade::parse_ragged(rows, parsed);
    }
    if (error) raise_with_key(examples, error, key);
    return wrap(std::move(parsed));
}

// The arrays of a default, checked to hold `size` values; `own` holds its offsets.
FixedDefault borrow_default(const nb::tuple& arrays, Kind kind, std::size_t size, OwnSplits& own) {
    FixedDefault out;
    if (kind == Kind::int64s) out.int64s = array_of<Int64s>(arrays[0]).data();
    if (kind == Kind::floats) out.floats = array_of<Floats>(arrays[0]).data();
    auto values = nb::len(nb::object(arrays[0]));
    if (kind == Kind::bytes) {
        own = own_splits(arrays[1], values, "offsets");
        out.bytes = array_of<Bytes>(arrays[0]).data();
        out.offsets = own.data();
        values = own.size() - 1;
    }
    if (values != size) throw nb::value_error("the default must hold as many values as the shape");
    return out;
}

nb::tuple parse_fixed(const IndexedExamples& examples, std::size_t key, std::size_t size,
                      const nb::object& default_value) {
    const auto kind = examples.wanted().kinds.at(key);
    const bool has_default = !default_value.is_none();
    FixedDefault borrowed;
    OwnSplits own;
    if (has_default) borrowed = borrow_default(nb::cast<nb::tuple>(default_value), kind, size, own);
    Parsed parsed;
    Error error;
    {
        const Unlocked unlocked;
        error = colonnade::parse_fixed(examples.rows(key), size, has_default ? &borrowed : nullptr, parsed);
    }
    if (error) raise_with_key(examples, error, key);
    auto values = to_numpy(std::move(parsed.values));
    if (kind != Kind::bytes) return nb::make_tuple(values);
    return nb::make_tuple(values, to_numpy(std::move(parsed.offsets)));
}

[[noreturn]] void raise_not_bytes(std::size_t record, nb::handle item) {
    nb::dict detail;
    detail["got"] = item.type().attr("__name__");
    detail["record"] = record;
    raise("not_bytes", detail);
}

}  // namespace

IndexedExamples::IndexedExamples(nb::object serialized, std::shared_ptr<const WantedKeys> wanted, std::size_t threads)
    : wanted_(std::move(wanted)) {
    if (nb::hasattr(serialized, "offsets")) {
        borrow_buffer(serialized.attr("data"), serialized.attr("offsets"));
    } else {
        // A tuple of our own: the user's list may change while the core reads without the GIL.
        borrow_list(nb::tuple(serialized));
    }
    Error error;
    {
        const Unlocked unlocked;
        error = walk(threads);
    }
    if (error) raise_with_key(error);
}

Error IndexedExamples::walk(std::size_t threads) {
    const bool have_lists = type() == RecordType::sequence_example;
    auto error = have_lists ? index_sequence_examples(records_, wanted_->keys, index_)
                            : index_examples(records_, wanted_->keys, index_.context, threads);
    if (!error) error = check_kinds(index_.context, wanted_->kinds);
    if (!error && have_lists) error = check_kinds(index_, wanted_->list_kinds);
    return error;
}

std::optional<std::size_t> IndexedExamples::first_record(std::size_t key, bool in_lists, bool has) const {
    if (key >= wanted_->keys.size() || (in_lists && type() != RecordType::sequence_example)) {
        throw nb::value_error("no such key, or records without feature lists");
    }
    for (std::size_t record = 0; record < records_.size(); ++record) {
        const bool found =
            in_lists ? index_.list(record, key).first_split != 0 : index_.context.list(record, key).present != 0;
        if (found == has) return record;
    }
    return std::nullopt;
}

void IndexedExamples::borrow_list(nb::tuple items) {
    const auto count = nb::len(items);
    records_.resize(count);
    for (std::size_t i = 0; i < count; ++i) {
        auto* item = PyTuple_GET_ITEM(items.ptr(), static_cast<Py_ssize_t>(i));
        if (!PyBytes_Check(item)) item = copied_item(i, item);
        records_[i] = Record(reinterpret_cast<const std::uint8_t*>(PyBytes_AS_STRING(item)),
                             static_cast<std::size_t>(PyBytes_GET_SIZE(item)));
    }
    owner_ = std::move(items);
}

PyObject* IndexedExamples::copied_item(std::size_t record, PyObject* item) {
    if (!PyByteArray_Check(item) && !PyMemoryView_Check(item)) raise_not_bytes(record, item);
    auto* bytes = PyBytes_FromObject(item);
    if (bytes == nullptr) throw nb::python_error();
    copies_.push_back(nb::steal(bytes));
    return bytes;
}

void IndexedExamples::borrow_buffer(nb::handle data, nb::handle offsets) {
    const auto bytes = array_of<Bytes>(data);
    const auto ends = own_splits(offsets, bytes.shape(0), "offsets");
    const auto* begin = bytes.data();
    if (!is_frozen(data)) {
        // Pass two trusts what pass one found, so nobody may write into the records between them.
        copy_.assign(begin, begin + bytes.shape(0));
        begin = copy_.data();
    }
    records_.resize(ends.size() - 1);
    for (std::size_t i = 0; i < records_.size(); ++i) {
        records_[i] = Record(begin + ends[i], static_cast<std::size_t>(ends[i + 1] - ends[i]));
    }
    owner_ = nb::borrow(data);
}

void IndexedExamples::raise_with_key(const Error& error) const {
    nb::dict detail;
    if (error.key >= 0) detail["key"] = wanted_->keys[static_cast<std::size_t>(error.key)];
    raise(error, detail);
}

void bind_parse(nb::module_& module) {
    module.attr("most_output_bytes") = limits::output_bytes;

    nb::enum_<RecordType>(module, "RecordType")
        .value("EXAMPLE", RecordType::example)
        .value("SEQUENCE_EXAMPLE", RecordType::sequence_example);

    nb::class_<WantedKeys>(module, "WantedKeys")
        .def(
            "__init__",
            [](WantedKeys* self, std::vector<std::string> names, const std::vector<std::string>& dtypes,
               const std::vector<std::string>& list_dtypes) {
                if (dtypes.size() != names.size()) throw nb::value_error("one dtype a key");
                if (!list_dtypes.empty() && list_dtypes.size() != names.size())
                    throw nb::value_error("one dtype a list");
                new (self) WantedKeys{Keys(std::move(names)), kinds_of(dtypes), kinds_of(list_dtypes)};
            },
            nb::arg("names"), nb::arg("dtypes"), nb::arg("list_dtypes") = std::vector<std::string>{});

    nb::class_<IndexedExamples>(module, "IndexedExamples")
        .def(nb::init<nb::object, std::shared_ptr<const WantedKeys>, std::size_t>(), nb::arg("serialized"),
             nb::arg("wanted"), nb::arg("threads") = 1)
        .def("__len__", [](const IndexedExamples& self) { return self.records().size(); })
        .def_prop_ro("type", &IndexedExamples::type)
        .def(
            "ragged",
            [](const IndexedExamples& self, std::size_t key) { return parse_ragged(self, self.rows(key), key); },
            nb::arg("key"))
        .def(
            "ragged_steps",
            [](const IndexedExamples& self, std::size_t key) { return parse_ragged(self, self.steps(key), key); },
            nb::arg("key"))
        .def(
            "require_list",
            [](const IndexedExamples& self, std::size_t key) {
                if (const auto error = require(self.steps(key))) raise_with_key(self, error, key);
            },
            nb::arg("key"))
        .def("first_record", &IndexedExamples::first_record, nb::arg("key"), nb::kw_only(), nb::arg("in_lists"),
             nb::arg("has"))
        .def("fixed", &parse_fixed, nb::arg("key"), nb::arg("size"), nb::arg("default_value").none());
}

}  // namespace colonnade::bindings
