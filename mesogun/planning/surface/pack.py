"""Filling a zone of a surface at one spacing, and finding the spacing that holds enough pricks."""

from __future__ import annotations

from math import isqrt
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.fast import flat
from mesogun.planning.place.lattice import DIRECTIONS, NANO
from mesogun.planning.place.raster import Integers
from mesogun.planning.place.region import mm
from mesogun.planning.surface.columns import CORNER, PRICK, Border, Front, Ground, Seeds
from mesogun.planning.surface.front import FULL, grow, nearest_to
from mesogun.planning.surface.ground import (
    Places,
    along_the_margin,
    border_of,
    grid_for,
    ground_of,
    is_clear,
    middles,
    strewn,
)
from mesogun.planning.surface.mesh import Mesh, boundary, lengths

PRICKS_MAX = 2_000_000
STREWN_MIN, STREWN_MAX = 4_096, 4_000_000
STREWN_EACH = 6
"""So many places are strewn for each prick that the tightest spacing may hold."""
MEASURED_MIN, MEASURED_MAX, MEASURED_EACH = 256, 4_096, 6
STARTS, STARTS_UP_TO = 4, 400
"""Zones of up to so many pricks are filled from several starts, until enough pricks are found."""
STARTS_AT_BEST = 6
SEEDS_EACH = 4
TRIALS = 4
HOPELESS_PERCENT = 96
"""A start that finds less of what is needed than this is not followed by others."""
ROUND_UM = 10
SHARE_PERCENT = 90
"""What a first trial expects of the packing's bound, the border's part included."""
CORNERS_EACH = 12
LEANING = ((1, 1, 0), (1, -1, 0), (0, 1, 1), (0, 1, -1), (1, 0, 1), (1, 0, -1))
"""The corner of a margin is where it reaches farthest in some direction."""
SLACK_UM = 30
"""Rows that follow the margin keep so much off it: they are straight to some um only."""


class Layout(NamedTuple):
    """A zone filled at one spacing."""

    pitch_um: int
    place: Integers
    """(n, 3)"""
    face: Integers
    """Counted within the zone."""
    front: Front
    """As the inner loops left it: those of others first."""

    def __len__(self) -> int:
        return len(self.face)


