"""Many small prescriptions from a number each, and what becomes of them: the promise of a version.

A planner version gives the same plan (or the same refusal) for the same prescription for ever; the
corpus pins that over every option that a prescription has, by `golden/corpus.json`. All arithmetic
is in whole numbers, so that the prescriptions themselves are the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from mesogun.errors import LimitsExceeded, PlanError
from mesogun.planning import (
    HOLE,
    Component,
    Earlier,
    Head,
    Infeasible,
    Pause,
    Plan,
    Prescription,
    PrickTable,
    Product,
    Raster,
    Rest,
    Ring,
    Settled,
    Skin,
    Surface,
    VerifiedPlan,
    Zone,
    plan,
    verify,
)
from mesogun.planning.guard import Guard
from mesogun.planning.infeasible import Undecided
from mesogun.planning.prescription import Point3
from mesogun.planning.pricks import Column, column
from mesogun.planning.replan import replan
from tests.planning.samples import order, zone

T = TypeVar("T")
UNVERIFIED = "unverified: test"


class Dice:
    """Whole numbers from a seed (splitmix64), the same in every version of Python."""

    def __init__(self, *seed: int) -> None:
        self.state = 0
        for one in seed:
            self.state = self.upto(1 << 32) * 1_000_003 + one

    def upto(self, count: int) -> int:
        """One of 0 .. count - 1."""
        self.state = (self.state + 0x9E3779B97F4A7C15) & (1 << 64) - 1
        z = self.state
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9 & (1 << 64) - 1
        z = (z ^ z >> 27) * 0x94D049BB133111EB & (1 << 64) - 1
        return (z ^ z >> 31) % count

    def between(self, low: int, high: int) -> int:
        """One of low .. high."""
        return low + self.upto(high - low + 1)

    def one_of(self, some: Sequence[T]) -> T:
        """One of them."""
        return some[self.upto(len(some))]

    def once_in(self, count: int) -> bool:
        """True about once in `count` times."""
        return self.upto(count) == 0


# Sixteen directions as whole numbers out of 1,000, anticlockwise.
TURNS = (
    (1_000, 0), (924, 383), (707, 707), (383, 924), (0, 1_000), (-383, 924), (-707, 707),
    (-924, 383), (-1_000, 0), (-924, -383), (-707, -707), (-383, -924), (0, -1_000), (383, -924),
    (707, -707), (924, -383),
)  # fmt: skip


def ring(dice: Dice, size_um: int, at: tuple[int, int], ragged: int = 3) -> Ring:
    """A star around `at`: convex, ragged or a sliver."""
    kind = dice.upto(8)
    if kind == 0:
        wide, high = size_um, max(1_000, size_um // dice.between(1, 9))
        corners = ((-wide, -high), (wide, -high), (wide, high), (-wide, high))
        return tuple((at[0] + x, at[1] + y) for x, y in corners)
    if kind == 1:  # an L
        s = size_um
        corners_l = ((-s, -s), (s, -s), (s, -s // 3), (-s // 4, -s // 3), (-s // 4, s), (-s, s))
        return tuple((at[0] + x, at[1] + y) for x, y in corners_l)
    least = 10 - dice.upto(ragged + 1) * 2
    step = dice.one_of((1, 1, 2, 3))
    points = []
    for x, y in TURNS[::step]:
        radius = size_um * dice.between(least, 10) // 10
        points.append((at[0] + x * radius // 1_000, at[1] + y * radius // 1_000))
    return tuple(points) if dice.once_in(2) else tuple(reversed(points))


def raster(dice: Dice, size_um: int, low: int, high: int, *, holes: bool) -> Raster:
    """Numbers over a square around the middle."""
    side = dice.between(2, 5)
    values = tuple(
        HOLE if holes and dice.once_in(60) else dice.between(low, high) for _ in range(side * side)
    )
    edge = 3 * size_um // side
    return Raster(-3 * size_um // 2, -3 * size_um // 2, edge, side, values, UNVERIFIED)


def some_zone(dice: Dice, number: int, size_um: int) -> Zone:
    """One zone of a session, with whatever a zone may ask for."""
    at = (dice.between(-size_um, size_um) if number else 0, number * dice.between(1, 3) * size_um)
    holes = []
    for _ in range(dice.one_of((0, 0, 1, 2))):
        where = (
            at[0] + dice.between(-size_um, size_um) // 5,
            at[1] + dice.between(-size_um, size_um) // 5,
        )
        holes.append(ring(dice, max(1_000, size_um // dice.between(5, 9)), where))
    changes: dict[str, Any] = {
        "margin_um": dice.one_of((2_000, 3_000, 3_000, 4_500)),
        "spacing_um": dice.one_of((None, None, 5_000, 6_200, 9_000)),
        "dose_nl_usual": dice.one_of((5_000, 10_000, 10_000, 20_000)),
        "dose_asked": dice.once_in(6),
        "depth_um": dice.one_of((300, 600, 600, 1_500)),
        "trigger": dice.one_of(("press", "press", "held")),
        "pattern": dice.one_of(("lattice", "lattice", "lattice", "irregular")),
        "dwell_ms": dice.one_of((0, 100)),
        "interval_ms": dice.one_of((0, 300, 1_000)),
    }
    if dice.once_in(4):
        changes["rest"] = Rest(
            dice.one_of((5_000, 6_500, 9_100)),
            dice.one_of((0, 1, 2)),
            dice.one_of((0, 0, 1_500, 4_000)),
        )
    if dice.once_in(4):
        changes["weights"] = raster(dice, 2 * size_um, 1, 4, holes=False)
    if dice.once_in(3):
        thick = raster(dice, 2 * size_um, 700, 2_500, holes=dice.once_in(3))
        changes["skin"] = Skin(
            dice.one_of((None, 80, 120)),
            dice.one_of((None, 900, 1_600)),
            dice.one_of((None, thick, thick)),
            UNVERIFIED,
        )
    if dice.once_in(5):
        changes["angle_sin_ppm"] = dice.one_of((500_000, 707_107, 866_026))
    return zone(f"zone {number}", ring(dice, size_um, at), *holes, **changes)


HEADS = (
    Head("line-5", tuple((k, 0) for k in range(5)), 6_000, UNVERIFIED),
    Head("three", ((0, 0), (1, 0), (0, 1)), 5_000, UNVERIFIED),
    Head("cross", ((0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)), 7_000, UNVERIFIED),
)
ALONE = Head("single", ((0, 0),), 0, UNVERIFIED)


def flat(number: int) -> Prescription:
    """The prescription of that number, in a plane."""
    dice = Dice(number)
    size_um = dice.one_of((7_000, 12_000, 18_000, 25_000))
    zones = [some_zone(dice, k, size_um) for k in range(dice.one_of((1, 1, 1, 2, 3)))]
    values: dict[str, int] = {}
    if dice.once_in(4):
        values["area_dose_nl_per_cm2_max"] = dice.between(15, 90) * 1_000
    if dice.once_in(4):
        values["dose_nl_max"] = dice.between(10, 20) * 1_000
    if dice.once_in(5):
        values["dose_quantum_nl_min"] = dice.one_of((500, 2_000, 3_000))
    if dice.once_in(6):
        values["needle_pricks_max"] = dice.between(5, 40)
    if dice.once_in(5):
        values["syringe_volume_nl_max"] = dice.between(60, 300) * 1_000
    if dice.once_in(6):
        values["spacing_um_max"] = dice.between(6, 9) * 1_000
    if dice.once_in(8):
        values["pricks_max"] = dice.between(5, 60)
    if dice.once_in(9):
        values["volume_nl_max"] = dice.between(100, 900) * 1_000
    room = max(1, (16 * size_um // 10_000 - 6) ** 2 // 31) * len(zones)
    volume_nl = room * dice.between(1, 12) * 1_000
    # divisible by shots of three, of five needles, and by steps of up to 3 uL
    volume_nl = max(30_000, volume_nl // 30_000 * 30_000 + dice.one_of((0,) * 9 + (500, 1_000)))
    changes: dict[str, Any] = {"seed": dice.between(1, 99)}
    if len(zones) > 1 and dice.once_in(3):
        share = dice.between(1, 9) * 100_000
        rest = 1_000_000 - share
        zones[0] = replace(zones[0], share_ppm=share)
        zones[1:] = [replace(one, share_ppm=rest // (len(zones) - 1)) for one in zones[1:]]
    if len(zones) > 1 and dice.once_in(3):
        parts = (Component("lidocaine", 10_000),)
        more = Product("vitamin C", volume_nl // 2, "B1", "2027-11-30", None, parts)
        zones[-1] = replace(zones[-1], product=1, share_ppm=None)
        zones[:-1] = [replace(one, share_ppm=None) for one in zones[:-1]]
        changes["further_products"] = (more,)
        if dice.once_in(2):
            values["component_ug_max:lidocaine"] = dice.between(300, 2_000)
    if dice.once_in(6):
        some = (HEADS[dice.upto(3)],)
        changes["heads"] = some + dice.one_of(((ALONE,), ()))
        changes["head"] = some[0].name
        zones = [replace(one, spacing_um=None, pattern="lattice") for one in zones]
    if dice.once_in(6):
        points = tuple(
            (dice.between(-size_um, size_um), dice.between(-size_um, size_um), 0) for _ in range(4)
        )
        changes["earlier"] = (Earlier("record", "2026-11-07", dice.between(1, 8) * 1_000, points),)
    if dice.once_in(4):
        changes["position_um"] = dice.one_of((200, 1_000))
    if dice.once_in(4):
        changes["bevel_um"] = dice.one_of((100, 400))
    made = order(*zones, volume_nl=volume_nl, **values)
    return replace(made, **changes)


def body(number: int) -> Prescription:
    """The prescription of that number, on a bumpy sheet."""
    dice = Dice(number, 3)
    step_um, side = dice.one_of((2_000, 3_000)), dice.between(6, 11)
    steep = dice.one_of((0, 200, 900))
    bump = dice.between(2, 30)
    vertices: list[Point3] = []
    for i in range(side + 1):
        for j in range(side + 1):
            away = (2 * i - side) ** 2 + (2 * j - side) ** 2
            height = 40 * step_um * bump // (40 + away) // 4 + dice.upto(steep + 1)
            vertices.append((i * step_um, j * step_um, height))
    faces: list[Point3] = []
    for i in range(side):
        for j in range(side):
            a, b = i * (side + 1) + j, (i + 1) * (side + 1) + j
            faces += [(a, b, b + 1), (a, b + 1, a + 1)]
    count = len(vertices)
    surface = Surface(
        "body",
        tuple(vertices),
        tuple(faces),
        tuple(dice.between(400, 2_500) for _ in range(count)) if dice.once_in(3) else (),
        tuple(dice.between(1, 4) for _ in range(count)) if dice.once_in(3) else (),
        UNVERIFIED,
        dice.one_of(("x", "y", "z")),
    )
    left_out = {dice.upto(len(faces)) for _ in range(dice.one_of((0, 0, 1, 3)))}
    parts: list[list[int]] = [[]]
    if dice.once_in(3):
        parts.append([])
    for k in range(len(faces)):
        if k not in left_out:
            parts[k * len(parts) // len(faces)].append(k)
    zones = []
    for k, some in enumerate(parts):
        made = some_zone(Dice(number, 5, k), 0, 10_000)
        made = replace(
            made,
            name=f"zone {k}",
            outline_um=(),
            exclusions_um=(),
            weights=None,
            pattern="lattice",
            faces=tuple(some),
            skin=None if made.skin is None else replace(made.skin, raster=None),
        )
        zones.append(made)
    area = side * step_um // 1_000 * (side * step_um // 1_000)
    volume_nl = max(20, area * dice.between(1, 12) // 30) * 1_000
    values = {}
    if dice.once_in(4):
        values["area_dose_nl_per_cm2_max"] = dice.between(15, 80) * 1_000
    if dice.once_in(4):
        values["dose_nl_max"] = dice.between(10, 20) * 1_000
    if dice.once_in(5):
        values["spacing_um_max"] = dice.between(6, 9) * 1_000
    changes: dict[str, Any] = {"surface": surface, "seed": dice.between(1, 99)}
    if dice.once_in(5):
        middle = side * step_um // 2
        changes["earlier"] = (Earlier("record", "2026-11-07", 4_000, ((middle, middle, 5_000),)),)
    if dice.once_in(3):
        changes["position_um"] = dice.one_of((200, 1_000))
    return replace(order(*zones, volume_nl=volume_nl, **values), **changes)


def short(text: str) -> str:
    """A name for a text."""
    return hashlib.blake2b(text.encode(), digest_size=8).hexdigest()


def planned(prescription: Prescription) -> Plan | PlanError:
    """The plan, or the refusal."""
    try:
        return plan(prescription)
    except PlanError as refused:
        return refused


def told(made: Plan | PlanError) -> str:
    """What became of a prescription, in a line."""
    if isinstance(made, PlanError):
        return f"{type(made).__name__}: {made}"
    zones = "; ".join(
        f"{one.prick_count} at {one.pitch_um} um of {one.prick_bound}, way {one.travel_um} of "
        f"{one.travel_um_min}, within {one.coverage_um}, {one.area_um2} um2, {one.dose_answer}"
        for one in made.zones
    )
    return (
        f"{made.digest()[:16]} {zones}; {made.duration_us} us, {len(made.pauses)} pauses, "
        f"warnings {short(' | '.join(made.warnings)) if made.warnings else 'none'}"
    )


def explained(refused: PlanError) -> str:
    """A refusal's numbers: the volumes that go, the limit that binds, the changes that help."""
    if not isinstance(refused, Infeasible | Undecided):
        return "in words alone"
    bound = refused.binding
    numbers: list[object] = [refused.zone, refused.volume_nl]
    numbers.append(bound and (bound.name, bound.value, bound.zone, bound.origin))
    if isinstance(refused, Undecided):
        return short(repr([*numbers, refused.volume_nl_found]))
    changes = [tuple(one) for one in refused.changes]
    return short(repr([*numbers, refused.volume_nl_min, refused.volume_nl_max, changes]))


