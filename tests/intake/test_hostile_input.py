"""Whatever a file holds, reading it ends in a value or in one refusal, never in a traceback."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError, PrescriptionError
from mesogun.intake import read_plan, read_prescription
from mesogun.intake.svg_document import parse_document
from mesogun.planning import plan, to_json

ODD: list[Any] = [
    None,
    True,
    0,
    -1,
    1,
    2**31,
    2**63,
    10**40,
    0.1,
    1e-7,
    1e300,
    -0.0,
    "",
    "x",
    "\x1b[2J",
    "\ud800",
    [],
    [[]],
    [[0, 0], [0, 0], [0, 0]],
    [1, "2", None],
    {},
    {"value": 1},
]
SEEDS = st.integers(0, 2**32)
SHARED = settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])


def places(tree: Any, at: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    if at:
        yield at
    inner = (
        tree.items() if isinstance(tree, dict) else enumerate(tree) if type(tree) is list else ()
    )
    for key, one in inner:
        yield from places(one, (*at, key))


def spoilt(tree: Any, seed: int) -> Any:
    """Return `tree` with one to three places replaced, dropped or added to."""
    dice = Random(seed)
    made = copy.deepcopy(tree)
    for _ in range(dice.randint(1, 3)):
        found = list(places(made))
        if not found:
            break
        *above, key = dice.choice(found)
        holder = made
        for one in above:
            holder = holder[one]
        odd = copy.deepcopy(dice.choice(ODD))
        match dice.choice(["replace", "drop", "add"]):
            case "drop":
                del holder[key]
            case "add" if isinstance(holder, dict):
                holder[dice.choice(["", "x", "\x1b[2J", "\ud800", "zone", "value"])] = odd
            case "add":
                holder.append(odd)
            case _:
                holder[key] = odd
    return made


@SHARED
@given(SEEDS)
def test_a_spoilt_prescription_is_read_or_refused(tmp_path: Path, tree: Any, seed: int) -> None:
    path = tmp_path / "rx.json"
    path.write_text(json.dumps(spoilt(tree, seed)), encoding="utf-8")
    try:
        made = read_prescription(path)
    except PrescriptionError as error:
        lines = str(error).splitlines()
        assert all(line.startswith(f"{path}: ") and line.isprintable() for line in lines), lines
        return
    with suppress(PlanError):
        plan(made)


@pytest.fixture(scope="module")
def planned() -> Any:
    """The tree of a small plan in order."""
    examples = Path(__file__).parents[2] / "examples"
    return json.loads(to_json(plan(read_prescription(examples / "cellulite.toml"))))


@SHARED
@given(SEEDS)
def test_a_spoilt_plan_is_read_or_refused(tmp_path: Path, planned: Any, seed: int) -> None:
    path = tmp_path / "plan.json"
    path.write_text(json.dumps(spoilt(planned, seed)), encoding="utf-8")
    with suppress(PrescriptionError):
        read_plan(path)


@SHARED
@given(st.binary(max_size=300), st.sampled_from(["rx.toml", "rx.json"]))
def test_any_bytes_are_refused(tmp_path: Path, data: bytes, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    with pytest.raises(PrescriptionError):
        read_prescription(path)


@given(st.text(alphabet='<>/="svg idtrnfomh:w.0123456789{}\n', max_size=200))
def test_any_text_is_a_drawing_or_no_drawing(text: str) -> None:
    with suppress(ValueError):
        parse_document(f'<svg xmlns="http://www.w3.org/2000/svg" {text}</svg>')
