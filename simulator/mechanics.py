"""The pistol's body: needle and plunger in time, and what really left the syringe.

Everything is computed when a shot begins (no time steps): needle in, settle, dose, dwell, needle
out. The twin measures what it gives without error, so journal and truth agree to the nanolitre.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files

from firmware_protocol.messages import FaultCode, Refusal, Shot, Trigger
from simulator.chance import Stream
from simulator.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Mechanics:
    """Figures of one kind of pistol (mechanics.toml says how far each can be trusted)."""

    needle_um_per_s: int
    settle_us: int
    depth_noise_um: int
    gain_error_ppm: int
    dose_noise_ppm: int
    write_us: int
    selftest_us: int
    supply_mv: int
    temperature_mk: int
    home_us: int = 200_000

    @classmethod
    @cache
    def default(cls) -> Mechanics:
        """Return the figures of mechanics.toml."""
        table = tomllib.loads(files("simulator").joinpath("mechanics.toml").read_text("utf-8"))
        return cls(
            needle_um_per_s=table["needle"]["speed_um_per_s"],
            settle_us=table["needle"]["settle_us"],
            depth_noise_um=table["needle"]["depth_noise_um"],
            gain_error_ppm=table["plunger"]["gain_error_ppm"],
            dose_noise_ppm=table["plunger"]["dose_noise_ppm"],
            write_us=table["memory"]["write_us"],
            selftest_us=table["body"]["selftest_us"],
            home_us=table["needle"]["home_us"],
            supply_mv=table["body"]["supply_mv"],
            temperature_mk=table["body"]["temperature_mk"],
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """The ghost: one per physical delivery, whatever anybody recorded. Nothing of the host sees it.

    `at_us` is when the plunger stopped.
    """

    shot_id: int
    dose_nl: int
    depth_um: int
    at_us: int
    contact: bool
    service: bool = False


@dataclass(frozen=True, slots=True)
class Motion:
    """One shot in time, as it will go if nothing stops it."""

    shot_id: int
    needle_um_per_s: int
    began_us: int
    depth_um: int
    dose_nl: int
    dose_from_us: int
    dose_until_us: int
    out_from_us: int
    rest_us: int
    service: bool = False
    is_jog: bool = False
    ended: Refusal = Refusal.NONE
    """Why the plunger ends before its dose, if nothing else stops it."""
    fault: FaultCode = FaultCode.NONE
    """Which part did not do what it should."""
    stays_in: bool = False
    """The needle does not come out."""

    def depth_at(self, at_us: int) -> int:
        """Return how deep the needle is."""
        inward = (at_us - self.began_us) * self.needle_um_per_s // 1_000_000
        if self.stays_in:
            return max(0, min(self.depth_um, inward))
        outward = (self.rest_us - at_us) * self.needle_um_per_s // 1_000_000
        return max(0, min(self.depth_um, inward, outward))

    def dosed_at(self, at_us: int) -> int:
        """Return how much has left the needle."""
        if at_us >= self.dose_until_us:
            return self.dose_nl
        if at_us <= self.dose_from_us:
            return 0
        span_us = self.dose_until_us - self.dose_from_us
        return self.dose_nl * (at_us - self.dose_from_us) // span_us

    def stopped_at(self, at_us: int) -> Motion:
        """Return this motion if it is stopped now: plunger at once, then needle out."""
        if at_us >= self.out_from_us:
            return self  # on its way out already
        depth = self.depth_at(at_us)
        shown, stays_in = at_us >= self.dose_until_us, self.stays_in and depth > 0
        return replace(
            self,
            ended=self.ended if shown else Refusal.NONE,
            fault=self.fault if shown or stays_in else FaultCode.NONE,
            stays_in=stays_in,
            depth_um=depth,
            dose_nl=self.dosed_at(at_us),
            dose_from_us=min(self.dose_from_us, at_us),
            dose_until_us=min(self.dose_until_us, at_us),
            out_from_us=at_us,
            rest_us=at_us + _needle_us(depth, self.needle_um_per_s),
        )


def _needle_us(depth_um: int, um_per_s: int) -> int:
    return -(-depth_um * 1_000_000 // um_per_s)


class Actuator:
    """Needle, plunger and syringe. Only the gate calls `fire`."""

    def __init__(
        self,
        figures: Mechanics,
        seed: int,
        syringe_nl: int,
        on_delivery: Callable[[Delivery], None] | None,
        touches: Callable[[int], bool],
    ) -> None:
        self.figures = figures
        self.syringe_nl = syringe_nl
        self.motion: Motion | None = None
        self.broken = FaultCode.NONE  # what a self test finds
        self.trouble = Trouble.NONE
        self._full_nl = syringe_nl
        self._missing_nl = 0  # that are counted, and not there
        self._stuck_um = 0  # so deep the needle stands, and nothing moves it
        self._told = True  # whether the ghost of this motion has been written
        self._on_delivery = on_delivery
        self._touches = touches
        self._noise = Stream(seed, "dose and depth")
        gain = Stream(seed, "gain error").between(-figures.gain_error_ppm, figures.gain_error_ppm)
        self._gain_ppm = gain

    def dose_nl_worst(self, dose_nl: int) -> int:
        """Return the most that may leave the syringe when `dose_nl` is asked."""
        ppm = self.figures.gain_error_ppm + self.figures.dose_noise_ppm
        return dose_nl + -(-dose_nl * ppm // 1_000_000)

    def refill(self) -> None:
        """Put a full syringe in."""
        self.syringe_nl, self._missing_nl = self._full_nl, 0

    def hold_only(self, volume_nl: int) -> None:
        """Let the syringe hold no more than that, whatever is counted: it was filled wrongly."""
        self._missing_nl = max(0, self.syringe_nl - volume_nl)

    def mend(self) -> None:
        """Let every part do again what it should, and the needle be out."""
        self.trouble, self._stuck_um = Trouble.NONE, 0

    @property
    def needle_stuck(self) -> bool:
        """Return True if the needle stands in the skin, and nothing moves it."""
        return self._stuck_um > 0

    def is_deep_enough(self, asked_um: int, depth_um: int) -> bool:
        """Tell whether the needle, as measured, is where it should be: else no dose."""
        return abs(depth_um - asked_um) <= self.figures.depth_noise_um

    def fire(self, shot: Shot, at_us: int) -> Motion:
        """Begin to move: the one way to a delivery, and only the gate may take it."""
        figures = self.figures
        noise = figures.dose_noise_ppm
        ppm = self._gain_ppm + self._noise.between(-noise, noise)
        dose = max(1, shot.dose_nl + shot.dose_nl * ppm // 1_000_000)
        depth = 0
        if shot.depth_um:
            spread = figures.depth_noise_um
            depth = max(0, shot.depth_um + self._noise.between(-spread, spread))
        if self.trouble is Trouble.NEEDLE_STANDS:
            depth //= 2
        dose, ended, fault = self._limited(shot.depth_um, depth, dose)
        needle_us = _needle_us(depth, figures.needle_um_per_s)
        dose_from_us = at_us + needle_us + figures.settle_us
        dose_until_us = dose_from_us + -(-dose * 1_000_000 // shot.rate_nl_per_s)
        out_from_us = dose_until_us + (0 if ended else shot.dwell_ms * 1_000)
        stays_in = depth > 0 and self.trouble is Trouble.NEEDLE_STAYS_IN
        self.motion = Motion(
            shot_id=shot.shot_id,
            needle_um_per_s=figures.needle_um_per_s,
            began_us=at_us,
            depth_um=depth,
            dose_nl=dose,
            dose_from_us=dose_from_us,
            dose_until_us=dose_until_us,
            out_from_us=out_from_us,
            rest_us=out_from_us + needle_us,
            service=shot.trigger is Trigger.AUTO,
            ended=ended,
            fault=FaultCode.NEEDLE if stays_in else fault,
            stays_in=stays_in,
        )
        self._told = False
        return self.motion

    def _limited(
        self, asked_um: int, depth_um: int, dose_nl: int
    ) -> tuple[int, Refusal, FaultCode]:
        """Return how much of a dose can leave at that depth, and why no more."""
        if not self.is_deep_enough(asked_um, depth_um):
            return 0, Refusal.STATE, FaultCode.NEEDLE
        if self.trouble is Trouble.PLUNGER_STANDS:
            return dose_nl // 2, Refusal.STATE, FaultCode.PLUNGER
        there_nl = self.syringe_nl - self._missing_nl
        if dose_nl > there_nl:
            return max(0, there_nl), Refusal.EMPTY, FaultCode.NONE
        return dose_nl, Refusal.NONE, FaultCode.NONE

    def home(self, at_us: int) -> None:
        """Take the needle to where it begins; nothing leaves it. Only unarmed, or in service."""
        rest_us = at_us + self.figures.home_us
        speed = self.figures.needle_um_per_s
        self.motion = Motion(0, speed, at_us, 0, 0, rest_us, rest_us, rest_us, rest_us)
        self._told = True

    def jog(self, depth_um: int, dwell_ms: int, at_us: int) -> None:
        """Take the needle out to a depth and home again; nothing leaves it. As `home`."""
        speed = self.figures.needle_um_per_s
        depth = depth_um // 2 if self.trouble is Trouble.NEEDLE_STANDS else depth_um
        stays_in = depth > 0 and self.trouble is Trouble.NEEDLE_STAYS_IN
        sound = self.is_deep_enough(depth_um, depth) and not stays_in
        needle_us = _needle_us(depth, speed)
        back_us = at_us + needle_us + dwell_ms * 1_000
        self.motion = Motion(
            shot_id=0,
            needle_um_per_s=speed,
            began_us=at_us,
            depth_um=depth,
            dose_nl=0,
            dose_from_us=back_us,
            dose_until_us=back_us,
            out_from_us=back_us,
            rest_us=back_us + needle_us,
            is_jog=True,
            fault=FaultCode.NONE if sound else FaultCode.NEEDLE,
            stays_in=stays_in,
        )
        self._told = True

    def reaches_out(self, at_us: int) -> bool:
        """Return True while a jog is not on its way home yet: skin would be pricked."""
        return self.motion is not None and self.motion.is_jog and at_us < self.motion.out_from_us

    def next_event_us(self) -> int | None:
        """Return when the plunger stops, or else when the needle is out."""
        if self.motion is None:
            return None
        return self.motion.rest_us if self._told else self.motion.dose_until_us

    def advance(self, at_us: int) -> None:
        """Play up to `at_us`: what has been given by then is given."""
        if self.motion is not None and not self._told and at_us >= self.motion.dose_until_us:
            self._tell(self.motion)

    def stop(self, at_us: int) -> None:
        """Stop the plunger at once and take the needle out."""
        if self.motion is not None:
            self.motion = self.motion.stopped_at(at_us)
            self.advance(at_us)

    def cut(self, at_us: int) -> None:
        """Lose the power: the plunger stops, a spring takes the needle out."""
        self.stop(at_us)
        self.settle()

    def is_over(self, at_us: int) -> bool:
        """Return True if nothing moves, or what moved has come to rest."""
        return self.motion is None or at_us >= self.motion.rest_us

    def settle(self) -> FaultCode:
        """Forget a motion that has come to rest; return which part did not do what it should."""
        motion, self.motion = self.motion, None
        if motion is not None and motion.stays_in:
            self._stuck_um = motion.depth_um
        return FaultCode.NONE if motion is None else motion.fault

    def depth_at(self, at_us: int) -> int:
        """Return how deep the needle is."""
        return self._stuck_um if self.motion is None else self.motion.depth_at(at_us)

    def _tell(self, motion: Motion) -> None:
        self._told = True
        if motion.dose_nl:
            self.syringe_nl -= motion.dose_nl
        if motion.ended is Refusal.EMPTY:
            self.syringe_nl = self._missing_nl = 0  # the plunger has found its end
        if motion.dose_nl and self._on_delivery is not None:
            at_us = motion.dose_until_us
            self._on_delivery(
                Delivery(
                    motion.shot_id,
                    motion.dose_nl,
                    motion.depth_um,
                    at_us,
                    self._touches(at_us),
                    motion.service,
                )
            )