def dented(made: Plan, dice: Dice) -> Plan:
    """The plan with something wrong in it."""
    count, table = len(made.pricks), made.pricks
    kind = dice.upto(14)
    columns: dict[str, Column | None] = dict(table.columns())
    there = [name for name, values in columns.items() if values is not None]
    if kind < 6:
        name = ("x_um", "y_um", "depth_um", "dose_nl", "zone", "shot")[kind]
        if dice.once_in(4):
            name = dice.one_of(there)
        values = np.array(columns[name])
        row = dice.upto(count)
        values[row] += dice.one_of((-1, 1, 1, -1_000, 1_000, 3_000, 50_000, -values[row]))
        columns[name] = column(values)
        return replace(made, pricks=PrickTable(**columns))
    if kind == 6:  # two rows change places
        a, b = dice.upto(count), dice.upto(count)
        for name in there:
            values = np.array(columns[name])
            values[[a, b]] = values[[b, a]]
            columns[name] = column(values)
        return replace(made, pricks=PrickTable(**columns))
    if kind == 7:
        change = {
            dice.one_of(("duration_us", "travel_um")): dice.one_of((0, made.travel_um - 1, 10**9))
        }
        return replace(made, **change)
    if kind == 8:
        which = dice.upto(len(made.zones))
        one = made.zones[which]
        name = dice.one_of(
            (
                "margin_um", "spacing_um_min", "pitch_um", "prick_count", "dose_nl_total",
                "travel_um", "travel_um_min", "prick_bound", "area_um2", "coverage_um",
            )
        )  # fmt: skip
        other = replace(one, **{name: getattr(one, name) + dice.one_of((-1, 1, 500, -500))})
        return replace(made, zones=(*made.zones[:which], other, *made.zones[which + 1 :]))
    if kind == 9:
        which = dice.upto(len(made.limits))
        bound = made.limits[which]
        value = bound.value * dice.one_of((1, 9, 10)) // 10
        other_bound = replace(bound, value=value)
        limits = tuple(made.prescription.limits)
        asked = replace(made.prescription, limits=(*limits, other_bound))
        return replace(made, prescription=asked)
    if kind == 10:
        pauses = list(made.pauses)
        if pauses and dice.once_in(2):
            del pauses[dice.upto(len(pauses))]
        else:
            what = dice.one_of(("needle", "refill", "product", "head", "rest"))
            pauses.append(Pause(dice.upto(count + 1), what, dice.one_of((0, 5_000)), "x"))
            pauses.sort(key=lambda one: one.shot)
        return replace(made, pauses=tuple(pauses))
    if kind == 11:
        row = dice.upto(count)
        rows = tuple(sorted({row, dice.upto(count)}))
        taken = tuple(int(table.dose_nl[k]) * dice.upto(3) for k in rows)
        return replace(made, settled=Settled("0" * 64, rows, taken))
    if kind == 12:
        zones = list(made.prescription.zones)
        which = dice.upto(len(zones))
        change = dice.one_of(
            (
                {"margin_um": zones[which].margin_um + dice.one_of((-500, 1, 600))},
                {"depth_um": zones[which].depth_um + dice.one_of((-1, 300, 900))},
                {"trigger": "held"},
                {"rest": Rest(6_000, dice.between(0, 3), dice.one_of((0, 2_000)))},
                {"dwell_ms": 101},
                {"product": 1},
                {"angle_sin_ppm": 900_000},
                {"dose_nl_usual": 0},
            )
        )
        zones[which] = replace(zones[which], **change)
        return replace(made, prescription=replace(made.prescription, zones=tuple(zones)))
    less = {name: None if v is None else v[:-1] for name, v in columns.items()}
    return replace(made, pricks=PrickTable(**{k: v for k, v in less.items() if v is not None}))


