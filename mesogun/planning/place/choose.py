"""Choosing a zone's lattice: the widest spacing whose pricks keep every dose at the usual one.

The spacing closes when the volume asks for more pricks. Only at the tightest spacing may doses rise
above the usual, and never above the cap (docs/adr/0017).
"""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.dose.held import packed
from mesogun.planning.dose.held import rows as fullness
from mesogun.planning.dose.room import Room
from mesogun.planning.place.bound import prick_bound
from mesogun.planning.place.coarse import coarse
from mesogun.planning.place.fit import (
    FINENESS,
    Fit,
    area_of,
    best_fit,
    cells_of,
    count_fits,
    exactly_free,
    place,
)
from mesogun.planning.place.lattice import lattice
from mesogun.planning.place.raster import Field, Integers
from mesogun.planning.place.region import mm
from mesogun.planning.place.spots import Spots, of_points, on_lattice

PRICKS_MAX = 2_000_000
"""More are never planned for one zone: the spacing is in the wrong unit."""
CELLS_MAX = 800_000
CELLS_MAX_BIG = 250_000
SMALL = 500
"""Below so many cells of the spacing in its box, pricks of a zone may leave the lattice."""
BIG = 20_000
"""From so many pricks on, a zone's border decides little and fewer lattices are tried."""
TRIAL_ANGLES = (0, 6)
TRIAL_FINENESS = 4
"""How many pricks a spacing must hold is known: a fit that holds them need not be the very best."""
TRIAL_PERCENT = (97, 103, 109, 116)
TRIAL_PERCENT_BIG = (98, 99, 100, 101, 102)
ROUND_UM = 10
FAR_OFF = 4
"""At a border a prick may hold some times what one does inside, and not more often than this."""
COUNTED_MAX = 400
"""Up to so many pricks, neighbours within a square centimetre are counted one by one."""


