"""`mesogun pace`: a paced guide through pricks or strokes that a hand gives, and their record.

The person at the terminal says what was given. Ctrl-C, a closed window and the end of the input
stop between two entries of the journal, never within one.
"""

from __future__ import annotations

import hashlib
import secrets
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import FrameType
from typing import Protocol, TextIO

import click

from mesogun.cli import show
from mesogun.cli.beat import Beat
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.hand import demand_hand
from mesogun.cli.output import finish, free_folder
from mesogun.cli.pacing_text import KEYS, UNKNOWN, Words, answer_of
from mesogun.cli.pistols import json_option
from mesogun.cli.running import tell
from mesogun.cli.stopping import SIGNALS
from mesogun.cli.stroke_text import StrokeWords
from mesogun.intake import prescription_bytes, read_plan, read_prescription
from mesogun.planning import Plan, VerifiedPlan, plan, to_json, verify
from mesogun.planning.passes import settle_us, stroke_us
from mesogun.record import Entry, Folder, Journal
from mesogun.record.folder import PLAN, PRESCRIPTION
from mesogun.session import Answer, Grain, Lost, Shown, Standing, guide, laid, opening

HELP = f"""Guide a person through the pricks or strokes of PLAN, and keep the record.

\b
Examples:
  mesogun plan examples/hand-thighs.toml -o thighs.json --map thighs.pdf
  mesogun pace thighs.json --record out/thighs
  mesogun pace thighs.json --step prick --every 3
  mesogun pace --resume out/thighs
  mesogun pace examples/pen-needling.toml

PLAN is a plan file, or a prescription (.toml), for the head "hand", a pen or a roller. By hand, row
by row (or prick by prick), it says zone, depth, dose and where the plunger stands. With a pen or a
roller, pass by pass (or stroke by stroke), it says zone, direction, depth, the speed of the hand
and how many seconds a stroke takes; read "stroke" for "prick". Answers:

\b
{KEYS}

What is confirmed is written at once, as confirmed by the operator: nothing measures it. A record
only grows: a wrong answer is corrected by another entry. Exit code 0: all is settled; 3: stopped
before, and --resume goes on.
"""
PACKAGES = ("mesogun", "numpy")
GRAINS: dict[str, Grain] = {"row": "row", "prick": "prick", "pass": "row", "stroke": "prick"}
OF_STROKES = ("pass", "stroke")
OPERATOR = "operator at the terminal"
QUIET_US = 300_000
"""On a terminal an answer sooner after the one before is a key that is held down: not taken."""


class Clock(Protocol):
    """The session's clock."""

    def now_us(self) -> int:
        """Return the time since the session began."""
        ...

    def wait_until(self, at_us: int) -> None:
        """Return then."""
        ...


class WallClock:
    """The machine's own, from where the journal stopped."""

    def __init__(self, from_us: int) -> None:
        self._zero_us = time.monotonic_ns() // 1000 - from_us

    def now_us(self) -> int:
        """Return the time since the session began."""
        return time.monotonic_ns() // 1000 - self._zero_us

    def wait_until(self, at_us: int) -> None:
        """Sleep until then."""
        time.sleep(max(0.0, (at_us - self.now_us()) / 1_000_000))


class Stopping:
    """Turns a signal into the end of a question, and keeps it until there is one."""

    def __init__(self) -> None:
        self._asking = self._wanted = False

    def heard(self, _number: int, _frame: FrameType | None) -> None:
        """A signal came."""
        self._wanted = True
        if self._asking:
            raise KeyboardInterrupt

    @contextmanager
    def asking(self) -> Iterator[None]:
        """While a person is asked, a signal breaks off: KeyboardInterrupt."""
        self._asking = True
        try:
            if self._wanted:
                raise KeyboardInterrupt
            yield
        finally:
            self._asking = False


