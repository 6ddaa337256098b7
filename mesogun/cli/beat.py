"""A sound on the terminal, once for each prick or stroke of a step, at the plan's pace."""

from __future__ import annotations

import sys
import threading
from collections.abc import Sequence

BELL = "\a"


class Beat:
    """Sounds after each of some times, while it is entered; it stops at once when left."""

    def __init__(self, gaps_us: Sequence[int]) -> None:
        """`gaps_us`: from one sound to the next; none: no sound at all."""
        self._gaps_s = [one / 1_000_000 for one in gaps_us]
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Beat:
        if self._gaps_s:
            self._thread = threading.Thread(target=self._sound, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sound(self) -> None:
        for gap_s in self._gaps_s:
            if self._over.wait(gap_s):
                return
            try:
                sys.stderr.write(BELL)
                sys.stderr.flush()
            except OSError:
                return  # nobody listens any more
