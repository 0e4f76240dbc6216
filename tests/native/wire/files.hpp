// TFRecord files in memory, for the tests of records.
#pragma once

#include <initializer_list>
#include <string_view>
#include <vector>

#include "wire/record.hpp"

namespace files {

using namespace colonnade;
using Buffer = std::vector<std::uint8_t>;

inline Buffer framed(std::initializer_list<std::string_view> records) {
    Buffer file;
    for (const auto text : records) {
        const auto from = file.size();
        file.resize(from + record::header_bytes + text.size() + record::footer_bytes);
        record::frame({reinterpret_cast<const std::uint8_t*>(text.data()), text.size()}, file.data() + from);
    }
    return file;
}

}  // namespace files
