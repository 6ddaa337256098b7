"""A plan file is read into the very plan that was written, or refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import read_any_plan, read_plan
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


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda t: t["pricks"]["shot"].__setitem__(0, 1), "pricks.shot does not count up from 0"),
        (
            lambda t: t["pricks"]["shot"].append(t["pricks"]["shot"].pop() + 1),
            "pricks.shot does not",
        ),
        (lambda t: t["pricks"]["shot"].__setitem__(3, 1), "pricks.shot does not count up from 0"),
        (lambda t: column(t, "head", 0), "pricks has head without the others of head, needle"),
        (lambda t: column(t, "nx", 0), "pricks has nx without the others of nx, ny, nz, face"),
        (lambda t: (column(t, "head", 1), column(t, "needle", 0)), "pricks.head names a head that"),
        (
            lambda t: (column(t, "head", 0), column(t, "needle", 1)),
            "names a needle that its head",
        ),
        (lambda t: (column(t, "head", 0), column(t, "needle", -1)), "names a needle that its head"),
        (
            lambda t: column(t, "layer", 4),
            "pricks.layer names a layer that does not exist: there",
        ),
        (lambda t: column(t, "layer", -1), "pricks.layer names a layer that does not exist"),
        (
            lambda t: [column(t, one, 0) for one in ("nx", "ny", "nz", "face")],
            "pricks.face names a face that does not exist: there are 0",
        ),
        (lambda t: rx_zone(t).update(product=1), "prescription.zones[0].product is 1: there are 1"),
        (
            lambda t: rx_zone(t).update(faces=[0]),
            "zones[0] needs an outline, or faces of a surf",
        ),
        (
            lambda t: rx_zone(t).update(outline_um=[]),
            "zones[0] needs an outline, or faces of a su",
        ),
        (
            lambda t: t["prescription"].update(heads=[HEAD]),
            "heads[0].needles needs (0, 0), and ea",
        ),
        (lambda t: t.update(pauses=[PAUSE]), "pauses[0] comes before shot 9999: there are"),
        (lambda t: t.update(pauses=[{**PAUSE, "shot": -1}]), "pauses[0] comes before shot -1"),
        (
            lambda t: t.update(pauses=[{**PAUSE, "shot": 1, "wait_us": 5}]),
            "pauses[0] of kind needle waits 5 us: only a rest waits",
        ),
        (
            lambda t: t.update(pauses=[{**PAUSE, "shot": 1, "kind": "rest"}]),
            "pauses[0] of kind rest waits 0 us: only a rest waits",
        ),
        (lambda t: t.update(settled=settled([0, 1], [5])), "settled.rows and settled.given_nl dif"),
        (lambda t: t.update(settled=settled([1, 1], [5, 5])), "settled.rows must rise, within the"),
        (lambda t: t.update(settled=settled([9999], [5])), "settled.rows must rise, within the"),
        (lambda t: t.update(settled=settled([0], [-1])), "settled.given_nl is below 0"),
        (lambda t: t["prescription"].update(surface=SURFACE), "surface.faces names a vertex that"),
        (
            lambda t: t["prescription"].update(surface={**SURFACE, "faces": [[0, 0, 0]]}),
            "prescription.surface.skin_um is not as long as vertices_um",
        ),
    ],
)
def test_a_plan_names_nothing_that_does_not_exist(
    written: Path, change: Callable[[Any], object], said: str
) -> None:
    assert said in spoil(written, change)


HEAD = {"name": "x", "needles": [[1, 0]], "pitch_um": 5_000, "source": "s"}
PAUSE = {"shot": 9_999, "kind": "needle", "wait_us": 0, "note": "n"}
SURFACE = {
    "name": "s",
    "vertices_um": [[0, 0, 0]],
    "faces": [[0, 0, 1]],
    "skin_um": [1, 2],
    "weights": [],
    "source": "s",
}


def settled(rows: list[int], given_nl: list[int]) -> dict[str, Any]:
    return {"parent": "sha256:0", "rows": rows, "given_nl": given_nl}


def column(tree: Any, name: str, value: int) -> None:
    tree["pricks"][name] = [value] * len(tree["pricks"]["x_um"])


def rx_zone(tree: Any) -> Any:
    return tree["prescription"]["zones"][0]


# -- of another planner ----------------------------------------------------------------------------


def rewrite(path: Path, **changes: Any) -> None:
    tree = json.loads(path.read_bytes())
    tree.update(changes)
    path.write_text(json.dumps(tree), encoding="utf-8")


def test_one_s_own_plan_is_read_without_a_word(written: Path) -> None:
    made, notes = read_any_plan(written)
    assert (made.digest(), notes) == (read_plan(written).digest(), ())


@pytest.mark.parametrize("digest", [None, "", "sha256:0"])
def test_the_plan_of_another_planner_is_read_and_said_to_be_one(
    written: Path, digest: str | None
) -> None:
    before = read_plan(written)
    rewrite(written, planner="other 1.0", digest=digest)
    made, (note,) = read_any_plan(written)
    assert to_json(made) == to_json(before)
    assert "written by planner 'other 1.0'" in note
    assert "its digest was not checked" in note
    with pytest.raises(PrescriptionError, match=r"planner: found 'other 1\.0', this is planner"):
        read_plan(written)


def test_a_plan_without_digest_gets_the_one_that_it_has(written: Path) -> None:
    before = read_plan(written).digest()
    rewrite(written, digest=None)
    _, (note,) = read_any_plan(written)
    assert note == f"it names no digest; what it holds has {before}"
    with pytest.raises(PrescriptionError, match="digest: is missing: plan the prescription anew"):
        read_plan(written)


def test_one_s_own_plan_that_was_changed_is_refused_by_either_reader(written: Path) -> None:
    rewrite(written, warnings=["all is well"])
    for one in (read_plan, read_any_plan):
        with pytest.raises(PrescriptionError, match="it was changed after it was planned"):
            one(written)


def test_another_planner_may_leave_out_what_it_does_not_know(written: Path) -> None:
    tree = json.loads(written.read_bytes())
    for key in ("digest", "pauses", "settled"):
        del tree[key]
    tree["planner"] = "other"
    written.write_text(json.dumps(tree), encoding="utf-8")
    made, _ = read_any_plan(written)
    assert (made.pauses, made.settled) == ((), None)


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
