"""What is left of a plan, with other doses, after pricks were lost, skipped or given otherwise.

Rows, places and order stay; what was given cannot be changed; what was lost takes 0. Its volume is
divided over the pricks that are left, as long as every limit allows: of its own zone first, then of
zones whose share nobody asked for. What does not fit is not given: less rather than more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning.dose.allocate import allocate, surely_thin
from mesogun.planning.dose.demand import OPEN, Bounds, Demand, Doses
from mesogun.planning.dose.held import most_at, packed
from mesogun.planning.dose.roll import Places
from mesogun.planning.infeasible import ml
from mesogun.planning.limits import Limits
from mesogun.planning.place.raster import Integers, Truths
from mesogun.planning.plan import Pause, Plan, Settled, VerifiedPlan
from mesogun.planning.pricks import Column, PrickTable, column
from mesogun.planning.timing import firsts, replay

NO_LATTICE = (0, 0, 0, 0)
PG_PER_UG = 1_000_000
FILLS = ("refill", "product")
"""Pauses at which a full syringe comes."""


def replan(plan: Plan | VerifiedPlan, settled: Mapping[int, int] | Settled) -> Plan:
    """Return the plan that goes on with what is left of `plan`.

    `settled` names the rows that are done with, whole shots of them, and the nL that each took: 0
    for a lost one, all that was asked for one in doubt. Where nothing was lost, doses stay exactly
    as they are. The new plan names the old one as its parent; a verified one is named already.

    Raises:
        PlanError: `settled` does not fit the plan or what was settled before, or what is left
            cannot be given within the limits however little it is.
    """
    parent = ""
    if isinstance(plan, VerifiedPlan):
        parent, plan = plan.digest, plan.plan
    rows, given = _done(plan, settled)
    doses = _doses(plan, rows, given)
    table = plan.pricks
    pricks = PrickTable(**dict(table.columns()) | {"dose_nl": column(doses)})
    pauses = _pauses(plan, pricks, rows)
    totals = _by_zone(plan, table.zone, doses).tolist()
    return replace(
        plan,
        zones=tuple(
            replace(one, dose_nl_total=total) for one, total in zip(plan.zones, totals, strict=True)
        ),
        pricks=pricks,
        duration_us=replay(plan.prescription, pricks, pauses).duration_us,
        pauses=pauses,
        settled=Settled(parent or plan.digest(), tuple(rows.tolist()), tuple(given.tolist())),
    )


def _done(plan: Plan, settled: Mapping[int, int] | Settled) -> tuple[Integers, Integers]:
    """Return the rows that are done with, rising, and what each took; the plan's own among them."""
    if isinstance(settled, Settled):
        settled = dict(zip(settled.rows, settled.given_nl, strict=True))
    done = dict(settled)
    before = plan.settled
    for row, given_nl in zip(*(before.rows, before.given_nl) if before else ((), ()), strict=True):
        if done.setdefault(row, given_nl) != given_nl:
            raise PlanError(
                f"prick {row + 1} took {given_nl} nL by the plan that is continued, and "
                f"{done[row]} nL now: what was given does not change"
            )
    rows = np.fromiter(done.keys(), np.int64, len(done))
    given = np.fromiter(done.values(), np.int64, len(done))
    order = np.argsort(rows, kind="stable")
    rows, given = rows[order], given[order]
    if len(rows) and not 0 <= rows[0] <= rows[-1] < len(plan.pricks):
        raise PlanError(f"a prick {rows[0] + 1} or {rows[-1] + 1} is none of this plan")
    if (given < 0).any():
        raise PlanError("no prick takes less than nothing")
    is_done = np.zeros(len(plan.pricks), dtype=np.bool_)
    is_done[rows] = True
    shot = plan.pricks.shot
    if ((shot[1:] == shot[:-1]) & (is_done[1:] != is_done[:-1])).any():
        raise PlanError("a shot is settled with all of its pricks, or not at all")
    return rows, given


def _by_zone(plan: Plan, zone: Column | Integers, values: Integers) -> Integers:
    """Return the sum of some values in each zone; `zone` never falls."""
    ends = np.searchsorted(zone, np.arange(len(plan.zones) + 1))
    so_far = np.concatenate((np.zeros(1, dtype=np.int64), np.cumsum(values)))
    return np.diff(so_far[ends])


