"""Shots: numbered from 0, each by one head whose needles lie as its pattern says.

Part of the independent check.
"""

from __future__ import annotations

from math import isqrt

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Head
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import Findings, Integers, Truths, rows_of
from mesogun.planning.verify.limits import Bounds

LONGER_UM_MAX = 2
"""A lattice with whole-number vectors may be so much wider than the head's pitch."""
Basis = tuple[int, int, int, int]


def check_shots(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    """Count pricks and shots, and compare each shot with its head."""
    bound = bounds["pricks_max", None]
    if len(rows.x) > bound.value:
        found.limit(bound, len(rows.x), None)
    wrong = plan.pricks.shot != rows.shot
    if wrong.any():
        first = rows_of(wrong)
        told, meant = int(plan.pricks.shot[first[0]]), int(rows.shot[first[0]])
        what = "one prick a shot" if plan.pricks.head is None else "the pricks of a shot together"
        found.rule("shot", told, meant, "shot", pricks=first, note=f"{what}, from 0 on")
    heads = plan.prescription.heads
    if plan.pricks.head is None or plan.pricks.needle is None:
        if heads and all(len(one.needles) > 1 for one in heads):
            note = "the pricks are of a single needle, which is not among the heads"
            found.rule("head", 0, len(heads), "heads", note=note)
        return
    _check_alike(plan, rows, found)
    head, needle = plan.pricks.head.astype(np.int64), plan.pricks.needle.astype(np.int64)
    for which, one in enumerate(heads):
        mine = np.flatnonzero(head[rows.first] == which)
        whole = _check_needles(which, one, mine, rows, head, needle, found)
        if len(one.needles) > 1 and len(whole):
            _check_pattern(plan, one, whole, rows, needle, found)


def _check_alike(plan: Plan, rows: Rows, found: Findings) -> None:
    """All pricks of a shot have one head, zone and depth, and one dose; all or none is settled."""
    head = plan.pricks.head
    assert head is not None
    columns = {
        "head": head.astype(np.int64),
        "zone": rows.zone,
        "depth_um": rows.depth,
        "dose_nl": rows.dose,
        "settled": rows.settled.astype(np.int64),
    }
    for name, values in columns.items():
        first = values[rows.first][rows.shot]
        other = values != first
        if name == "dose_nl":
            other &= ~rows.settled
        if other.any():
            row = int(np.flatnonzero(other)[0])
            note = "not the same in all pricks of a shot"
            found.rule(
                name, int(values[row]), int(first[row]), "", pricks=rows_of(other), note=note
            )


def _check_needles(
    which: int,
    head: Head,
    shots: Integers,
    rows: Rows,
    head_of: Integers,
    needle: Integers,
    found: Findings,
) -> Integers:
    """Make sure that every needle of the head pricks once; return the shots where it does."""
    count = len(head.needles)
    sizes = np.diff(rows.begins)[shots]
    chosen = np.zeros(len(rows.first), dtype=np.bool_)
    chosen[shots] = True
    number = np.cumsum(chosen) - 1
    mine = np.flatnonzero(chosen[rows.shot] & (needle >= 0) & (needle < count))
    seen = np.zeros((len(shots), count), dtype=np.bool_)
    seen[number[rows.shot[mine]], needle[mine]] = True
    whole: Truths = (sizes == count) & seen.all(axis=1)
    if not whole.all():
        bad = int(np.flatnonzero(~whole)[0])
        broken = np.zeros(len(rows.first), dtype=np.bool_)
        broken[shots[~whole]] = True
        found.rule(
            "needle",
            int(sizes[bad]),
            count,
            "needles",
            pricks=rows_of(broken[rows.shot]),
            note=f"each needle of head {head.name!r} pricks once in a shot",
        )
    return shots[whole]


def _check_pattern(
    plan: Plan, head: Head, shots: Integers, rows: Rows, needle: Integers, found: Findings
) -> None:
    """Compare the needles' places with the head's pattern, turned by any 60 degrees."""
    count = len(head.needles)
    at = np.empty((len(shots), count), dtype=np.int64)
    for k in range(count):
        row = rows.first[shots] + k
        at[np.arange(len(shots)), needle[row]] = row
    zone = rows.zone[at[:, 0]]
    for which, said in enumerate(plan.zones):
        here = at[zone == which]
        if not len(here):
            continue
        _check_pitch(head, said.pitch_um, said.basis_um, said.name, found)
        dx, dy, dz = (one[here] - one[here[:, :1]] for one in rows.points)
        fits = np.zeros(len(here), dtype=np.bool_)
        for steps in _turned(head):
            px, py = _places(said.basis_um, steps)
            fits |= ((dx == px) & (dy == py) & (dz == 0)).all(axis=1)
        if not fits.all():
            broken = np.zeros(len(rows.x), dtype=np.bool_)
            broken[here[~fits].ravel()] = True
            found.rule(
                "needle",
                int((~fits).sum()),
                0,
                "shots",
                zone=said.name,
                pricks=rows_of(broken),
                note=f"the needles do not lie as in head {head.name!r}",
            )


def _turned(head: Head) -> list[list[tuple[int, int]]]:
    """Return the steps from the first needle to each, for the head turned by 0, 60 … 300 degrees.

    60 degrees to the left: a becomes b, and b becomes b - a.
    """
    i0, j0 = head.needles[0]
    steps = [(i - i0, j - j0) for i, j in head.needles]
    turns = []
    for _ in range(6):
        turns.append(steps)
        steps = [(-j, i + j) for i, j in steps]
    return turns


def _places(basis: Basis, steps: list[tuple[int, int]]) -> tuple[Integers, Integers]:
    ax, ay, bx, by = basis
    x = [i * ax + j * bx for i, j in steps]
    y = [i * ay + j * by for i, j in steps]
    return np.array(x, dtype=np.int64), np.array(y, dtype=np.int64)


def _check_pitch(head: Head, pitch_um: int, basis: Basis, zone: str, found: Findings) -> None:
    """Make sure that the zone's lattice is the head's: three steps of its pitch, turning left."""
    ax, ay, bx, by = basis
    lengths = [isqrt(x * x + y * y) for x, y in ((ax, ay), (bx, by), (bx - ax, by - ay))]
    for length in (pitch_um, *lengths):
        if not head.pitch_um <= length <= head.pitch_um + LONGER_UM_MAX:
            note = f"not the pitch of head {head.name!r}"
            found.rule("pitch_um", length, head.pitch_um, "um", zone=zone, note=note)
            return
    if ax * by - ay * bx <= 0:
        found.rule("basis_um", 0, 1, "", zone=zone, note="b does not lie to the left of a")
