"""Bytes and frames: what is none is dropped, and what is one is found."""

from __future__ import annotations

import json
from importlib.resources import files

from firmware_protocol import messages as m
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case

NOISES = 40
NOISE_BYTES_MAX = 300
LINE_NOISE = 0x2545F491


def _noise(bench: Bench) -> None:
    for data in _noises():
        bench.silent(data, f"noise {data[:24].hex(' ')}...")


def _noises() -> list[bytes]:
    """Return the same noise every time: all bytes, long and short, but no run that is an abort."""
    found, state = [], LINE_NOISE
    for k in range(NOISES):
        data = bytearray()
        for _ in range(1 + k * NOISE_BYTES_MAX // NOISES):
            state = (state ^ state << 13) & 0xFFFF_FFFF
            state ^= state >> 17
            state = (state ^ state << 5) & 0xFFFF_FFFF
            data.append(state & 0xFF if k % 2 else state % 7)
        found.append(bytes(data).replace(bytes(4), b"\0\1"))
    return found


def _malformed(bench: Bench) -> None:
    text = files("firmware_protocol").joinpath("vectors/malformed.json").read_text("utf-8")
    for vector in json.loads(text)["vectors"]:
        bench.silent(bytes.fromhex(vector["wire"]), f"{vector['reason']}: {vector['case']}")


def _pieces(bench: Bench) -> None:
    for size in (1, 2, 7):
        number = bench.number()
        wire = bench.wire(m.Poll(NO_TOKEN, 1, 0), number=number)
        for at in range(0, len(wire), size):
            bench.line.send(wire[at : at + size])
        until_us = bench.line.now_us() + 1_000_000
        frame = bench.frame(until_us)
        seen = f"a Poll in pieces of {size} was answered with {frame}"
        require(frame is not None and frame.request == number, seen)


def _back_to_back(bench: Bench) -> None:
    numbers = [bench.number() for _ in range(3)]
    wires = [bench.wire(m.Poll(NO_TOKEN, 1, 0), number=one) for one in numbers]
    seen = [one.request for one in bench.answers_to(b"".join(wires))]
    require(seen == numbers, f"requests {numbers} in one go were answered in the order {seen}")


def _counted(bench: Bench) -> None:
    before = bench.poll().receive_errors
    wire = bytearray(bench.wire(m.Poll(NO_TOKEN, 1, 0)))
    wire[len(wire) // 2] ^= 0x55
    bench.silent(bytes(wire), "a Poll with wrong bits")
    after = bench.poll().receive_errors
    require(after > before, f"receive_errors stays {before}")


def _replies(bench: Bench) -> None:
    status = bench.poll()
    frame = m.to_frame(status, session=bench.session, request=bench.number())
    bench.silent(bench.encoded(frame), "a frame marked as a reply")


def _no_repeat_needed(bench: Bench) -> None:
    frame = bench.framed(m.Poll(NO_TOKEN, 1, 0))
    for urgency in (0, 1, 2):
        again = frame._replace(retry=True, urgency=urgency, request=bench.number())
        seen = bench.answers_to(bench.encoded(again))
        require(len(seen) == 1, f"class {urgency} with the mark of a repeat: {len(seen)} answers")


CASES = (
    Case("FRAME-1", "Noise is dropped and never answered; the frame behind it is.", _noise),
    Case("FRAME-2", "None of the published malformed frames is answered.", _malformed),
    Case("FRAME-3", "A frame is understood in whatever pieces it comes.", _pieces),
    Case("FRAME-4", "Frames back to back are each answered, in order.", _back_to_back),
    Case("FRAME-5", "What is dropped is counted in `receive_errors`.", _counted),
    Case("FRAME-6", "A frame that is marked as a reply is dropped.", _replies),
    Case(
        "FRAME-7",
        "Class and the mark of a repeat change nothing of what a frame means.",
        _no_repeat_needed,
    ),
)
