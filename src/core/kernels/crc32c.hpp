// CRC-32C (Castagnoli), and the masked form in which TFRecord files store it.
// Sources: RFC 3720 appendix B.4 (the polynomial), Kounavis and Berry 2005 (slicing by eight).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace colonnade {

// Slowest first. `instruction` is the CPU's own for CRC-32C; `folding` adds crc32c_fold.hpp for long stretches.
enum class Crc32cKernel : std::uint8_t { portable, instruction, folding };

// The fastest kernel that this CPU runs.
[[nodiscard]] Crc32cKernel crc32c_supported();

// By that kernel, chosen at load; a slower one if COLONNADE_CPU asks for it.
[[nodiscard]] std::uint32_t crc32c(const void* data, std::size_t size);
[[nodiscard]] bool crc32c_is_portable();

// The same, copying the bytes on the way: beside the CRC that costs next to nothing.
[[nodiscard]] std::uint32_t crc32c_copy(void* to, const void* from, std::size_t size);

// The CRC of two stretches that follow each other, from the CRC of each and the bytes of the second. Addition being its
// own inverse, the CRCs of the first and of both give that of the second.
[[nodiscard]] std::uint32_t crc32c_joined(std::uint32_t first, std::uint32_t second, std::size_t second_bytes);

// By a kernel of one's choice, which this CPU must support.
[[nodiscard]] std::uint32_t crc32c(const void* data, std::size_t size, Crc32cKernel kernel);
[[nodiscard]] std::uint32_t crc32c_copy(void* to, const void* from, std::size_t size, Crc32cKernel kernel);

// A CRC stored beside its own data is weak against a CRC of both, hence TFRecord's mask.
[[nodiscard]] constexpr std::uint32_t mask_crc(std::uint32_t crc) { return std::rotr(crc, 15) + 0xA282EAD8u; }

}  // namespace colonnade
