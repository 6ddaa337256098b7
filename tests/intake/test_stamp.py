"""A stamp of several needles: its spacing is the head's own."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.intake.catalogue import CatalogueError, load
from mesogun.planning import plan, verify
from mesogun.planning.prescription import Prescription

Read = Callable[[], Prescription]
Refusal = Callable[[], list[str]]
CATALOGUE = Path(__file__).parents[2] / "mesogun" / "catalogue"


@pytest.fixture
def stamped(tree: Any) -> Any:
    """The prescription in order, with a stamp of nine whose needles stand 4 mm apart."""
    tree["device"].update(head="stamp-9", head_pitch_mm=4)
    tree["product"]["volume_ml"] = 0.9
    tree["zones"][0].update(technique="stamp", exclusions_mm=[])
    return tree


def test_the_spacing_of_a_stamp_is_the_pitch_of_its_head(read: Read, stamped: Any) -> None:
    bounds = [one for one in read().limits if one.name.startswith("spacing_um")]
    assert [(one.name, one.value, one.zone) for one in bounds] == [
        ("spacing_um_min", 4_000, 0),
        ("spacing_um_max", 4_000, 0),
    ]
    assert {one.origin for one in bounds} == {"technique stamp: the pitch of the head stamp-9"}
    assert {one.source for one in bounds} == {"prescription"}


def test_a_stamp_plans_within_its_dose_and_the_usual_depth_of_the_area(
    read: Read, stamped: Any
) -> None:
    made = plan(read())
    verify(made)
    assert int(made.pricks.dose_nl.max()) <= 20_000
    assert set(made.pricks.depth_um.tolist()) == {600}
    assert made.zones[0].pitch_um == 4_000


def test_more_than_20_ul_a_needle_of_a_stamp_is_refused(refusal: Refusal, stamped: Any) -> None:
    stamped["zones"][0]["dose_ul"] = 21
    (line,) = refusal()
    assert re.search(r"dose_ul: 21 uL is above the cap of 20 uL \[technique stamp; published", line)


def test_a_stamp_with_a_single_needle_is_refused(refusal: Refusal, stamped: Any) -> None:
    stamped["device"] = {"head": "single", "needle": "30g-4mm", "syringe": "3ml"}
    (line,) = refusal()
    assert "whose spacing is the step from needle to needle of a head of several needles" in line


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('spacing = "pitch"\n', "", "it needs spacing_min and spacing_max, or spacing = "),
        (
            'spacing = "pitch"\n',
            'spacing = "pitch"\nspacing_min = { value = 2, unit = "mm", source = "pace", '
            'strength = "weak" }\n',
            "the head's pitch is its spacing: delete spacing_min",
        ),
    ],
)
def test_a_technique_has_a_range_of_spacings_or_the_pitch(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    for one in CATALOGUE.glob("*.toml"):
        text = one.read_text("utf-8")
        if one.name == "techniques.toml":
            assert before in text
            text = text.replace(before, after)
        (tmp_path / one.name).write_text(text, "utf-8")
    with pytest.raises(CatalogueError, match=said):
        load(tmp_path)
