"""Ctrl-C, SIGTERM and a closed window stop the pistol first; the session then ends by itself."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Protocol

# A closed window or a dropped remote login (SIGHUP) must not leave the pistol to its lease.
SIGNALS = [
    number
    for number in signal.Signals
    if number.name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGBREAK")
]


class Stoppable(Protocol):
    """A pistol, or the search for one."""

    def abort(self) -> None:
        """Stop it; returns at once."""
        ...


@contextmanager
def stopped_by_signals() -> Iterator[Callable[[Stoppable], None]]:
    """Give a function that names the pistol to stop; a signal aborts the one named last."""
    named: list[Stoppable] = []

    def name(pistol: Stoppable) -> None:
        named[:] = [pistol]

    def stop(_number: int, _frame: FrameType | None) -> None:
        for pistol in named:
            pistol.abort()

    before = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield name
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
