"""Oddities of the wire format: serialized Examples made by hand, byte by byte."""

from collections.abc import Callable

from .wire import END_GROUP, FIXED32, FIXED64, GROUP, LENGTH, VARINT


def varint(value: int, size: int = 1) -> bytes:
    """A varint of at least `size` bytes; negative values take ten, as int64 does."""
    value %= 2**64
    digits: list[int] = []
    while value or len(digits) < size:
        digits.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*digits[:-1], digits[-1] & 0x7F])


def tag(number: int, wire_type: int) -> bytes:
    return varint(number << 3 | wire_type)


def wrap(number: int, payload: bytes) -> bytes:
    """A length-delimited field."""
    return tag(number, LENGTH) + varint(len(payload)) + payload


def entry(key: bytes, value: bytes) -> bytes:
    """A map entry, as a field of Features or FeatureLists."""
    return wrap(1, wrap(1, key) + wrap(2, value))


def groups(count: int, number: int = 9) -> bytes:
    """Unknown groups inside each other."""
    return tag(number, GROUP) * count + tag(number, END_GROUP) * count


def ints(*values: int) -> bytes:
    """A Feature with one packed chunk of int64s."""
    return wrap(3, wrap(1, b"".join(varint(value) for value in values)))


def unpacked_ints(*values: int) -> bytes:
    """A Feature with int64s behind a tag each."""
    return wrap(3, b"".join(tag(1, VARINT) + varint(value) for value in values))


_ONE = b"\x00\x00\x80\x3f"
_TWO = b"\x00\x00\x00\x40"
UNKNOWN = {
    "varint": tag(9, VARINT) + varint(300),
    "fixed64": tag(9, FIXED64) + b"8 bytes.",
    "length": wrap(9, b"anything"),
    "group": tag(9, GROUP) + tag(8, GROUP) + wrap(1, b"x") + tag(8, END_GROUP) + tag(9, END_GROUP),
    "fixed32": tag(9, FIXED32) + b"4by.",
}

# Where a stretch of fields may stand in an Example, from the outside in.
_LEVELS: dict[str, Callable[[bytes], bytes]] = {
    "example": lambda fields: wrap(1, entry(b"a", ints(1))) + fields,
    "features": lambda fields: wrap(1, entry(b"a", ints(1)) + fields),
    "entry": lambda fields: wrap(
        1, entry(b"b", ints(2)) + wrap(1, wrap(1, b"a") + fields + wrap(2, ints(1)))
    ),
    "feature": lambda fields: wrap(1, entry(b"a", fields + ints(1))),
    "list": lambda fields: wrap(1, entry(b"a", wrap(3, fields + wrap(1, b"\x01")))),
}
_SEQUENCE_LEVELS: dict[str, Callable[[bytes], bytes]] = {
    "sequence_example": lambda fields: wrap(2, entry(b"q", wrap(1, ints(1)))) + fields,
    "feature_lists": lambda fields: wrap(2, entry(b"q", wrap(1, ints(1))) + fields),
    "list_entry": lambda fields: wrap(2, wrap(1, fields + wrap(1, b"q") + wrap(2, wrap(1, ints(1))))),
    "feature_list": lambda fields: wrap(2, entry(b"q", fields + wrap(1, ints(1)))),
    "step": lambda fields: wrap(2, entry(b"q", wrap(1, fields + ints(1)))),
    "step_list": lambda fields: wrap(2, entry(b"q", wrap(1, wrap(3, fields + wrap(1, b"\x01"))))),
}


def _a(feature: bytes) -> bytes:
    """An Example with one feature, "a"."""
    return wrap(1, entry(b"a", feature))


def _q(*steps: bytes) -> bytes:
    """A SequenceExample with one feature list, "q"."""
    return wrap(2, entry(b"q", b"".join(wrap(1, step) for step in steps)))


