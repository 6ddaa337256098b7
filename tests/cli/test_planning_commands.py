"""`mesogun plan` and `mesogun verify`, on the examples and on bad input."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from shapely import Point, Polygon

EXAMPLES = ("face", "cellulite", "scalp")


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_s_plan_keeps_every_promise(
    name: str, call: Callable, examples: Path, tmp_path: Path
) -> None:
    """Checked on the file that other programs read, by a library that mesogun does not use."""
    ran = call("plan", examples / f"{name}.toml", "-o", "plan.json")
    assert ran.code == 0, ran.err
    plan = json.loads((tmp_path / "plan.json").read_text())
    pricks, zones = plan["pricks"], plan["zones"]
    places = list(zip(pricks["x_um"], pricks["y_um"], pricks["zone"], strict=True))

    assert sum(pricks["dose_nl"]) == plan["prescription"]["product"]["volume_nl"]
    assert min(pricks["dose_nl"]) > 0
    for a, (x, y, k) in enumerate(places):
        for u, v, j in places[:a]:
            least = min(zones[k]["spacing_um_min"], zones[j]["spacing_um_min"])
            assert (x - u) ** 2 + (y - v) ** 2 >= least**2
    outlines = [Polygon(zone["outline_um"]) for zone in zones]
    holes = [[Polygon(ring) for ring in zone["exclusions_um"]] for zone in zones]
    for x, y, k in places:
        margin = zones[k]["margin_um"] - 0.01  # shapely computes in floats
        spot = Point(x, y)
        assert outlines[k].contains(spot)
        assert outlines[k].exterior.distance(spot) >= margin
        assert all(hole.distance(spot) >= margin for hole in holes[k])
    caps = {(one["name"], one["zone"]): one["value"] for one in plan["limits"]}
    for dose, depth, k in zip(pricks["dose_nl"], pricks["depth_um"], pricks["zone"], strict=True):
        assert dose <= caps["dose_nl_max", k]
        assert depth <= min(caps["depth_um_max", k], caps["needle_depth_um_max", None])


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_same_command_twice_gives_the_same_bytes(
    name: str, call: Callable, examples: Path, tmp_path: Path
) -> None:
    for file in ("one.json", "two.json"):
        assert call("plan", examples / f"{name}.toml", "-o", file).code == 0
    assert (tmp_path / "one.json").read_bytes() == (tmp_path / "two.json").read_bytes()


def test_a_plan_says_its_limits_with_who_set_them(call: Callable, small: Path) -> None:
    ran = call("plan", small)
    assert ran.code == 0
    assert "depth_um_max" in ran.out
    assert "area cheek (female)" in ran.out
    assert "Verified" in ran.out


def test_a_plan_s_facts_are_one_json_object(call: Callable, small: Path) -> None:
    facts = json.loads(call("plan", small, "--json").out)
    assert facts["dose_nl"] == 120_000
    assert facts["pricks"] == sum(zone["pricks"] for zone in facts["zones"])


def test_a_plan_has_a_picture(call: Callable, small: Path, tmp_path: Path) -> None:
    assert call("plan", small, "--picture", "map.svg").code == 0
    assert (tmp_path / "map.svg").read_text().startswith("<")


def test_a_picture_can_be_a_png_coloured_by_depth(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("plan", small, "--picture", "map.png", "--colour-by", "depth").code == 0
    png = (tmp_path / "map.png").read_bytes()
    assert png.startswith(b"\x89PNG\r\n")
    assert int.from_bytes(png[16:20], "big") == 1_600
    assert call("plan", small, "--picture", "dose.svg").code == 0
    assert call("plan", small, "--picture", "depth.SVG", "--colour-by", "depth").code == 0
    assert "Dose of a prick" in (tmp_path / "dose.svg").read_text()
    assert "Depth of a prick" in (tmp_path / "depth.SVG").read_text()


def test_a_picture_of_another_kind_is_refused(call: Callable, small: Path) -> None:
    assert call("plan", small, "--picture", "map.gif").code == 2


def test_a_written_plan_verifies(call: Callable, small: Path) -> None:
    assert call("plan", small, "-o", "plan.json").code == 0
    ran = call("verify", "plan.json", "--json")
    assert ran.code == 0, ran.err
    assert json.loads(ran.out)["ok"] is True


def test_a_changed_plan_is_refused(call: Callable, small: Path, tmp_path: Path) -> None:
    call("plan", small, "-o", "plan.json")
    plan = json.loads((tmp_path / "plan.json").read_text())
    plan["pricks"]["dose_nl"][0] += 90_000
    (tmp_path / "plan.json").write_text(json.dumps(plan))
    ran = call("verify", "plan.json")
    assert ran.code == 2
    assert "Traceback" not in ran.err


REFUSED = {
    "unknown key": ("[patient]\n", '[patient]\nhair = "red"\n', "hair"),
    "wrong unit range": ("volume_ml = 0.12", "volume_ml = 120000.0", "volume_ml"),
    "not a number": ("volume_ml = 0.12", "volume_ml = nan", "volume_ml"),
    "finer than the unit": ("volume_ml = 0.12", "volume_ml = 0.1200000001", "volume_ml"),
    "self-crossing outline": (
        "[[0, 0], [40, 0], [40, 30], [0, 30]]",
        "[[0, 0], [40, 30], [40, 0], [0, 30]]",
        "left cheek",
    ),
    "hole outside its outline": ("[[[18, 12], [22, 12]", "[[[98, 12], [99, 12]", "left cheek"),
    "outline too small": (
        "[[0, 0], [40, 0], [40, 30], [0, 30]]\n"
        "exclusions_mm = [[[18, 12], [22, 12], [22, 16], [18, 16]]]",
        "[[0, 0], [3, 0], [3, 3], [0, 3]]",
        "left cheek",
    ),
    "volume that does not fit": ("volume_ml = 0.12", "volume_ml = 2.9", "left cheek"),
    "missing screening answer": ("diabetes = false\n", "", "diabetes"),
    "a contraindication": ("pregnancy = false", "pregnancy = true", "pregnancy"),
    "expired product": ("2027-11-30", "2026-11-20", "expiry"),
    "a name": ('id = "p-1"', 'id = "p-1"\nname = "Ann"', "name"),
    "unknown area": ('area = "cheek"', 'area = "cheak"', "cheek"),
    "not TOML": ("[patient]", "[patient", "line"),
    "a deeper prick than the skin": (
        'technique = "papule"',
        'technique = "papule"\ndepth_mm = 3.0',
        "depth_mm",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_a_bad_prescription_ends_with_code_2_and_says_where(
    what: str, call: Callable, small: Path, tmp_path: Path
) -> None:
    good, bad, named = REFUSED[what]
    text = small.read_text()
    assert good in text
    small.write_text(text.replace(good, bad))
    before = sorted(tmp_path.iterdir())
    for command in (("plan", small, "-o", "p.json"), ("dry-run", small, "--out", "o")):
        ran = call(*command)
        assert ran.code == 2
        assert named in ran.err
        assert "small.toml" in ran.err or "zone" in ran.err
        assert "Traceback" not in ran.err
        assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_is_none_is_refused(call: Callable, tmp_path: Path) -> None:
    (tmp_path / "junk.toml").write_bytes(bytes(range(256)) * 40)
    with (tmp_path / "huge.toml").open("wb") as huge:
        huge.truncate(1_000_000_000)
    for file in ("missing.toml", "junk.toml", "huge.toml", "."):
        ran = call("plan", file)
        assert ran.code == 2, file
        assert ran.err.count("\n") <= 2
        assert "Traceback" not in ran.err


def test_an_svg_without_physical_units_is_refused(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    (tmp_path / "face.svg").write_text(
        '<svg xmlns="http://www.w3.org/2000/svg" width="100" height="100" viewBox="0 0 100 100">'
        '<rect id="zone" x="0" y="0" width="50" height="40"/></svg>'
    )
    text = small.read_text()
    start = text.index("outline_mm")
    small.write_text(text[:start] + 'outline = { file = "face.svg", id = "zone" }\n')
    ran = call("plan", small)
    assert ran.code == 2
    assert "face.svg" in ran.err
    assert "mm" in ran.err


def test_an_unknown_command_names_the_nearest(call: Callable) -> None:
    ran = call("dryrun")
    assert ran.code == 2
    assert "dry-run" in ran.err


def test_every_command_has_help_with_examples(call: Callable) -> None:
    from mesogun.cli.main import COMMANDS

    for command in COMMANDS:
        if command == "record":
            for sub in ("show", "verify", "export"):
                assert "Examples:" in call("record", sub, "--help").out
        else:
            ran = call(command, "--help")
            assert ran.code == 0
            assert "Examples:" in ran.out
    assert call("--help").code == 0


def test_a_dose_that_was_asked_for_is_never_exceeded(call: Callable, small: Path) -> None:
    """A volume is never reached by raising the dose of a prick."""
    text = small.read_text().replace('technique = "papule"', 'technique = "papule"\ndose_ul = 5.0')
    small.write_text(text)
    facts = json.loads(call("plan", small, "--json").out)
    assert {"name": "dose_nl_max", "value": 5000, "unit": "nL", "zone": 0} in [
        {key: one[key] for key in ("name", "value", "unit", "zone")} for one in facts["limits"]
    ]
    small.write_text(text.replace("volume_ml = 0.12", "volume_ml = 0.6"))
    ran = call("plan", small)
    assert ran.code == 2
    assert "dose_nl_max = 5000 nL [prescription]" in ran.err


def test_the_plan_of_another_planner_is_verified_and_said_to_be_one(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("plan", small, "-o", "plan.json").code == 0
    tree = json.loads((tmp_path / "plan.json").read_text())
    tree.update(planner="other 1.0", digest=None)
    (tmp_path / "other.json").write_text(json.dumps(tree))
    ran = call("verify", "other.json")
    assert ran.code == 0
    assert "written by planner 'other 1.0'" in ran.err
    assert "no limit is broken" in ran.out
    tree["pricks"]["depth_um"][0] = 3_000
    (tmp_path / "other.json").write_text(json.dumps(tree))
    ran = call("verify", "other.json")
    assert ran.code == 2
    assert "depth_um_max is 3000 um" in ran.err
