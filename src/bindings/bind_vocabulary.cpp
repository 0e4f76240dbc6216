// Vocabularies for Python: built once, shared by any number of plans.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string_view.h>

#include "arrays.hpp"
#include "kernels/vocabulary.hpp"

namespace colonnade::bindings {
namespace {

const char* name(Vocabulary::Fault fault) {
    switch (fault) {
        case Vocabulary::Fault::none: return "none";
        case Vocabulary::Fault::duplicate: return "duplicate";
        case Vocabulary::Fault::blank: return "blank";
        case Vocabulary::Fault::byte_order_mark: return "byte_order_mark";
        case Vocabulary::Fault::too_few: return "too_few";
        case Vocabulary::Fault::too_many: return "too_many";
        case Vocabulary::Fault::not_an_integer: return "not_an_integer";
    }
    return "unknown";
}

// Runs `build(problem)` without the GIL.
template <typename Build>
std::shared_ptr<const Vocabulary> built(Build build) {
    Vocabulary::Problem problem;
    std::shared_ptr<const Vocabulary> vocabulary;
    {
        const Unlocked unlocked;
        if (auto made = build(problem)) vocabulary = std::make_shared<const Vocabulary>(std::move(*made));
    }
    if (vocabulary != nullptr) return vocabulary;
    nb::dict detail;
    detail["line"] = problem.line;
    detail["other_line"] = problem.other_line;
    raise(std::string("vocabulary_") + name(problem.fault), detail);
}

std::shared_ptr<const Vocabulary> from_strings(const Bytes& data, nb::handle offsets) {
    const auto own = own_splits(offsets, data.shape(0), "offsets");
    return built([&](Vocabulary::Problem& problem) {
        return Vocabulary::from_strings(data.data(), own.data(), own.size() - 1, problem);
    });
}

std::shared_ptr<const Vocabulary> from_integers(const Int64s& values) {
    return built([&](Vocabulary::Problem& problem) {
        return Vocabulary::from_integers(values.data(), values.shape(0), problem);
    });
}

std::shared_ptr<const Vocabulary> from_text(nb::bytes text, std::optional<std::size_t> size, bool integers) {
    const std::string_view view(text.c_str(), text.size());
    return built([&](Vocabulary::Problem& problem) { return Vocabulary::from_text(view, size, integers, problem); });
}

}  // namespace

void bind_vocabulary(nb::module_& module) {
    nb::class_<Vocabulary>(module, "Vocabulary", nb::is_weak_referenceable())
        .def("__len__", &Vocabulary::size)
        .def_prop_ro("integers", &Vocabulary::integers);
    module.def("vocabulary_from_strings", &from_strings, nb::arg("data"), nb::arg("offsets"));
    module.def("vocabulary_from_integers", &from_integers, nb::arg("values"));
    module.def("vocabulary_from_text", &from_text, nb::arg("text"), nb::arg("size").none(), nb::arg("integers"));
}

}  // namespace colonnade::bindings
