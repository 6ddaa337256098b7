"""What one part of the check tells of a plan, violation by violation, and plans to try it on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mesogun.errors import Violation
from mesogun.planning import Plan
from mesogun.planning.plan import Pause, PauseKind
from mesogun.planning.prescription import Head, Prescription
from mesogun.planning.verify.columns import Rows, rows_of_plan
from mesogun.planning.verify.findings import Findings
from mesogun.planning.verify.limits import Bounds, tightest
from tests.planning.plans_by_hand import by_hand, giving, row_of_points
from tests.planning.samples import SQUARE, moved, order, zone

PARENT = "sha256:" + "0" * 64
FAR = moved(SQUARE, 70_000, 0)
RX = order(zone("a", SQUARE))
BOTH = order(zone("a", SQUARE), zone("b", FAR))
PRODUCTS = order(zone("a", SQUARE), zone("b", FAR, product=1))
FOUR = [*row_of_points(2, 10_000), *row_of_points(2, 10_000, (75_000, 5_000))]
Check = Callable[[Plan, Bounds, Rows, Findings], None]


def told_by(check: Check, made: Plan) -> list[Violation]:
    found = Findings()
    bounds = tightest(made.prescription, found)
    assert bounds is not None
    check(made, bounds, rows_of_plan(made), found)
    return found.all


def rule(name: str, value: int, bound: int, unit: str = "", **more: Any) -> Violation:
    given = {"origin": "plan", "zone": None, "pricks": (), "note": "", **more}
    return Violation(name, value, bound, unit, **given)


def line(*doses: int, rx: Prescription = RX, **more: Any) -> Plan:
    """Pricks of these doses in a row; all of the volume is given."""
    places = row_of_points(len(doses), 10_000)
    return by_hand(giving(rx, sum(doses)), places, dose=doses, **more)


PAIR = Head("pair", ((0, 0), (1, 0)), 6_000, "test")
ALONE = Head("alone", ((0, 0),), 0, "test")
BASIS = (6_000, 0, 3_000, 5_197)


def stamped(*doses: int, heads: tuple[Head, ...] = (PAIR,), **more: Any) -> Plan:
    """Shots of a pair in a row, each prick of these doses."""
    count = len(doses)
    rx = replace(giving(order(zone("a", SQUARE, spacing_um=6_000)), sum(doses)), heads=heads)
    columns = {
        "shot": [k // 2 for k in range(count)],
        "head": [0] * count,
        "needle": [k % 2 for k in range(count)],
        **more.pop("columns", {}),
    }
    places = row_of_points(count, 6_000, (6_000, 6_000))
    more = {"dose": doses, "pitch_um": 6_000, "basis_um": BASIS} | more
    return by_hand(rx, places, **more, **columns)


def products(
    *doses: int, volumes: tuple[int, int], rx: Prescription = PRODUCTS, **more: Any
) -> Plan:
    return by_hand(giving(rx, *volumes), FOUR, dose=doses, zone=[0, 0, 1, 1], **more)


def pause(shot: int, kind: PauseKind = "refill", wait_us: int = 0) -> Pause:
    return Pause(shot, kind, wait_us, "test")
