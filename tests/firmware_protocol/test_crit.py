"""The check over a shot's numbers: the published CRC, and no number that slips past it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.crit import crc16_mcrf4xx, crit
from firmware_protocol.errors import LocalProtocolError

U32 = st.integers(0, 2**32 - 1)


def by_the_bit(data: bytes) -> int:
    value = 0xFFFF
    for byte in data:
        for bit in range(8):
            odd = (value ^ byte >> bit) & 1
            value = value >> 1 ^ (0x8408 if odd else 0)
    return value


@pytest.mark.parametrize(
    ("data", "check"), [(b"123456789", 0x6F91), (b"", 0xFFFF), (b"\0", 0x0F87)]
)
def test_the_check_is_the_published_crc_16_mcrf4xx(data: bytes, check: int) -> None:
    assert crc16_mcrf4xx(data) == check


@given(st.binary(max_size=64))
def test_the_table_agrees_with_the_definition(data: bytes) -> None:
    assert crc16_mcrf4xx(data) == by_the_bit(data)


@given(U32, U32, U32, U32)
def test_it_covers_the_four_numbers_in_order_as_little_endian_words(
    a: int, b: int, c: int, d: int
) -> None:
    words = b"".join(value.to_bytes(4, "little") for value in (a, b, c, d))
    assert crit(a, b, c, d) == by_the_bit(words)


@given(st.tuples(U32, U32, U32, U32), st.integers(0, 3), st.integers(0, 31))
def test_any_single_wrong_bit_is_noticed(values: tuple[int, ...], which: int, bit: int) -> None:
    changed = list(values)
    changed[which] ^= 1 << bit
    assert crit(*changed) != crit(*values)


@pytest.mark.parametrize("value", [-1, 2**32, 1.0, None])
def test_a_number_that_does_not_fit_has_no_check(value: object) -> None:
    for at in range(4):
        values: list[object] = [1, 2, 3, 4]
        values[at] = value
        with pytest.raises(LocalProtocolError, match="0 to 4294967295"):
            crit(*values)


def test_the_vectors_hold(vectors) -> None:
    for one in vectors("crit.json"):
        expected = one.pop("crit")
        assert crit(**one) == expected
