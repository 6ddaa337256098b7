"""A sound on the terminal, once for each prick of a step, at the plan's pace."""

from __future__ import annotations

import sys
import threading

BELL = "\a"


class Beat:
    """Sounds so often, so many times, while it is entered; it stops at once when left."""

    def __init__(self, every_us: int, times: int) -> None:
        """`every_us` 0: no sound at all."""
        self._every_s, self._times = every_us / 1_000_000, times
        self._over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Beat:
        if self._every_s > 0:
            self._thread = threading.Thread(target=self._sound, daemon=True)
            self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sound(self) -> None:
        for _ in range(self._times):
            if self._over.wait(self._every_s):
                return
            try:
                sys.stderr.write(BELL)
                sys.stderr.flush()
            except OSError:
                return  # nobody listens any more
