"""How near pricks come to each other, and to those of earlier sessions.

Part of the independent check.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from math import isqrt

import numpy as np

from mesogun.planning.plan import Plan
from mesogun.planning.prescription import Earlier
from mesogun.planning.verify.columns import Rows
from mesogun.planning.verify.findings import ROWS_TOLD_MAX, Findings, Integers, rows_of
from mesogun.planning.verify.limits import Bounds
from mesogun.planning.verify.near import Cells, near_pairs, taken
from mesogun.planning.verify.spacing import is_spaced
from mesogun.planning.verify.zones import ROUNDED_UM

PAIRS_TOLD_MAX = 1_000_000
"""More pairs that are too near are not counted."""
NONE = np.array([], dtype=np.int64)
Near = tuple[int, int, list[int]]
"""The least squared distance, how many pairs, and the first pricks of them."""


def check_spacing(plan: Plan, bounds: Bounds, rows: Rows, found: Findings) -> bool:
    """Measure all pricks against each other; return True if none are too near.

    Within a zone its least spacing holds, and the pitch that the plan promises; between two zones
    the larger of their least spacings.
    """
    spaced = True
    least = [bounds["spacing_um_min", k] for k in range(len(plan.zones))]
    groups = [np.flatnonzero(rows.zone == k) for k in range(len(plan.zones))]
    for k, mine in enumerate(groups):
        name, pitch = plan.prescription.zones[k].name, plan.zones[k].pitch_um
        # a pitch out of bounds is told elsewhere
        beyond = pitch > bounds["spacing_um_max", k].value + ROUNDED_UM
        promised = least[k].value if beyond else max(pitch, least[k].value)
        if _is_spaced(plan, rows, mine, promised):
            continue
        near = _nearest(_pairs(rows, mine, least[k].value))
        if near is not None:
            spaced = False
            found.limit(least[k], isqrt(near[0]), name, tuple(near[2]), f"{near[1]} pairs")
        near = _nearest(_pairs(rows, mine, promised)) if promised > least[k].value else None
        if near is not None:
            note = f"{near[1]} pairs are nearer than the plan promises"
            found.rule(
                "pitch_um", isqrt(near[0]), pitch, "um", zone=name, pricks=tuple(near[2]), note=note
            )
    for k, mine in enumerate(groups):
        for j in range(k):
            bound = max(least[j], least[k], key=lambda one: one.value)
            both = _close(rows, groups[j], mine, bound.value)
            near = _nearest(_pairs(rows, both, bound.value, across=True))
            if near is not None:
                spaced = False
                names = plan.prescription.zones
                note = f"{near[1]} pairs across zones {names[j].name!r} and {names[k].name!r}"
                found.limit(bound, isqrt(near[0]), names[k].name, tuple(near[2]), note)
    return spaced


def _is_spaced(plan: Plan, rows: Rows, mine: Integers, spacing: int) -> bool:
    if plan.prescription.surface is None:
        if len(mine) == len(rows.x):
            return is_spaced(rows.x, rows.y, spacing)
        return is_spaced(rows.x[mine], rows.y[mine], spacing)
    return next(near_pairs(taken(rows.points, mine), spacing), None) is None


def _pairs(
    rows: Rows, mine: Integers, below_um: int, *, across: bool = False
) -> Iterable[tuple[int, int, int]]:
    """Yield (row, row, squared distance) of pairs that are too near; of two zones if `across`."""
    for a, b, square in near_pairs(taken(rows.points, mine), below_um):
        first, second = sorted((int(mine[a]), int(mine[b])))
        if not across or rows.zone[first] != rows.zone[second]:
            yield first, second, square


def _nearest(pairs: Iterable[tuple[int, int, int]]) -> Near | None:
    told = list(islice(pairs, PAIRS_TOLD_MAX))
    if not told:
        return None
    rows = (row for first, second, _ in sorted(told) for row in (first, second))
    pricks = list(dict.fromkeys(rows))[:ROWS_TOLD_MAX]
    return min(square for _, _, square in told), len(told), pricks


def _close(rows: Rows, one: Integers, two: Integers, reach: int) -> Integers:
    """Return the rows of both groups that lie within `reach` of the other's box."""
    if not len(one) or not len(two):
        return NONE
    kept = []
    for mine, other in ((one, two), (two, one)):
        near = np.ones(len(mine), dtype=np.bool_)
        for values in rows.points:
            near &= values[mine] > values[other].min() - reach
            near &= values[mine] < values[other].max() + reach
        kept.append(mine[near])
    return np.concatenate(kept) if all(map(len, kept)) else NONE


def check_earlier(plan: Plan, rows: Rows, found: Findings) -> None:
    """Measure every prick against the pricks of earlier sessions."""
    for record in plan.prescription.earlier:
        if record.points_um:
            _check_record(record, rows, found)


def _check_record(record: Earlier, rows: Rows, found: Findings) -> None:
    points = np.array(record.points_um, dtype=np.int64)
    columns = points[:, 0].copy(), points[:, 1].copy(), points[:, 2].copy()
    bound = record.distance_um * record.distance_um
    broken = np.zeros(len(rows.x), dtype=np.bool_)
    least = bound
    for row, _, square in Cells(columns, record.distance_um).pairs_with(rows.points):
        near = square < bound
        broken[row[near]] = True
        least = min(least, int(square[near].min(initial=bound)))
    if broken.any():
        found.rule(
            "distance_um",
            isqrt(least),
            record.distance_um,
            "um",
            pricks=rows_of(broken),
            note=f"to pricks of {record.session_date}",
            origin=f"record {record.record}",
        )