def _doses(plan: Plan, rows: Integers, given: Integers) -> Integers:
    """Return the dose of every prick: as given, as they were, or as the rest is divided anew."""
    before = plan.pricks.dose_nl.astype(np.int64)
    if (before[rows] == given).all() or len(rows) == len(before):
        before[rows] = given
        return before
    held = np.full(len(before), OPEN, dtype=np.int64)
    held[rows] = given
    demand = _demand(plan, before, held)
    doses = _evened(demand, before) if plan.pricks.head is None else None
    return _more(plan, demand, _allocated(plan, demand) if doses is None else doses)


def _left(plan: Plan, zone: Integers, before: Integers, held: Integers) -> list[int]:
    """Return what each zone is to give to its open pricks: what it had, less what was given.

    Where more was given than asked, the last zones give way, down to their least doses. Where even
    these are too much, less is left for them: nothing can be divided then.
    """
    is_open, limits = held == OPEN, Limits(plan.limits)
    took = _by_zone(plan, zone, np.where(is_open, 0, held))
    step = limits.of("dose_quantum_nl_min").value
    count = _by_zone(plan, zone, is_open * 1).tolist()
    least = [
        number * (-(-limits.of("dose_nl_min", k).value // step) * step)
        for k, number in enumerate(count)
    ]
    spare = np.maximum(_by_zone(plan, zone, before) - took, least)
    left: list[int] = np.where(np.array(count) > 0, spare, 0).tolist()
    whole = (took + left).tolist()
    for sums in _sums(plan):
        for kept in (least, [0] * len(left)):
            over = sums.of(whole) - sums.most
            for k in reversed(range(len(left))):
                if sums.per_nl[k] and over > 0:
                    given_up = max(min(-(-over // sums.per_nl[k]), left[k] - kept[k]), 0)
                    left[k] -= given_up
                    whole[k] -= given_up
                    over -= given_up * sums.per_nl[k]
    return left


class Sums(NamedTuple):
    """A bound on what the zones take together."""

    per_nl: list[int]
    """What a nL of each zone counts."""
    most: int

    def of(self, zones_nl: list[int]) -> int:
        """Return what counts of these volumes of the zones."""
        return sum(one * nl for one, nl in zip(self.per_nl, zones_nl, strict=True))


def _sums(plan: Plan) -> list[Sums]:
    """Return the bounds on sums over zones: each product, the whole volume, each component."""
    products, limits = plan.prescription.products, Limits(plan.limits)
    of_zone = [one.product for one in plan.prescription.zones]
    made = [
        Sums([int(one == index) for one in of_zone], int(product.volume_nl))
        for index, product in enumerate(products)
    ]
    made.append(Sums([1] * len(of_zone), limits.of("volume_nl_max").value))
    for name, limit in limits.components.items():
        pg = [
            sum(one.concentration_pg_per_nl for one in product.components if one.name == name)
            for product in products
        ]
        made.append(Sums([pg[one] for one in of_zone], limit.value * PG_PER_UG))
    return made


def _demand(plan: Plan, before: Integers, held: Integers) -> Demand:
    limits, table = Limits(plan.limits), plan.pricks
    x, y, z, zone, shot = (
        one.astype(np.int64) for one in (table.x_um, table.y_um, table.z_um, table.zone, table.shot)
    )
    left = _left(plan, zone, before, held)
    is_flat = plan.prescription.surface is None
    bounds = []
    for k, one in enumerate(plan.zones):
        in_a_disc = most_at if one.basis_um != NO_LATTICE else packed
        bounds.append(
            Bounds(
                left[k],
                limits.of("dose_nl_min", k).value,
                limits.of("dose_nl_max", k).value,
                limits.of("area_dose_nl_per_cm2_max", k).value,
                in_a_disc(one.pitch_um) if is_flat else 0,
            )
        )
    places = Places(x, y, None if is_flat else z)
    step = limits.of("dose_quantum_nl_min").value
    # the doses so far as weights: the rest keeps its shape
    return Demand(places, zone, shot, step, tuple(bounds), before, held)


def _evened(demand: Demand, before: Integers) -> Integers | None:
    """Return the doses where no disc can be too full and zones that change had even doses.

    They stay even, with as few changes as that takes. None: it is not as plain as that. For
    single needles, whose open doses are whole steps.
    """
    rows, step = demand.open_rows, demand.step_nl
    doses = before if demand.given_nl is None else demand.given_nl.copy()
    ends = np.searchsorted(demand.zone[rows], np.arange(len(demand.zones) + 1)).tolist()
    for (begin, end), one in zip(pairwise(ends), demand.zones, strict=True):
        mine = rows[begin:end]
        doses[mine] = now = before[mine]
        steps = min(one.volume_nl // step, len(mine) * (one.most_nl // step))
        if steps * step == now.sum():
            continue
        low = steps // len(mine) * step
        if low < max(one.least_nl, step) or now.max() - now.min() > step:
            return None
        even = np.minimum(np.maximum(now, low), low + step)
        more = steps - int(even.sum()) // step
        others = np.flatnonzero(even == (low if more > 0 else low + step))
        # evenly apart in their order
        chosen = others[np.arange(abs(more)) * len(others) // max(abs(more), 1)]
        even[chosen] += step if more > 0 else -step
        doses[mine] = even
    return doses if surely_thin(demand, doses) else None


def _allocated(plan: Plan, demand: Demand) -> Integers:
    answer = allocate(demand, less=True)
    if isinstance(answer, Doses):
        return answer.dose_nl
    name = plan.zones[answer.zone].name
    raise PlanError(
        f"zone {name!r}: {ml(demand.zones[answer.zone].volume_nl)} are left for its pricks, which "
        f"cannot be divided among them within the limits; {ml(answer.above_nl)} could"
    )


def _more(plan: Plan, demand: Demand, doses: Integers) -> Integers:
    """Give what did not fit into its own zone to others of the product, if no share was asked."""
    bounds = _sums(plan)
    for k, zone in enumerate(plan.prescription.zones):
        whole = _by_zone(plan, demand.zone, doses).tolist()
        spare = min((one.most - one.of(whole)) // one.per_nl[k] for one in bounds if one.per_nl[k])
        if spare < demand.step_nl or zone.share_ppm is not None:
            continue
        rows = demand.open_rows
        now = _by_zone(plan, demand.zone[rows], doses[rows])
        if now[k]:
            now[k] += spare
            wanted = [
                one._replace(volume_nl=volume)
                for one, volume in zip(demand.zones, now.tolist(), strict=True)
            ]
            doses = _allocated(plan, demand._replace(zones=tuple(wanted)))
    return doses


def _pauses(plan: Plan, pricks: PrickTable, rows: Integers) -> tuple[Pause, ...]:
    """Return the pauses as they were, with further fillings and the rests that new doses need.

    What a person has done at a pause is done: none that has passed is moved.
    """
    pauses = [one for one in plan.pauses if one.kind != "rest"]
    bound = Limits(plan.limits).of("syringe_volume_nl_max")
    if int(pricks.dose_nl.sum()) > bound.value:
        is_left = np.ones(len(pricks), dtype=np.bool_)
        is_left[rows] = False
        pauses += _fillings(pauses, pricks, is_left, bound.value)
    if pauses:
        pauses = _told(plan, sorted(pauses, key=lambda one: one.shot), pricks)
    if any(one.rest is not None for one in plan.prescription.zones):
        from mesogun.planning.order.rest import rest_pauses

        pauses += rest_pauses(plan.prescription, pricks)
    return tuple(sorted(pauses, key=lambda one: one.shot))


def _told(plan: Plan, pauses: list[Pause], pricks: PrickTable) -> list[Pause]:
    """Write the volumes of the fillings into the pauses' notes as they are now."""
    first = firsts(pricks.shot.astype(np.int64))
    ends = [one.shot for one in pauses if one.kind in FILLS]
    rows = [*first[ends].tolist(), len(pricks)]
    volumes = iter(
        (int(plan.pricks.dose_nl[a:b].sum()), int(pricks.dose_nl[a:b].sum()))
        for a, b in pairwise(rows)
    )
    told = []
    for one in pauses:
        if one.kind in FILLS:
            before, now = (f"this filling gives {ml(volume)}" for volume in next(volumes))
            one = replace(one, note=one.note.replace(before, now))
        told.append(one)
    return told


def _fillings(
    pauses: list[Pause], pricks: PrickTable, is_left: Truths, filling_nl: int
) -> list[Pause]:
    """Return the fillings that are needed besides those there are."""
    first = firsts(pricks.shot.astype(np.int64))
    full = {one.shot for one in pauses if one.kind in FILLS}
    volumes = np.add.reduceat(pricks.dose_nl.astype(np.int64), first).tolist()
    more, given_nl = [], 0
    for shot, (volume_nl, left) in enumerate(zip(volumes, is_left[first].tolist(), strict=True)):
        if shot in full:
            given_nl = 0
        elif left and given_nl + volume_nl > filling_nl:
            more.append(Pause(shot, "refill", 0, "refill the syringe: doses were planned anew"))
            given_nl = 0
        given_nl += volume_nl
    return more
