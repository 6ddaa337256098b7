"""`mesogun verify` on plan files that another program wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

from mesogun.planning import Plan, to_json
from tests.planning.plans_by_hand import by_hand, row_of_points
from tests.planning.samples import SQUARE, order, zone


def foreign(made: Plan, path: Path) -> str:
    """The plan as a file of another program, which knows of no digest."""
    tree = json.loads(to_json(made))
    tree["planner"] = "somebody else's 0.1"
    del tree["digest"]
    path.write_text(json.dumps(tree))
    return path.name


def pricks(step_um: int, **more: int) -> Plan:
    rx = order(zone("square", SQUARE), volume_nl=30_000)
    return by_hand(rx, row_of_points(3, step_um), **more)


def test_a_good_plan_of_another_program_passes(call: Callable, tmp_path: Path) -> None:
    ran = call("verify", foreign(pricks(5_000), tmp_path / "plan.json"))
    assert ran.code == 0, ran.err
    assert "3 pricks" in ran.out
    assert "no limit is broken" in ran.out
    assert "written by planner" in ran.err


def test_every_violation_is_printed_with_pricks_value_limit_and_origin(
    call: Callable, tmp_path: Path
) -> None:
    name = foreign(pricks(4_999, dose=60_000), tmp_path / "plan.json")
    ran = call("verify", name)
    assert ran.code == 2
    for line in (
        "zone 'square': spacing_um_min is 4999 um, the limit is 5000 um [preset spacing_um_min], "
        "pricks 0, 1, 2 (2 pairs)",
        "zone 'square': dose_nl_max is 60000 nl, the limit is 50000 nl [preset dose_nl_max], "
        "pricks 0, 1, 2",
        "volume_nl is 180000 nl, the limit is 30000 nl [prescription]",
    ):
        assert line in ran.err
    assert "plan.json: 3 violations" in ran.err


def test_violations_are_data_for_another_program(call: Callable, tmp_path: Path) -> None:
    name = foreign(pricks(4_999), tmp_path / "plan.json")
    ran = call("verify", name, "--json")
    assert ran.code == 2
    told = json.loads(ran.out)
    assert (told["ok"], told["digest"]) == (False, None)
    assert told["violations"] == [
        {
            "limit": "spacing_um_min",
            "value": 4_999,
            "bound": 5_000,
            "unit": "um",
            "origin": "preset spacing_um_min",
            "zone": "square",
            "pricks": [0, 1, 2],
            "note": "2 pairs",
        }
    ]