def found(made: Plan) -> str:
    """Everything that the check says of a plan, in a line."""
    try:
        return "verified " + verify(made).digest[:16]
    except LimitsExceeded as refused:
        names = "+".join(dict.fromkeys(one.limit for one in refused.violations))
        return f"{names} {short(repr(refused.violations))}"


def guarded(made: VerifiedPlan, number: int) -> str:
    """What a guard says all through a session that goes wrong here and there."""
    dice = Dice(number, 7)
    plan_ = made.plan
    source = made if dice.once_in(2) else plan_
    guard = Guard.of(source, {}, tolerance_um=dice.one_of((None, 300, 3_000)))
    at_us, said = 0, []
    table = plan_.pricks
    committed: list[int] = []
    for row in range(len(table)):
        prick = row if not dice.once_in(12) else dice.upto(len(table) + 1)
        at_us += dice.one_of((10_000, 300_000, 700_000, 5_000_000))
        place = None
        if dice.once_in(2) and prick < len(table):
            place = tuple(
                int(one[prick]) + dice.between(-1, 1) * dice.one_of((50, 400, 2_500))
                for one in (table.x_um, table.y_um, table.z_um)
            )
        verdict = guard.check(prick, at_us, at_um=place)  # type: ignore[arg-type]
        said.append(
            f"{prick}:{verdict.reason}:{verdict.text}" if not verdict.allowed else f"{prick}"
        )
        if (verdict.allowed or dice.once_in(9)) and prick < len(table):
            try:
                dose = None if dice.once_in(2) else int(table.dose_nl[prick]) * dice.upto(3)
                guard.commit(prick, at_us, at_um=place, dose_nl=dose)  # type: ignore[arg-type]
                committed.append(prick)
            except ValueError as refused:
                said.append(str(refused))
        if committed and dice.once_in(10):
            guard.withdraw(committed.pop(dice.upto(len(committed))))
        if committed and dice.once_in(6):
            guard.told(dice.one_of(committed), at_us=at_us + 5, dose_nl=dice.upto(30) * 1_000)
        if dice.once_in(25):
            try:
                guard.lose(dice.upto(len(table)))
            except ValueError as refused:
                said.append(str(refused))
    allowed = sum(1 for one in said if one.isdigit())
    return f"{allowed} of {len(said)} allowed {short(' | '.join(said))}"


