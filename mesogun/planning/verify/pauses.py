"""Pauses: a person is asked where a filling, a needle, a product or a head ends.

Part of the independent check.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers
from mesogun.planning.verify.limits import Bounds

KINDS = ("needle", "refill", "product", "head", "rest")
WAIT_US_MAX = 86_400_000_000
"""A day."""


def check_pauses(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    """Measure every filling and every needle, and look for each pause that has to be."""
    shots = len(rows.begins) - 1
    before = 0
    for number, one in enumerate(plan.pauses):
        note = f"pause {number} ({one.kind}) before shot {one.shot}"
        if one.kind not in KINDS:
            found.rule("pauses", 0, 1, "", note=f"{note} is of no known kind")
        if not 0 <= one.shot < shots:
            found.rule("pauses", one.shot, shots - 1, "shot", note=f"{note}: no such shot")
        elif one.shot < before:
            found.rule("pauses", one.shot, before, "shot", note=f"{note}: pauses are in order")
        else:
            before = one.shot
        least, most = (1, WAIT_US_MAX) if one.kind == "rest" else (0, 0)
        if not least <= one.wait_us <= most:
            bound = min(max(one.wait_us, least), most)
            found.rule("pauses", one.wait_us, bound, "us", note=f"{note}: its wait")
    _check_products(plan, rows, found)
    if plan.pricks.head is not None:
        head = plan.pricks.head.astype(np.int64)[rows.first]
        _check_changes(plan, rows, head, "head", found)
    _check_fillings(plan, bounds, rows, found)
    _check_needles(plan, bounds, rows, found)


def shots_of(plan: Plan, shots: int, *kinds: str) -> Integers:
    """Return the shots before which there is a pause of these kinds, rising, each once."""
    there = {one.shot for one in plan.pauses if one.kind in kinds and 0 <= one.shot < shots}
    return np.array(sorted(there), dtype=np.int64)


def _check_products(plan: Plan, rows: Rows, found: Findings) -> None:
    product = np.array([one.product for one in plan.prescription.zones], dtype=np.int64)
    of_shot = product[rows.zone[rows.first]]
    falls = np.flatnonzero(of_shot[1:] < of_shot[:-1]) + 1
    if len(falls):
        shot = int(falls[0])
        found.rule(
            "product",
            int(of_shot[shot]),
            int(of_shot[shot - 1]),
            "product",
            pricks=tuple(rows.first[falls[:ROWS_TOLD_MAX]].tolist()),
            note="products are given one after the other",
        )
    _check_changes(plan, rows, of_shot, "product", found)


def _check_changes(plan: Plan, rows: Rows, of_shot: Integers, kind: str, found: Findings) -> None:
    """Make sure that there is a pause of a kind where something changes, and nowhere else."""
    changes = set((np.flatnonzero(of_shot[1:] != of_shot[:-1]) + 1).tolist())
    told = set(shots_of(plan, len(of_shot), kind).tolist())
    for shot in sorted(changes ^ told)[:ROWS_TOLD_MAX]:
        missing = shot in changes
        what = "changes without a pause" if missing else "does not change at its pause"
        found.rule(
            "pauses",
            int(not missing),
            int(missing),
            "pause",
            pricks=(int(rows.first[shot]),),
            note=f"the {kind} {what} before shot {shot}",
        )


def _stretches(plan: Plan, rows: Rows, *kinds: str) -> list[tuple[int, int]]:
    """Return (first shot, shot after the last) of every stretch between pauses of these kinds."""
    shots = len(rows.begins) - 1
    ends = [0, *shots_of(plan, shots, *kinds).tolist(), shots]
    return list(pairwise(ends))


def _check_fillings(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    bound = bounds["syringe_volume_nl_max", None]
    for first, stop in _stretches(plan, rows, "refill", "product"):
        begin, end = int(rows.begins[first]), int(rows.begins[stop])
        given = int(rows.dose[begin:end].sum())
        # what was given is a fact
        if given > bound.value and not rows.settled[begin:end].all():
            pricks = tuple(range(begin, min(end, begin + ROWS_TOLD_MAX)))
            note = f"one filling, shots {first} to {stop - 1}"
            found.limit(bound, given, None, pricks, note)


def _check_needles(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> None:
    bound = bounds.get(("needle_pricks_max", None))
    if bound is None:
        return
    for first, stop in _stretches(plan, rows, "needle", "product", "head"):
        if stop - first > bound.value:
            begin, end = int(rows.begins[first]), int(rows.begins[stop])
            pricks = tuple(range(begin, min(end, begin + ROWS_TOLD_MAX)))
            note = f"one needle, shots {first} to {stop - 1}"
            found.limit(bound, stop - first, None, pricks, note)
