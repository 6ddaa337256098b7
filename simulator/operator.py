"""The hand that holds the pistol: it goes from site to site, touches the skin and pulls.

It needs no host: it sees the lamp (a shot is queued), and nothing else of the session.
"""

from __future__ import annotations

from collections.abc import Sequence

from firmware_protocol.messages import Trigger
from simulator.chance import Stream

# About two pricks a second with the shot itself, the default frequency of the catalogue.
TRAVEL_US = 250_000
SETTLE_US = 50_000
JITTER_PPM = 200_000  # unverified: a fifth of the travel, either way


class Hand:
    """One operator. A site that was not given is tried again from where the hand is.

    With `travels_us` the k-th new site takes exactly travels_us[k]; beyond its end, and without
    it, `travel_us` with seeded jitter. `refills`: a syringe too empty for what is about to be
    armed is changed for a full one. `holds_service_button` is set by who plays the person: without
    it no limit of the clinic's is loosened. So is `keeps_pulling`: the trigger stays pulled, and no
    fresh pull comes until it is let go.
    """

    __slots__ = (
        "_arrives_us",
        "_chance",
        "_jitter_ppm",
        "_settle_us",
        "_site",
        "_travel_us",
        "_travels_us",
        "holds_service_button",
        "keeps_pulling",
        "refills",
    )

    def __init__(
        self,
        seed: int = 0,
        *,
        travel_us: int = TRAVEL_US,
        settle_us: int = SETTLE_US,
        jitter_ppm: int = JITTER_PPM,
        travels_us: Sequence[int] | None = None,
        refills: bool = False,
    ) -> None:
        """Begin before the first site, with the hand at rest."""
        if min(travel_us, settle_us, jitter_ppm, *(travels_us or ())) < 0:
            raise ValueError("a hand needs no negative time")
        self._chance = Stream(seed, "hand")
        self._travel_us, self._settle_us, self._jitter_ppm = travel_us, settle_us, jitter_ppm
        self._travels_us = tuple(travels_us or ())
        self._site = 0
        self._arrives_us: int | None = None  # None: has not set out for the first site
        self.refills = refills
        self.holds_service_button = False
        self.keeps_pulling = False

    @property
    def site(self) -> int:
        """How many sites are done."""
        return self._site

    def hold_service_button(self, held: bool) -> None:
        """Take the pistol off the skin and hold that button, or let go of it."""
        self.holds_service_button = held
        if held:
            self._arrives_us = None

    def arrives_us(self) -> int | None:
        """Return when the foot is on the skin, None: the hand has not set out."""
        return self._arrives_us

    def set_out(self, at_us: int) -> None:
        """See the lamp: go to the first site, if the hand is not under way already."""
        if self._arrives_us is None:
            self._arrives_us = at_us + self._next_travel_us()

    def move_on(self, at_us: int) -> None:
        """Leave a site that is done, for the next one."""
        self._site += 1
        self._arrives_us = at_us + self._next_travel_us()

    def lift(self, at_us: int, back_us: int) -> None:
        """Leave the skin, if the foot is on it, and be back at `back_us`."""
        if self.touches(at_us):
            self._arrives_us = max(at_us, back_us)

    def release_us(self, trigger: Trigger, lamp_us: int) -> int | None:
        """Return when skin contact and trigger allow the shot whose lamp went on at `lamp_us`.

        AUTO is the host's affair: it waits for no hand.

        PRESS takes a fresh pull after settling; HELD glides and fires on contact.
        """
        if trigger is Trigger.AUTO:
            return lamp_us
        if self._arrives_us is None or (trigger is Trigger.PRESS and self.keeps_pulling):
            return None
        settled_us = self._arrives_us + (self._settle_us if trigger is Trigger.PRESS else 0)
        return max(settled_us, lamp_us)

    def touches(self, at_us: int) -> bool:
        """Return True while the pistol's foot is on the skin."""
        return self._arrives_us is not None and at_us >= self._arrives_us

    def _next_travel_us(self) -> int:
        if self._site < len(self._travels_us):
            return self._travels_us[self._site]
        span = self._travel_us * self._jitter_ppm // 1_000_000
        return max(0, self._travel_us + self._chance.between(-span, span))
