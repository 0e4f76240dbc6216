// Plans, and encoding of records or ragged columns with them.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/tuple.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <deque>
#include <numeric>

#include "arrays.hpp"
#include "encode/encode.hpp"
#include "examples.hpp"
#include "frozen.hpp"

namespace colonnade::bindings {
namespace {

struct Plan {
    EncodePlan core;
    std::shared_ptr<const WantedKeys> wanted;  // of Examples, and of SequenceExamples
    std::shared_ptr<const WantedKeys> wanted_lists;
    std::vector<nb::str> groups;  // their names
    std::vector<nb::str> slots;
    std::vector<std::vector<std::size_t>> shapes;  // of one step of a slot; ids have none
    FrozenClass batch_class{"colonnade._encoding.batch", "SequenceBatch", {"slots", "lengths", "mask", "row_splits"}};
    FrozenClass slot_class{"colonnade._encoding.batch", "Slot", {"values", "weights", "step_splits"}};

    Plan(std::shared_ptr<const WantedKeys> examples, std::shared_ptr<const WantedKeys> sequence_examples)
        : wanted(std::move(examples)), wanted_lists(std::move(sequence_examples)) {}
};

Op op_of(const std::string& name) {
    if (name == "identity") return Op::identity;
    if (name == "hash") return Op::hash;
    if (name == "vocabulary") return Op::vocabulary;
    if (name == "bucketize") return Op::bucketize;
    if (name == "raw") return Op::raw;
    if (name == "numbers") return Op::numbers;
    throw nb::value_error(("unknown op " + name).c_str());
}

using NormalizerSteps = std::vector<std::tuple<std::string, std::vector<double>, std::vector<double>>>;

Normalizer make_normalizer(const NormalizerSteps& given) {
    std::vector<Normalizer::Step> steps;
    std::size_t places = 1;
    for (const auto& [op, first, second] : given) {
        if (op != "scale" && op != "clip") throw nb::value_error(("unknown step " + op).c_str());
        for (const auto size : {first.size(), second.size()}) {
            if (size < 1 || (size != 1 && places != 1 && size != places)) {
                throw nb::value_error("a normalizer takes one parameter, or one for each place");
            }
            places = std::max(places, size);
        }
        steps.push_back({op == "scale" ? Normalizer::Op::scale : Normalizer::Op::clip, first, second});
    }
    return Normalizer(std::move(steps));
}

KeyPlan make_key(std::size_t key, const std::string& op, std::int64_t num_buckets,
                 std::optional<std::int64_t> default_id, std::shared_ptr<const Vocabulary> vocabulary,
                 std::vector<float> boundaries, std::size_t positions, std::vector<float> default_numbers,
                 const NormalizerSteps& normalizer) {
    KeyPlan plan;
    plan.key = key;
    plan.ids = {op_of(op),
                num_buckets,
                Modulo(static_cast<std::uint64_t>(std::max<std::int64_t>(num_buckets, 1))),
                default_id.has_value(),
                default_id.value_or(no_id),
                std::move(vocabulary),
                std::move(boundaries),
                positions,
                std::move(default_numbers),
                make_normalizer(normalizer)};
    const auto& ids = plan.ids;
    if (ids.op != Op::vocabulary && ids.num_buckets < 1) throw nb::value_error("num_buckets must be at least 1");
    if (ids.op == Op::vocabulary && (ids.vocabulary == nullptr || ids.num_buckets < 0)) {
        throw nb::value_error("a vocabulary and no negative number of buckets are needed");
    }
    if (ids.positions < 1 || (!ids.default_numbers.empty() && ids.default_numbers.size() != ids.positions)) {
        throw nb::value_error("as many default numbers as positions are needed");
    }
    return plan;
}

void add_group(Plan& plan, const nb::str& name, bool context, bool jagged, std::optional<std::int64_t> max_length,
               bool keep_first, bool pad_left, std::size_t min_length, std::size_t pad_to_multiple_of) {
    plan.core.groups.push_back({context, jagged, max_length.value_or(-1), keep_first, pad_left, min_length,
                                std::max<std::size_t>(pad_to_multiple_of, 1)});
    plan.groups.push_back(name);
}

void add_slot(Plan& plan, const nb::str& name, const std::vector<KeyPlan>& keys,
              std::optional<std::pair<std::int64_t, std::uint64_t>> cross, std::optional<std::size_t> weight_key,
              std::vector<std::size_t> shape, std::vector<float> default_numbers) {
    const auto known = [&](std::size_t key) { return key < plan.wanted->kinds.size(); };
    const bool sound = !plan.core.groups.empty() && !keys.empty() && known(weight_key.value_or(0)) &&
                       std::ranges::all_of(keys, [&](const KeyPlan& key) { return known(key.key); });
    const auto step_values = std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
    if (!sound || step_values < 1 || (cross && cross->first < 1) || (keys.size() > 1 && !cross)) {
        throw nb::value_error("a slot needs a group, known keys, and sizes of at least 1");
    }
    SlotPlan slot;
    slot.group = plan.core.groups.size() - 1;
    slot.keys = keys;
    if (cross) slot.cross = Cross{cross->first, cross->second};
    slot.weight_key = weight_key;
    slot.step_values = step_values;
    slot.default_numbers = std::move(default_numbers);
    const auto padding = slot.default_numbers.size();
    const bool context = plan.core.groups.back().context;
    if (slot.is_numbers() && (context ? padding != 0 && padding != step_values : padding != 1)) {
        throw nb::value_error("a numbers slot needs one padding value, or in a context none or a whole row");
    }
    plan.core.slots.push_back(std::move(slot));
    plan.slots.push_back(name);
    plan.shapes.push_back(std::move(shape));
}

[[noreturn]] void raise_with_column(const Error& error, const Plan& plan) {
    nb::dict detail;
    if (error.slot >= 0) {
        const auto slot = static_cast<std::size_t>(error.slot);
        const auto& keys = plan.core.slots[slot].keys;
        const auto key = keys[error.key < 0 ? 0 : static_cast<std::size_t>(error.key)].key;
        detail["key"] = plan.wanted->keys[key];
        detail["column"] = plan.slots[slot];
        if (error.record >= 0) detail["row"] = error.record;
    }
    if (error.other_slot >= 0) detail["other_column"] = plan.slots[static_cast<std::size_t>(error.other_slot)];
    raise(error, detail);
}

// What all arrays of one call share.
struct Given {
    std::optional<std::size_t> rows;
    std::deque<OwnSplits> splits;  // which columns point into