class Table:
    """The desk at which a person is asked: lines in, words out."""

    def __init__(
        self,
        made: Plan,
        lines: TextIO,
        clock: Clock,
        *,
        say: Callable[[str], None],
        stopping: Stopping | None = None,
        every_us: int | None = 0,
    ) -> None:
        """`every_us`: on a terminal, a sound so often while a step is given; None: as planned."""
        self._words: Words | StrokeWords = StrokeWords(made) if made.strokes else Words(made)
        self._made, self._lines, self._clock = made, lines, clock
        self._say, self._stopping = say, stopping or Stopping()
        self._terminal = lines.isatty()
        self._every_us = every_us if self._terminal else 0
        self._answered_us: int | None = None

    def now_us(self) -> int:
        """Return the session's clock."""
        return self._clock.now_us()

    def ask(self, shown: Shown) -> Answer:
        """Show it, wait until it may be given, and return the answer."""
        try:
            with self._stopping.asking():
                return self._ask(shown)
        except KeyboardInterrupt:
            self._say("\nstopped by Ctrl-C or a signal")
            return Lost("stopped by Ctrl-C or a signal")

    def _ask(self, shown: Shown) -> Answer:
        if shown.note:
            self._say(f"! {shown.note}")
        wait_us = shown.not_before_us - self.now_us()
        if wait_us > 0:
            self._say(f"the skin rests: wait {show.clock(wait_us)}")
            self._clock.wait_until(shown.not_before_us)
        self._say(self._words.of(shown))
        with Beat(self.gaps_us(shown.standing)):
            while True:
                line = self._line()
                if not line:
                    return Lost("the input ended")
                answer = answer_of(line)
                if answer is not None:
                    return answer
                self._say(
                    self._words.keys if line.strip() in ("?", "h", "help") else f"! {UNKNOWN}"
                )

    def gaps_us(self, now: Standing) -> list[int]:
        """Return from one sound to the next: at the end of each prick or stroke of a step."""
        if now.phase != "step" or self._every_us == 0:
            return []
        steps, made = range(now.next, now.until), self._made
        if self._every_us is not None:
            return [self._every_us for _ in steps]
        if made.strokes:
            return [settle_us(made, one) + stroke_us(made, one) for one in steps]
        return [made.duration_us // len(made.pricks) for _ in steps]

    def _line(self) -> str:
        """Read a line; on a terminal, one that was meant."""
        while True:
            line = self._lines.readline()
            now_us, before_us = self.now_us(), self._answered_us
            self._answered_us = now_us
            slow = before_us is None or now_us - before_us >= QUIET_US
            if slow or not line or not self._terminal:
                return line
            self._say("! too quick after the last answer: not taken")


@click.command("pace", help=HELP)
@click.argument("plan_file", metavar="[PLAN]", required=False)
@click.option(
    "--record", metavar="DIR", help="A new folder for the record [default: out/NAME-001 …]."
)
@click.option("--resume", metavar="RECORD", help="Go on with the session in this folder.")
@click.option("--by", default=OPERATOR, show_default=True, help="Who confirms, for the record.")
@click.option(
    "--step",
    "grain",
    type=click.Choice(list(GRAINS)),
    help="How much is shown at once [default: a row, or a pass].",
)
@click.option(
    "--every",
    type=click.FloatRange(0, 60),
    help="On a terminal, a sound every so many seconds [default: the plan's pace; 0: none].",
)
@catalogue_option
@json_option
def pace_command(
    plan_file: str | None,
    record: str | None,
    resume: str | None,
    by: str,
    grain: str | None,
    every: float | None,
    folders: Folders,
    as_json: bool,
) -> int:
    """Guide through a plan by hand."""
    if (plan_file is None) == (resume is None) or (resume is not None and record is not None):
        raise click.UsageError("name a PLAN, with or without --record DIR, or else --resume RECORD")
    with _opened(plan_file, record, resume, folders) as (folder, checked, journal, history):
        made = checked.plan
        steps = _grain(grain, strokes=bool(made.strokes))
        stopping = Stopping()
        before = {number: signal.signal(number, stopping.heard) for number in SIGNALS}
        desk = Table(
            made,
            sys.stdin,
            WallClock(max(one.at_us for one in history)),
            say=lambda text: show.say(text, err=as_json),
            stopping=stopping,
            every_us=None if every is None else int(every * 1_000_000),
        )
        try:
            with journal:
                guide(checked, journal, history=history, desk=desk, wall=_wall, by=by, grain=steps)
            show.say(err=as_json)
            return tell(finish(folder, made), as_json)
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


def _grain(asked: str | None, *, strokes: bool) -> Grain:
    if asked is None:
        return "row"
    if (asked in OF_STROKES) != strokes:
        fits = "pass or stroke" if strokes else "row or prick"
        raise click.UsageError(f"--step {asked}: this plan is given by {fits}")
    return GRAINS[asked]


@contextmanager
def _opened(
    plan_file: str | None, record: str | None, resume: str | None, folders: Folders
) -> Iterator[tuple[Folder, VerifiedPlan, Journal, tuple[Entry, ...]]]:
    """Begin a session's folder, or open one that was begun before."""
    if resume is not None:
        with Folder.open(Path(resume)) as folder:
            checked = verify(read_plan(folder.path / PLAN))
            demand_hand(checked.plan)
            journal, history = folder.reopen_journal()
            yield folder, checked, journal, history
        return
    assert plan_file is not None
    checked, given = _planned(plan_file, folders)
    demand_hand(checked.plan)
    where = free_folder(checked.plan.prescription.name) if record is None else Path(record)
    with Folder.create(where) as folder:
        if given:
            folder.write(PRESCRIPTION, given)
        folder.write(PLAN, to_json(checked.plan))
        opened = opening(
            checked,
            session_id=secrets.token_hex(8),
            started=_wall(),
            prescription_sha256=hashlib.sha256(given).hexdigest() if given else "",
            versions=tuple((name, version(name)) for name in PACKAGES),
        )
        journal = folder.create_journal()
        history = (opened, *laid(checked))
        journal.append(*history)
        yield folder, checked, journal, history


def _planned(file: str, folders: Folders) -> tuple[VerifiedPlan, bytes]:
    """Return a plan file's plan, or that of a prescription with its bytes; verified."""
    if Path(file).suffix.lower() != ".toml":
        return verify(read_plan(Path(file))), b""
    given = prescription_bytes(file)
    return verify(plan(read_prescription(file, folders=folders))), given


def _wall() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
