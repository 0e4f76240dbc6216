// What the tests of encoding give the core: one key's values as rows of steps, in memory and in records.
#pragma once

#include <string>
#include <type_traits>
#include <variant>
#include <vector>

#include "encode/id_source.hpp"
#include "records.hpp"

namespace given {

using namespace colonnade;

template <typename T>
using Steps = std::vector<std::vector<T>>;
// Rows of steps of values.
template <typename T>
using Table = std::vector<Steps<T>>;
using Values = std::variant<Table<std::int64_t>, Table<float>, Table<std::string>>;

template <typename T>
inline constexpr Kind kind_of = std::is_same_v<T, std::string> ? Kind::bytes
                                : std::is_same_v<T, float>     ? Kind::floats
                                                               : Kind::int64s;

// One value a step.
template <typename T>
Table<T> flat(const std::vector<std::vector<T>>& rows) {
    Table<T> table;
    for (const auto& row : rows) {
        auto& steps = table.emplace_back();
        for (const auto& value : row) steps.push_back({value});
    }
    return table;
}

template <typename T>
std::vector<T> joined(const Steps<T>& steps) {
    std::vector<T> out;
    for (const auto& step : steps) out.insert(out.end(), step.begin(), step.end());
    return out;
}

// All values of each row as steps of their own.
inline Values flattened(const Values& values) {
    return std::visit(
        []<typename T>(const Table<T>& table) -> Values {
            std::vector<std::vector<T>> rows;
            for (const auto& steps : table) rows.push_back(joined(steps));
            return flat(rows);
        },
        values);
}

inline std::size_t rows_in(const Values& values) {
    return std::visit([](const auto& table) { return table.size(); }, values);
}

// A key in memory, in arrays that end where their memory ends. `holes` are indices of values.
class Memory {
public:
    Memory(const Values& values, bool nested, const std::vector<std::size_t>& holes = {}) : nested_(nested) {
        std::visit([this](const auto& table) { fill(table); }, values);
        if (holes.empty()) return;
        holes_.reset(new bool[static_cast<std::size_t>(step_splits_.back())]());
        for (const auto hole : holes) holes_[hole] = true;
    }

    [[nodiscard]] Rows rows() const {
        RaggedColumn column;
        column.kind = kind_;
        column.rows = row_splits_.size() - 1;
        column.row_splits = row_splits_.data();
        column.step_splits = nested_ ? step_splits_.data() : nullptr;
        column.int64s = int64s_.data();
        column.floats = floats_.data();
        column.bytes = bytes_.data();
        column.offsets = offsets_.data();
        column.holes = holes_.get();
        return RaggedRows(column);
    }

private:
    template <typename T>
    void fill(const Table<T>& table) {
        kind_ = kind_of<T>;
        for (const auto& steps : table) {
            for (const auto& step : steps) {
                for (const auto& value : step) add(value);
                step_splits_.push_back(step_splits_.back() + static_cast<std::int64_t>(step.size()));
            }
            row_splits_.push_back(row_splits_.back() + static_cast<std::int64_t>(steps.size()));
        }
        int64s_.shrink_to_fit();
        floats_.shrink_to_fit();
        bytes_.shrink_to_fit();
    }
    void add(std::int64_t value) { int64s_.push_back(value); }
    void add(float value) { floats_.push_back(value); }
    void add(const std::string& value) {
        bytes_.insert(bytes_.end(), value.begin(), value.end());
        offsets_.push_back(static_cast<std::int64_t>(bytes_.size()));
    }

    bool nested_;
    Kind kind_ = Kind::none;
    std::vector<std::int64_t> row_splits_{0};
    std::vector<std::int64_t> step_splits_{0};
    std::vector<std::int64_t> int64s_;
    std::vector<float> floats_;
    std::vector<std::uint8_t> bytes_;
    std::vector<std::int64_t> offsets_{0};
    std::shared_ptr<bool[]> holes_;
};

// Keys of equally many rows in SequenceExamples: each as feature lists, and with all values of a row as a feature of
// the context, which is what an Example has too. Every second list without anything is left out.
class Serialized {
public:
    explicit Serialized(const std::vector<Values>& keys) : names_(names(keys.size())) {
        for (const auto& values : keys) kinds_.push_back(std::visit(kind, values));
        const auto rows = keys.empty() ? 0 : rows_in(keys[0]);
        for (std::size_t row = 0; row < rows; ++row) {
            std::vector<records::Bytes> context, lists;
            for (std::size_t k = 0; k < keys.size(); ++k) {
                const auto& name = names_[k];
                std::visit([&](const auto& table) { add(name, table[row], row % 2 == 0, context, lists); }, keys[k]);
            }
            records_.add(records::sequence_example(context, lists));
            examples_.add(records::example(context));
        }
        good_ = !index_sequence_examples(records_.views(), names_, index_) &&
                !index_examples(examples_.views(), names_, examples_index_);
    }

    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] Rows steps(std::size_t key) const { return WireSteps(records_.views(), index_, key, kinds_[key]); }
    [[nodiscard]] Rows context(std::size_t key) const {
        return WireRows(records_.views(), index_.context, key, kinds_[key]);
    }
    [[nodiscard]] Rows example(std::size_t key) const {
        return WireRows(examples_.views(), examples_index_, key, kinds_[key]);
    }

private:
    static Keys names(std::size_t count) {
        std::vector<std::string> all;
        for (std::size_t k = 0; k < count; ++k) all.push_back("key" + std::to_string(k));
        return Keys(all);
    }
    static constexpr auto kind = []<typename T>(const Table<T>&) { return kind_of<T>; };

    template <typename T>
    static void add(const std::string& name, const Steps<T>& steps, bool all, std::vector<records::Bytes>& context,
                    std::vector<records::Bytes>& lists) {
        const auto values = joined(steps);
        if (all || !values.empty()) context.push_back(records::entry(name, records::feature(values)));
        if (!all && steps.empty()) return;
        std::vector<records::Bytes> features;
        for (const auto& step : steps) features.push_back(records::feature(step));
        lists.push_back(records::entry(name, records::feature_list(features)));
    }

    Keys names_;
    std::vector<Kind> kinds_;
    records::Records records_;
    records::Records examples_;
    SequenceExampleIndex index_;
    ExampleIndex examples_index_;
    bool good_ = false;
};

}  // namespace given
