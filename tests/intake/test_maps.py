"""Maps of thickness and weight: CSV files beside the prescription."""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.intake.bounds import MAP_BYTES_MAX, MAP_CELLS_MAX
from mesogun.intake.maps import Rows, parse_map
from mesogun.planning.prescription import HOLE, Prescription, Raster

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]


@pytest.fixture
def map_file(tmp_path: Path, zone: Any) -> Callable[..., Path]:
    """Writes a map beside the prescription and names it in the zone."""

    def write(text: str, key: str = "thickness", name: str = "map.csv") -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        zone[key] = {"file": name, "origin_mm": [-2, 1.5], "cell_mm": 30}
        return path

    return write


def only(lines: list[str]) -> str:
    assert len(lines) == 1, lines
    return lines[0]


def test_the_first_line_lies_at_the_origin_and_each_one_higher(
    read: Read, map_file: Callable[..., Path]
) -> None:
    map_file("1.1,1.2,1.3\n2.1,2.2,2.3\n")
    skin = read().zones[0].skin
    assert skin is not None
    assert skin.raster == Raster(
        -2_000,
        1_500,
        30_000,
        3,
        (1_100, 1_200, 1_300, 2_100, 2_200, 2_300),
        "prescription: map.csv",
    )
    assert skin.epidermis_um == 200


def test_holes_stay_holes(read: Read, map_file: Callable[..., Path]) -> None:
    map_file("1.1,,nan\nNaN, 2 ,0\n")
    skin = read().zones[0].skin
    assert skin is not None
    assert skin.raster is not None
    assert skin.raster.values == (1_100, HOLE, HOLE, HOLE, 2_000, 0)


def test_a_thickness_is_rounded_down_and_a_weight_to_the_nearest_thousandth(
    read: Read, map_file: Callable[..., Path]
) -> None:
    map_file("1.1999;1.0009\n", "thickness", "skin.csv")
    map_file("1.9996\t0.0005\t0.0015\n", "weights", "dose.csv")
    zone = read().zones[0]
    assert zone.skin is not None
    assert zone.skin.raster is not None
    assert zone.weights is not None
    assert zone.skin.raster.values == (1_199, 1_000)
    assert zone.weights.values == (2_000, 0, 2)


def test_a_map_tells_the_thickness_where_the_catalogue_does_not(
    read: Read, zone: Any, map_file: Callable[..., Path]
) -> None:
    zone["area"] = "thigh"
    map_file("1.5\n")
    skin = read().zones[0].skin
    assert skin is not None
    assert (skin.epidermis_um, skin.skin_um) == (None, None)
    assert skin.source == "prescription: map.csv"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "map.csv: is empty: give lines of numbers"),
        ("\n\n", "map.csv: is empty"),
        (",\nnan,\n", "map.csv: has no number at all"),
        ("1,2\n3\n", "map.csv: line 2 has 1 cells, the first 2: give as many in each line"),
        ("1,2\n\n3,4\n", "map.csv: line 2 has 1 cells, the first 2"),
        ("1,x\n", "map.csv: line 1, cell 2: found 'x': give a number, 0 or more"),
        ("1,-2\n", "line 1, cell 2: found '-2': give a number, 0 or more"),
        ("1,inf\n", "line 1, cell 2: found 'inf'"),
        ("1,1e99\n", "line 1, cell 2: found '1e99'"),
        ("1,1_0\n", "line 1, cell 2: found '1_0'"),
        ("1,٣\n", "line 1, cell 2: found"),
        ("1,2;3,4\n", "line 1, cell 1: found '1,2'"),
        ("x,y,skin\n1,2,3\n", "line 1, cell 1: found 'x'"),
        ("1,\x00\n", "holds a zero byte, so it is no map"),
    ],
)
def test_a_map_that_is_none_is_refused(
    refusal: Refusal, map_file: Callable[..., Path], text: str, said: str
) -> None:
    map_file(text)
    line = only(refusal())
    assert line.startswith("zones[0].thickness.file: ")
    assert said in line


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"file": "../map.csv"}, "leads out of the prescription's folder: put the map beside"),
        ({"file": "/etc/map.csv"}, "name a file beside the prescription"),
        ({"file": "map.txt"}, "give a map that ends in .csv"),
        ({"file": "none.csv"}, "there is no such file"),
        ({"cell_mm": 0}, "cell_mm: found 0: give more than 0"),
        ({"origin_mm": [0]}, r"origin_mm: found a list of 1: give \[x, y\] in mm"),
        ({"origin_mm": [0, 2001]}, "origin_mm: .*stay within 2000 mm"),
    ],
)
def test_a_map_lies_beside_the_prescription(
    refusal: Refusal, zone: Any, map_file: Callable[..., Path], change: Any, said: str
) -> None:
    map_file("1\n", "weights")
    zone["weights"].update(change)
    assert re.search(rf"^zones\[0\].weights.*{said}", only(refusal())), refusal()


def test_a_map_of_too_many_cells_or_bytes_is_refused(
    refusal: Refusal, map_file: Callable[..., Path]
) -> None:
    path = map_file("," * MAP_CELLS_MAX)
    assert f"has {MAP_CELLS_MAX + 1} cells: give at most {MAP_CELLS_MAX}" in only(refusal())
    path.write_bytes(b"1" * (MAP_BYTES_MAX + 1))
    assert f"a map has at most {MAP_BYTES_MAX}" in only(refusal())


@settings(max_examples=100)
@given(st.text(alphabet="0123456789.,;\t\n -+eEnaxNA_", max_size=60))
def test_any_text_is_a_map_or_no_map(text: str) -> None:
    rows: Rows = ((None,),)
    with suppress(ValueError):
        rows = parse_map(text, "map.csv")
    assert len({len(row) for row in rows}) == 1
    assert all(one is None or one >= 0 for row in rows for one in row)
