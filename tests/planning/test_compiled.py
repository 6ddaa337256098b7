"""Compiled or not, an order is the same; where numba is missing nothing but time is lost."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mesogun.planning import fast, plan
from mesogun.planning.order.free import free_way
from mesogun.planning.order.moves import shorten_free
from mesogun.planning.order.near import ALL_PAIRS_MAX, nearest
from tests.planning.samples import MOLE, SQUARE, face, moved, order, zone
from tests.planning.test_free_order import Columns, scattered

ROOT = Path(__file__).parents[2]


def clumped(count: int) -> Columns:
    x, y, z = scattered(count, 60_000)
    return x + x // 12_000 * 90_000, y + y // 30_000 * 200_000, z


def solid(count: int) -> Columns:
    x, y, _ = scattered(count, 60_000)
    return x, y, (x * y >> 16) % 40_000


SETS: dict[str, tuple[Columns, tuple[int, ...] | None, tuple[int, ...] | None]] = {
    "scattered": (scattered(ALL_PAIRS_MAX + 100), None, None),
    "few": (scattered(60), None, (0, 0)),
    "clumped": (clumped(400), (0, 0), (900_000, 0)),
    "solid": (solid(ALL_PAIRS_MAX + 1), (0, 0, 40_000), None),
}
PLANS = {
    "face": face(),
    "ragged": order(zone("square", SQUARE, MOLE, moved(MOLE, 9_000, 7_000)), volume_nl=200_000),
}


@pytest.fixture(autouse=True)
def mode_as_before() -> Iterator[None]:
    yield
    fast.use("auto")


def ways() -> dict[str, list[int]]:
    """Every set's order and bound, with kicks enough to meet every kind of move."""
    found = {}
    for name, (of, begin, end) in SETS.items():
        way, least = free_way(*of, begin, end, kicks=60)
        found[name] = [least, *way.tolist()]
    return found


def test_an_order_is_the_same_compiled_or_not() -> None:
    fast.use("never")
    plainly = ways()
    fast.use("always")
    assert ways() == plainly


@pytest.mark.parametrize("name", PLANS)
def test_a_plan_is_the_same_compiled_or_not(name: str) -> None:
    fast.use("never")
    plainly = plan(PLANS[name]).digest()
    fast.use("always")
    assert plan(PLANS[name]).digest() == plainly


TELL = """
import json, sys
from mesogun.planning import fast
from tests.planning.test_compiled import ways
fast.use(sys.argv[1])
print(json.dumps(ways()))
"""


def features() -> list[str]:
    """Which vector instructions this numpy can be told to leave alone."""
    found = np.show_config(mode="dicts")
    assert isinstance(found, dict)
    return list(found["SIMD Extensions"].get("found", ()))


@pytest.mark.parametrize(("wanted", "mode"), [("AVX512", "always"), ("all", "never")])
def test_an_order_does_not_depend_on_the_processor(wanted: str, mode: str) -> None:
    off = [one for one in features() if wanted == "all" or wanted in one or "X86_V4" in one]
    environment = {**os.environ, "NPY_DISABLE_CPU_FEATURES": " ".join(off), "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        [sys.executable, "-c", TELL, mode],
        env=environment,
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert told.returncode == 0, told.stderr
    assert json.loads(told.stdout) == ways()


def test_only_large_work_is_compiled_unless_it_is_asked_for() -> None:
    column = np.arange(3)
    small = shorten_free.at(fast.AUTO_FROM - 1)
    assert isinstance(fast.flat(column, fast.AUTO_FROM - 1), list)
    assert isinstance(fast.flat(column, fast.AUTO_FROM), np.ndarray)
    assert shorten_free.at(fast.AUTO_FROM) is not small
    fast.use("never")
    assert shorten_free.at(fast.AUTO_FROM) is small
    assert isinstance(fast.flat(column, fast.AUTO_FROM), list)
    fast.use("always")
    assert shorten_free.at(1) is not small
    assert shorten_free.at(1) is shorten_free.at(2)


def test_nothing_is_compiled_in_a_way_that_changes_sums() -> None:
    """Floats may not be put together anew, nor work be spread over threads."""
    for path in sorted((ROOT / "mesogun").rglob("*.py")):
        for call in (
            one for one in ast.walk(ast.parse(path.read_text())) if isinstance(one, ast.Call)
        ):
            name = getattr(call.func, "attr", getattr(call.func, "id", ""))
            assert name not in {"prange", "guvectorize", "vectorize", "jit"}, path
            wishes = {one.arg: ast.unparse(one.value) for one in call.keywords}
            assert wishes.get("fastmath", "False") == wishes.get("parallel", "False") == "False", (
                path
            )
            if name == "njit":
                assert {"fastmath", "parallel"} <= set(wishes), path


def test_a_column_for_a_kernel_is_its_own() -> None:
    """Kernels write into their columns; what the planner holds stays as it is."""
    fast.use("always")
    column = np.arange(3)
    own = fast.flat(column, 3)
    own[0] = 7
    assert column[0] == 0


WITHOUT = """
import sys
sys.modules["numba"] = None
from mesogun.planning import fast
from mesogun.planning.order.moves import shorten_free
plain = shorten_free.at(1)
assert shorten_free.at(10 ** 9) is plain
try:
    fast.use("always")
except ModuleNotFoundError:
    assert shorten_free.at(1) is plain
    print("refused")
"""


def test_without_numba_everything_runs_as_it_stands() -> None:
    told = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, cwd=ROOT)
    assert (told.stdout.strip(), told.stderr) == ("refused", "")


MADE = """
from mesogun.planning.fast import kernel, part

@part
def twice(value):
    return 2 * value

@kernel
def doubled(column):
    for k in range(len(column)):
        column[k] = twice(column[k])
"""


def test_where_nothing_can_be_kept_on_disk_a_kernel_is_compiled_all_the_same() -> None:
    """Source without a file has no place beside it: numba refuses to cache it."""
    made: dict[str, fast.Kernel[[fast.Flat], None]] = {}
    exec(compile(MADE, "<made>", "exec"), made)
    fast.use("always")
    column = fast.flat(np.array([1, 5]), 2)
    made["doubled"].at(2)(column)
    assert [int(one) for one in column] == [2, 10]


def test_who_is_near_is_the_same_compiled_or_not() -> None:
    for of in (clumped(ALL_PAIRS_MAX + 1), solid(ALL_PAIRS_MAX + 50)):
        fast.use("never")
        plainly = nearest(*of, 6)
        fast.use("always")
        compiled = nearest(*of, 6)
        assert plainly.each == compiled.each
        assert (plainly.which == compiled.which).all()
        assert (plainly.square == compiled.square).all()
