"""A plan file is read into the very plan that was written, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import read_plan
from mesogun.planning import Prescription, plan, to_json


@pytest.fixture
def written(read: Callable[[], Prescription], tmp_path: Path) -> Path:
    """A plan file in order."""
    path = tmp_path / "plan.json"
    path.write_bytes(to_json(plan(read())))
    return path


def spoil(path: Path, change: Callable[[Any], object]) -> str:
    tree = json.loads(path.read_bytes())
    change(tree)
    path.write_text(json.dumps(tree), encoding="utf-8")
    with pytest.raises(PrescriptionError) as refused:
        read_plan(path)
    return str(refused.value)


def test_a_plan_comes_back_as_it_was_written(written: Path) -> None:
    made = read_plan(written)
    assert to_json(made) == written.read_bytes()
    assert made.digest() == json.loads(written.read_bytes())["digest"]


def test_spaces_and_the_order_of_keys_are_no_part_of_a_plan(written: Path) -> None:
    tree = json.loads(written.read_bytes())
    turned = dict(reversed(tree.items()))
    before = read_plan(written)
    written.write_text(json.dumps(turned, indent=8), encoding="utf-8")
    assert read_plan(written).digest() == before.digest()


def test_a_changed_plan_is_refused_with_both_digests_and_what_it_breaks(written: Path) -> None:
    digest = json.loads(written.read_bytes())["digest"]
    said = spoil(written, lambda tree: tree["pricks"]["depth_um"].__setitem__(0, 3_000))
    first, *others = said.splitlines()
    assert f"digest: found '{digest}', but what the file holds has sha256:" in first
    assert any("changed plan" in one and "depth_um_max is 3000 um" in one for one in others)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t.update(format="mesogun-plan/2"), "format: found 'mesogun-plan/2': a plan beg"),
        (lambda t: t.update(planner="0"), "planner: found '0', this is planner"),
        (lambda t: t.update(digest=1), "digest: found 1: give a text in quotes"),
        (lambda t: t.pop("digest"), "digest: is missing: plan the prescription anew"),
        (lambda t: t.pop("limits"), "limits: is missing: add it"),
        (lambda t: t.update(extra=1), "extra: is an unknown key"),
        (lambda t: t["pricks"].update(nw=[]), "pricks.nw: is an unknown key"),
        (lambda t: t["pricks"].pop("shot"), "pricks.shot: is missing"),
        (lambda t: t["pricks"]["x_um"].pop(), "pricks: the columns differ in length (x_um"),
        (lambda t: t["pricks"].update(x_um="1"), "pricks.x_um: found '1': give a list of whole"),
        (lambda t: t["pricks"]["x_um"].__setitem__(3, 1.5), "x_um: row 3: found 1.5: give a whol"),
        (lambda t: t["pricks"]["x_um"].__setitem__(3, True), "x_um: row 3: found true: give a wh"),
        (lambda t: t["pricks"]["x_um"].__setitem__(3, 2**31), "row 3: found 2147483648: it is ou"),
        (lambda t: t["pricks"]["x_um"].__setitem__(3, 10**30), "row 3: found 1000000000000000000"),
        (lambda t: t["pricks"]["zone"].__setitem__(3, 1), "names a zone that does not exist"),
        (lambda t: t["pricks"]["zone"].__setitem__(3, -1), "names a zone that does not exist"),
        (lambda t: t["zones"].pop(), "zones has 0 entries, the prescription 1"),
        (lambda t: t["zones"][0].update(pitch_um="9"), "zones[0].pitch_um: found '9': give a who"),
        (lambda t: t["zones"][0].update(pitch_um=2**60), "zones[0].pitch_um: found 1152921504606"),
        (lambda t: t["zones"][0].update(basis_um=[1]), "basis_um: found a list of 1: give a list"),
        (lambda t: t["limits"][0].update(zone=7), "names zone 7: there are 1"),
        (lambda t: t["limits"][0].update(zone=1), "names zone 1: there are 1"),
        (lambda t: t["estimates"].update(duration_s=1), "estimates: duration_s and travel_mm dif"),
        (lambda t: t["prescription"].update(sex="x"), "prescription.sex: found 'x': give 'femal"),
        (lambda t: t["prescription"].update(name="a\nb"), "prescription.name: found 'a\\nb': tak"),
        (lambda t: t["prescription"]["zones"][0].update(outline_um=[[1]]), "found a list of 1"),
        (lambda t: t.update(warnings=[1]), "warnings[0]: found 1: give a text in quotes"),
    ],
)
def test_a_plan_with_one_wrong_value_is_refused(
    written: Path, change: Callable[[Any], object], said: str
) -> None:
    assert said in spoil(written, change)


def test_a_file_of_another_kind_is_no_plan(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    path.write_text('{"format": "mesogun-prescription/1"}')
    with pytest.raises(PrescriptionError, match="a plan begins with 'mesogun-plan/1'"):
        read_plan(path)


def test_a_plan_file_of_a_gigabyte_never_enters_memory(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    with pytest.raises(PrescriptionError, match=f"a plan has at most {64 << 20}"):
        read_plan(path)
