#include "kernels/vocabulary.hpp"

#include <bit>
#include <charconv>
#include <cstring>
#include <limits>
#include <random>

#include "ground/interrupt.hpp"

namespace colonnade {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::uint64_t random_odd() {
    static const std::uint64_t chosen = [] {
        std::random_device device;
        return (std::uint64_t{device()} << 32 | device()) | 1;
    }();
    return chosen;
}

std::string_view view(const std::int64_t& value) { return {reinterpret_cast<const char*>(&value), sizeof value}; }

std::optional<std::int64_t> parse_integer(std::string_view line) {
    std::int64_t value = 0;
    const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
    if (error != std::errc{} || end != line.data() + line.size()) return std::nullopt;
    return value;
}

}  // namespace

void Vocabulary::append(std::string_view value) {
    bytes_.append(value);
    offsets_.push_back(bytes_.size());
}

bool Vocabulary::build(Problem& problem) {
    if (size() >= std::numeric_limits<std::uint32_t>::max()) {
        problem = {Fault::too_many, size(), 0};
        return false;
    }
    // At most half full, so that runs of taken slots stay short.
    const auto slots = std::bit_ceil(std::max<std::size_t>(size() * 2, 2));
    slots_.assign(slots, {});
    mask_ = slots - 1;
    shift_ = 64 - std::countr_zero(slots);
    multiplier_ = random_odd();
    bytes_.append(padding, '\0');
    interrupt::Pace pace;
    for (std::size_t i = 0; i < size(); pace(entry(i++).size())) {
        const auto hash = hash_of(entry(i));
        if (const auto found = find_padded(entry(i), hash); found >= 0) {
            problem = {Fault::duplicate, i + 1, static_cast<std::size_t>(found) + 1};
            return false;
        }
        const auto mixed = mix(hash);
        auto at = mixed >> shift_;
        while (slots_[at].number != 0) at = (at + 1) & mask_;
        slots_[at] = {static_cast<std::uint32_t>(mixed), static_cast<std::uint32_t>(i + 1)};
    }
    return true;
}

std::optional<Vocabulary> Vocabulary::from_strings(const std::uint8_t* data, const std::int64_t* offsets,
                                                   std::size_t count, Problem& problem) {
    Vocabulary made(false);
    for (std::size_t i = 0; i < count; ++i) {
        made.append(
            {reinterpret_cast<const char*>(data) + offsets[i], static_cast<std::size_t>(offsets[i + 1] - offsets[i])});
    }
    if (!made.build(problem)) return std::nullopt;
    return made;
}

std::optional<Vocabulary> Vocabulary::from_integers(const std::int64_t* values, std::size_t count, Problem& problem) {
    Vocabulary made(true);
    for (std::size_t i = 0; i < count; ++i) made.append(view(values[i]));
    if (!made.build(problem)) return std::nullopt;
    return made;
}

std::optional<Vocabulary> Vocabulary::from_text(std::string_view text, std::optional<std::size_t> size, bool integers,
                                                Problem& problem) {
    Vocabulary made(integers);
    if (text.starts_with(byte_order_mark)) {
        problem = {Fault::byte_order_mark, 1, 0};
        return std::nullopt;
    }
    interrupt::Pace pace;
    while (!text.empty() && made.size() < size.value_or(SIZE_MAX)) {
        const auto line_number = made.size() + 1;
        const auto end = text.find('\n');
        auto line = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        pace(line.size());
        if (line.ends_with('\r')) line.remove_suffix(1);
        if (line.empty()) {
            problem = {Fault::blank, line_number, 0};
            return std::nullopt;
        }
        if (!integers) {
            made.append(line);
        } else if (const auto value = parse_integer(line)) {
            made.append(view(*value));
        } else {
            problem = {Fault::not_an_integer, line_number, 0};
            return std::nullopt;
        }
    }
    if (made.size() < size.value_or(1)) {
        problem = {Fault::too_few, made.size(), 0};
        return std::nullopt;
    }
    if (!made.build(problem)) return std::nullopt;
    return made;
}

}  // namespace colonnade
