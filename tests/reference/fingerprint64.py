"""Fingerprint64 of FarmHash, in plain Python integers.

Algorithm: G. Pike, "Introducing FarmHash", 2014, the function named farmhashna::Hash64.
"""

_MASK = (1 << 64) - 1
_K0 = 0xC3A5C85C97CB3127
_K1 = 0xB492B66FBE98F273
_K2 = 0x9AE16A3B2F90404F
_SEED = 81

_Pair = tuple[int, int]


def _load(data: bytes, at: int, size: int = 8) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _rotate(value: int, right: int) -> int:
    value &= _MASK
    return (value >> right | value << (64 - right)) & _MASK


def _fold(value: int) -> int:
    value &= _MASK
    return value ^ (value >> 47)


def _mix(low: int, high: int, multiplier: int) -> int:
    low, high = low & _MASK, high & _MASK
    first = _fold((low ^ high) * multiplier)
    return _fold((high ^ first) * multiplier) * multiplier & _MASK


def _up_to_16(data: bytes) -> int:
    size = len(data)
    multiplier = _K2 + 2 * size
    if size >= 8:
        first = _load(data, 0) + _K2
        last = _load(data, size - 8)
        low = _rotate(last, 37) * multiplier + first
        high = (_rotate(first, 25) + last) * multiplier
        return _mix(low, high, multiplier)
    if size >= 4:
        return _mix(size + 8 * _load(data, 0, 4), _load(data, size - 4, 4), multiplier)
    if size == 0:
        return _K2
    low = data[0] + (data[size // 2] << 8)
    high = size + (data[-1] << 2)
    return _fold(low * _K2 ^ high * _K0) * _K2 & _MASK


def _ends(data: bytes, first_multiplier: int) -> tuple[int, int, int]:
    """Both ends of 16 bytes as two mixed words, and the first word multiplied."""
    size = len(data)
    multiplier = _K2 + 2 * size
    first = _load(data, 0) * first_multiplier
    second = _load(data, 8)
    last = _load(data, size - 8) * multiplier
    before = _load(data, size - 16) * _K2
    low = _rotate(first + second, 43) + _rotate(last, 30) + before
    high = first + _rotate(second + _K2, 18) + last
    return low, high, first


def _up_to_32(data: bytes) -> int:
    low, high, _ = _ends(data, _K1)
    return _mix(low, high, _K2 + 2 * len(data))


def _up_to_64(data: bytes) -> int:
    size = len(data)
    multiplier = _K2 + 2 * size
    low, high, first = _ends(data, _K2)
    third = _load(data, 16) * multiplier
    fourth = _load(data, 24)
    fifth = (low + _load(data, size - 32)) * multiplier
    sixth = (_mix(low, high, multiplier) + _load(data, size - 24)) * multiplier
    return _mix(
        _rotate(third + fourth, 43) + _rotate(fifth, 30) + sixth,
        third + _rotate(fourth + first, 18) + fifth,
        multiplier,
    )


def _weak_32(data: bytes, at: int, low: int, high: int) -> _Pair:
    first, second, third, fourth = (_load(data, at + 8 * index) for index in range(4))
    low += first
    high = _rotate(high + low + fourth, 21)
    total = low + second + third
    high += _rotate(total, 44)
    return (total + fourth) & _MASK, (high + low) & _MASK


_State = tuple[int, int, int, _Pair, _Pair]


def _advance(state: _State, data: bytes, at: int, multiplier: int, weight: int) -> _State:
    """Takes in the 64 bytes at `at`; the last block has its own multiplier and weight."""
    x, y, z, v, w = state
    x = _rotate(x + y + v[0] + _load(data, at + 8), 37) * multiplier
    y = _rotate(y + v[1] + _load(data, at + 48), 42) * multiplier
    x = (x ^ w[1] * weight) & _MASK
    y = (y + v[0] * weight + _load(data, at + 40)) & _MASK
    z = _rotate(z + w[0], 33) * multiplier & _MASK
    v = _weak_32(data, at, v[1] * multiplier, x + w[0])
    w = _weak_32(data, at + 32, z + w[1], y + _load(data, at + 16))
    return z, y, x, v, w


def _long(data: bytes) -> int:
    y = (_SEED * _K1 + 113) & _MASK
    state: _State = (_SEED * _K2 + _load(data, 0), y, _fold(y * _K2 + 113) * _K2 & _MASK, (0, 0), (0, 0))
    rest = (len(data) - 1) % 64
    for at in range(0, len(data) - 1 - rest, 64):
        state = _advance(state, data, at, _K1, weight=1)

    x, y, z, v, w = state
    multiplier = _K1 + 2 * (z & 0xFF)
    w0 = w[0] + rest
    v0 = v[0] + w0
    w0 = w0 + v0
    x, y, z, v, w = _advance((x, y, z, (v0, v[1]), (w0, w[1])), data, len(data) - 64, multiplier, weight=9)
    return _mix(
        _mix(v[0], w[0], multiplier) + _fold(y) * _K0 + z,
        _mix(v[1], w[1], multiplier) + x,
        multiplier,
    )


def fingerprint64(data: bytes) -> int:
    """The unsigned 64-bit fingerprint of `data`."""
    if len(data) <= 16:
        return _up_to_16(data)
    if len(data) <= 32:
        return _up_to_32(data)
    if len(data) <= 64:
        return _up_to_64(data)
    return _long(data)
