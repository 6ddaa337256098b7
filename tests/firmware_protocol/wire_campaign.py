"""Corrupted bytes by the million through every deframer: no frame may come out that was not sent.

`python -m tests.firmware_protocol.wire_campaign --bytes 10000000` ends with 0 if nothing wrong was
accepted and all deframers agree, with 1 if not, and with 3 if there is no C compiler, so that only
Python's was tried.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any, Protocol

from firmware_protocol.crit import crc16_mcrf4xx
from firmware_protocol.frame import (
    PAYLOAD_BYTES_MAX,
    REASONS,
    SEAL_BYTES,
    Deframer,
    Frame,
    FrameError,
    encode_body,
    unwrap,
    wrap,
)

BATCH_BYTES = 32_768
STEPS = (1, 7, 64, 256)
MESSAGES = (0x0001, 0x0101, 0x0106, 0x0107, 0x0108, 0x0301, 0x0401)


class Codec(Protocol):
    """One way to make frames of bodies and to find them again."""

    name: str

    def body(self, frame: Frame) -> bytes:
        """Return header, payload and check."""
        ...

    def found(self, stream: bytes, step: int) -> tuple[list[bytes], dict[str, int]]:
        """Return the bodies that are accepted of a stream, and how often what was refused."""
        ...


class InPython:
    """The deframer of the host and of the twin."""

    name = "Python"

    def body(self, frame: Frame) -> bytes:
        return encode_body(frame)

    def found(self, stream: bytes, step: int) -> tuple[list[bytes], dict[str, int]]:
        deframer, bodies = Deframer(), []
        for at in range(0, len(stream), step):
            bodies += [encode_body(one) for one in deframer.feed(stream[at : at + step])]
        return bodies, dict(deframer.counters)


class InC:
    """The deframer of the core in C."""

    def __init__(self, compiler: str) -> None:
        from tests.c_core_kit import library

        self.name = f"C ({compiler})"
        self._ffi, self._c = library(compiler)
        self._room = 4 * BATCH_BYTES
        self._bodies = self._ffi.new("uint8_t[]", self._room)
        self._drops = self._ffi.new("uint32_t[]", len(REASONS))
        self._zeros = self._ffi.new("uint32_t *")

    def body(self, frame: Frame) -> bytes:
        return encode_body(frame)

    def found(self, stream: bytes, step: int) -> tuple[list[bytes], dict[str, int]]:
        out = (self._bodies, self._room, self._drops, self._zeros)
        used = self._c.mgt_deframe(stream, len(stream), step, *out)
        raw, at, bodies = bytes(self._ffi.buffer(self._bodies, used)), 0, []
        while at < used:
            bodies.append(raw[at + 1 : at + 1 + raw[at]])
            at += 1 + raw[at]
        return bodies, dict(zip(REASONS, self._drops, strict=True))


class Weaker:
    """What the wire might have been: another check, or none; with the length, or without."""

    def __init__(self, name: str, check: Callable[[bytes], bytes], *, length: bool) -> None:
        self.name, self._check, self._length = name, check, length

    def body(self, frame: Frame) -> bytes:
        covered = encode_body(frame)[:-4]
        return covered + self._check(covered)

    def found(self, stream: bytes, step: int) -> tuple[list[bytes], dict[str, int]]:
        bodies = []
        for block in stream.split(b"\0"):
            try:
                body = unwrap(block)
            except FrameError:
                continue
            if self._is_good(body):
                bodies.append(body)
        return bodies, {}

    def _is_good(self, body: bytes) -> bool:
        size = len(self._check(b""))
        if len(body) < 8 + size:
            return False
        covered = body[: len(body) - size]
        if self._check(covered) != body[len(covered) :]:
            return False
        seal = SEAL_BYTES if body[0] & 0x10 else 0
        return not self._length or body[1] == len(covered) - 8 - seal


def crc16(covered: bytes) -> bytes:
    """CRC-16/MCRF4XX, lowest byte first, as many protocols have it."""
    return crc16_mcrf4xx(covered).to_bytes(2, "little")


NO_CHECK = Weaker("no check, length kept", lambda _: b"", length=True)
CRC_16 = Weaker("CRC-16, length kept", crc16, length=True)
CRC_16_ALONE = Weaker("CRC-16, no length", crc16, length=False)


# ------------------------------------------------------------------ what happens to a stream


def _bits(r: Random, data: bytearray) -> None:
    for _ in range(r.choice([1, 1, 1, 2, 2, 3, 4, 5, 6])):
        data[r.randrange(len(data))] ^= 1 << r.randrange(8)


def _burst(r: Random, data: bytearray) -> None:
    at = r.randrange(len(data))
    for k in range(at, min(at + r.randrange(1, 33), len(data))):
        data[k] = r.randrange(256)


def _drop(r: Random, data: bytearray) -> None:
    at = r.randrange(len(data))
    del data[at : at + r.choice([1, 1, 2, 4, 16, 64])]


def _double(r: Random, data: bytearray) -> None:
    at = r.randrange(len(data))
    size = r.choice([1, 1, 2, 8, 64])
    data[at:at] = data[at : at + size]


def _insert(r: Random, data: bytearray) -> None:
    at = r.randrange(len(data) + 1)
    data[at:at] = r.choice([r.randbytes(r.randrange(1, 20)), bytes(r.randrange(1, 12)), b"\xff"])


def _delimiter(r: Random, data: bytearray) -> None:
    zeros = [at for at, one in enumerate(data) if not one]
    if zeros and r.random() < 0.7:
        data[r.choice(zeros)] = r.choice([1, 1, 2, 1 << r.randrange(8), r.randrange(1, 256)])
    else:
        data[r.randrange(len(data))] = 0


def _swap(r: Random, data: bytearray) -> None:
    a, b, c = sorted(r.randrange(len(data) + 1) for _ in range(3))
    data[a:c] = data[b:c] + data[a:b]


def _cut(r: Random, data: bytearray) -> None:
    del data[r.randrange(1, len(data) + 1) :]


KINDS: dict[str, Callable[[Random, bytearray], None]] = {
    "bit flips": _bits,
    "bursts": _burst,
    "bytes dropped": _drop,
    "bytes doubled": _double,
    "bytes inserted": _insert,
    "delimiters damaged": _delimiter,
    "stretches swapped": _swap,
    "cut short": _cut,
}


@dataclass
class Told:
    """What came of a campaign."""

    bytes: int = 0
    bursts: Counter[str] = field(default_factory=Counter)
    sent: int = 0
    accepted: Counter[str] = field(default_factory=Counter)
    refused: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: dict[str, list[bytes]] = field(default_factory=dict)
    differ: list[str] = field(default_factory=list)


def frame_by_chance(r: Random) -> Frame:
    """A frame of any size, with many zeros or none, sealed or not."""
    size = r.choice([0, 1, 8, 28, 33, 69, 100, 212, PAYLOAD_BYTES_MAX, r.randrange(225)])
    pick = r.choice([b"\0\0\0\1", bytes(range(256)), b"\0", b"\xff\1\0"])
    seal = r.randbytes(SEAL_BYTES) if size + SEAL_BYTES <= PAYLOAD_BYTES_MAX and r.random() < 0.2 \
        else b""  # fmt: skip
    head = (r.randrange(3), r.random() < 0.5, r.random() < 0.2, r.choice(MESSAGES))
    numbers = (r.randrange(0x10000), r.randrange(1, 0x10000))
    return Frame(*head, *numbers, bytes(r.choice(pick) for _ in range(size)), seal)


def burst(r: Random, frames: Sequence[bytes]) -> tuple[str, bytes]:
    """Frames back to back, damaged in one way or in two."""
    apart = r.choice([b"", b"", b"\0"])
    data = bytearray()
    for one in frames:
        wire = wrap(one)
        data += wire[1:] if data and not apart and r.random() < 0.5 else apart + wire
    kind = r.choice(list(KINDS))
    KINDS[kind](r, data)
    if data and r.random() < 0.2:
        KINDS[r.choice(list(KINDS))](r, data)
    return kind, bytes(data)


def campaign(
    seed: int,
    count: int,
    codecs: Sequence[Codec],
    *,
    told: Told | None = None,
    watch: Callable[[Told], None] | None = None,
) -> Told:
    """Send at least `count` damaged bytes through each of `codecs`; all of them frame alike."""
    r, told = Random(seed), told or Told()
    pool = [codecs[0].body(frame_by_chance(r)) for _ in range(500)]
    while told.bytes < count:
        sent, stream, batch = set(), bytearray(), min(BATCH_BYTES, count - told.bytes)
        while len(stream) < batch:
            pool[r.randrange(len(pool))] = codecs[0].body(frame_by_chance(r))
            frames = r.choices(pool, k=r.choice([1, 2, 2, 3, 4, 8]))
            kind, damaged = burst(r, frames)
            told.bursts[kind] += 1
            told.sent += len(frames)
            sent.update(frames)
            stream += damaged
        told.bytes += len(stream)
        _judge(told, codecs, bytes(stream), r.choice(STEPS), sent)
        if watch is not None:
            watch(told)
    return told


def _judge(told: Told, codecs: Sequence[Codec], stream: bytes, step: int, sent: set[bytes]) -> None:
    first: tuple[list[bytes], dict[str, int]] | None = None
    for codec in codecs:
        bodies, drops = codec.found(stream, step)
        told.accepted[codec.name] += len(bodies)
        told.refused.setdefault(codec.name, Counter()).update(drops)
        told.wrong.setdefault(codec.name, []).extend(one for one in bodies if one not in sent)
        if first is not None and first != (bodies, drops):
            told.differ.append(f"{codec.name} at byte {told.bytes}, by {step}")
        first = first or (bodies, drops)


def codecs_here() -> list[Codec]:
    """Python's, and C's from the first compiler that is here."""
    from tests.c_core_kit import compilers

    return [InPython(), *(InC(one) for one in compilers()[:1])]


def shown(told: Told, seconds: float) -> list[str]:
    """What a person reads of it."""
    lines = [f"bytes           {told.bytes:,} damaged, {told.sent:,} frames sent, {seconds:.0f} s"]
    kinds = ", ".join(f"{name} {count:,}" for name, count in sorted(told.bursts.items()))
    lines.append(f"bursts          {kinds}")
    for name, count in told.accepted.items():
        refused = ", ".join(f"{why} {n:,}" for why, n in told.refused[name].items())
        wrong = len(told.wrong[name])
        lines.append(f"{name:15} {count:,} accepted, {wrong} of them wrong; refused: {refused}")
    lines.append(f"agreement       {'of all' if not told.differ else told.differ[0]}")
    return lines


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(prog="wire", description="see the module's text")
    parser.add_argument("--bytes", type=int, default=10_000_000)
    parser.add_argument("--seed", type=int, default=1)
    given: Any = parser.parse_args(arguments)
    began, codecs, last = time.monotonic(), codecs_here(), [0]

    def watch(told: Told) -> None:
        if told.bytes - last[0] >= 1_000_000:
            last[0] = told.bytes
            sys.stderr.write(f"{told.bytes:,} of {given.bytes:,} bytes\n")

    told = campaign(given.seed, given.bytes, codecs, watch=watch)
    for line in shown(told, time.monotonic() - began):
        sys.stdout.write(line + "\n")
    if any(told.wrong.values()) or told.differ:
        return 1
    if len(codecs) < 2:
        sys.stderr.write("there is no C compiler: the core in C was NOT tried\n")
        return 3
    return 0


if __name__ == "__main__":
    sys.exit(main())
