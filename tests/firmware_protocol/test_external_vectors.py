"""Vectors that others published, and the second opinion of programs that are not ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cobs import cobs
from crccheck.crc import Crc16Mcrf4XX, Crc32c

from firmware_protocol.crit import crc16_mcrf4xx
from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.frame import (
    BODY_BYTES_MAX,
    FrameError,
    crc32c,
    unwrap,
    wrap,
)

EXTERNAL = Path(__file__).parents[1] / "golden" / "external"
DIGITS = b"123456789"
EDGES = (*range(20), 126, 127, 128, 211, 212, 223, 224, 247, 248, 249, 253, 254, 255, 256, 509, 764)


def external(name: str) -> Any:
    return json.loads((EXTERNAL / name).read_text("utf-8"))


PUBLISHED = [
    (bytes.fromhex(one["decoded"]), bytes.fromhex(one["encoded"]))
    for one in external("cobs.json")["published"]
]
MALFORMED = [
    (one["what"], bytes.fromhex(one["encoded"])) for one in external("cobs.json")["malformed"]
]


def kinds_of_input() -> Iterator[bytes]:
    """Single bytes, runs around each edge, slices of the ramp, and a thousand by chance."""
    ramp = bytes(range(1, 256)) * 4
    yield from (bytes([one]) for one in range(256))
    for size in EDGES:
        yield from (bytes(size), ramp[:size], ramp[:size] + b"\0", b"\0" + ramp[:size])
    yield from (bytes(range(256))[first:last] for first in (0, 1, 2) for last in (255, 256))
    chance = Random(0xC0B5)
    for _ in range(1_000):
        size = chance.choice([chance.randrange(9), chance.randrange(249), chance.randrange(600)])
        yield bytes(chance.choice([0, 0, 1, 254, 255, chance.randrange(256)]) for _ in range(size))


@pytest.mark.parametrize(("body", "block"), PUBLISHED)
def test_published_cobs_is_met_as_far_as_a_body_goes_and_refused_beyond(
    body: bytes, block: bytes
) -> None:
    if len(body) <= BODY_BYTES_MAX:
        assert wrap(body) == b"\0" + block + b"\0"
        assert unwrap(block) == body
        return
    with pytest.raises(LocalProtocolError, match="at most 248 fit"):
        wrap(body)
    with pytest.raises(FrameError) as refused:
        unwrap(block)
    assert refused.value.reason == "oversize"


def test_six_of_the_published_examples_are_within_a_body() -> None:
    assert sum(len(body) <= BODY_BYTES_MAX for body, _ in PUBLISHED) == 6
    assert len(PUBLISHED) == 11


@pytest.mark.parametrize(("what", "block"), MALFORMED)
def test_what_is_no_cobs_is_refused(what: str, block: bytes) -> None:
    with pytest.raises(FrameError) as refused:
        unwrap(block)
    assert refused.value.reason == "cobs", what
    with pytest.raises(cobs.DecodeError):
        cobs.decode(block)


def test_every_kind_of_input_is_wrapped_as_another_program_does_or_refused() -> None:
    beyond = 0
    for body in kinds_of_input():
        if len(body) > BODY_BYTES_MAX:
            beyond += 1
            with pytest.raises(LocalProtocolError):
                wrap(body)
            with pytest.raises(FrameError):
                unwrap(cobs.encode(body))
            continue
        assert wrap(body) == b"\0" + cobs.encode(body) + b"\0"
        assert unwrap(cobs.encode(body)) == body
    assert beyond > 100


@pytest.mark.parametrize("one", external("crc.json")["rfc3720"], ids=lambda one: one["what"])
def test_the_examples_of_rfc_3720_are_met(one: Any) -> None:
    data = bytes.fromhex(one["data"])
    assert crc32c(data).to_bytes(4, "little").hex() == one["on the wire"]
    assert Crc32c.calc(data) == crc32c(data)


def test_both_checks_have_their_figure_in_the_catalogue() -> None:
    found = {one["name"]: int(one["check"], 16) for one in external("crc.json")["catalogue"]}
    assert found == {"CRC-32/ISCSI": crc32c(DIGITS), "CRC-16/MCRF4XX": crc16_mcrf4xx(DIGITS)}


def test_another_program_agrees_on_both_checks_of_anything() -> None:
    chance = Random(3720)
    for _ in range(150):
        data = chance.randbytes(chance.randrange(300))
        assert Crc32c.calc(data) == crc32c(data)
        assert Crc16Mcrf4XX.calc(data) == crc16_mcrf4xx(data)
