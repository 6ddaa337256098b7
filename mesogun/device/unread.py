"""What the other end may not have read yet, on a line that cannot tell: only answers show it.

A UART's driver says when everything has left. A socket or a pseudo terminal takes bytes for a peer
that reads none of them; there an answer is the only proof that what was written before it was read.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable


class Unread:
    """Counts bytes on their way, by the numbers of the requests that they carried."""

    def __init__(self) -> None:
        self._written = self._read = 0
        self._ends: deque[tuple[int, int]] = deque()

    @property
    def count(self) -> int:
        """How many bytes may still lie between this end and a reader."""
        return self._written - self._read

    def wrote(self, number: int, count: int, *, goes_on: bool = False) -> None:
        """Take note of `count` bytes more, the last so far of a frame with that number.

        `goes_on`: of the frame that was begun last, which one answer shows whole.
        """
        self._written += count
        if goes_on and self._ends and self._ends[-1][0] == number:
            self._ends.pop()
        self._ends.append((number, self._written))

    def answered(self, numbers: Iterable[int]) -> None:
        """Take note of answers: each shows that one frame of its number was read, and all before.

        A pistol answers a repeated frame again, so the second answer shows the second frame.
        """
        for number in numbers:
            place = next((at for at, one in enumerate(self._ends) if one[0] == number), None)
            if place is None:
                continue  # of a host before this one, or told already
            for _ in range(place + 1):
                _, self._read = self._ends.popleft()
