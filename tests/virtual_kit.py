"""A pistol of bytes in and bytes out on a line in virtual time, with every handle that it has."""

from __future__ import annotations

from collections.abc import Callable, Sequence, Set
from typing import Any

from firmware_protocol.keys import ANY_PISTOL, NO_KEYS, Keys
from firmware_protocol.seal import Key
from mesogun.conformance import CASES, Delivered, Handles, Result, Verdict, play
from simulator import Delivery
from simulator.speed import BAUD
from simulator.wire import misheard

BYTE_US = 87
"""At 115,200 baud."""
CHUNK_BYTES_MAX = 256
HAND_US = 30_000

SECRET = bytes(range(32))
KEYS = Keys({ANY_PISTOL: Key(SECRET)})
ONLY_WITH_A_KEY = frozenset(f"SEAL-{number}" for number in range(1, 8))
ONLY_WITHOUT_A_KEY = frozenset({"SEAL-8"})
ONLY_WITH_HANDLES = frozenset(
    {
        "ARM-10",
        "BAUD-3",
        "BAUD-4",
        "TOKEN-7",
        "SET-4",
        *(f"SERV-{number}" for number in (1, 2, 3, 4, 6, 7, 9, 11, 12, 13)),
        "SHOT-14",
        "SHOT-15",
        "FAULT-1",
        "ABORT-4",
        "ABORT-5",
        "ABORT-6",
        "POWER-1",
        "POWER-2",
        "POWER-3",
        "POWER-4",
    }
)
"""What a pistol behind a mere port cannot be made to do."""


class VirtualLine:
    """A line whose time passes only while somebody waits or sends."""

    def __init__(self, pistol: Any) -> None:
        self.pistol = pistol
        self._now_us = 1_000_000
        self._back = b""
        self.baud = BAUD

    def set_baud(self, baud: int) -> None:
        self.baud = baud

    def send(self, data: bytes) -> None:
        for at in range(0, len(data), CHUNK_BYTES_MAX):
            chunk = data[at : at + CHUNK_BYTES_MAX]
            self._now_us += len(chunk) * BYTE_US
            self.pistol.advance(self._now_us)
            far = self.pistol.baud
            heard = self.pistol.receive(misheard(chunk, self.baud, far), self._now_us)
            self._back += misheard(heard, far, self.baud)

    def receive(self, until_us: int) -> bytes:
        back, self._back = self._back, b""
        if back:
            self._now_us += len(back) * BYTE_US
        elif until_us > self._now_us:
            self._now_us = until_us
        self.pistol.advance(self._now_us)
        return back

    def now_us(self) -> int:
        return self._now_us

    def forget(self) -> None:
        """Lose what was on its way: the power has gone."""
        self._back = b""


class Kind:
    """One pistol of a kind: its line, its handles and the keys that it obeys."""

    def __init__(
        self, make: Callable[[Callable[[Delivery], None]], Any], keys: Keys = NO_KEYS
    ) -> None:
        self.keys = keys
        self.told: list[Delivery] = []
        self.pistol = make(self.told.append)
        self.line = VirtualLine(self.pistol)
        at = self.line.now_us
        tear = getattr(self.pistol, "cut_after", None) or self.pistol.memory.cut_after
        self.handles = Handles(
            truth=lambda: [Delivered(one.shot_id, one.dose_nl, one.contact) for one in self.told],
            cut=lambda: self.pistol.power_cut(at()),
            restore=lambda: self.pistol.power_on(at()),
            tear=tear,
            button=lambda: self.pistol.press_button(at()),
            line_break=lambda: self.pistol.line_break(at()),
            dtr=lambda: self.pistol.drop_dtr(at()),
            service_button=self.pistol.hold_service_button,
            baud=self.line.set_baud,
            keep_pulling=self.pistol.keep_pulling,
            put_syringe=self.pistol.put_syringe,
            break_part=self.pistol.break_part,
            jumps=True,
        )


def twin(simulator: Any, *, keyed: bool = False) -> Kind:
    """The Python twin, of the package given: the right one, or one with a mistake in it."""
    key = KEYS.by_name[ANY_PISTOL] if keyed else None
    hand = simulator.Hand(7, travel_us=HAND_US, settle_us=0, jitter_ppm=0, refills=True)
    return Kind(
        lambda tell: simulator.Pistol(
            simulator.Memory(), seed=7, hand=hand, on_delivery=tell, key=key
        ),
        KEYS if keyed else NO_KEYS,
    )


def played_by(kind: Kind) -> list[Result]:
    """Play the whole suite."""
    return [play(case, kind.line, kind.handles, kind.keys) for case in CASES]


def otherwise_than(results: Sequence[Result], untestable: Set[str]) -> list[str]:
    """Name what came out otherwise than: not testable where that is expected, else passed."""
    return [
        f"{one.case.id} {one.verdict.value}: {one.case.required} {one.seen}"
        for one in results
        if (one.verdict is Verdict.NOT_TESTABLE) != (one.case.id in untestable)
        or one.verdict is Verdict.FAILED
    ]
