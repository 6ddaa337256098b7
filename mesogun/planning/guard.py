"""May the next prick be given? The last check before a shot, on what was given so far.

Limits are looked at again prick by prick, with the measured place where there is one: plain whole
numbers in lists and dictionaries, so that an answer takes microseconds however much was given
before. `check`, then `commit`, then fire: whoever dies in between has counted a prick too many,
never one too few. What a guard does not know it refuses.
"""

from __future__ import annotations

from collections.abc import Mapping
from math import isqrt

from mesogun.planning.dose.held import DISC_UM
from mesogun.planning.fullest import Dose, may_exceed
from mesogun.planning.guarded import PG_PER_UG, ZoneBounds, known
from mesogun.planning.infeasible import ml
from mesogun.planning.near import Cells
from mesogun.planning.place.region import mm
from mesogun.planning.plan import Plan, VerifiedPlan
from mesogun.planning.prescription import Point3, Rest
from mesogun.planning.verdict import ALLOWED, UNTOLD, Verdict, beyond, broken

PPM = 1_000_000
REACH_UM = 2 * DISC_UM
"""Two pricks farther apart than this share no disc of 1 cm2."""


class Guard:
    """What was given so far in one session, and whether a prick may follow it.

    It changes by `commit`, `told` and `withdraw` alone. Not for two threads at once.
    """

    __slots__ = (
        "_around",
        "_around_earlier",
        "_around_resting",
        "_at_us",
        "_component_pg",
        "_dose_nl",
        "_earlier",
        "_given",
        "_is_verified",
        "_known",
        "_last_at_us",
        "_last_shot",
        "_lost",
        "_measured",
        "_odd",
        "_place",
        "_product_nl",
        "_tolerance_um",
        "_turn",
        "_turns",
        "_volume_nl",
        "_was_told",
        "_widest_um",
        "_zone_nl",
    )

    def __init__(self, plan: Plan, tolerance_um: int, *, was_told: bool, is_verified: bool) -> None:
        """Begin with nothing given; see `Guard.of`."""
        facts = self._known = known(plan)
        self._is_verified, self._was_told = is_verified, was_told
        self._tolerance_um = tolerance_um
        self._volume_nl = 0
        self._product_nl = [0] * len(facts.products_nl)
        self._zone_nl = [0] * len(facts.zones)
        self._component_pg = [0] * len(facts.components)
        # Of the pricks given: where, how much, when, and in which turn of the session.
        self._place: dict[int, Point3] = {}
        self._dose_nl: dict[int, int] = {}
        self._at_us: dict[int, int] = {}
        self._turn: dict[int, int] = {}
        # Of them: those whose place was measured, and those that are not as planned.
        self._measured: set[int] = set()
        self._odd: set[int] = set()
        # Done with, and yet not given: never to be given.
        self._lost: set[int] = set()
        self._turns = self._last_at_us = 0
        self._last_shot: int | None = None
        self._widest_um = max(one.spacing.value for one in facts.zones)
        self._given = Cells(self._widest_um, flat=facts.flat)
        self._around = self._given.steps(self._widest_um)
        far_um = max((one.distance_um for _, one in facts.earlier), default=1)
        self._around_resting = tuple(
            self._given.steps(one.rest.radius_um) if one.rest else () for one in facts.zones
        )
        self._earlier = Cells(far_um, flat=facts.flat)
        self._around_earlier = self._earlier.steps(far_um) if facts.earlier else ()
        for number, (point, _) in enumerate(facts.earlier):
            self._earlier.add(self._at(point), number)

    @classmethod
    def of(
        cls,
        plan: VerifiedPlan | Plan,
        given: Mapping[int, int] | None = None,
        *,
        given_until_us: int = 0,
        tolerance_um: int | None = None,
    ) -> Guard:
        """Return the guard of a session with `plan`.

        `given` names the pricks that are done with, and the nL that each of them took (0: lost; in
        doubt: all that was asked), {} for a session that begins; without it, nothing is allowed.
        What the plan itself says to be settled is known. All of them were given by
        `given_until_us`. A measured place may lie `tolerance_um` beside the planned one, or else
        as far as the prescription says.
        """
        is_verified = isinstance(plan, VerifiedPlan)
        bare = plan.plan if isinstance(plan, VerifiedPlan) else plan
        tolerance = bare.prescription.position_um if tolerance_um is None else tolerance_um
        guard = cls(bare, tolerance, was_told=given is not None, is_verified=is_verified)
        done = dict(given or {})
        if bare.settled is not None:
            done.update(zip(bare.settled.rows, bare.settled.given_nl, strict=True))
        for prick in sorted(done):
            if done[prick] > 0:
                guard.commit(prick, given_until_us, dose_nl=done[prick])
            else:
                guard.lose(prick)
        return guard

    def check(self, prick: int, at_us: int, *, at_um: Point3 | None = None) -> Verdict:
        """Tell whether `prick` (a row of the plan) may be given at `at_us`.

        `at_um` is where the needle is, as measured; without it the planned place counts.
        """
        facts = self._known
        if not self._was_told:
            return UNTOLD
        if not 0 <= prick < len(facts.places):
            return Verdict(False, "prick", f"the plan has no prick {prick + 1}")
        if prick in self._at_us or prick in self._lost:
            return Verdict(False, "given", f"prick {prick + 1} is done with: never a second time")
        bounds = facts.zones[facts.zone[prick]]
        place, slack_um = facts.places[prick], 0
        if at_um is not None:
            place, slack_um = self._at(at_um), self._tolerance_um
        return (
            self._own(prick, bounds)
            or self._added(prick, bounds)
            or self._apart(prick, place, slack_um, bounds)
            or (self._off_earlier(prick, place, slack_um) if facts.earlier else None)
            or (self._at_its_place(prick, place) if at_um is not None else None)
            or (self._rested(prick, at_us, place, bounds.rest) if bounds.rest else None)
            or self._paced(prick, at_us, bounds)
            # The verifier has measured all discs of the plan: a part of it, given as planned, fills
            # none of them more.
            or (None if self._is_verified and not self._odd else self._spread(prick, place, bounds))
            or ALLOWED
        )

    def commit(
        self, prick: int, at_us: int, *, at_um: Point3 | None = None, dose_nl: int | None = None
    ) -> None:
        """Count `prick` as given, before it is. `dose_nl`: where it is not the planned one.

        Raises:
            ValueError: there is no such prick, or it is done with. Nothing has changed.
        """
        self._refuse_known(prick)
        facts = self._known
        place = facts.places[prick]
        if at_um is not None:
            place = self._at(at_um)
            self._measured.add(prick)
        if facts.shot[prick] != self._last_shot:
            self._last_shot = facts.shot[prick]
            self._turns += 1
        self._place[prick], self._turn[prick] = place, self._turns
        self._at_us[prick] = self._last_at_us = at_us
        self._given.add(place, prick)
        self._dose_nl[prick] = dose = facts.dose_nl[prick] if dose_nl is None else dose_nl
        self._add(prick, dose)
        if at_um is not None or dose_nl is not None:
            self._look(prick)

    def lose(self, prick: int) -> None:
        """Bar `prick`, which was not given, from ever being given.

        Raises:
            ValueError: there is no such prick, or it is done with. Nothing has changed.
        """
        self._refuse_known(prick)
        self._lost.add(prick)

    def told(self, prick: int, *, at_us: int | None = None, dose_nl: int | None = None) -> None:
        """Take in what became of a prick that was committed: when it was given, how much it took.

        Raises:
            KeyError: it was not committed. Nothing has changed.
        """
        before_nl = self._dose_nl[prick]
        if at_us is not None:
            self._at_us[prick] = at_us
            if self._known.shot[prick] == self._last_shot:
                self._last_at_us = at_us
        if dose_nl is not None:
            self._dose_nl[prick] = dose_nl
            self._add(prick, dose_nl - before_nl)
            self._look(prick)

    def withdraw(self, prick: int) -> None:
        """Take back a commitment: it is certain that the prick was not given.

        Raises:
            KeyError: it was not committed. Nothing has changed.
        """
        self._add(prick, -self._dose_nl.pop(prick))
        place = self._place.pop(prick)
        del self._at_us[prick], self._turn[prick]
        self._given.remove(place, prick)
        self._measured.discard(prick)
        self._odd.discard(prick)

    def _refuse_known(self, prick: int) -> None:
        is_known = 0 <= prick < len(self._known.places)
        if not is_known or prick in self._at_us or prick in self._lost:
            raise ValueError(f"prick {prick + 1} is not in the plan, or done with")

    def _at(self, place: Point3) -> Point3:
        return (place[0], place[1], 0) if self._known.flat else place

    def _add(self, prick: int, dose_nl: int) -> None:
        facts = self._known
        zone = facts.zone[prick]
        product = facts.zones[zone].product
        self._volume_nl += dose_nl
        self._zone_nl[zone] += dose_nl
        self._product_nl[product] += dose_nl
        for k, (_, _, pg_per_nl) in enumerate(facts.components):
            self._component_pg[k] += dose_nl * pg_per_nl[product]

    def _look(self, prick: int) -> None:
        """Take note of a prick that the verifier has not seen as it is."""
        more = self._dose_nl[prick] > self._known.dose_nl[prick]
        if more or self._at_its_place(prick, self._place[prick]) is not None:
            self._odd.add(prick)
        else:
            self._odd.discard(prick)

    def _own(self, prick: int, bounds: ZoneBounds) -> Verdict | None:
        """The prick alone: its dose and its depth."""
        facts = self._known
        dose_nl, depth_um = facts.dose_nl[prick], facts.depth_um[prick]
        if dose_nl > bounds.dose_max.value:
            return broken("dose", prick, ml(dose_nl), bounds.dose_max)
        if dose_nl < bounds.dose_min.value:
            return broken("dose", prick, ml(dose_nl), bounds.dose_min)
        if depth_um > facts.needle.value:
            return broken("depth", prick, mm(depth_um), facts.needle)
        deep_um = -(-depth_um * bounds.angle_sin_ppm // PPM)
        if deep_um > bounds.depth_max.value:
            return broken("depth", prick, mm(deep_um), bounds.depth_max)
        return None

    def _added(self, prick: int, bounds: ZoneBounds) -> Verdict | None:
        """What all pricks take together."""
        facts = self._known
        zone, product, dose_nl = facts.zone[prick], bounds.product, facts.dose_nl[prick]
        if self._volume_nl + dose_nl > facts.volume.value:
            return broken("volume", prick, ml(self._volume_nl + dose_nl), facts.volume)
        if self._product_nl[product] + dose_nl > facts.products_nl[product]:
            return beyond(prick, "the product", facts.products_nl[product])
        if self._zone_nl[zone] + dose_nl > bounds.volume_nl:
            return beyond(prick, f"zone {bounds.name!r}", bounds.volume_nl)
        for k, (limit, most_pg, pg_per_nl) in enumerate(facts.components):
            whole_pg = self._component_pg[k] + dose_nl * pg_per_nl[product]
            if whole_pg > most_pg:
                return broken("component", prick, f"{-(-whole_pg // PG_PER_UG)} ug", limit)
        return None

    def _apart(
        self, prick: int, place: Point3, slack_um: int, bounds: ZoneBounds
    ) -> Verdict | None:
        """The distance to everything given: across zones the larger spacing of the two."""
        facts, near, name = self._known, self._given.held.get, self._given.named(place)
        x, y, z = place
        widest = self._widest_um * self._widest_um
        for step in self._around:
            for a, b, c, other in near(name + step, ()):
                square = (a - x) * (a - x) + (b - y) * (b - y) + (c - z) * (c - z)
                if square >= widest:
                    continue
                theirs = facts.zones[facts.zone[other]].spacing
                limit = theirs if theirs.value > bounds.spacing.value else bounds.spacing
                slack = slack_um + (self._tolerance_um if other in self._measured else 0)
                if square < max(0, limit.value - slack) ** 2:
                    what = f"{mm(isqrt(square))} from prick {other + 1}, which was given,"
                    return broken("spacing", prick, what, limit)
        return None

    def _off_earlier(self, prick: int, place: Point3, slack_um: int) -> Verdict | None:
        """The distance to the pricks of earlier sessions."""
        held, name = self._earlier.held, self._earlier.named(place)
        x, y, z = place
        for step in self._around_earlier:
            for a, b, c, number in held.get(name + step, ()):
                square = (a - x) * (a - x) + (b - y) * (b - y) + (c - z) * (c - z)
                _, one = self._known.earlier[number]
                if square < max(0, one.distance_um - slack_um) ** 2:
                    text = (
                        f"prick {prick + 1} would lie {mm(isqrt(square))} from one of "
                        f"{one.session_date} ({one.record}); {mm(one.distance_um)} are asked"
                    )
                    return Verdict(False, "earlier", text)
        return None

    def _at_its_place(self, prick: int, place: Point3) -> Verdict | None:
        """Margins and depth hold around the planned place, as far as the tolerance goes."""
        x, y, z = place
        a, b, c = self._known.places[prick]
        square = (a - x) * (a - x) + (b - y) * (b - y) + (c - z) * (c - z)
        if square <= self._tolerance_um * self._tolerance_um:
            return None
        text = (
            f"the needle is {mm(isqrt(square))} from the place of prick {prick + 1}; "
            f"{mm(self._tolerance_um)} are allowed"
        )
        return Verdict(False, "place", text)

    def _rested(self, prick: int, at_us: int, place: Point3, rest: Rest) -> Verdict | None:
        """The rest between neighbours of one zone, in shots and in time."""
        facts, held, name = self._known, self._given.held, self._given.named(place)
        zone, shot = facts.zone[prick], facts.shot[prick]
        turn = self._turns + (shot != self._last_shot)
        x, y, z = place
        until_us = 0
        for step in self._around_resting[zone]:
            for a, b, c, other in held.get(name + step, ()):
                square = (a - x) * (a - x) + (b - y) * (b - y) + (c - z) * (c - z)
                beyond = square > rest.radius_um * rest.radius_um
                if beyond or facts.zone[other] != zone or facts.shot[other] == shot:
                    continue
                between = turn - self._turn[other] - 1
                if between < rest.shots:
                    text = (
                        f"prick {prick + 1} would come {between} shots after its neighbour "
                        f"{other + 1}; {rest.shots} are asked between them"
                    )
                    return Verdict(False, "rest", text)
                until_us = max(until_us, self._at_us[other] + rest.ms * 1000)
        if at_us < until_us:
            text = f"a neighbour of prick {prick + 1} rests for {rest.ms} ms"
            return Verdict(False, "rest", text, until_us)
        return None

    def _paced(self, prick: int, at_us: int, bounds: ZoneBounds) -> Verdict | None:
        """The time since the last shot."""
        until_us = self._last_at_us + bounds.interval_us
        if at_us >= until_us or self._turns == 0 or self._known.shot[prick] == self._last_shot:
            return None
        text = f"prick {prick + 1} would come too soon: {bounds.interval_us // 1000} ms are asked"
        return Verdict(False, "interval", text, until_us)

    def _spread(self, prick: int, place: Point3, bounds: ZoneBounds) -> Verdict | None:
        """The dose in every disc of 1 cm2 that the prick would lie in."""
        facts, held, name = self._known, self._given.held, self._given.named(place)
        near, odd, limit = [], not self._is_verified, bounds.area_dose
        x, y, z = place
        for step in self._given.steps(REACH_UM):
            for a, b, c, other in held.get(name + step, ()):
                if (a - x) ** 2 + (b - y) ** 2 + (c - z) ** 2 <= REACH_UM * REACH_UM:
                    cap = facts.zones[facts.zone[other]].area_dose
                    near.append(Dose(a, b, c, self._dose_nl[other], cap.value))
                    odd = odd or other in self._odd
                    limit = cap if cap.value < limit.value else limit
        new = Dose(x, y, z, facts.dose_nl[prick], bounds.area_dose.value)
        if not odd or not may_exceed(new, near, flat=facts.flat):
            return None
        return broken("area_dose", prick, "too much in a square centimetre", limit)