class Doses(NamedTuple):
    """The dose bounds of one zone in whole steps of the pistol."""

    total: int
    usual: int
    cap: int
    least: int
    """At least 1."""
    per_cm2: int

    def each_at(self, held: int, bound: int) -> int:
        """Return the most for each prick where a disc of 1 cm2 holds `held` of them."""
        return min(bound, self.per_cm2 // held)

    def borne_by(self, fit: Fit) -> bool:
        """Tell whether free points hold the total at usual doses, however they lie."""
        each = self.each_at(packed(fit.pitch_um), self.usual)
        return each >= self.least and each * fit.pricks >= self.total


class Search:
    """One zone under search: its field and what was counted so far."""

    __slots__ = ("anchor", "area_um2", "best", "box_um2", "fair", "field", "free", "rough")

    def __init__(
        self,
        field: Field,
        rough: Field,
        anchor: tuple[int, int],
        area_um2: int,
        box_um2: int,
        *,
        free: bool,
    ) -> None:
        self.field = field
        self.rough = rough
        """The same, drawn coarser: lattices are counted on it, never placed."""
        self.anchor = anchor
        self.area_um2 = area_um2
        self.box_um2 = box_um2
        self.free = free
        """Whether pricks may leave the lattice; for a head of several needles they may not."""
        self.best: dict[tuple[int, int], Fit] = {}
        self.fair: dict[tuple[int, int, int, int], int] = {}

    def at(self, pitch_um: int, finest: int = FINENESS[0]) -> Fit:
        """Return the best fit of this pitch, over shifts of one `finest`-th of a cell."""
        if (pitch_um, finest) not in self.best:
            cells = self.refuse_tiny(pitch_um)
            budget = CELLS_MAX if cells < BIG else CELLS_MAX_BIG
            fit = best_fit(self.rough, pitch_um, self.anchor, budget, self.box_um2, finest)
            if fit.pricks == 0:
                fit = best_fit(self.field, pitch_um, self.anchor, budget, self.box_um2, finest)
            if fit.pricks == 0:
                fit = self._lone(pitch_um)
            if self.free and cells < SMALL:
                from mesogun.planning.place.squeeze import closed

                fit = closed(self.field, fit, self.anchor)
            self.best[pitch_um, finest] = fit
        return self.best[pitch_um, finest]

    def over(self, field: Field) -> Search | None:
        """Return the search over the same zone with other discs kept free, or None: no room."""
        return search_of(field, free=self.free)

    def refuse_tiny(self, pitch_um: int) -> int:
        """Return about how many cells of this pitch the zone's box has.

        Raises:
            PlanError: they are too many to plan.
        """
        cells = cells_of(0, self.box_um2, pitch_um, 1)
        if self.roughly(pitch_um) > PRICKS_MAX or cells > 8 * PRICKS_MAX:
            raise PlanError(
                f"zone {self.field.name!r}: a spacing of {mm(pitch_um)} is too small for a "
                f"region of this size (more than {PRICKS_MAX} pricks); check the units"
            )
        return cells

    def spots(self, fit: Fit) -> Spots:
        """Return the pricks of a fit: exact."""
        if fit.free is None:
            return on_lattice(place(self.field, fit, self.anchor))
        return of_points(*fit.free, np.zeros(fit.pricks, dtype=np.int64), fit.pitch_um)

    def _lone(self, pitch_um: int) -> Fit:
        """Return the lattice through the anchor: in a narrow place no other may hit it."""
        x, y = (np.array([one]) for one in self.anchor)
        margin = self.field.off_um
        held = int(exactly_free(self.field, x, y, margin)[0])
        return Fit(pitch_um, lattice(pitch_um, 0), (0, 0), 1, held)

    def holds(self, pitch_um: int, held: int, doses: Doses) -> int:
        """Return how many steps the best fit of this pitch can hold under all caps.

        Where the dose of a square centimetre binds and the zone is small, every prick's own
        neighbours are counted; elsewhere each is taken to have all `held - 1` of the lattice.
        """
        fit = self.at(pitch_um)
        if fit.free is not None:
            held = max(held, packed(pitch_um))
        each = doses.each_at(held, doses.cap)
        if each == doses.cap or fit.pricks > COUNTED_MAX or fit.pricks == 0:
            return fit.pricks * each if each >= doses.least else 0
        bounds = pitch_um, doses.least, doses.cap, doses.per_cm2
        if bounds not in self.fair:
            self.fair[bounds] = self.room(pitch_um, doses).fair()
        return self.fair[bounds]

    def is_far_off(self, pitch_um: int, held: int, doses: Doses) -> bool:
        """Tell whether so many pricks, wherever their border runs, hold far less than asked."""
        most = _most(self, pitch_um)
        return most >= FAR_OFF * held and most * FAR_OFF * doses.per_cm2 // held < doses.total

    def room(self, pitch_um: int, doses: Doses) -> Room:
        """Return the pricks of the best fit of this pitch with their bounds, to try totals on."""
        spots = self.spots(self.at(pitch_um))
        return Room(spots.x_um, spots.y_um, doses.least, doses.cap, doses.per_cm2)

    def widened(self, fit: Fit, high: int, doses: Doses) -> Fit:
        """Return few pricks at a wider spacing than their lattice's, where they can be eased."""
        if not self.free or fit.pitch_um >= high or fit.pricks >= SMALL:
            return fit
        from mesogun.planning.place.squeeze import widened

        spots = self.spots(fit)
        points = spots.x_um, spots.y_um
        return widened(self.field, fit, points, high, doses.borne_by)

    def squeezed(self, pitch_um: int, doses: Doses) -> Fit | None:
        """Return so many pricks at this spacing that no dose exceeds the usual one, if it goes."""
        each = doses.each_at(packed(pitch_um), doses.usual)
        if not self.free or each < doses.least or self.roughly(pitch_um) >= SMALL:
            return None
        from mesogun.planning.place.squeeze import squeezed

        def tighter(pitch: int) -> tuple[Fit, tuple[Integers, Integers]]:
            fit = self.at(pitch, TRIAL_FINENESS)
            spots = self.spots(fit)
            return fit, (spots.x_um, spots.y_um)

        return squeezed(self.field, pitch_um, -(-doses.total // each), tighter)

    def roughly(self, pitch_um: int) -> int:
        """Return the pricks that the area alone lets one expect, without any boundary."""
        return self.area_um2 * 11_547 // (10_000 * pitch_um * pitch_um)

    def widest(self, low: int, high: int, need: int) -> Fit | None:
        """Return the widest lattice from `low` to `high` um found to hold `need` pricks.

        A fixed number of spacings is tried around the one that the area suggests.
        """
        if low == high or need <= 1:
            fit = self.at(high)
            return fit if fit.pricks >= need else None
        guess = isqrt(self.area_um2 * 11_547 // (10_000 * need))
        big = cells_of(0, self.box_um2, max(low, min(guess, high)), 1) >= BIG
        percents = TRIAL_PERCENT_BIG if big else TRIAL_PERCENT
        tried = {min(high, max(low, guess * p // 100 // ROUND_UM * ROUND_UM)) for p in percents}
        found = self._widest_of(sorted(tried), need, big)
        likely = [found] if found is not None else []
        if found is not None and not big:
            above = min((p for p in tried if p > found), default=found)
            finer = {found + (above - found) * k // 5 // ROUND_UM * ROUND_UM for k in range(1, 5)}
            best = self._widest_of(sorted(finer - {found}), need, big)
            likely = [found] if best is None else [best, found]
        for pitch in likely:
            fit = self.at(pitch, TRIAL_FINENESS)
            if fit.pricks >= need:
                return fit
        fit = self.at(low)
        return fit if fit.pricks >= need else None

    def _widest_of(self, pitches: list[int], need: int, big: bool) -> int | None:
        if not pitches:
            return None
        counts = self._trial(pitches, big)
        return max((p for p, n in zip(pitches, counts, strict=True) if n >= need), default=None)

    def _trial(self, pitches: list[int], big: bool) -> list[int]:
        """Count quickly: few angles, few shifts; never more than the best fit would find."""
        angles = (0,) if big else TRIAL_ANGLES
        wanted = [(pitch, angle) for pitch in pitches for angle in angles]
        counts = count_fits(self.rough, wanted, 1 if big else TRIAL_FINENESS, self.anchor)
        each = len(angles)
        return [max(counts[k * each : (k + 1) * each]) for k in range(len(pitches))]


def search_of(field: Field, *, free: bool = False) -> Search | None:
    """Return the search over `field`, or None if there is no room for a prick in it.

    `free`: pricks of small zones may leave the lattice where that gains room.
    """
    area, anchor = area_of(field)
    if anchor is None:
        return None
    left, low, right, high = field.box
    rough = coarse(field)
    return Search(field, rough, anchor, area, (right - left) * (high - low), free=free)


def choose(search: Search, low: int, high: int, doses: Doses) -> Fit | None:
    """Return the lattice to use between the spacings `low` and `high`, or None if none holds all.

    First every dose at most the usual one, at the widest spacing; failing that, the tightest
    spacing under the cap.
    """
    rows = _rows(low, high)
    for lo, hi, held in rows:
        each = doses.each_at(held, doses.usual)
        if each < doses.least:
            continue
        need = -(-doses.total // each)
        if need > _most(search, lo) or need > prick_bound(search.field, lo):
            continue
        found = search.widest(lo, hi, need)
        if found is not None:
            return search.widened(found, high, doses)
    tight = search.squeezed(low, doses)
    if tight is not None:
        return tight
    for lo, _, held in reversed(rows):
        if search.is_far_off(lo, held, doses):
            continue
        if search.holds(lo, held, doses) >= doses.total:
            return search.at(lo)
    if all(search.is_far_off(lo, held, doses) for lo, _, held in rows):
        return None
    best = fullest(search, low, high, doses)
    if not 0 < best.pricks <= COUNTED_MAX or not best.is_crowded(doses):
        return None
    return (
        search.at(best.pitch_um) if search.room(best.pitch_um, doses).holds(doses.total) else None
    )


def _rows(low: int, high: int) -> list[tuple[int, int, int]]:
    """Cut the range of spacings where a disc of 1 cm2 takes in more pricks, widest first."""
    rows = []
    for lo, hi, held in fullness(low):
        top = high if hi == 0 else min(hi, high)
        if top >= max(lo, low):
            rows.append((max(lo, low), top, held))
    return rows


def _most(search: Search, pitch_um: int) -> int:
    """Return more pricks than any lattice of this pitch can hold (generously)."""
    side = isqrt(search.box_um2)
    return search.roughly(pitch_um) + 4 * side // pitch_um + 4


class Most(NamedTuple):
    """The largest total found to fit between two spacings."""

    steps: int
    pricks: int
    pitch_um: int
    held: int
    """Pricks in a disc of 1 cm2 there."""

    def is_crowded(self, doses: Doses) -> bool:
        """Tell whether the dose of a square centimetre binds before that of a prick."""
        return doses.each_at(self.held, doses.cap) < doses.cap


def fullest(search: Search, low: int, high: int, doses: Doses) -> Most:
    """Return the spacing between two whose pricks hold the most, divided evenly."""
    rows = _rows(low, high)
    best = Most(0, search.at(low).pricks, low, rows[-1][2])
    for lo, _, held in rows:
        steps = search.holds(lo, held, doses)
        if steps > best.steps:
            best = Most(steps, search.at(lo).pricks, lo, held)
    return best


def most_that_fits(search: Search, low: int, high: int, doses: Doses) -> Most:
    """Return the largest total found to fit between two spacings, and where."""
    best = fullest(search, low, high, doses)
    if best.is_crowded(doses):
        steps = search.room(best.pitch_um, doses).greatest()
        best = best._replace(steps=max(best.steps, steps))
    while True:
        fit = search.squeezed(low, doses._replace(total=best.steps + 1))
        if fit is None:
            return best
        held = packed(fit.pitch_um)
        steps = fit.pricks * doses.each_at(held, doses.usual)
        best = Most(steps, fit.pricks, fit.pitch_um, held)