    const std::int64_t* own(nb::handle array, std::size_t size, const char* what) {
        return splits.emplace_back(own_splits(array, size, what)).data();
    }
};

template <typename T>
const T* borrow(nb::handle array, std::size_t& size) {
    const auto borrowed = array_of<Flat<T>>(array);
    size = borrowed.shape(0);
    return borrowed.data();
}

// A slot's ragged arrays: (row_splits, step_splits, holes, values), or for bytes (..., data, offsets). Values may
// change while they are read; what says how many there are is copied.
RaggedColumn borrow_column(const nb::tuple& arrays, Kind kind, Given& given) {
    if (nb::len(arrays) != 4 && nb::len(arrays) != 5) throw nb::value_error("four arrays, or five for bytes");
    const nb::object items = arrays[3];
    RaggedColumn column;
    column.kind = kind;
    std::size_t values = 0;
    // What came decides between integers and bytes: integers beyond int64 are hashed as their text, and a
    // raw key of a cross takes either.
    if (kind != Kind::floats) kind = column.kind = nb::len(arrays) == 5 ? Kind::bytes : Kind::int64s;
    if (kind == Kind::int64s) column.int64s = borrow<std::int64_t>(items, values);
    if (kind == Kind::floats) column.floats = borrow<float>(items, values);
    if (kind == Kind::bytes) {
        column.bytes = borrow<std::uint8_t>(items, values);
        column.offsets = given.own(arrays[4], values, "offsets");
        values = given.splits.back().size() - 1;
    }
    if (!arrays[2].is_none()) {
        std::size_t holes = 0;
        column.holes = borrow<bool>(arrays[2], holes);
        if (holes != values) throw nb::value_error("one hole flag a value");
    }
    auto steps = values;
    if (!arrays[1].is_none()) {
        column.step_splits = given.own(arrays[1], values, "step_splits");
        steps = given.splits.back().size() - 1;
    }
    column.row_splits = given.own(arrays[0], steps, "row_splits");
    column.rows = given.splits.back().size() - 1;
    return column;
}

nb::object or_none(Array&& array) { return array ? to_numpy(std::move(array)) : nb::none(); }

// The core gives numbers of any shape as one axis.
nb::object wrap_values(Array&& values, const std::vector<std::size_t>& step_shape) {
    if (values.dtype != Dtype::float32 || step_shape.size() == 1) return to_numpy(std::move(values));
    std::vector<std::size_t> shape(values.shape.begin(), values.shape.begin() + values.dimensions - 1);
    shape.insert(shape.end(), step_shape.begin(), step_shape.end());
    return to_numpy(std::move(values), shape);
}

// {group: SequenceBatch}; slots lie group by group.
nb::dict wrap(const Plan& plan, Encoded&& encoded) {
    nb::dict batches;
    std::size_t s = 0;
    for (std::size_t g = 0; g < encoded.groups.size(); ++g) {
        nb::dict slots;
        for (; s < encoded.slots.size() && plan.core.slots[s].group == g; ++s) {
            auto& slot = encoded.slots[s];
            slots[plan.slots[s]] =
                plan.slot_class.make({wrap_values(std::move(slot.values), plan.shapes[s]),
                                      or_none(std::move(slot.weights)), or_none(std::move(slot.step_splits))});
        }
        auto& group = encoded.groups[g];
        batches[plan.groups[g]] =
            plan.batch_class.make({slots, or_none(std::move(group.lengths)), or_none(std::move(group.mask)),
                                   or_none(std::move(group.row_splits))});
    }
    return batches;
}

// A key's rows where they are not given as arrays; the steps of a sequence lie in the feature lists of
// SequenceExamples, everything else in Examples and contexts.
Rows rows_of(const IndexedExamples* examples, std::size_t key, bool context) {
    if (examples == nullptr) throw nb::value_error("a slot without values");
    if (examples->type() == RecordType::sequence_example && !context) return examples->steps(key);
    return examples->rows(key);
}

Rows rows_of(nb::handle arrays, Kind kind, Given& given) {
    const auto column = borrow_column(nb::cast<nb::tuple>(arrays), kind, given);
    if (given.rows.value_or(column.rows) != column.rows) throw nb::value_error("slots differ in rows");
    given.rows = column.rows;
    return RaggedRows(column);
}

Rows rows_of(const Plan& plan, const IndexedExamples* examples, nb::handle arrays, std::size_t key, bool numbers,
             bool context, Given& given) {
    if (arrays.is_none()) return rows_of(examples, key, context);
    // Numbers and weights in memory are float32 by now, whatever the records hold, and normalized.
    return rows_of(arrays, numbers ? Kind::floats : plan.wanted->kinds[key], given);
}

bool wants_numbers(Op op) { return op == Op::numbers || op == Op::bucketize; }

// One slot's source; `columns` holds the arrays of each of its keys and then of its weights, or None for
// those that are read from `examples`; without a list all are.
Source source_of(const Plan& plan, const SlotPlan& slot, const IndexedExamples* examples,
                 const std::optional<nb::list>& columns, Given& given, Tally* tally) {
    if (columns && nb::len(*columns) != slot.keys.size() + 1) {
        throw nb::value_error("one entry a key and one for the weights");
    }
    const auto arrays_of = [&](std::size_t place) { return columns ? nb::object((*columns)[place]) : nb::none(); };
    const bool context = plan.core.groups[slot.group].context;
    std::vector<Rows> keys;
    for (std::size_t k = 0; k < slot.keys.size(); ++k) {
        const auto& key = slot.keys[k];
        keys.push_back(rows_of(plan, examples, arrays_of(k), key.key, wants_numbers(key.ids.op), context, given));
    }
    std::optional<Rows> weights;
    if (slot.weight_key) {
        weights.emplace(rows_of(plan, examples, arrays_of(slot.keys.size()), *slot.weight_key, true, context, given));
    }
    return make_source(slot, keys, std::move(weights), context, tally);
}

// For each slot (values, out of vocabulary, out of range).
void append_counts(const std::vector<Tally>& tallies, nb::list& counts) {
    for (const auto& tally : tallies) {
        counts.append(nb::make_tuple(tally.values.load(), tally.out_of_vocabulary.load(), tally.out_of_range.load()));
    }
}

nb::dict encode(const Plan& plan, const IndexedExamples* examples, const std::optional<nb::list>& columns,
                std::size_t threads, std::optional<nb::list> counts) {
    const auto& slots = plan.core.slots;
    if (columns && nb::len(*columns) != slots.size()) throw nb::value_error("one entry a slot");
    if (examples != nullptr && &examples->wanted() != plan.wanted.get() &&
        &examples->wanted() != plan.wanted_lists.get()) {
        throw nb::value_error("examples of another plan's keys");
    }
    std::vector<Source> sources;
    sources.reserve(slots.size());
    std::vector<Tally> tallies(counts ? slots.size() : 0);
    Given given;
    if (examples != nullptr) given.rows = examples->records().size();
    for (std::size_t s = 0; s < slots.size(); ++s) {
        std::optional<nb::list> arrays;
        if (columns) arrays = nb::cast<nb::list>((*columns)[s]);
        sources.push_back(source_of(plan, slots[s], examples, arrays, given, counts ? &tallies[s] : nullptr));
    }
    Encoded encoded;
    Error error;
    {
        const Unlocked unlocked;
        error = colonnade::encode(plan.core, sources, given.rows.value_or(0), encoded, threads);
    }
    if (error) raise_with_column(error, plan);
    if (counts) append_counts(tallies, *counts);
    return wrap(plan, std::move(encoded));
}

// Serialized records in one call, where no numbers pass through Python.
nb::dict encode_records(const Plan& plan, nb::object serialized, std::shared_ptr<const WantedKeys> wanted,
                        std::size_t threads) {
    const IndexedExamples examples(std::move(serialized), std::move(wanted), threads);
    return encode(plan, &examples, std::nullopt, threads, std::nullopt);
}

}  // namespace

void bind_encode(nb::module_& module) {
    nb::class_<KeyPlan>(module, "KeyPlan");
    module.def("key_plan", &make_key, nb::arg("key"), nb::kw_only(), nb::arg("op"), nb::arg("num_buckets") = 1,
               nb::arg("default_id") = nb::none(), nb::arg("vocabulary") = nb::none(),
               nb::arg("boundaries") = std::vector<float>{}, nb::arg("positions") = 1,
               nb::arg("default_numbers") = std::vector<float>{}, nb::arg("normalizer") = NormalizerSteps{});
    nb::class_<Plan>(module, "Plan")
        .def(nb::init<std::shared_ptr<const WantedKeys>, std::shared_ptr<const WantedKeys>>(), nb::arg("wanted"),
             nb::arg("wanted_lists"))
        .def("add_group", &add_group, nb::arg("name"), nb::kw_only(), nb::arg("context"), nb::arg("jagged"),
             nb::arg("max_length").none(), nb::arg("keep_first"), nb::arg("pad_left"), nb::arg("min_length"),
             nb::arg("pad_to_multiple_of"))
        .def("add_slot", &add_slot, nb::arg("name"), nb::kw_only(), nb::arg("keys"), nb::arg("cross") = nb::none(),
             nb::arg("weight_key") = nb::none(), nb::arg("shape") = std::vector<std::size_t>{},
             nb::arg("default_numbers") = std::vector<float>{});
    module.def("encode", &encode, nb::arg("plan"), nb::arg("examples").none(), nb::arg("columns").none(),
               nb::arg("threads") = 1, nb::arg("counts") = nb::none());
    module.def("encode_records", &encode_records, nb::arg("plan"), nb::arg("serialized"), nb::arg("wanted"),
               nb::arg("threads") = 1);
}

}  // namespace colonnade::bindings
