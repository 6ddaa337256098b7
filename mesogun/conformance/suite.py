"""The suite: every requirement in order, and what came of each on one pistol."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import ABORT_ZERO_RUN
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.messages import Abort, HelloReply
from mesogun.conformance import (
    cases_abort,
    cases_arming,
    cases_baud,
    cases_fault,
    cases_framing,
    cases_journal,
    cases_limits,
    cases_power,
    cases_seals,
    cases_service,
    cases_session,
    cases_settings,
    cases_shots,
    cases_tell,
    cases_tokens,
)
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case
from mesogun.conformance.kind import NO_HANDLES, Failed, Handles, Line, NotTestable

ABORT_BURST = 3
BAUD = 115_200

CASES: tuple[Case, ...] = (
    *cases_framing.CASES,
    *cases_session.CASES,
    *cases_tell.CASES,
    *cases_baud.CASES,
    *cases_seals.CASES,
    *cases_arming.CASES,
    *cases_tokens.CASES,
    *cases_limits.CASES,
    *cases_settings.CASES,
    *cases_service.CASES,
    *cases_shots.CASES,
    *cases_journal.CASES,
    *cases_abort.CASES,
    *cases_fault.CASES,
    *cases_power.CASES,
)
"""Every requirement, in the order of docs/protocol.md."""


class Verdict(Enum):
    """What came of a requirement on a pistol."""

    PASSED = "pass"
    FAILED = "fail"
    NOT_TESTABLE = "not testable"


@dataclass(frozen=True, slots=True)
class Result:
    """One requirement, looked at on one pistol."""

    case: Case
    verdict: Verdict
    seen: str
    """What was seen of a failure, or why it cannot be tested here; empty for a pass."""
    took_us: int


@dataclass(frozen=True, slots=True)
class Findings:
    """What a whole suite found, and on which pistol."""

    greeting: HelloReply
    results: tuple[Result, ...]

    def count(self) -> dict[Verdict, int]:
        """Return how many requirements came to each verdict."""
        counted = Counter(one.verdict for one in self.results)
        return {verdict: counted[verdict] for verdict in Verdict}

    @property
    def conforms(self) -> bool:
        """Whether nothing that could be tested failed."""
        return not self.count()[Verdict.FAILED]


def introduce(line: Line, keys: Keys = NO_KEYS) -> HelloReply:
    """Ask a pistol who it is; the only thing that is done before somebody has confirmed the rest.

    Raises:
        Failed: it does not answer as a pistol.
        LinkError: the port is gone.
    """
    return Bench(line, keys=keys).hello()


def play(case: Case, line: Line, handles: Handles = NO_HANDLES, keys: Keys = NO_KEYS) -> Result:
    """Look at one requirement, from SAFE and in a session of its own.

    Raises:
        LinkError: the port is gone; the pistol's lease stops it.
    """
    bench = Bench(line, handles, keys)
    began_us = line.now_us()
    verdict, seen = Verdict.PASSED, ""
    try:
        bench.settle()
        case.check(bench)
    except NotTestable as missing:
        verdict, seen = Verdict.NOT_TESTABLE, str(missing)
    except (Failed, RemoteProtocolError) as failed:
        verdict, seen = Verdict.FAILED, str(failed)
    finally:
        if handles.baud is not None:
            handles.baud(BAUD)
    return Result(case, verdict, seen, line.now_us() - began_us)


def run(
    cases: Sequence[Case], line: Line, handles: Handles = NO_HANDLES, keys: Keys = NO_KEYS
) -> Iterator[Result]:
    """Look at every requirement in turn; what one leaves behind, the next clears away.

    Raises:
        LinkError: the port is gone; the pistol's lease stops it.
    """
    for case in cases:
        yield play(case, line, handles, keys)


def leave(line: Line) -> None:
    """Stop the pistol without waiting for an answer: a run of zeros, then Abort frames.

    For whoever ends a run in the middle of it; the next session clears the abort.

    Raises:
        LinkError: the port is gone; the pistol's lease stops it.
    """
    stop = Bench(line).wire(Abort(0), session=0)
    line.send(bytes(ABORT_ZERO_RUN) + ABORT_BURST * stop)