def _intruders() -> dict[str, bytes]:
    """Fields that no schema knows, good and bad ones, to be put at any level."""
    fields = {f"unknown_{name}": field for name, field in UNKNOWN.items()}
    fields |= {
        "all_unknown": b"".join(UNKNOWN.values()),
        "known_number_as_varint": tag(1, VARINT) + b"\x05",
        "known_number_as_fixed64": tag(1, FIXED64) + bytes(8),
        "known_number_as_fixed32": tag(1, FIXED32) + bytes(4),
        "known_number_as_group": groups(1, number=1),
        "second_number_as_varint": tag(2, VARINT) + b"\x05",
        "largest_number": tag(2**29 - 1, VARINT) + b"\x00",
        "unknown_varint_of_ten_bytes": tag(9, VARINT) + b"\xff" * 9 + b"\x7f",
        "unknown_varint_of_eleven_bytes": tag(9, VARINT) + b"\xff" * 10 + b"\x00",
        "number_zero": tag(0, VARINT) + b"\x00",
        "number_zero_length": wrap(0, b""),
        "number_zero_group": groups(1, number=0),
        "number_zero_inside_group": tag(9, GROUP) + tag(0, VARINT) + b"\x00" + tag(9, END_GROUP),
        "group_zero_inside_group": tag(9, GROUP) + groups(1, number=0) + tag(9, END_GROUP),
        "wire_type_6": b"\x4e\x00",
        "wire_type_7": b"\x4f\x00",
        "wire_type_6_inside_group": tag(9, GROUP) + b"\x4e" + tag(9, END_GROUP),
        "group_without_end": tag(9, GROUP),
        "group_with_another_end": tag(9, GROUP) + tag(8, END_GROUP),
        "groups_that_cross": tag(9, GROUP) + tag(8, GROUP) + tag(9, END_GROUP) + tag(8, END_GROUP),
        "end_of_no_group": tag(9, END_GROUP),
        "end_of_no_group_of_known_number": tag(1, END_GROUP),
        "group_ends_in_another_message": tag(9, GROUP) + wrap(1, tag(9, END_GROUP)),
        "many_groups_side_by_side": groups(1) * 300,
        "end_tag_of_five_bytes": tag(9, GROUP) + b"\xcc\x80\x80\x80\x00",
        "tag_of_five_bytes": b"\xc8\x80\x80\x80\x00\x00",
        "tag_of_six_bytes": b"\xc8\x80\x80\x80\x80\x00\x00",
        "tag_of_33_bits": b"\xc8\x80\x80\x80\x10\x00",
        "tag_without_value": tag(9, VARINT),
        "fixed64_cut": tag(9, FIXED64) + bytes(3),
        "fixed32_cut": tag(9, FIXED32) + bytes(3),
        "length_of_five_bytes": tag(9, LENGTH) + varint(1, size=5) + b"x",
        "length_of_six_bytes": tag(9, LENGTH) + varint(1, size=6) + b"x",
        "length_beyond_end": tag(9, LENGTH) + varint(100),
        "length_2_31_less_1": tag(9, LENGTH) + varint(2**31 - 1),
        "length_2_31": tag(9, LENGTH) + varint(2**31),
        "length_2_32_plus_1": tag(9, LENGTH) + varint(2**32 + 1) + b"x",
        "length_2_63": tag(9, LENGTH) + varint(2**63),
    }
    fields |= {f"{count}_groups": groups(count) for count in range(94, 103)}
    return fields


