"""Arming in two steps: what was asked and echoed, and what a confirmed arming still allows."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_protocol.messages import ArmRequest, Limits
from firmware_protocol.units import ArmToken, Nanolitres

CHALLENGE_MS = 60_000
TICKS = 2**32
"""The counter of the application's steps goes round after so many."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """The first step: an echo that waits for a person."""

    nonce: int
    request: ArmRequest
    expires_us: int
    is_service: bool = False


@dataclass(slots=True)
class Arm:
    """The second step: a token, its lease and what it may still spend."""

    token: ArmToken
    limits: Limits
    lease_us: int
    lease_until_us: int
    shots_left: int
    budget_nl_left: Nanolitres
    plan_digest: int
    is_service: bool = False
    last_tick: int | None = None

    def renew(self, tick: int, at_us: int) -> None:
        """Renew the lease if the application has moved on since the last tick.

        An older tick is a late frame: what counts is that it lies at most 2**31 ahead, as the
        counter goes round.
        """
        if self.last_tick is None or 1 <= (tick - self.last_tick) % TICKS <= TICKS // 2:
            self.last_tick = tick
            self.lease_until_us = at_us + self.lease_us

    def charge(self, dose_nl: int) -> None:
        """Spend one shot of the budget."""
        self.shots_left -= 1
        self.budget_nl_left = Nanolitres(self.budget_nl_left - dose_nl)

    @property
    def is_spent(self) -> bool:
        """Return True if nothing more may be given."""
        return self.shots_left < 1 or self.budget_nl_left < 1