def continued(made: VerifiedPlan, number: int) -> str:
    """What is left of a plan of which some pricks were lost and some were given otherwise."""
    dice = Dice(number, 11)
    count = len(made.plan.pricks)
    until = dice.upto(count + 1)
    shot = made.plan.pricks.shot
    done: dict[int, int] = {}
    for row in range(until):
        dose = int(made.plan.pricks.dose_nl[row])
        done[row] = dose if not dice.once_in(4) else dice.one_of((0, 0, dose // 2, dose + 1_000))
    while until < count and until > 0 and shot[until] == shot[until - 1]:
        done[until] = 0
        until += 1
    try:
        left = replan(made if dice.once_in(2) else made.plan, done)
    except PlanError as refused:
        return f"{type(refused).__name__}: {refused}"
    return f"{left.digest()[:16]} {int(left.pricks.dose_nl.sum())} nL; {found(left)[:60]}"


def tale(number: int, make: Callable[[int], Prescription]) -> dict[str, str]:
    """All that becomes of one prescription, by what was done with it."""
    made = planned(make(number))
    says = {"plan": told(made)}
    if isinstance(made, PlanError):
        says["refusal"] = explained(made)
        return says
    says["check"] = found(made)
    dice = Dice(number, 13)
    says["dents"] = short("\n".join(found(dented(made, dice)) for _ in range(12)))
    if says["check"].startswith("verified"):
        sure = verify(made)
        says["guard"] = guarded(sure, number)
        says["rest"] = continued(sure, number)
    return says


def pair(number: int) -> Prescription:
    """The prescription of that number for a head of two needles, with or without a single one."""
    dice = Dice(number, 79)
    made = flat(dice.between(1_000, 9_999))
    two = Head("line-2", ((0, 0), (1, 0)), dice.one_of((5_000, 6_000)), UNVERIFIED)
    zones = tuple(replace(one, spacing_um=None, pattern="lattice") for one in made.zones)
    heads = (two, *dice.one_of(((ALONE,), ())))
    return replace(made, zones=zones, heads=heads, head=two.name)


COUNTS = {"flat": 320, "body": 90, "pair": 24}
MAKERS: dict[str, Callable[[int], Prescription]] = {"flat": flat, "body": body, "pair": pair}


def tales() -> dict[str, dict[str, str]]:
    """Every tale of the corpus, as `golden/corpus.json` keeps it."""
    return {
        f"{name} {number}": tale(number, MAKERS[name])
        for name, count in COUNTS.items()
        for number in range(count)
    }


if __name__ == "__main__":  # python -m tests.planning.corpus > tests/golden/corpus.json
    print(json.dumps(tales(), indent=0))
