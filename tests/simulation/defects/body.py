"""Seeded mistakes in what the pistol makes of its own body: needle, plunger, skin."""

from __future__ import annotations

from typing import Any

from firmware_protocol.messages import FaultCode, Refusal
from simulator.firmware import Firmware
from simulator.mechanics import Actuator
from simulator.shots import UnderWay
from tests.simulation.defects.pistol import always, without_check
from tests.simulation.defects.substitute import Instead, Layer


def _goes_on(before: Any) -> Any:
    """A needle that did not come out is a thing of the past."""

    def fail(self: Firmware, fault: FaultCode) -> None:
        if fault is not FaultCode.NEEDLE:
            before(self, fault)

    return fail


def _as_asked(before: Any) -> Any:
    """A shot that nobody stopped was given."""

    def come_to_rest(self: UnderWay, actuator: Actuator, at_us: int) -> None:
        stopped = self.stopped_for
        before(self, actuator, at_us)
        if self.stopped_for is Refusal.EMPTY:
            self.stopped_for = stopped

    return come_to_rest


AT_REST = Layer("needle out at the gate", without_check("_at_rest"))

DEPTH_UNVERIFIED = (Instead(Actuator, "is_deep_enough", always(True)),)
NEEDLE_FORGOTTEN = (Instead(Firmware, "fail", _goes_on),)
AIR_UNFELT = (Instead(UnderWay, "lose_contact", always(None)),)
EMPTY_IS_GIVEN = (Instead(UnderWay, "come_to_rest", _as_asked),)
