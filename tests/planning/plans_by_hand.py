"""Plans put together by hand, prick by prick, for the tests of the check: no planner chose them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from mesogun.errors import LimitsExceeded, Violation
from mesogun.planning import Limit, Plan, PrickTable, column, verify
from mesogun.planning.limits import effective
from mesogun.planning.plan import Pause, PlannedZone, Settled
from mesogun.planning.prescription import Prescription
from mesogun.planning.timing import replay, ways_um

Place = tuple[int, ...]
FREE = (0, 0, 0, 0)


def by_hand(
    asked: Prescription,
    places: Sequence[Place],
    *,
    dose: Sequence[int] | int = 10_000,
    zone: Sequence[int] | None = None,
    pauses: tuple[Pause, ...] = (),
    settled: Settled | None = None,
    pitch_um: int | None = None,
    basis_um: tuple[int, int, int, int] = FREE,
    **columns: Sequence[int],
) -> Plan:
    """A plan that says of itself what is true: counts, sums, ways, times and limits.

    Depths are those asked and shots single unless `columns` says otherwise; `pitch_um` is the least
    spacing allowed.
    """
    count = len(places)
    of = list(zone) if zone is not None else [0] * count
    xyz = [(*one, 0)[:3] for one in places]
    table: dict[str, Any] = {
        "x_um": [one[0] for one in xyz],
        "y_um": [one[1] for one in xyz],
        "z_um": [one[2] for one in xyz],
        "depth_um": [int(asked.zones[k].depth_um) for k in of],
        "dose_nl": [dose] * count if isinstance(dose, int) else dose,
        "zone": of,
        "shot": range(count),
        **columns,
    }
    pricks = PrickTable(**{name: column(np.array(one)) for name, one in table.items()})
    limits = effective(asked)
    timing = replay(asked, pricks, pauses)
    ways = ways_um(pricks, timing, len(asked.zones))
    least = {one.zone: one.value for one in limits if one.name == "spacing_um_min"}
    doses = np.array(table["dose_nl"])
    planned = tuple(
        PlannedZone(
            name=one.name,
            area=one.area,
            technique=one.technique,
            outline_um=one.outline_um,
            exclusions_um=one.exclusions_um,
            margin_um=int(one.margin_um),
            spacing_um_min=least[k],
            pitch_um=least[k] if pitch_um is None else pitch_um,
            basis_um=basis_um,
            prick_count=of.count(k),
            dose_nl_total=int(doses[np.array(of) == k].sum()),
            travel_um=ways[k],
        )
        for k, one in enumerate(asked.zones)
    )
    return Plan(
        asked,
        limits,
        planned,
        pricks,
        timing.duration_us,
        int(timing.hops_um.sum()),
        (),
        pauses,
        settled,
    )


def giving(asked: Prescription, *volumes_nl: int) -> Prescription:
    """The prescription with these volumes of its products."""
    first, *others = volumes_nl
    product = replace(asked.product, volume_nl=first)
    more = tuple(replace(product, name=f"product {k}", volume_nl=v) for k, v in enumerate(others))
    return replace(asked, product=product, further_products=more)


def bounded(asked: Prescription, name: str, value: int, zone: int | None = None) -> Prescription:
    """The prescription with one bound more."""
    more = Limit(name, value, "", zone, f"test {name}", "unverified: test")
    return replace(asked, limits=(*asked.limits, more))


def violations(made: Plan) -> tuple[Violation, ...]:
    """Everything that the check finds."""
    with pytest.raises(LimitsExceeded) as refused:
        verify(made)
    return refused.value.violations


def found(made: Plan, limit: str) -> Violation:
    """The one violation of that name."""
    (one,) = [each for each in violations(made) if each.limit == limit]
    return one


def only(made: Plan) -> Violation:
    """The one violation there is."""
    (one,) = violations(made)
    return one


def row_of_points(count: int, step_um: int, start: tuple[int, int] = (5_000, 5_000)) -> list[Place]:
    """Pricks in a line along x."""
    return [(start[0] + k * step_um, start[1]) for k in range(count)]
