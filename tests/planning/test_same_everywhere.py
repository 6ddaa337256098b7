"""A plan is the same on every machine: golden digests, CPU features off, no forbidden construct."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

import mesogun.planning
from mesogun.planning import (
    Earlier,
    Head,
    Prescription,
    Product,
    Raster,
    Rest,
    Ring,
    Skin,
    Surface,
    plan,
    verify,
)
from tests.planning.samples import MOLE, SQUARE, face, moved, order, zone

ROOT = Path(__file__).parents[2]
ROOM = Path(mesogun.planning.__file__).parent
GOLDEN = ROOT / "tests" / "golden" / "plans.json"


def rounded(count: int) -> Ring:
    """An oval of `count` points, from whole-number arithmetic alone."""
    quarter = [(m * m - n * n, 2 * m * n, m * m + n * n) for m in [count] for n in range(count)]
    first = [(25_000 * a // c, 20_000 * b // c) for a, b, c in quarter]
    half = first + [(-x, y) for x, y in reversed(first[1:])]
    whole = half + [(-x, -y) for x, y in half]
    return tuple(dict.fromkeys((30_000 + x, 30_000 + y) for x, y in whole))


def hill() -> Prescription:
    """A hill of 80 mm with a zone over all but its rim, from whole-number arithmetic alone."""
    side = range(-20, 21)
    height = {(i, j): 40_000_000 // (1_600 + i * i * 4 + j * j * 3) for i in side for j in side}
    vertices = tuple((2_000 * i, 2_000 * j, height[i, j]) for j in side for i in side)
    at = {(i, j): k for k, (j, i) in enumerate((j, i) for j in side for i in side)}
    faces = []
    for j in side[:-1]:
        for i in side[:-1]:
            a, b, c, d = at[i, j], at[i + 1, j], at[i + 1, j + 1], at[i, j + 1]
            faces += [(a, b, c), (a, c, d)]
    surface = Surface("hill", vertices, tuple(faces), (), (), "unverified: test", "y")
    made = order(zone("hill", (), faces=tuple(range(len(faces)))), volume_nl=400_000)
    return replace(made, surface=surface)


SAMPLES: dict[str, Prescription] = {
    "one zone": order(),
    "face of four zones": face(),
    "asked spacing": order(zone("square", SQUARE, MOLE, spacing_um=7_350), volume_nl=300_000),
    "nappage": order(
        zone("square", SQUARE, spacing_um=2_000, dose_nl_usual=2_000, trigger="held"),
        volume_nl=1_200_000,
        spacing_um_min=2_000,
    ),
    "overlapping zones": order(zone("a"), zone("b", moved(SQUARE, 20_000, 10_000))),
    "area dose that binds": order(
        zone("square", SQUARE), volume_nl=500_000, area_dose_nl_per_cm2_max=20_000
    ),
    "many points": order(zone("round", rounded(30)), volume_nl=200_000),
    "a line of five, finished by one": replace(
        order(zone("square", SQUARE), volume_nl=400_000),
        head="line-5",
        heads=(
            Head("line-5", tuple((k, 0) for k in range(5)), 6_000, "unverified: test"),
            Head("single", ((0, 0),), 0, "unverified: test"),
        ),
    ),
    "neighbours that rest": order(
        zone("square", SQUARE, spacing_um=6_000, rest=Rest(6_500, 4, 2_000)), volume_nl=400_000
    ),
    "irregular": replace(order(zone("square", SQUARE, pattern="irregular")), seed=7),
    "maps of dose and depth": order(
        zone(
            "square",
            SQUARE,
            weights=Raster(0, 0, 30_000, 2, (1, 2, 2, 3), "unverified: test"),
            skin=Skin(100, 900, Raster(0, 0, 30_000, 2, (900, 500, 800, 400), "x"), "x"),
        )
    ),
    "two products and an earlier session": replace(
        order(
            zone("first", SQUARE),
            zone("second", moved(SQUARE, 62_000, 0), product=1),
            needle_pricks_max=40,
        ),
        further_products=(Product("vitamin C", 300_000, "B1", "2027-11-30", None, ()),),
        earlier=(Earlier("record", "2026-11-07", 8_000, ((30_000, 30_000, 0),)),),
    ),
    "a hill": hill(),
}


@pytest.mark.parametrize("name", SAMPLES)
def test_a_plan_has_the_digest_it_always_had(name: str) -> None:
    """A change here means other pricks for the same prescription: a new planner version."""
    golden = json.loads(GOLDEN.read_text())
    made = plan(SAMPLES[name])
    verify(made)
    assert made.digest() == golden[name]


def test_golden_digests_are_only_ever_added_to() -> None:
    assert set(json.loads(GOLDEN.read_text())) == set(SAMPLES)


TELL = """
import json
from tests.planning.test_same_everywhere import SAMPLES
from mesogun.planning import plan
print(json.dumps({name: plan(one).digest() for name, one in SAMPLES.items()}))
"""


def features() -> list[str]:
    """Which vector instructions this numpy can be told to leave alone."""
    found = np.show_config(mode="dicts")
    assert isinstance(found, dict)
    return list(found["SIMD Extensions"].get("found", ()))


@pytest.mark.parametrize("wanted", ["AVX512", "all"])
def test_plans_do_not_depend_on_the_processor(wanted: str) -> None:
    off = [one for one in features() if wanted == "all" or wanted in one or "X86_V4" in one]
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(off), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", TELL], env=environment, capture_output=True, text=True, cwd=ROOT
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == json.loads(GOLDEN.read_text())


FORBIDDEN_CALLS = frozenset(
    """
    argpartition exp exp2 log log2 log10 sin cos tan arctan arctan2 power float_power hypot dot
    matmul einsum inner vdot tensordot mean average std var norm prod nansum random default_rng
    perf_counter monotonic now shuffle hash id
    """.split()
)
SORTS = {"sort", "argsort"}


def calls(path: Path) -> list[tuple[str, ast.Call]]:
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            target = node.func
            name = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
            found.append((name, node))
    return found


@pytest.mark.parametrize("path", sorted(ROOM.rglob("*.py")), ids=lambda path: path.stem)
def test_nothing_is_used_whose_result_depends_on_machine_or_moment(path: Path) -> None:
    for name, call in calls(path):
        assert name not in FORBIDDEN_CALLS, f"line {call.lineno}: {name}"
        is_numpy = isinstance(call.func, ast.Attribute) and isinstance(call.func.value, ast.Name)
        if name in SORTS and is_numpy and call.func.value.id == "np":  # type: ignore[attr-defined]
            kinds = [one.value for one in call.keywords if one.arg == "kind"]
            assert [one.value for one in kinds if isinstance(one, ast.Constant)] == ["stable"]
    for node in ast.walk(ast.parse(path.read_text())):
        assert not isinstance(node, ast.MatMult)
        if isinstance(node, ast.Import | ast.ImportFrom):
            modules = [one.name for one in node.names] + [getattr(node, "module", None)]
            assert not {"time", "random", "datetime", "os", "threading"} & set(modules)


def test_planning_needs_nothing_but_numpy_and_is_quickly_there() -> None:
    script = (
        "import sys, numpy; before = set(sys.modules); import mesogun.planning;"
        "print('\\n'.join(sorted({m.split('.')[0] for m in set(sys.modules) - before})))"
    )
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, cwd=ROOT)
    assert told.returncode == 0, told.stderr
    ours = {"mesogun", "firmware_protocol", "numpy"}
    assert set(told.stdout.split()) <= {*sys.stdlib_module_names, *ours}
