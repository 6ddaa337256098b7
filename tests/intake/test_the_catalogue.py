"""The catalogue holds together, and one that does not is refused with file, key and reason."""

from __future__ import annotations

import ast
import re
import shutil
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import mesogun
from mesogun.intake.catalogue import CatalogueError, catalogue, load
from mesogun.intake.figures import STRENGTHS

FOLDER = Path(mesogun.__file__).parent / "catalogue"
FILES = sorted(FOLDER.glob("*.toml"))
AREAS = {
    "forehead",
    "glabella",
    "temple",
    "periorbital",
    "nose",
    "cheek",
    "submandibular",
    "neck",
    "neckline",
    "scalp",
    "hand",
    "thigh",
    "buttock",
    "belly",
}


def figures(tree: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(tree, dict):
        if "value" in tree:
            yield at, tree
        for key, one in tree.items():
            yield from figures(one, f"{at}.{key}")
    elif isinstance(tree, list):
        for index, one in enumerate(tree):
            yield from figures(one, f"{at}[{index}]")


def statements(tree: Any, at: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Everything that names a source: figures, and what is said in words."""
    if isinstance(tree, dict):
        if "source" in tree:
            yield at, tree
        for key, one in tree.items():
            yield from statements(one, f"{at}.{key}")
    elif isinstance(tree, list):
        for index, one in enumerate(tree):
            yield from statements(one, f"{at}[{index}]")


def test_the_ids_that_other_programs_rely_on_exist() -> None:
    known = catalogue()
    assert set(known.areas) == AREAS
    assert set(known.techniques) == {
        "epidermic",
        "nappage",
        "papule",
        "point_by_point",
        "mesoperfusion",
        "stamp",
        "needling",
    }
    assert set(known.regimens) == {"face", "body", "hair", "general"}
    assert set(known.heads) == {"single", "line-5", "stamp-9", "pen-12", "roller", "hand"}
    assert set(known.needles) >= {"30g-4mm", "32g-4mm", "27g-4mm", "30g-6mm", "30g-13mm"}
    assert {name.partition("g")[0] for name in known.needles} == set(map(str, range(27, 35)))
    assert set(known.syringes) == {"1ml", "2.5ml", "3ml", "5ml", "10ml", "20ml"}
    assert len(known.questions) == 17


@pytest.mark.parametrize("path", FILES, ids=[one.stem for one in FILES])
def test_every_figure_has_value_unit_source_and_strength(path: Path) -> None:
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    for at, figure in figures(tree):
        assert set(figure) == {"value", "unit", "source", "strength"}, at
        assert figure["strength"] in STRENGTHS, at
        assert tree["sources"][figure["source"]].strip(), at


@pytest.mark.parametrize("path", FILES, ids=[one.stem for one in FILES])
def test_every_source_is_used(path: Path) -> None:
    tree = tomllib.loads(path.read_text(encoding="utf-8"))
    used = {one["source"] for _, one in statements(tree)}
    assert used >= set(tree.get("sources", {}))


def test_a_published_figure_names_where_it_was_published() -> None:
    for path in FILES:
        tree = tomllib.loads(path.read_text(encoding="utf-8"))
        for at, one in statements(tree):
            said = tree.get("sources", {}).get(one["source"], one["source"])
            if one.get("strength") == "founding text":
                assert re.match(r"text 00[0-4]", said), (path.name, at)


def test_a_cap_of_the_face_is_the_mean_skin_less_one_deviation() -> None:
    for name, area in catalogue().areas.items():
        for skin in (area.female, area.male):
            if skin and skin.epidermis and skin.dermis and skin.dermis_sd:
                inside = skin.epidermis.value + skin.dermis.value - skin.dermis_sd.value
                assert skin.depth_max.value == inside, name


def test_no_depth_of_the_face_leaves_the_skin() -> None:
    known = catalogue()
    for name, area in known.areas.items():
        if area.group == "face":
            assert area.female is not None, name
            assert area.male is not None, name
            assert max(area.female.depth_max.value, area.male.depth_max.value) <= 1_200, name


# -- refusals --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("file", "old", "new", "said"),
    [
        ("areas", "depth_max = { value = 0.90,", "depth_max = { value = 0.91,", "areas.forehead.f"),
        (
            "areas",
            "depth_usual = { value = 0.6,",
            "depth_usual = { value = 2.6,",
            "is above dep",
        ),
        ("areas", "depth_usual = { value = 0.4,", "depth_usual = { value = 0.9,", "areas.periorb"),
        ("areas", 'group = "scalp"', 'group = "skull"', "area scalp: there is no group 'skull'"),
        ("areas", 'source = "us-face",', 'source = "us-foot",', "source 'us-foot' is not told"),
        ("areas", '"published" }', '"certain" }', "unknown strength 'certain'; there are found"),
        ("areas", "value = 0.6, ", "", "a figure has exactly value, unit, source, strength"),
        ("areas", 'unit = "mm", ', "", "a figure has exactly"),
        ("areas", ', strength = "published" }', " }", "a figure has exactly"),
        ("areas", "value = 0.6, unit", "value = 0.6, u = 1, unit", "a figure has exactly"),
        ("areas", 'unit = "mm"', 'unit = "inch"', "unknown unit 'inch'; there are um, mm"),
        ("areas", 'unit = "mm"', 'unit = "mL"', "does not measure what is meant (um)"),
        ("areas", "value = 0.6,", "value = nan,", "give a finite number in mm"),
        ("areas", "value = 0.6,", "value = -1,", "a figure is above 0"),
        ("areas", "value = 0.6,", "value = 0.60001,", "finer than 1 um"),
        ("areas", "[areas.forehead]", "[areas.forehead]\ncolour = 1", "forehead.colour: is an unk"),
        ("areas", "[areas.glabella]", "[areas.forehead]", "areas.toml: is not valid TOML"),
        ("areas", "mesogun-areas/1", "mesogun-areas/2", "format: found 'mesogun-areas/2'"),
        (
            "techniques",
            "spacing_min = { value = 5,",
            "spacing_min = { value = 50,",
            "spacing_mi",
        ),
        ("techniques", "dose_max = { value = 50,", "dose_max = { value = 5,", "is above dose_max"),
        (
            "techniques",
            "frequency = { value = 2,",
            "frequency = { value = 10,",
            "nappage.figure",
        ),
        ("techniques", 'trigger = "held"', 'trigger = "auto"', "give 'press' or 'held'"),
        ("techniques", 'trigger = "held"', "", "it needs depth_max, trigger and figures, or"),
        ("techniques", 'layer = "skin"', 'layer = "bone"', "give 'skin' or 'subcutis'"),
        ("limits", "pricks_max = { value = 900,", "pricks_max = { value = 90,", "is above pricks_"),
        ("limits", "age_min = { value = 1,", "age_min = { value = 121,", "is above age_max"),
        ("limits", "weight_min = { value = 20,", "weight_min = { value = 301,", "above weight_max"),
        ("components", "_warn = { value = 3,", "_warn = { value = 5,", "is above mass_per_weight_"),
        ("components", '"lidocaine", "', '"Lidocaine", "', "give names in small letters"),
        ("limits", "[thick_fluid]", "[thin_fluid]", "thick_fluid: is missing"),
        (
            "regimens",
            "interval_min = { value = 5,",
            "interval_min = { value = 8,",
            "is above int",
        ),
        (
            "regimens",
            "sessions_max = { value = 12,",
            "sessions_max = { value = 3,",
            "sessions_usu",
        ),
        ("needles", "bore = { value = 0.159,", "bore = { value = 0.359,", "bore (359 um) is above"),
        ("syringes", "quantum = { value = 1,", "quantum = { value = 1001,", "is above volume"),
        ("heads", 'name = "Roller"', "", "heads.roller.name: is missing"),
        ("pistols", "settle = { value = 100,", "settle = { value = 0,", "a figure is above 0"),
        ("screening", 'kind = "relative"', 'kind = "maybe"', "give 'absolute' or 'relative'"),
        ("screening", 'source = "project', 'sauce = "project', "sauce: is an unknown key"),
    ],
)
def test_a_file_that_does_not_hold_together_is_refused(
    tmp_path: Path, file: str, old: str, new: str, said: str
) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    path = folder / f"{file}.toml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(CatalogueError) as refused:
        load(folder)
    assert said in str(refused.value)
    assert all(line.startswith(f"{file}.toml: ") for line in str(refused.value).splitlines())


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(FOLDER, folder)
    (folder / "needles.toml").unlink()
    with pytest.raises(CatalogueError, match=r"needles.toml: there is no such file"):
        load(folder)


def test_nothing_of_the_catalogue_can_be_changed_once_read() -> None:
    cheek = catalogue().areas["cheek"]
    with pytest.raises(TypeError, match="read-only"):
        cheek.group = "body"  # type: ignore[misc]


# -- no figure outside of it -----------------------------------------------------------------

TECHNICAL = {"bounds.py"}
"""Bounds of files, digits and points: nothing of it is clinical."""
UNITS = {0, 1, 2, 10, 100, 1_000, 10_000, 1_000_000, 25_400.0}
ARITHMETIC = {
    "care.py": {24},
    "entries.py": {5},
    "flatten.py": {3, 4, 5, 6, 7, 8},
    "svg_document.py": {4},
    "svg_path.py": {4},
    "equipment.py": {4},
    "pistol_limits.py": {16, 32},
    "plan_file.py": {31},
    "figures.py": {60_000_000},
    "mesh.py": {3},
    "overlay.py": {3},
    "sine.py": {50, 64, 314159265358979323846264338327950288419716939937510, 10**15, 15},
    "surface.py": {25_400, 100_000},
    "surface_outline.py": {3, 9},
    "values.py": {3, 30},
}
"""Coefficients of Bezier curves and of Hagen and Poiseuille, numbers of arguments and of axes,
bits, digits, units of length and time."""


@pytest.mark.parametrize(
    "path", sorted((Path(mesogun.__file__).parent / "intake").glob("*.py")), ids=lambda p: p.name
)
def test_no_clinical_number_stands_in_the_program(path: Path) -> None:
    if path.name in TECHNICAL:
        return
    allowed = UNITS | ARITHMETIC.get(path.name, set())
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            assert node.value in allowed, f"line {node.lineno}: {node.value}"
