"""No figure of the catalogue is repeated in the program that plans: there it would have no source.

A number in code that equals a figure is let pass where its name says that it counts work, where it
shifts bits or halves, and where it stands below with what it is.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest

import mesogun
from mesogun.intake.catalogue import catalogue
from mesogun.intake.entries import entries

ROOMS = ("planning", "intake")
HOUSE = Path(mesogun.__file__).parent
SOURCES = sorted(path for room in ROOMS for path in (HOUSE / room).rglob("*.py"))
SMALL = 12
"""Whole numbers up to here are axes, corners and arguments: they tell nothing."""
QUANTITIES = {
    *("UM", "MM", "NL", "UL", "ML", "UG", "MG", "KG", "G", "D", "DAY", "DAYS", "H", "HOURS"),
    *("MS", "US", "S", "SECONDS", "DEG", "DOSE", "DOSES", "DEPTH", "SPACING", "MARGIN", "VOLUME"),
    *("INTERVAL", "SESSIONS", "WEIGHT", "AGE", "RATE", "DWELL", "SKIN", "DERMIS", "CM2", "MM2"),
}
"""Words in a constant's name by which it measures something of a patient, a session or a needle."""
NOT_CLINICAL = {
    ("planning/asked.py", 20_000_000): "a spacing that leaves one prick: beyond any body",
    ("planning/dose/crowded.py", 60): "bits of a whole number",
    ("planning/explain.py", 500_000): "half a unit, to round",
    ("planning/surface/refusal.py", 500_000): "half a unit, to round",
    ("planning/place/coarse.py", 25): "um by which an outline may be made simpler",
    ("planning/place/coarse.py", 40): "um by which an outline may be made simpler",
    ("planning/place/coarse.py", 50): "um by which an outline may be made simpler",
    ("planning/place/coarse.py", 15): "um by which an outline may be made simpler",
    ("planning/place/coarse.py", 0.01): "um of rounding",
    ("planning/place/fit.py", 0.25): "um of rounding",
    ("planning/place/region.py", 5_000_000): "um: how far a point may lie from the origin",
    ("planning/surface/pack.py", 30): "um by which a row is straight",
    ("planning/surface/mesh.py", 3_000_000): "um: the size of a body",
    ("planning/surface/mesh.py", 5_000): "um: the size of a fingertip",
    ("planning/surface/mesh.py", 2_000_000): "twice a square millimetre in square um",
    ("planning/surface/normals.py", 3_000): "um over which a scan is smoothed",
    ("planning/verify/surface.py", 60): "degrees by which a normal may be off",
    ("intake/bounds.py", 19.0): "um: how far a flattened curve may lie off the true one",
    ("intake/bounds.py", 2_000_000): "um: how far a point may lie from the origin",
    ("intake/bounds.py", 5_000): "um: how far a point may lie off a mesh",
    ("intake/bounds.py", 90_000): "a right angle",
    ("intake/figures.py", 60_000_000): "us in a minute",
    ("intake/care.py", 24): "hours in a day",
}


def figures() -> dict[float, str]:
    """Every figure of the catalogue, in whole units and as written, with where it stands."""
    found: dict[float, str] = {}
    for entry in entries(catalogue()):
        for line in entry.lines:
            if line.value is None:
                continue
            written = float(Decimal(line.text.split()[0]))
            for one in (float(line.value), written):
                if not _says_nothing(one):
                    found.setdefault(one, f"{entry.kind} {entry.id}: {line.key} = {line.text}")
    return found


def _says_nothing(value: float) -> bool:
    """Tell whether a number is too common: small, a half, or a power of ten."""
    if value == 0.5 or (value == int(value) and value <= SMALL):
        return True
    digits = f"{Decimal(str(value)):f}".replace(".", "").strip("0")
    return digits == "1"


def clinical(source: str, known: dict[float, str]) -> Iterator[tuple[int, float, str]]:
    """Find literals that repeat a figure: line, number, which figure."""
    tree = ast.parse(source)
    counts = {id(node) for node in tree.body if _counts_work(node)}
    passed: set[int] = set()
    for node in ast.walk(tree):
        if id(node) in counts or _shifts(node):
            passed |= {id(one) for one in ast.walk(node) if isinstance(one, ast.Constant)}
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or type(node.value) not in (int, float):
            continue
        value = float(node.value)  # type: ignore[arg-type]
        if id(node) not in passed and value in known:
            yield node.lineno, value, known[value]


def _counts_work(node: ast.stmt) -> bool:
    """Tell whether a constant of the module is named, and named for no quantity of a patient.

    A table of numbers by name is none: its keys would hide what they are.
    """
    if any(isinstance(one, ast.Dict | ast.Call) for one in ast.walk(node)):
        return False
    targets: list[ast.expr] = []
    if isinstance(node, ast.Assign):
        targets = node.targets
    elif isinstance(node, ast.AnnAssign):
        targets = [node.target]
    names = [one.id for each in targets for one in ast.walk(each) if isinstance(one, ast.Name)]
    return bool(names) and all(
        name.isupper() and not QUANTITIES & {*name.split("_")} for name in names
    )


def _shifts(node: ast.AST) -> bool:
    """Tell whether a node is a shift or a power: its numbers are bits and exponents."""
    return isinstance(node, ast.BinOp) and isinstance(node.op, ast.LShift | ast.RShift | ast.Pow)


KNOWN = figures()


@pytest.mark.parametrize("path", SOURCES, ids=[str(one.relative_to(HOUSE)) for one in SOURCES])
def test_no_figure_of_the_catalogue_stands_in_the_program(path: Path) -> None:
    name = path.relative_to(HOUSE).as_posix()
    found = [
        f"line {line}: {value:g} ({what})"
        for line, value, what in clinical(path.read_text(encoding="utf-8"), KNOWN)
        if (name, value) not in NOT_CLINICAL
    ]
    assert not found, f"{name}: take it from the catalogue, or tell here what it is: {found}"


@pytest.mark.parametrize(
    "planted",
    [
        "DOSE_NL_MAX = 50_000",
        "def cap(depth_um):\n    return min(depth_um, 720)",
        "def cap(depth_mm=0.72):\n    return depth_mm",
        "INTERVAL_DAYS = 15",
        "if days < 28:\n    pass",
        "TABLE = {'cheek': 720}",
        "needle = 0.159",
        "dose = pricks * 20_000",
    ],
)
def test_a_planted_figure_is_found(planted: str) -> None:
    assert list(clinical(planted, KNOWN))


@pytest.mark.parametrize(
    "harmless",
    [
        "TRIES_MAX = 50_000",
        "wide = one << 20",
        "half = (x + 0.5) // 1_000",
        "range(3)",
    ],
)
def test_sizes_of_searches_shifts_and_small_numbers_are_none(harmless: str) -> None:
    assert not list(clinical(harmless, KNOWN))


def test_no_exception_outlives_its_number() -> None:
    for (name, value), why in NOT_CLINICAL.items():
        text = (HOUSE / name).read_text(encoding="utf-8")
        numbers = [one.value for one in ast.walk(ast.parse(text)) if isinstance(one, ast.Constant)]
        assert value in numbers, f"{name}: {value} ({why}) is gone: delete the exception"
