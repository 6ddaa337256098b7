"""Fuzzing what Python does with bytes of a line: deframer, decoding of messages, the host's link.

`python -m tests.firmware_protocol.fuzz_python --seconds 60` ends with 0 if nothing broke and every
reason to refuse was met; with 1 if something broke (its input is printed and kept in a file), or
if a reason was never met.

Inputs are mutated from the published vectors. One that meets a combination of verdicts which was
not seen before joins the corpus: that is the coverage which steers it. Half of the inputs get a CRC
that is right, since noise alone would never come past it.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import firmware_protocol
from firmware_protocol import messages as m
from firmware_protocol.errors import ProtocolError, RemoteProtocolError
from firmware_protocol.frame import (
    BODY_BYTES_MAX,
    REASONS,
    Deframer,
    Frame,
    FrameError,
    crc32c,
    decode_body,
    encode,
    encode_body,
    unwrap,
    wrap,
)
from mesogun.device import Link

VECTORS = Path(firmware_protocol.__file__).parent / "vectors"
INPUT_BYTES_MAX = 2_048
CORPUS_MAX = 4_000
DECODED = ("read", "UnknownMessage", "WrongLength", "RemoteProtocolError")
EDGES = (0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF)


class Broken(AssertionError):
    """What must hold did not."""


def seeds() -> list[bytes]:
    """The wire bytes of every vector, whole and malformed."""
    found = []
    for name in ("messages.json", "malformed.json"):
        told = json.loads((VECTORS / name).read_text("utf-8"))
        found += [bytes.fromhex(one["wire"]) for one in told["vectors"]]
    return found


def mutated(r: Random, corpus: Sequence[bytes]) -> bytes:
    """One input from the corpus, changed a few times; half of them with a good CRC."""
    data = bytearray(r.choice(corpus))
    for _ in range(r.choice([1, 1, 2, 4, 8])):
        _change(r, data, corpus)
    del data[INPUT_BYTES_MAX:]
    return dressed(bytes(data)) if r.random() < 0.5 else bytes(data)


def _change(r: Random, data: bytearray, corpus: Sequence[bytes]) -> None:
    at, kind = r.randrange(len(data) + 1), r.randrange(8)
    if kind == 0 and data:
        data[at % len(data)] ^= 1 << r.randrange(8)
    elif kind == 1 and data:
        data[at % len(data)] = r.choice(EDGES)
    elif kind == 2:
        data[at:at] = r.randbytes(r.choice([1, 2, 4, 8]))
    elif kind == 3:
        del data[at : at + r.choice([1, 2, 4, 16])]
    elif kind == 4:
        data[at:at] = r.choice(corpus)
    elif kind == 5:
        data[at:at] = data[at : at + r.choice([1, 8, 64])]
    elif kind == 6:
        data[at:at] = bytes([r.choice(EDGES)]) * r.choice([2, 8, 40, 250])
    else:
        other = r.choice(corpus)
        data[at:] = other[r.randrange(len(other) + 1) :]


def dressed(data: bytes) -> bytes:
    """The same blocks, each with the length and the CRC that its content wants."""
    out = b""
    for block in data.split(b"\0"):
        try:
            body = unwrap(block)
        except FrameError:
            out += b"\0" + block
            continue
        covered = bytearray(body[:-4])
        if len(covered) >= 8 and covered[7] & 1:  # the other half keeps its wrong length
            covered[1] = max(0, len(covered) - 8 - 12 * bool(covered[0] & 0x10)) & 0xFF
        whole = bytes(covered) + crc32c(bytes(covered)).to_bytes(4, "little")
        out += wrap(whole)[:-1] if len(whole) <= BODY_BYTES_MAX else b"\0" + block
    return out + b"\0"


# ------------------------------------------------------------------ what must hold


def executed(data: bytes, cut: int) -> Iterator[str]:
    """Yield the verdicts on `data`, and demand what must hold of any bytes."""
    whole, pieces = Deframer(), Deframer()
    frames = whole.feed(data)
    size = 1 + cut % 97
    again = [one for at in range(0, len(data), size) for one in pieces.feed(data[at : at + size])]
    _demand(frames == again, "frames do not depend on how the bytes are cut")
    _demand(whole.counters == pieces.counters, "counters do not depend on how the bytes are cut")
    _demand(whole.zero_run == pieces.zero_run, "nor does the run of zeros")
    _demand(set(whole.counters) == set(REASONS), "reasons are the known ones")
    blocks = [one for one in data.split(b"\0")[:-1] if one]
    _demand(len(frames) + whole.errors - _tail(data) == len(blocks), "each block is one or other")
    yield from (why for why, count in whole.counters.items() if count)
    for frame in frames:
        _demand(decode_body(encode_body(frame)) == frame, "a frame is what it is encoded from")
        _demand(Deframer().feed(encode(frame)) == [frame], "and is found again")
        yield from _decoded(frame)
    link = Link()
    link.ask(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1), 0)
    link.receive(data, 1)
    try:
        yield f"link {type(link.answer()).__name__}"
    except RemoteProtocolError:
        yield "link refuses"


def _tail(data: bytes) -> int:
    """How many refusals are of what has no delimiter behind it yet."""
    return int(len(data.rsplit(b"\0", 1)[-1]) > BODY_BYTES_MAX + 1)


def _decoded(frame: Frame) -> Iterator[str]:
    name = f"{frame.msg:#06x}{'r' if frame.reply else ''}"
    try:
        message = m.from_frame(frame)
    except RemoteProtocolError as refused:
        _demand(bool(str(refused)), "a refusal has a text")
        yield f"{name} {type(refused).__name__}"
        return
    session = frame.session or 1
    made = m.to_frame(message, session=session, request=frame.request)
    _demand(made.payload == frame.payload, "a message is written as it was read")
    yield f"{name} read"


def _demand(holds: bool, what: str) -> None:
    if not holds:
        raise Broken(what)


# ------------------------------------------------------------------ the campaign


@dataclass
class Told:
    """What came of it."""

    executions: int = 0
    corpus: list[bytes] = field(default_factory=seeds)
    verdicts: Counter[str] = field(default_factory=Counter)
    seen: set[frozenset[str]] = field(default_factory=set)
    broken: list[tuple[str, bytes]] = field(default_factory=list)

    def missing(self) -> list[str]:
        """Reasons to refuse that were never met."""
        decoded = {one.split()[-1] for one in self.verdicts if one.startswith("0x")}
        return [one for one in REASONS if one not in self.verdicts] + [
            one for one in DECODED if one not in decoded
        ]


def fuzz(seed: int, goes_on: Callable[[Told], bool], told: Told | None = None) -> Told:
    """Execute inputs until `goes_on` says no, or something broke."""
    r, told = Random(seed), told or Told()
    for data in list(told.corpus):
        _execute(told, data, 13)
    while goes_on(told) and not told.broken:
        data = mutated(r, told.corpus)
        _execute(told, data, r.randrange(97))
    return told


def _execute(told: Told, data: bytes, cut: int) -> None:
    told.executions += 1
    try:
        verdicts = frozenset(executed(data, cut))
    except ProtocolError as leaked:
        told.broken.append((f"{type(leaked).__name__} leaked: {leaked}", data))
        return
    except Exception as crash:  # noqa: BLE001  (anything at all is a finding)
        told.broken.append((f"{type(crash).__name__}: {crash}", data))
        return
    told.verdicts.update(verdicts)
    if verdicts not in told.seen and len(told.corpus) < CORPUS_MAX:
        told.seen.add(verdicts)
        told.corpus.append(data)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(prog="fuzz_python", description="see the module's text")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--executions", type=int, default=sys.maxsize)
    parser.add_argument("--seed", type=int, default=1)
    given: Any = parser.parse_args(arguments)
    until = time.monotonic() + given.seconds

    def goes_on(told: Told) -> bool:
        return told.executions < given.executions and time.monotonic() < until

    told = fuzz(given.seed, goes_on)
    say = sys.stdout.write
    say(f"Python: {told.executions:,} executions, {len(told.broken)} broke, ")
    say(f"{len(told.seen):,} combinations of {len(told.verdicts)} verdicts; ")
    say(", ".join(f"{why} {told.verdicts[why]:,}" for why in REASONS) + "\n")
    for what, data in told.broken:
        path = Path(tempfile.gettempdir()) / "mesogun-fuzz-python.bin"
        path.write_bytes(data)
        say(f"BROKEN: {what}\n    {data.hex()}\n    kept in {path}\n")
    if told.missing():
        say(f"never met: {', '.join(told.missing())}\n")
    return 1 if told.broken or told.missing() else 0


if __name__ == "__main__":
    sys.exit(main())
