"""What is wrong with a file, one line a problem: file, key, what was found, what to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mesogun.errors import PrescriptionError
from mesogun.intake.bounds import PROBLEMS_MAX, SUGGESTED_CHARACTERS_MAX


class Problems:
    """Collects the problems of one file, so that they are told together."""

    def __init__(self, file: str) -> None:
        self.file = file
        self._lines: list[str] = []

    def __bool__(self) -> bool:
        return bool(self._lines)

    def __len__(self) -> int:
        return len(self._lines)

    def add(self, key: str, text: str) -> None:
        """Note that `key` is wrong; `text` says what was found and what to do."""
        where = f"{self.file}: {key}: " if key else f"{self.file}: "
        line = printable(where + text)
        if line not in self._lines:
            self._lines.append(line)

    def note(self, mistakes: Iterable[tuple[Sequence[int | str], str]]) -> None:
        """Add every mistake that was found in the file's form."""
        for place, text in mistakes:
            self.add(key_path(place), text)

    def raise_any(self) -> None:
        """Refuse the file if anything was noted.

        Raises:
            PrescriptionError: with one line a problem.
        """
        if not self._lines:
            return
        told = self._lines[:PROBLEMS_MAX]
        if len(self._lines) > PROBLEMS_MAX:
            told.append(f"{self.file}: and {len(self._lines) - PROBLEMS_MAX} more of the kind")
        raise PrescriptionError("\n".join(told))


def key_path(location: Sequence[int | str]) -> str:
    """Return a place in a file as it is written: `zones[2].depth_mm`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else str(part)
    return text


def unknown(found: str, known: Iterable[str], what: str, shown: Iterable[str] | None = None) -> str:
    """Return the refusal of an id that does not exist, with the nearest one that does.

    `shown` are those to list, where all of them would be too many.
    """
    ids = list(known)
    near = nearest(found, ids)
    hint = f"did you mean {near!r}? " if near else ""
    listed = ", ".join(ids if shown is None else shown) or "none"
    return f"found {found!r}, an unknown {what}: {hint}There are: {listed}"


def nearest(found: str, known: Sequence[str]) -> str | None:
    """Return the one of `known` that was most likely meant, if any."""
    # Loaded here: a prescription without a slip of the pen never needs it.
    from difflib import get_close_matches

    return next(iter(get_close_matches(found[:SUGGESTED_CHARACTERS_MAX], known, n=1)), None)


def printable(text: str) -> str:
    """Return `text` with all that is no letter made visible: a file must not steer a terminal."""
    if text.isprintable():
        return text
    return "".join(
        one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
    )
