"""The Python twin beside C cores: asked the same, they must be equal to the byte."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from firmware_protocol import messages as m
from firmware_protocol.frame import Deframer, encode
from firmware_protocol.seal import Key
from simulator import Delivery, Hand, Memory, Pistol, Trouble
from tests.adversary_kit import Step

TROUBLES = list(Trouble)
UNTIMED = ("service button", "no service button", "meet", "mend", "hold only")


class Pair:
    """One pistol of each kind, from the same seed; `also` makes a core beside that in process."""

    def __init__(
        self,
        library: Any,
        seed: int,
        secret: bytes = b"",
        counted: int = 0,
        also: Callable[..., Any] | None = None,
    ) -> None:
        from tests.c_core_kit import CoreTwin  # needs cffi

        chance = Random(seed * 7 + 1)
        records = chance.choice([32, 33, 40, 64, 1024])  # a small one is soon full and goes round
        travel_us, refills = chance.choice([0, 30_000, 250_000]), chance.random() < 0.5
        self.told: tuple[list[Delivery], ...] = ([], [], [])
        self.twin = Pistol(
            Memory(records),
            seed=seed,
            hand=Hand(seed, travel_us=travel_us, refills=refills),
            on_delivery=self.told[0].append,
            key=Key(secret) if secret else None,
            seals_counted=counted,
        )
        asked: dict[str, Any] = {
            "seed": seed,
            "records": records,
            "travel_us": travel_us,
            "refills": refills,
            "secret": secret,
        }
        self.core = CoreTwin(library, on_delivery=self.told[1].append, **asked)
        beside = [] if also is None else [also(on_delivery=self.told[2].append, **asked)]
        self.cores = [self.core, *beside]
        self._now_us = 0

    def take(self, step: Step) -> bytes:
        """Let all live through `step`, and compare all that can be seen."""
        reply = self._one(self.twin, step)
        if step.what not in UNTIMED:
            self._now_us = max(self._now_us, step.at_us)
        where = f"{step.what} at {step.at_us}: {step.data.hex()}"
        for core, told in zip(self.cores, self.told[1:], strict=False):
            assert reply.hex() == self._one(core, step).hex(), where
            assert self.twin.state is core.state, where
            assert self.twin.baud == core.baud, where
            assert self.twin.is_powered == core.is_powered, where
            assert self._due_us() == core.next_event_us(), where
            assert self.told[0] == told, where
            assert self.twin.memory.image() == core.image(), where
            assert self.twin.hand.site == core.site, where
        return reply

    def _due_us(self) -> int | None:
        """When the twin does something; a core also looks at the needle before the dose begins."""
        due, motion = self.twin.next_event_us(), self.twin.motion
        if motion is None or motion.shot_id == 0 or due is None:
            return due
        return min(due, motion.dose_from_us) if self._now_us < motion.dose_from_us else due

    def _one(self, pistol: Any, step: Step) -> bytes:
        match step.what:
            case "bytes":
                return pistol.receive(step.data, step.at_us)  # type: ignore[no-any-return]
            case "cut":
                pistol.power_cut(step.at_us)
            case "on":
                pistol.power_on(step.at_us)
            case "tear":
                pistol.advance(step.at_us)
                (pistol.memory if pistol is self.twin else pistol).cut_after(step.count)
            case "button":
                pistol.press_button(step.at_us)
            case "break":
                pistol.line_break(step.at_us)
            case "service button" | "no service button":
                pistol.hold_service_button(step.what == "service button")
            case "dtr":
                pistol.drop_dtr(step.at_us)
            case "meet":
                pistol.meet(TROUBLES[step.count % len(TROUBLES)])
            case "mend":
                pistol.mend()
            case "hold only":
                pistol.hold_only(step.count)
            case "lift":
                pistol.lift(step.at_us, step.at_us + step.count)
            case _:
                pistol.advance(step.at_us)
        return b""


class Host:
    """Asks both, one request after the other, at a time that only a test moves."""

    def __init__(self, pair: Pair) -> None:
        self.pair, self.now_us, self.session, self._request = pair, 1_000_000, 0, 0

    def step(self, what: str, count: int = 0) -> None:
        self.pair.take(Step(what, self.now_us, count=count))

    def ask(self, message: Any) -> Any:
        """Return the answer, None if none came."""
        self._request += 1
        session = 0 if isinstance(message, m.Hello) else self.session
        frame = m.to_frame(message, session=session, request=self._request)
        back = self.pair.take(Step("bytes", self.now_us, encode(frame)))
        found = [m.from_frame(one) for one in Deframer().feed(back)]
        return found[0] if found else None

    def hello(self, nonce: int = 1) -> m.HelloReply:
        reply = self.ask(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, nonce))
        assert isinstance(reply, m.HelloReply)
        self.session = reply.session
        return reply

    def read_all(self) -> None:
        head = self.ask(m.Poll(0, 1, 0)).journal_head  # type: ignore[arg-type]
        self.ask(m.Poll(0, 1, head))  # type: ignore[arg-type]
