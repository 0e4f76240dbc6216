// TFRecord framing and CRC-32C for Python.
#include <algorithm>
#include <memory>

#include "bindings.hpp"
#include "crc32c.hpp"
#include "record.hpp"

namespace colonnade::bindings {
namespace {

record::Bytes view(const nb::bytes& bytes) { return {static_cast<const std::uint8_t*>(bytes.data()), bytes.size()}; }

template <typename T>
nb::ndarray<nb::numpy, T> adopt(std::unique_ptr<T[]> values, std::size_t size) {
    nb::capsule owner(values.get(), [](void* pointer) noexcept { delete[] static_cast<T*>(pointer); });
    return nb::ndarray<nb::numpy, T>(values.release(), {size}, owner);
}

// Bytes do not change and the arguments keep them alive, so all the work runs without the GIL.
nb::tuple read_records(const nb::bytes& buffer, std::size_t start, std::size_t most, bool at_end) {
    const auto whole = view(buffer);
    const auto rest = whole.subspan(std::min(start, whole.size()));
    record::Scan found;
    Error error;
    std::unique_ptr<std::uint8_t[]> data;
    std::unique_ptr<std::int64_t[]> offsets;
    {
        nb::gil_scoped_release release;
        error = record::scan(rest, most, at_end, found);
        if (!error) {
            data.reset(new std::uint8_t[found.data_bytes]);
            offsets.reset(new std::int64_t[found.records + 1]);
            record::gather(rest, found.records, data.get(), offsets.get());
        }
    }
    if (error) raise(error);
    return nb::make_tuple(adopt(std::move(data), found.data_bytes), adopt(std::move(offsets), found.records + 1),
                          found.consumed, found.needed);
}

nb::bytes frame_record(const nb::bytes& data) {
    const auto size = record::header_bytes + data.size() + record::footer_bytes;
    auto framed = nb::steal<nb::bytes>(PyBytes_FromStringAndSize(nullptr, static_cast<Py_ssize_t>(size)));
    if (!framed.is_valid()) throw nb::python_error();
    auto* out = reinterpret_cast<std::uint8_t*>(PyBytes_AS_STRING(framed.ptr()));
    nb::gil_scoped_release release;
    record::frame(view(data), out);
    return framed;
}

std::uint32_t crc(const nb::bytes& data, bool portable) {
    const auto bytes = view(data);
    nb::gil_scoped_release release;
    return portable ? crc32c_portable(bytes.data(), bytes.size()) : crc32c(bytes.data(), bytes.size());
}

}  // namespace

void bind_record(nb::module_& module) {
    module.def("read_records", read_records, nb::arg("buffer"), nb::arg("start"), nb::arg("most"), nb::arg("at_end"),
               "Data, offsets, bytes consumed and bytes needed of up to `most` TFRecords from `start` on.");
    module.def("frame_record", frame_record, nb::arg("data"), "One TFRecord: header, data and footer.");
    module.def("crc32c", crc, nb::arg("data"), nb::kw_only(), nb::arg("portable") = false,
               "CRC-32C of some bytes, unmasked, by the kernel of this CPU or by the portable one.");
    module.def("crc32c_is_portable", crc32c_is_portable, "Whether the kernel of this CPU is the portable one.");
}

}  // namespace colonnade::bindings
