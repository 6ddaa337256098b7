"""The account of a session: how many, how much, what differs, and whether all went as planned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import isqrt

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Ring, Surface
from mesogun.record.record import Record, SessionOutcome
from mesogun.report import figures
from mesogun.report.figures import APART, UM2_PER_CM2
from mesogun.report.rows import Mark, Row


@dataclass(frozen=True, slots=True)
class Sums:
    """Counts and volumes over some rows."""

    planned: int
    given: int
    """Stopped and deviating ones included."""
    differing: int
    in_doubt: int
    not_given: int
    dose_nl_planned: int
    dose_nl_given: int
    """As measured; pricks in doubt are not in it."""


def sums(rows: Iterable[Row]) -> Sums:
    """Return the counts and volumes over `rows`."""
    tally: dict[Mark, int] = dict.fromkeys(
        ("planned", "given", "differs", "in_doubt", "not_given"), 0
    )
    planned = given = 0
    for row in rows:
        tally[row.mark] += 1
        planned += row.dose_nl_planned
        given += row.dose_nl_given or 0
    return Sums(
        planned=sum(tally.values()),
        given=tally["given"] + tally["differs"],
        differing=tally["differs"],
        in_doubt=tally["in_doubt"],
        not_given=tally["not_given"],
        dose_nl_planned=planned,
        dose_nl_given=given,
    )


def doses_as(record: Record) -> str:
    """Say what the doses of a page rest on."""
    if record.session.by_hand:
        return "Doses as planned where the operator confirmed them; nothing measured them"
    return "Doses as measured"


def as_planned(record: Record, total: Sums) -> bool:
    """Return whether every prick went as planned and the session came to its end."""
    return record.outcome == "complete" and total.given == total.planned and not total.differing


def sentence(record: Record, total: Sums) -> str:
    """Answer "did every prick go as planned?" in one sentence with figures."""
    parts = [f"{figures.count(total.given)} of {figures.counted(total.planned, 'prick')} given"]
    if total.differing:
        parts.append(f"{figures.count(total.differing)} of them other than planned")
    if total.not_given:
        parts.append(f"{figures.count(total.not_given)} not given")
    parts.append(
        f"{figures.volume(total.dose_nl_given)} of {figures.volume(total.dose_nl_planned)}"
    )
    parts.append(f"{figures.count(total.in_doubt)} in doubt" if total.in_doubt else "none in doubt")
    parts.append(figures.duration(record.duration_us))
    return ", ".join(parts)


OUTCOME_WORDS: dict[SessionOutcome, str] = {
    "complete": "Complete",
    "aborted": "Aborted",
    "fault": "Ended by a fault",
    "interrupted": "Interrupted",
}


def verdict(record: Record, total: Sums) -> str:
    """Return the outcome in a few words, with what it means for the plan."""
    if as_planned(record, total):
        return "Complete: every prick went as planned"
    if record.outcome == "complete":
        return "Complete, but not every prick went as planned"
    return f"{OUTCOME_WORDS[record.outcome]}: {record.why or 'no reason is on record'}"


@dataclass(frozen=True, slots=True)
class Difference:
    """Pricks of one zone that share what became of them and why."""

    numbers: tuple[int, ...]
    zone: int
    mark: Mark
    dose_nl_planned: int
    """What they were to have before anything went wrong with them."""
    dose_nl_given: int | None
    why: str


def differences(rows: Sequence[Row]) -> tuple[Difference, ...]:
    """Return what differs from the plan: those in doubt first, runs of the same kind as one."""
    order: dict[Mark, int] = {"in_doubt": 0, "differs": 1, "not_given": 2}
    off = sorted((row for row in rows if row.mark in order), key=lambda row: order[row.mark])
    made = []
    for _, group in groupby(off, key=_kind):
        some = list(group)
        given = [row.dose_nl_given for row in some if row.dose_nl_given is not None]
        made.append(
            Difference(
                tuple(row.number for row in some),
                some[0].zone,
                some[0].mark,
                sum(row.dose_nl_wanted for row in some),
                sum(given) if given else None,
                some[0].why,
            )
        )
    return tuple(made)


def _kind(row: Row) -> tuple[Mark, int, str, int]:
    """What rows share that are told as one; what was or may have been given stands alone."""
    alone = 0 if row.mark == "not_given" else row.number
    return row.mark, row.zone, row.why, alone


def furthest(rows: Iterable[Row]) -> tuple[Row | None, Row | None]:
    """Return the given pricks whose dose and whose depth are furthest from the plan."""
    given = [row for row in rows if row.mark in ("given", "differs")]
    dose = max(given, key=_dose_off, default=None)
    depth = max(given, key=_depth_off, default=None)
    return dose, depth


def _dose_off(row: Row) -> float:
    if row.dose_nl_given is None or row.dose_nl_wanted == 0:
        return -1.0
    return abs(row.dose_nl_given - row.dose_nl_wanted) / row.dose_nl_wanted


def _depth_off(row: Row) -> int:
    return -1 if row.depth_um_given is None else abs(row.depth_um_given - row.depth_um_planned)


def ring_area_doubled(ring: Ring) -> int:
    """Return twice the area inside `ring` in um², exactly."""
    turned = (*ring[1:], ring[0]) if ring else ()
    return abs(sum(x * v - u * y for (x, y), (u, v) in zip(ring, turned, strict=True)))


def zone_area_doubled(plan: Plan, index: int) -> int:
    """Return twice a zone's area in um2: its outline less its exclusions, or its faces."""
    surface, zone = plan.prescription.surface, plan.zones[index]
    if surface is not None:
        return faces_area_doubled(surface, plan.prescription.zones[index].faces)
    out = sum(ring_area_doubled(one) for one in zone.exclusions_um)
    return max(ring_area_doubled(zone.outline_um) - out, 0)


def faces_area_doubled(surface: Surface, faces: Sequence[int]) -> int:
    """Return twice the area of some faces of a surface in um2, each rounded down."""
    whole = 0
    for face in faces:
        a, b, c = (surface.vertices_um[one] for one in surface.faces[face])
        u, v = [b[k] - a[k] for k in range(3)], [c[k] - a[k] for k in range(3)]
        across = (u[k] * v[k - 1] - u[k - 1] * v[k] for k in range(3))
        whole += isqrt(sum(one * one for one in across))
    return whole


def mean_density(dose_nl: int, area_doubled: int) -> int | None:
    """Return nL per cm² over the area; None where there is no area."""
    return dose_nl * 2 * UM2_PER_CM2 // area_doubled if area_doubled else None


def span(values: Iterable[int | None], per_unit: int, decimals: int) -> str:
    """Return "0.58–0.62" over the known values, "0.60" when all are alike, "–" when none is."""
    known = [one for one in values if one is not None]
    if not known:
        return "–"
    low, high = (figures.fixed(one, per_unit, decimals) for one in (min(known), max(known)))
    return low if low == high else f"{low}–{high}"


def title(record: Record, plan: Plan) -> str:
    """Return the page's title: what it is of, and how it ended."""
    given = plan.prescription
    parts = [given.name, given.patient_id, f"session {given.session_number}"]
    word = OUTCOME_WORDS[record.outcome].lower()
    mark = "SIMULATED · " if record.session.simulated else ""
    return f"{mark}{' · '.join(parts)} · {word}".replace(APART, " ")