def lists() -> dict[str, bytes]:
    """Features in all their spellings."""
    packed = wrap(1, b"\x01\x02")
    one_by_one = tag(1, VARINT) + b"\x03" + tag(1, VARINT) + b"\x04"
    one_float = tag(1, FIXED32) + _ONE
    return {
        "empty_feature": b"",
        "empty_bytes_list": wrap(1, b""),
        "empty_float_list": wrap(2, b""),
        "empty_int64_list": wrap(3, b""),
        "empty_packed_chunk": wrap(3, wrap(1, b"")),
        "packed_ints": ints(1, 2, 300, 2**63 - 1),
        "unpacked_ints": unpacked_ints(1, 2, 300, 2**63 - 1),
        "two_packed_chunks": wrap(3, packed + packed),
        "packed_then_unpacked": wrap(3, packed + one_by_one),
        "unpacked_then_packed": wrap(3, one_by_one + packed),
        "mixed_chunks": wrap(3, one_by_one + packed + wrap(1, b"") + one_by_one + packed),
        "mixed_chunks_and_unknown": wrap(3, packed + b"".join(UNKNOWN.values()) + one_by_one),
        "packed_floats": wrap(2, wrap(1, _ONE + _TWO)),
        "unpacked_floats": wrap(2, one_float + one_float),
        "mixed_floats": wrap(2, one_float + wrap(1, _TWO + _ONE) + one_float),
        "odd_floats": wrap(2, wrap(1, bytes.fromhex("0000c07f 0000807f 000080ff 00000080 01000000"))),
        "packed_floats_cut": wrap(2, wrap(1, _ONE + _TWO[:3])),
        "unpacked_float_cut": wrap(2, one_float[:-1]),
        "int_that_fixed_spell": wrap(3, tag(1, FIXED64) + bytes(8)),
        "float_that_varint_spells": wrap(2, tag(1, VARINT) + b"\x01"),
        "bytes_that_varint_spells": wrap(1, tag(1, VARINT) + b"\x01"),
        "bytes_of_all_sorts": wrap(
            1, wrap(1, b"") + wrap(1, b"\x00\xff") + wrap(1, "é".encode()) + wrap(1, b"")
        ),
        "bytes_beyond_end": wrap(1, tag(1, LENGTH) + varint(9) + b"x"),
        "non_minimal_varint": wrap(3, wrap(1, varint(1, size=2) + varint(2, size=9))),
        "ten_byte_non_minimal_varint": wrap(3, wrap(1, varint(1, size=10))),
        "eleven_byte_varint": wrap(3, wrap(1, varint(1, size=11))),
        "ten_byte_negative": ints(-1, -(2**63)),
        "unpacked_negative": unpacked_ints(-1, -(2**63)),
        "five_byte_negative": wrap(3, wrap(1, varint(2**32 - 1))),
        "varint_beyond_64_bits": wrap(3, wrap(1, b"\xff" * 9 + b"\x7f" + b"\x80" * 9 + b"\x02")),
        "unpacked_varint_beyond_64_bits": wrap(3, tag(1, VARINT) + b"\xff" * 9 + b"\x7e"),
        "varint_cut_by_chunk": wrap(3, wrap(1, b"\x01\x80") + wrap(1, b"\x01")),
        "one_kind_twice": ints(1, 2) + ints(3),
        "two_kinds": ints(1, 2) + wrap(2, wrap(1, _ONE)),
        "two_kinds_the_last_empty": ints(1, 2) + wrap(1, b""),
        "two_kinds_and_the_first_again": ints(1, 2) + wrap(2, b"") + ints(3),
        "wrong_wire_type_for_kind": ints(1) + tag(2, VARINT) + b"\x01",
        "fourth_kind": ints(1) + wrap(4, b"\xff"),
        "list_tag_of_five_bytes": b"\x9a\x80\x80\x80\x00\x03" + wrap(1, b"\x07"),
        "list_length_of_five_bytes": b"\x1a\x83\x80\x80\x80\x00" + wrap(1, b"\x07"),
        "list_length_of_six_bytes": b"\x1a\x83\x80\x80\x80\x80\x00" + wrap(1, b"\x07"),
    }


def maps(make: Callable[[bytes], bytes]) -> dict[str, bytes]:
    """Map entries in all their spellings; `make` turns a Feature into the map's value."""
    one, two = make(ints(1)), make(ints(2))
    words = make(wrap(1, wrap(1, b"word")))
    key_a = wrap(1, b"a")
    return {
        "no_entry": b"",
        "empty_entry": wrap(1, b""),
        "missing_key": wrap(1, wrap(2, one)),
        "missing_value": wrap(1, key_a),
        "value_before_key": wrap(1, wrap(2, one) + key_a),
        "duplicate_key": entry(b"a", one) + entry(b"b", one) + entry(b"a", two),
        "duplicate_key_of_another_kind": entry(b"a", one) + entry(b"a", words),
        "duplicate_key_without_value": entry(b"a", one) + wrap(1, key_a),
        "duplicate_empty_key": entry(b"", one) + wrap(1, wrap(2, two)),
        "key_twice_in_entry": wrap(1, key_a + wrap(2, one) + wrap(1, b"b")),
        "value_twice_in_entry": wrap(1, wrap(2, one) + key_a + wrap(2, two)),
        "values_of_two_kinds_in_entry": wrap(1, wrap(2, one) + key_a + wrap(2, words)),
        "empty_value_after_value_in_entry": wrap(1, key_a + wrap(2, one) + wrap(2, b"")),
        "empty_key": entry(b"", one),
        "key_with_nul": entry(b"a\x00b", one),
        "key_beyond_ascii": entry("ключ🔑".encode(), one),
        "key_of_200_bytes": entry(b"k" * 200, one),
        "key_invalid_utf8": entry(b"\xff", one),
        "key_cut_utf8": entry("é".encode()[:1], one),
        "key_overlong_utf8": entry(b"\xc0\x80", one),
        "key_surrogate": entry(b"\xed\xa0\x80", one),
        "key_beyond_unicode": entry(b"\xf4\x90\x80\x80", one),
        "invalid_utf8_replaced_in_entry": wrap(1, wrap(1, b"\xff") + key_a + wrap(2, one)),
        "invalid_utf8_in_entry_with_unknown": wrap(1, wrap(1, b"\xff") + UNKNOWN["varint"]),
        "key_as_varint": wrap(1, tag(1, VARINT) + b"\x05" + wrap(2, one)),
        "value_as_varint": wrap(1, key_a + tag(2, VARINT) + b"\x05"),
        "unknown_at_end_of_entry": wrap(1, key_a + wrap(2, one) + UNKNOWN["fixed32"]),
        "unknown_in_later_duplicate": entry(b"a", one) + wrap(1, key_a + wrap(2, two) + UNKNOWN["length"]),
        "unknown_in_earlier_duplicate": wrap(1, key_a + wrap(2, one) + UNKNOWN["group"]) + entry(b"a", two),
        "unknown_third_field_in_entry": wrap(1, key_a + wrap(2, one) + wrap(3, b"")),
        "broken_value_in_entry_with_unknown": wrap(1, UNKNOWN["varint"] + wrap(2, b"\x0a")),
        "entry_as_varint": tag(1, VARINT) + b"\x05" + entry(b"a", one),
        "second_map": entry(b"a", one) + wrap(2, entry(b"b", two)),
    }


