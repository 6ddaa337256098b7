"""A pistol, a hand and a host made of bytes, for scenarios that look at the pistol alone."""

from __future__ import annotations

from typing import Any

from firmware_protocol.messages import Refusal, ShotReply, ShotResult
from simulator.mechanics import Delivery
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from tests.simulator.conftest import EXACT, ByteHost

SOON = {"travel_us": 200_000, "settle_us": 50_000}


def a_host(memory: Memory | None = None, **hand: Any) -> ByteHost:
    """A host at a pistol of its own, whose body is exact."""
    ghost: list[Delivery] = []
    pistol = Pistol(
        Memory() if memory is None else memory,
        seed=3,
        hand=Hand(3, **(SOON | hand)),
        mechanics=EXACT,
        on_delivery=ghost.append,
    )
    return ByteHost(pistol, ghost)


def doses_of(host: ByteHost) -> list[int]:
    """What really left the needle, shot by shot."""
    return [one.dose_nl for one in host.ghost]


def refused(reply: ShotReply) -> Refusal:
    """Why a shot was refused."""
    assert reply.result is ShotResult.REFUSED, reply
    return reply.reason
