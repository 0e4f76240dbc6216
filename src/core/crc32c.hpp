// CRC-32C (Castagnoli), and the masked form in which TFRecord files store it.
// Sources: RFC 3720 appendix B.4 (the polynomial), Kounavis and Berry 2005 (slicing by eight).
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace colonnade {

using Crc32c = std::uint32_t (*)(const void* data, std::size_t size);

// The fastest kernel of this CPU, chosen at load; the portable one if COLONNADE_CPU is "portable".
[[nodiscard]] std::uint32_t crc32c(const void* data, std::size_t size);
[[nodiscard]] bool crc32c_is_portable();

// The same, copying the bytes on the way: beside the CRC's latency that costs next to nothing.
[[nodiscard]] std::uint32_t crc32c_copy(void* to, const void* from, std::size_t size);

// The two kernels by name; the hardware one is null where the CPU or the compiler has no such instruction.
[[nodiscard]] std::uint32_t crc32c_portable(const void* data, std::size_t size);
[[nodiscard]] Crc32c crc32c_hardware();

// A CRC stored beside its own data is weak against a CRC of both, hence TFRecord's mask.
[[nodiscard]] constexpr std::uint32_t mask_crc(std::uint32_t crc) { return std::rotr(crc, 15) + 0xA282EAD8u; }

}  // namespace colonnade
