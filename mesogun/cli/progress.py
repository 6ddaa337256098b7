"""A bar for long work: on a terminal it moves, elsewhere it says a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from mesogun.cli.show import say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

LINES_PER_RUN = 10


class Bar(Protocol):
    """Shows how far the work is."""

    def advance(self, done: int, total: int, at_us: int) -> None:
        """Show that `done` of `total` shots are done, `at_us` since the session began."""

    def pause(self) -> None:
        """Leave the terminal to others until the next advance."""


class SilentBar:
    """Shows nothing."""

    def advance(self, done: int, total: int, at_us: int) -> None:
        """Show nothing."""

    def pause(self) -> None:
        """Do nothing."""


class LineBar:
    """Says a line now and then, for a log."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._said = -1

    def advance(self, done: int, total: int, at_us: int) -> None:
        """Say how far it is, about LINES_PER_RUN times in all."""
        step = done * LINES_PER_RUN // total if total else LINES_PER_RUN
        if step > self._said:
            self._said = step
            say(f"{self._title}  {done:>5} of {total} shots  {at_us / 1e6:8.1f} s", err=True)

    def pause(self) -> None:
        """Do nothing: lines disturb nobody."""


class MovingBar:
    """A bar that moves on a terminal. It begins with the first advance, so that no question and
    no answer before that is drawn over."""

    def __init__(self, title: str) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("shots  {task.fields[clock]}"),
        )
        self._shown: Progress = Progress(*columns, console=Console(stderr=True))
        self._task: TaskID = self._shown.add_task(title, total=None, clock="")
        self._moves = False

    def advance(self, done: int, total: int, at_us: int) -> None:
        """Move the bar."""
        if not self._moves:
            self._shown.start()
            self._moves = True
        clock = f"{at_us // 60_000_000}:{at_us // 1_000_000 % 60:02d}"
        self._shown.update(self._task, completed=done, total=total, clock=clock)

    def pause(self) -> None:
        """Stop drawing; what was drawn stays."""
        if self._moves:
            self._shown.stop()
            self._moves = False


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator[Bar]:
    """Give the bar that fits: none, a moving one on a terminal, else lines; all on stderr."""
    loud = MovingBar if sys.stderr.isatty() else LineBar
    shown: Bar = SilentBar() if quiet else loud(title)
    try:
        yield shown
    finally:
        shown.pause()
