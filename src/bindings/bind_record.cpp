// TFRecord framing and CRC-32C for Python.
#include "arrays.hpp"
#include "kernels/crc32c.hpp"
#include "wire/record.hpp"
#include "wire/resync.hpp"

namespace colonnade::bindings {
namespace {

record::Bytes view(const nb::bytes& bytes) { return {static_cast<const std::uint8_t*>(bytes.data()), bytes.size()}; }

nb::object pooled_bytes(std::size_t size) {
    Array array;
    if (const auto error = Array::make(Dtype::uint8, {size}, array)) raise(error);
    return to_numpy(std::move(array));
}

void make_batch(record::Batch* batch, std::size_t index, std::size_t count) {
    if (index >= count) throw nb::value_error("the index of a share must be less than its count");
    new (batch) record::Batch({index, count});
}

// The caller sees to it that one thread at a time is here, and that nobody writes into the buffer meanwhile.
nb::tuple take(record::Batch& batch, const Bytes& buffer, std::size_t most, bool at_end, record::Stretches* stretches) {
    record::Taken taken;
    Error error;
    {
        const Unlocked unlocked;
        error = batch.take({buffer.data(), buffer.shape(0)}, most, at_end, taken, stretches);
    }
    if (error) raise(error);
    return nb::make_tuple(taken.consumed, taken.records, taken.needed);
}

nb::tuple step(record::Resync& resync, const Bytes& buffer, bool at_end, record::Stretches& stretches) {
    record::Step step;
    {
        const Unlocked unlocked;
        step = resync.step({buffer.data(), buffer.shape(0)}, at_end, stretches);
    }
    return nb::make_tuple(step.found, step.passed, step.needed);
}

nb::tuple hand_over(record::Batch& batch) {
    auto [data, offsets] = batch.hand_over();
    if (!data) throw nb::value_error("an empty batch has nothing to hand over");
    return nb::make_tuple(to_numpy(std::move(data)), to_numpy(std::move(offsets)));
}

nb::bytes frame_record(const nb::bytes& data) {
    const auto size = record::header_bytes + data.size() + record::footer_bytes;
    auto framed = nb::steal<nb::bytes>(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
    if (!framed.is_valid()) throw nb::python_error();
    auto* out = reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(framed.ptr()));
    const Unlocked unlocked;
    record::frame(view(data), out);
    return framed;
}

nb::object frame_records(const Bytes& data, nb::handle offsets) {
    const auto own = own_splits(offsets, data.shape(0), "offsets");
    Array framed;
    Error error;
    {
        const Unlocked unlocked;
        error = record::frame_all({data.data(), data.shape(0)}, own, framed);
    }
    if (error) raise(error);
    return to_numpy(std::move(framed));
}

std::uint32_t crc(const nb::bytes& data, bool portable) {
    const auto bytes = view(data);
    const Unlocked unlocked;
    return portable ? crc32c(bytes.data(), bytes.size(), Crc32cKernel::portable) : crc32c(bytes.data(), bytes.size());
}

}  // namespace

void bind_record(nb::module_& module) {
    nb::class_<record::Batch>(module, "RecordBatch", "TFRecords gathered from stretches of files.")
        .def("__init__", make_batch, nb::arg("index") = 0, nb::arg("count") = 1,
             "Keeps record i if i % count == index.")
        .def("__len__", &record::Batch::size)
        .def_prop_ro("to_pass", &record::Batch::to_pass, "Records of others before the next one that is kept.")
        .def("take", take, nb::arg("buffer"), nb::arg("most"), nb::arg("at_end"), nb::arg("stretches") = nb::none(),
             "Bytes consumed, records appended or passed, and bytes needed, until the batch holds `most` records.")
        .def("hand_over", hand_over, "Data and offsets; leaves the batch empty.");
    nb::class_<record::Stretches>(module, "Stretches", "What is known of the CRCs of a file with damage.")
        .def(nb::init<>());
    nb::class_<record::Resync>(module, "Resync", "The search for the end of damage in a file.")
        .def(nb::init<>())
        .def("step", step, nb::arg("buffer"), nb::arg("at_end"), nb::arg("stretches"),
             "Whether records go on, behind how many bytes, and how many more the buffer needs otherwise.");
    module.def("pooled_bytes", pooled_bytes, nb::arg("size"), "Writable bytes of any value, in memory used before.");
    module.def("frame_record", frame_record, nb::arg("data"), "One TFRecord: header, data and footer.");
    module.def("frame_records", frame_records, nb::arg("data"), nb::arg("offsets"), "Many TFRecords as one buffer.");
    module.def("crc32c", crc, nb::arg("data"), nb::kw_only(), nb::arg("portable") = false,
               "CRC-32C of some bytes, unmasked, by the kernel of this CPU or by the portable one.");
    module.def("crc32c_is_portable", crc32c_is_portable, "Whether the kernel of this CPU is the portable one.");
}

}  // namespace colonnade::bindings