class Site:
    """One zone of a surface, ready to be filled at any spacing."""

    def __init__(
        self,
        mesh: Mesh,
        faces: Integers,
        margin_um: int,
        others: Integers,
        chance: tuple[int, int],
        low_um: int,
    ) -> None:
        """Make ready the `faces` of a surface; `others` has rows of x, y, z and reach in um.

        `chance` is a seed and the zone's number; spacings below `low_um` are not asked for.

        Raises:
            PlanError: at `low_um` there would be more pricks than anybody gives.
        """
        self.mesh = mesh
        self.faces = faces
        self.others = others
        whole_um2 = int(mesh.area2_um2[faces].sum()) // 2
        self.size = hexagonal(whole_um2, low_um)
        """About how many pricks to expect: it decides what is worth compiling."""
        if self.size > PRICKS_MAX:
            raise PlanError(
                f"a spacing of {mm(low_um)} is too small for a surface of this size (more than "
                f"{PRICKS_MAX} pricks); check the units"
            )
        ends = mesh.vertices[boundary(mesh.faces[faces])]
        self.border_um = int(lengths(ends[:, 1] - ends[:, 0]).astype(np.int64).sum())
        self.ground: Ground = ground_of(mesh, faces, low_um, self.size)
        self.border: Border = border_of(mesh, faces, margin_um, self.size)
        count = min(max(STREWN_MIN, STREWN_EACH * self.size), STREWN_MAX)
        places = strewn(mesh, faces, count, *chance)
        clear = is_clear(self.border, places.rounded, self.size)
        self.inside = places.taken(clear)
        """Strewn places within the margins: they stand for the area. Where none is, the middles of
        faces: there may be room for a prick or two."""
        within = (
            border_of(mesh, faces, margin_um + SLACK_UM, self.size) if margin_um else self.border
        )
        inner = is_clear(within, places.rounded, self.size)
        self.along = along_the_margin(mesh, faces, within, places, inner, self.size)
        self.whole_um2 = whole_um2
        self.area_um2 = whole_um2 * int(clear.sum()) // count
        if not clear.any():
            some = middles(mesh, faces)
            self.inside = some.taken(is_clear(self.border, some.rounded, self.size))
        self._found: dict[int, list[Layout]] = {}

    def most_at(self, pitch_um: int) -> int:
        """Return more pricks than are ever found at this spacing: a triangular lattice's and the
        border's."""
        return hexagonal(self.whole_um2, pitch_um) + self.border_um // pitch_um + 4

    def starts(self, along: Places, pitch_um: int) -> Places:
        """Return the places to start from and to fill gaps with: along the margin, then inside."""
        most = SEEDS_EACH * hexagonal(self.whole_um2, pitch_um) + 64
        some = _thinned(self.inside, most)
        return Places(*(np.concatenate(pair) for pair in zip(along, some, strict=True)))

    def at(self, pitch_um: int, enough: int = 0, starts: int = STARTS) -> Layout:
        """Return the zone filled at this spacing: the first of several that holds `enough`.

        Where none does, the fullest; zones of many pricks are filled once only.
        """
        tried = self._found.setdefault(pitch_um, [])
        if not tried:
            tried.append(self._filled(pitch_um, 0))
        room = starts if hexagonal(self.area_um2, pitch_um) <= STARTS_UP_TO else 1
        best = max(map(len, tried))
        while len(tried) < room and (
            not enough or enough * HOPELESS_PERCENT // 100 <= best < enough
        ):
            tried.append(self._filled(pitch_um, len(tried)))
            best = max(map(len, tried))
        wanted = min(enough, best) or best
        return next(one for one in tried if len(one) >= wanted)

    def _filled(self, pitch_um: int, start: int) -> Layout:
        likely = hexagonal(self.whole_um2, pitch_um) * 5 // 4 + self.border_um // pitch_um + 64
        along = _thinned(self.along, SEEDS_EACH * self.border_um // pitch_um + 64)
        places = self.starts(along, pitch_um)
        rows = np.concatenate((places.rounded, places.face[:, None]), axis=1)
        seeds = Seeds(flat(rows.ravel(), self.size), len(rows), len(along.face))
        first = _start(start, along, len(rows))
        cosine, sine = (one / NANO for one in DIRECTIONS[start * 5 % 12])
        room, faces_each = likely, 64
        while True:
            front = self._empty(pitch_um, room, faces_each)
            count = grow.at(self.size)(self.ground, self.border, front, seeds, first, cosine, sine)
            if count != FULL:
                break
            room, faces_each = room * 2, faces_each * 4
        pricks = np.array(front.prick, dtype=np.int64).reshape(-1, PRICK)
        pricks = pricks[len(self.others) : count]
        return Layout(pitch_um, pricks[:, :3], pricks[:, 3], front)

    def _empty(self, pitch_um: int, room: int, faces_each: int) -> Front:
        others, size = self.others, self.size
        rows = np.zeros((len(others) + room, PRICK), dtype=np.int64)
        rows[:, 4] = pitch_um
        rows[: len(others), :3], rows[: len(others), 4] = others[:, :3], others[:, 3]
        grid = grid_for(self.mesh, self.faces, int(rows[:, 4].max()))
        none = [np.full(n, -1, dtype=np.int64) for n in (grid.cubes, len(rows))]
        marks = [np.full(len(self.faces), -1, dtype=np.int64) for _ in range(2)]
        return Front(
            grid,
            flat(none[0], size),
            flat(none[1], size),
            flat(rows.ravel(), size),
            flat(np.zeros(len(rows) + 1, dtype=np.int64), size),
            flat(np.zeros(len(rows) * faces_each, dtype=np.int64), size),
            flat(marks[0], size),
            flat(marks[1], size),
            flat(np.zeros(CORNER * CORNERS_EACH * len(rows), dtype=np.int64), size),
            flat(np.array([len(others), 0], dtype=np.int64), size),
        )

    def _expected(self, pricks: int) -> int:
        """Return the spacing at which about so many pricks are found, at least 1.

        `SHARE_PERCENT` of a triangular lattice's and of the border's: a quadratic in 1 / spacing.
        """
        wanted = max(1, pricks * 100 // SHARE_PERCENT)
        half, area = self.border_um // 4, self.area_um2 * 11_547 // 10_000
        return max(1, (half + isqrt(half * half + area * wanted)) // wanted)

    def _guess(self, need: int) -> int:
        """Return the spacing expected to hold `need`, corrected by what came of the last one."""
        if not self._found:
            return self._expected(need)
        pitch, tried = next(reversed(self._found.items()))
        return pitch * self._expected(need) // self._expected(max(1, *map(len, tried)))

    def widest(self, low: int, high: int, need: int) -> Layout | None:
        """Return the widest filling from `low` to `high` um found to hold `need` pricks.

        A fixed number of spacings is tried, each where the last one says that it should fit.
        """
        fits: Layout | None = None
        least, most = low, high
        for _ in range(TRIALS):
            guess = self._guess(need) // ROUND_UM * ROUND_UM
            if fits is not None and guess < least:
                break
            pitch = min(most, max(least, guess))
            found = self.at(pitch, need)
            if len(found) >= need:
                fits, least = found, pitch + 1
            else:
                most = pitch - 1
            if least > most:
                break
        if fits is None and most >= low:
            fits = self.at(low, need)
        return fits if fits is not None and len(fits) >= need else None


def _thinned(places: Places, most: int) -> Places:
    """Return about `most` of the places, evenly taken."""
    return places.taken(slice(None, None, max(1, len(places.face) // most)))


def _start(start: int, along: Places, count: int) -> int:
    """Return which of `count` seeds to begin with: every other time a corner of the margin."""
    edge = len(along.face)
    if edge and start % 2 == 0:
        x, y, z = LEANING[start // 2 % len(LEANING)]
        place = along.rounded
        return int(np.argmin(x * place[:, 0] + y * place[:, 1] + z * place[:, 2]))
    return edge + start * (count - edge) // STARTS_AT_BEST


def hexagonal(area_um2: int, pitch_um: int) -> int:
    """Return 2 / sqrt(3) times the area over the squared spacing: a triangular lattice without end
    holds so many; a surface's border lets it hold a few more."""
    return area_um2 * 11_547 // (10_000 * pitch_um * pitch_um)


class Measured(NamedTuple):
    """How well a filling covers its zone."""

    coverage_um: int
    """The largest distance found from a place to treat to the nearest prick."""
    beyond_ppm: int
    """Part of the places that only pricks of an opposite side are near to."""


def measured(site: Site, layout: Layout) -> Measured:
    """Measure a filling at strewn places inside the margins that others' pricks leave open."""
    most = min(MEASURED_MAX, MEASURED_MIN + MEASURED_EACH * len(layout))
    step = max(1, len(site.inside.face) // most)
    some = free_of(site.inside.taken(slice(None, None, step)), site.others)
    rows = np.concatenate((some.rounded, some.face[:, None]), axis=1)
    if not len(rows):
        return Measured(0, 0)
    near = flat(np.zeros(2 * len(rows), dtype=np.int64), site.size)
    seeds = Seeds(flat(rows.ravel(), site.size), len(rows), 0)
    nearest_to.at(site.size)(site.ground, layout.front, len(site.others), seeds, near)
    both = np.array(near, dtype=np.int64).reshape(-1, 2)
    square = layout.pitch_um * layout.pitch_um
    beyond = int(((both[:, 0] < square) & (both[:, 1] >= square)).sum())
    return Measured(isqrt(int(both[:, 0].max())), beyond * 1_000_000 // len(rows))


def free_of(places: Places, others: Integers) -> Places:
    """Return the places that pricks of others do not reach."""
    free = np.ones(len(places.face), dtype=np.bool_)
    for x, y, z, reach in others.tolist():
        away = places.rounded - np.array([x, y, z])
        free &= (away * away).sum(axis=1) >= reach * reach
    return places.taken(free)
