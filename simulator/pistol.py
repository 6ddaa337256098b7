"""The firmware's twin: bytes in, bytes out, on any clock. It never speaks unasked.

The body and the memory outlive a power cut; everything that the firmware knew does not.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware_protocol.messages import AbortCause, FaultCode, Limits, PistolState
from firmware_protocol.seal import Key
from simulator.chance import Stream
from simulator.firmware import Board, Firmware
from simulator.journal import Journal
from simulator.limits import factory_limits, tightened
from simulator.mechanics import Actuator, Delivery, Mechanics, Motion
from simulator.memory import Memory, PowerLost
from simulator.operator import Hand
from simulator.receiver import Receiver
from simulator.settings import Settings
from simulator.shots import Stage
from simulator.speed import BAUD
from simulator.trouble import Trouble

SYRINGE_NL = 20_000_000
UID_TWIN = 0x51 << 56  # the range of serial numbers that no metal ever has


def uid_of(seed: int) -> int:
    """Return the serial number of the twin that `seed` makes from a blank memory."""
    return UID_TWIN | Stream(seed, "uid").bits64() >> 8


class Pistol:
    """One simulated pistol, with its power on. Times are microseconds of the caller's clock.

    `on_delivery` sees every physical delivery at the moment it ends: the truth that records are
    held against. `limits` are the clinic's until others are committed; they may only tighten the
    factory's.
    """

    def __init__(
        self,
        memory: Memory,
        *,
        seed: int = 0,
        hand: Hand | None = None,
        mechanics: Mechanics | None = None,
        at_us: int = 0,
        on_delivery: Callable[[Delivery], None] | None = None,
        factory: Limits | None = None,
        limits: Limits | None = None,
        syringe_nl: int = SYRINGE_NL,
        uid: int | None = None,
        key: Key | None = None,
        seals_counted: int = 0,
    ) -> None:
        """Power on. With a `key` it obeys, beside Hello and Abort, only who has the same.

        Every session begins as if `seals_counted` frames had been sealed in it: to see its end.

        Raises:
            LimitsError: `limits` would widen the factory's.
        """
        hand = Hand(seed) if hand is None else hand
        figures = Mechanics.default() if mechanics is None else mechanics
        factory = factory_limits() if factory is None else factory
        clinic = None if limits is None else tightened(factory, limits)
        actuator = Actuator(figures, seed, syringe_nl, on_delivery, hand.touches)
        self._board = Board(actuator, hand, seed)
        self._factory, self._clinic = factory, clinic
        self._memory = memory
        self._uid = uid_of(seed) if uid is None else uid
        self._key, self._seals_counted = key, seals_counted
        self._tearing = Stream(seed, "torn writes")
        self._now_us = at_us
        self._firmware: Firmware | None = None
        self._receiver: Receiver | None = None
        self.power_on(at_us)

    # ------------------------------------------------------------------ what may be looked at

    @property
    def state(self) -> PistolState:
        """Return the state; without power it is BOOT."""
        return PistolState.BOOT if self._firmware is None else self._firmware.state

    @property
    def is_powered(self) -> bool:
        """Return True while the power is on."""
        return self._firmware is not None

    @property
    def baud(self) -> int:
        """Return the speed of its line."""
        return BAUD if self._firmware is None else self._firmware.speed.baud

    @property
    def motion(self) -> Motion | None:
        """Return the shot that moves, with the times of its dose; None if nothing moves."""
        return self._board.actuator.motion

    @property
    def hand(self) -> Hand:
        """Return the hand that holds this pistol."""
        return self._board.hand

    @property
    def memory(self) -> Memory:
        """Return the non-volatile memory."""
        return self._memory

    # ------------------------------------------------------------------ time and line

    def next_event_us(self) -> int | None:
        """Return when something happens by itself, None: nothing before a request comes."""
        return None if self._firmware is None else self._firmware.next_event_us()

    def advance(self, at_us: int) -> None:
        """Play motions, lease, hand and times to live up to `at_us`. Time never goes back."""
        self._now_us = max(self._now_us, at_us)
        if self._firmware is not None:
            try:
                self._firmware.advance(self._now_us)
            except PowerLost:
                self._lose_power(self._firmware)

    def receive(self, data: bytes, at_us: int) -> bytes:
        """Play up to `at_us`, then take `data` from the line; return what goes back."""
        self.advance(at_us)
        if self._firmware is None or self._receiver is None:
            return b""
        try:
            return self._receiver.receive(data)
        except PowerLost:
            self._lose_power(self._firmware)
            return b""

    def line_break(self, at_us: int) -> None:
        """Hold the line in BREAK: an abort that needs no working codec."""
        self._abort(AbortCause.BREAK, at_us)

    def press_button(self, at_us: int) -> None:
        """Press the abort button."""
        self._abort(AbortCause.BUTTON, at_us)

    def drop_dtr(self, at_us: int) -> None:
        """Let DTR fall: the host or its cable is gone."""
        self._abort(AbortCause.DTR, at_us)

    def hold_service_button(self, held: bool) -> None:
        """Let the person hold the service button, off the skin, or let go of it."""
        if held:
            self._lose_contact()
        self._board.hand.hold_service_button(held)
        if held:
            self.advance(self._now_us)

    def keep_pulling(self, pulled: bool) -> None:
        """Let the person keep the trigger pulled, or let go of it."""
        self._board.hand.keeps_pulling = pulled

    def put_syringe(self, volume_nl: int) -> None:
        """Put a syringe in that holds so much."""
        self._board.actuator.syringe_nl = volume_nl

    def break_part(self, part: FaultCode) -> None:
        """Let self tests find from now on that `part` is broken; NONE: all is sound."""
        self._board.actuator.broken = part

    def meet(self, trouble: Trouble) -> None:
        """Let a part of its body not do what it should, from the next shot on until `mend`."""
        self._board.actuator.trouble = trouble

    def mend(self) -> None:
        """Let a person mend its body. A pistol that has found a fault learns of it at a start."""
        self._board.actuator.mend()

    def hold_only(self, volume_nl: int) -> None:
        """Let its syringe hold no more than `volume_nl`, whatever it has counted."""
        self._board.actuator.hold_only(volume_nl)

    def lift(self, at_us: int, back_us: int) -> None:
        """Let the hand take the foot off the skin, and put it back at `back_us`."""
        self.advance(at_us)
        self._lose_contact()
        self._board.hand.lift(self._now_us, back_us)
        self.advance(self._now_us)

    def _lose_contact(self) -> None:
        under_way = None if self._firmware is None else self._firmware.shots.under_way
        if under_way is not None and self._board.hand.touches(self._now_us):
            under_way.lose_contact(self._board.actuator, self._now_us)

    def _abort(self, cause: AbortCause, at_us: int) -> None:
        self.advance(at_us)
        if self._firmware is not None:
            try:
                self._firmware.abort(cause)
            except PowerLost:
                self._lose_power(self._firmware)

    # ------------------------------------------------------------------ power

    def power_cut(self, at_us: int) -> None:
        """Take the power away. What was being written is torn; what moves stops where it is."""
        self.advance(at_us)
        firmware = self._firmware
        if firmware is None:
            return
        under_way = firmware.shots.under_way
        if under_way is not None and under_way.stage is not Stage.MOTION:
            writing = firmware.shots.intent if under_way.stage is Stage.INTENT else None
            record = (writing or firmware.shots.outcome)(under_way)
            try:
                firmware.journal.tear(record, self._tearing.below(73))
            except PowerLost:
                pass  # it failed even earlier in the same write
        self._lose_power(firmware)

    def power_on(self, at_us: int) -> None:
        """Give the power back: the firmware starts with what its memory holds."""
        self._now_us = max(self._now_us, at_us)
        if self._firmware is not None:
            return
        try:
            journal = Journal(self._memory, self._uid)
            settings = Settings(self._memory, self._factory, self._clinic)
            self._firmware = Firmware(self._board, journal, settings, self._now_us)
        except PowerLost:
            self._firmware = self._receiver = None
            return
        self._receiver = Receiver(self._firmware, self._key, self._seals_counted)

    def _lose_power(self, firmware: Firmware) -> None:
        under_way = firmware.shots.under_way
        self._firmware = self._receiver = None
        self._memory.cut_after(None)  # it has failed
        self._board.actuator.cut(firmware.now_us)  # when it failed, however late that is seen
        if under_way is not None and under_way.stage is not Stage.INTENT:
            self._board.hand.move_on(self._now_us)  # it will never be asked for this site again