def _example_oddities() -> dict[str, bytes]:
    records = {
        "empty_record": b"",
        "empty_features": wrap(1, b""),
        "concatenated": _a(ints(1)) + wrap(1, entry(b"b", ints(2))),
        "concatenated_same_key": _a(ints(1)) + _a(wrap(2, wrap(1, _ONE))),
        "concatenated_with_empty": _a(ints(1)) + wrap(1, b""),
        "features_as_varint": tag(1, VARINT) + b"\x05" + _a(ints(1)),
        "features_as_group": groups(1, number=1) + _a(ints(1)),
        "second_field_at_top": _a(ints(1)) + wrap(2, b"\xff"),
        "zero_byte_at_end": _a(ints(1)) + b"\x00",
        "text_hello": b"hello",
        "text_junk": b"junk",
        "length_cut": _a(ints(1))[:2],
        "length_lies_2_31": b"\x0a" + varint(2**31) + b"\x0a",
        "length_lies_2_63": b"\x0a" + varint(2**63) + b"\x0a",
        "outer_tag_of_five_bytes": b"\x8a\x80\x80\x80\x00" + _a(ints(1))[1:],
    }
    records |= {f"list_{name}": _a(feature) for name, feature in lists().items()}
    records |= {f"map_{name}": wrap(1, fields) for name, fields in maps(lambda feature: feature).items()}
    for name, fields in _intruders().items():
        records |= {f"{level}_{name}": place(fields) for level, place in _LEVELS.items()}
    return records


def _sequence_example_oddities() -> dict[str, bytes]:
    def one_step(feature: bytes) -> bytes:
        return wrap(1, feature)

    records = {
        "empty_record": b"",
        "empty_feature_lists": wrap(2, b""),
        "empty_feature_list": _q(),
        "empty_steps": _q(b"", ints(1), b"", b""),
        "steps_of_many_kinds": _q(ints(1), wrap(2, b""), wrap(1, wrap(1, b"x")), b""),
        "only_context": _a(ints(1)),
        "context_after_lists": _q(ints(1)) + _a(ints(2)),
        "key_in_both": wrap(2, entry(b"a", wrap(1, ints(1)))) + _a(ints(2)),
        "concatenated": _a(ints(1)) + _q(ints(1)) + wrap(1, entry(b"b", ints(2))) + wrap(2, entry(b"r", b"")),
        "concatenated_same_key": _q(ints(1), ints(2)) + _q(ints(3)),
        "lists_as_varint": tag(2, VARINT) + b"\x05" + _q(ints(1)),
        "third_field_at_top": _q(ints(1)) + wrap(3, b"\xff"),
        "length_cut": _q(ints(1))[:2],
    }
    records |= {f"context_{name}": _a(feature) for name, feature in lists().items()}
    records |= {f"step_{name}": _q(ints(1), feature, ints(2)) for name, feature in lists().items()}
    records |= {
        f"context_map_{name}": wrap(1, fields) for name, fields in maps(lambda feature: feature).items()
    }
    records |= {f"list_map_{name}": wrap(2, fields) for name, fields in maps(one_step).items()}
    for name, fields in _intruders().items():
        records |= {f"{level}_{name}": place(fields) for level, place in _SEQUENCE_LEVELS.items()}
    return records


# Valid and invalid records alike; reference.proto says which is which.
ODDITIES: dict[str, bytes] = _example_oddities()
SEQUENCE_ODDITIES: dict[str, bytes] = _sequence_example_oddities()
