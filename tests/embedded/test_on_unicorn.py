"""The core as a Cortex-M3 program in virtual time: the suite, resets, and what memory it takes."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Set
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.frame import Deframer, encode
from firmware_protocol.keys import NO_KEYS
from mesogun.conformance import CASES, Verdict, play
from tests.virtual_kit import (
    HAND_US,
    KEYS,
    ONLY_WITH_A_KEY,
    ONLY_WITHOUT_A_KEY,
    SECRET,
    Kind,
    otherwise_than,
    played_by,
)

HAND: dict[str, Any] = {"travel_us": HAND_US, "settle_us": 0, "jitter_ppm": 0, "refills": True}
README = Path(__file__).parents[2] / "firmware_protocol" / "c" / "README.md"
STACK_MARK = 0xA5


def made(program: Any, secret: bytes = b"") -> Kind:
    from tests.embedded.unicorn_kit import CoreOnArm

    return Kind(
        lambda tell: CoreOnArm(program, seed=7, on_delivery=tell, secret=secret, **HAND),
        KEYS if secret else NO_KEYS,
    )


@pytest.mark.parametrize(
    ("secret", "untestable"),
    [(b"", ONLY_WITH_A_KEY), (SECRET, ONLY_WITHOUT_A_KEY)],
    ids=["without a key", "with a key"],
)
def test_the_core_on_arm_meets_every_requirement(
    program: Any, secret: bytes, untestable: Set[str]
) -> None:
    assert otherwise_than(played_by(made(program, secret)), untestable) == []


def test_two_runs_send_the_same_bytes_at_the_same_times(program: Any) -> None:
    def bytes_of_a_run() -> list[tuple[int, bytes]]:
        kind = made(program)
        told = []
        for case in CASES[:20]:
            assert play(case, kind.line, kind.handles).verdict is Verdict.PASSED
            told.append((kind.line.now_us(), kind.pistol.image()))
        return told

    assert bytes_of_a_run() == bytes_of_a_run()


def asked(processor: Any, message: Any, session: int, number: int) -> Any:
    frame = m.to_frame(message, session=session, request=number)
    processor.incoming += encode(frame)
    processor.outgoing.clear()
    processor.wake()
    (answer,) = Deframer().feed(bytes(processor.outgoing))
    return m.from_frame(answer)


def test_a_reset_keeps_the_journal_and_counts_the_start(program: Any) -> None:
    from tests.embedded.unicorn_kit import Processor

    processor = Processor(program)
    told = []
    for _ in range(3):
        processor.reset()
        told.append(asked(processor, m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1), 0, 1))
    assert [one.boot_count for one in told] == [1, 2, 3]
    assert [one.journal_head for one in told] == [1, 2, 3]
    assert len({one.boot_id for one in told}) == 3


def test_the_readme_s_figures_are_those_of_this_build(program: Any, elf: Path) -> None:
    """Flash by `size`, RAM by the structure's own size; another compiler gives other figures."""
    text = README.read_text("utf-8")
    version = subprocess.run(
        ["arm-none-eabi-gcc", "-dumpversion"], capture_output=True, text=True, check=True
    ).stdout.strip()
    named = re.search(r"arm-none-eabi-gcc (\d+\.\d+)", text)
    assert named
    if not version.startswith(named[1]):
        pytest.skip(f"the README's figures are of version {named[1]}, this is {version}")
    objects = sorted(map(str, (elf.parent / "core").glob("*.o")))
    sizes = subprocess.run(
        ["arm-none-eabi-size", "-t", *objects], capture_output=True, text=True, check=True
    ).stdout
    code, data, zeroed = map(int, sizes.splitlines()[-1].split()[:3])
    assert (data, zeroed) == (0, 0), "the core keeps everything in the structure it is given"
    flash = re.search(r"\*\*([\d.]+) kB of flash\*\*", text)
    ram = re.search(r"\*\*([\d,]+) bytes of RAM\*\*", text)
    assert flash
    assert ram
    held = made(program).pistol.core_bytes()
    again = "python -m tests.embedded --figures writes them anew"
    assert abs(float(flash[1]) * 1_000 - code) < code / 10, again
    assert abs(int(ram[1].replace(",", "")) - held) < held / 10, again


def test_the_stack_that_the_suite_needs_fits_what_the_readme_says(program: Any) -> None:
    kind = made(program)
    processor = kind.pistol.processor
    top = program.symbols["link_stack_top"]
    room = 6 * 1024  # of the 8 kB: what lies above is in use
    processor.write(top - 8 * 1024, bytes([STACK_MARK]) * room)
    for case in CASES:
        if case.id.startswith(("SHOT", "RESOLVE", "ABORT", "POWER")):
            play(case, kind.line, kind.handles)
    left = processor.read(top - 8 * 1024, 8 * 1024)
    used = len(left.lstrip(bytes([STACK_MARK])))
    found = re.search(r"\*\*([\d.]+) kB of stack\*\*", README.read_text("utf-8"))
    assert found
    # the main loop keeps a chunk of 256 bytes and the registers beside what the core needs
    assert used < float(found[1]) * 1_000 + 512, used
