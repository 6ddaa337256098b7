"""The faults that a dry run can be asked for, from text to numbers."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from firmware_protocol.errors import MesogunError

KNOWN = (
    "drop:P, corrupt:P, duplicate:P (P = probability per chunk, 0 to 1), delay:MS (0 to 10000), "
    "host-restart@N, power-cut@N, abort@N (N = shot number, from 1)"
)
DELAY_MS_MAX = 10_000
SHOT_NUMBER_MAX = 1_000_000


class FaultError(MesogunError, ValueError):
    """There is no such fault; the text lists those that there are. Nothing was begun."""


@dataclass(frozen=True, slots=True)
class Faults:
    """What goes wrong in a dry run: weather on the line, and events at shots counted from 1."""

    drop: float = 0.0
    corrupt: float = 0.0
    duplicate: float = 0.0
    delay_ms: int = 0
    host_restart: tuple[int, ...] = ()
    power_cut: tuple[int, ...] = ()
    abort: tuple[int, ...] = ()

    @classmethod
    def parse(cls, texts: Iterable[str]) -> Faults:
        """Return the faults named by `texts` ("drop:0.1", "power-cut@5"); events may repeat.

        Raises:
            FaultError: a text is no fault, a number is out of range, or weather is given twice.
        """
        rates: dict[str, float] = {}
        events: dict[str, set[int]] = {"host-restart": set(), "power-cut": set(), "abort": set()}
        for text in texts:
            name, mark, figure = _split(text)
            if mark == "@" and name in events:
                events[name].add(_shot_number(text, figure))
            elif mark == ":" and name in ("drop", "corrupt", "duplicate", "delay"):
                if name in rates:
                    raise FaultError(f"fault {text!r}: {name} was given before")
                rates[name] = _rate(text, name, figure)
            else:
                raise FaultError(f"there is no fault {text!r}; there are: {KNOWN}")
        return cls(
            drop=rates.get("drop", 0.0),
            corrupt=rates.get("corrupt", 0.0),
            duplicate=rates.get("duplicate", 0.0),
            delay_ms=int(rates.get("delay", 0)),
            host_restart=tuple(sorted(events["host-restart"])),
            power_cut=tuple(sorted(events["power-cut"])),
            abort=tuple(sorted(events["abort"])),
        )


def _split(text: str) -> tuple[str, str, str]:
    for mark in "@:":
        if mark in text:
            name, _, figure = text.partition(mark)
            return name.strip(), mark, figure.strip()
    return text.strip(), "", ""


def _shot_number(text: str, figure: str) -> int:
    if figure.isascii() and figure.isdigit() and len(figure) <= 7:
        number = int(figure)
        if 1 <= number <= SHOT_NUMBER_MAX:
            return number
    raise FaultError(f"fault {text!r}: {figure!r} is no shot number; there are: {KNOWN}")


def _rate(text: str, name: str, figure: str) -> float:
    if name == "delay":
        is_number = figure.isascii() and figure.isdigit() and len(figure) <= 6
        if is_number and int(figure) <= DELAY_MS_MAX:
            return int(figure)
        raise FaultError(f"fault {text!r}: {figure!r} is no delay; there are: {KNOWN}")
    try:
        rate = float(figure) if figure.isascii() else math.nan
    except ValueError:
        rate = math.nan
    if not 0.0 <= rate <= 1.0:
        raise FaultError(f"fault {text!r}: {figure!r} is no probability; there are: {KNOWN}")
    return rate
