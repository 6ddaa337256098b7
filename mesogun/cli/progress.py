"""A bar for long work: on a terminal it moves, elsewhere it says a line now and then."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mesogun.cli.show import say

Advance = Callable[[int, int, int], None]
"""(pricks done, pricks in all, us since the session began)"""
LINES_PER_RUN = 10


@contextmanager
def bar(title: str, *, quiet: bool) -> Iterator[Advance]:
    """Show how far the work is, on stderr; nothing where it was asked to be quiet."""
    if quiet:
        yield lambda _done, _total, _at_us: None
    elif sys.stderr.isatty():
        with _moving(title) as advance:
            yield advance
    else:
        yield _lines(title)


@contextmanager
def _moving(title: str) -> Iterator[Advance]:
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("pricks  {task.fields[clock]}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as shown:
        task = shown.add_task(title, total=None, clock="")

        def advance(done: int, total: int, at_us: int) -> None:
            clock = f"{at_us // 60_000_000}:{at_us // 1_000_000 % 60:02d}"
            shown.update(task, completed=done, total=total, clock=clock)

        yield advance


def _lines(title: str) -> Advance:
    said = -1

    def advance(done: int, total: int, at_us: int) -> None:
        nonlocal said
        step = done * LINES_PER_RUN // total if total else LINES_PER_RUN
        if step > said:
            said = step
            say(f"{title}  {done:>5} of {total} pricks  {at_us / 1e6:8.1f} s", err=True)

    return advance
