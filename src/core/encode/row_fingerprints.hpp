// Fingerprint64 of each string of a row: side by side where that pays.
#pragma once

#include "kernels/fingerprints.hpp"
#include "wire/rows.hpp"

namespace colonnade {

// Gathers the strings of a row. For some after some, calls `ahead(hashes)` and then `use(data, size, hash)` for each
// of them, as Fingerprints::take does.
template <typename Ahead, typename Use>
void gather_fingerprints(const RowsOfKey auto& rows, std::size_t row, Ahead ahead, Use use) {
    Fingerprints strings(rows.end(row));
    const auto take = [&] {
        ahead(strings.hash());
        strings.take(use);
    };
    rows.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) {
        strings.add(data, size);
        if (strings.full()) take();
    });
    take();
}

// Calls `use(hash)` for each string of a row.
template <typename Use>
void each_fingerprint(const RowsOfKey auto& rows, std::size_t row, Use use) {
    if (!Fingerprints::pay(rows.values(row))) {
        rows.each_bytes(row, [&](const std::uint8_t* data, std::size_t size) { use(fingerprint64(data, size)); });
        return;
    }
    const auto ahead = [](std::span<const std::uint64_t>) {};
    gather_fingerprints(rows, row, ahead, [&](const std::uint8_t*, std::size_t, std::uint64_t hash) { use(hash); });
}

}  // namespace colonnade
