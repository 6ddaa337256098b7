"""Prescriptions for a person's hand: doses are whole marks of the syringe."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import read_prescription
from mesogun.intake.catalogue import catalogue
from mesogun.planning import HAND

EXAMPLE = Path(__file__).parents[2] / "examples" / "hand-thighs.toml"


def changed(folder: Path, *pairs: tuple[str, str]) -> Path:
    text = EXAMPLE.read_text()
    for old, new in pairs:
        assert old in text
        text = text.replace(old, new)
    path = folder / "by-hand.toml"
    path.write_text(text)
    return path


def refusal(path: Path) -> str:
    with pytest.raises(PrescriptionError) as refused:
        read_prescription(path)
    return str(refused.value)


def test_the_step_of_a_dose_is_a_mark_and_no_pistol_s_pace_holds() -> None:
    asked = read_prescription(EXAMPLE)
    assert asked.head == HAND
    assert asked.heads == ()
    (step,) = [one for one in asked.limits if one.name == "dose_quantum_nl_min"]
    assert (step.value, step.origin) == (10_000, "marks of syringe 1ml")
    assert {int(one.interval_ms) for one in asked.zones} == {0}
    single = catalogue().pistols["reference"]
    assert asked.motion.settle_us > single.settle.value
    assert not any("frequency" in one for one in asked.warnings)


def test_a_dose_between_two_marks_is_refused(tmp_path: Path) -> None:
    told = refusal(changed(tmp_path, ("dose_ul = 50.0", "dose_ul = 45.0")))
    assert "45 uL is no multiple of the marks of the syringe 1ml, 10 uL" in told
    assert "give 40 or 50 uL" in told


def test_a_volume_between_two_marks_is_refused(tmp_path: Path) -> None:
    told = refusal(changed(tmp_path, ("volume_ml = 6.5", "volume_ml = 6.505")))
    assert "no multiple of the marks of the syringe 1ml" in told


def test_a_syringe_whose_marks_are_too_wide_for_the_technique_is_refused(tmp_path: Path) -> None:
    wide = (
        ('syringe = "1ml"', 'syringe = "10ml"'),
        ('technique = "point_by_point"', 'technique = "papule"'),
        ("depth_mm = 4.0\n", ""),
        ("dose_ul = 50.0\n", ""),
    )
    told = refusal(changed(tmp_path, *wide))
    assert "one of the syringe 10ml is 200 uL" in told
    assert told.count("take the syringe 1ml") == 2, "both zones are told"


def test_keys_of_a_head_of_many_needles_are_slips_by_hand(tmp_path: Path) -> None:
    more = ('head = "hand"', 'head = "hand"\nhead_pitch_mm = 5.0')
    assert "device.head_pitch_mm" in refusal(changed(tmp_path, more))


def test_marks_are_wider_than_a_pistol_s_step_and_without_a_source_there_are_none(
    tmp_path: Path,
) -> None:
    marked = [one for one in catalogue().syringes.values() if one.marks is not None]
    assert len(marked) >= 5
    for one in marked:
        assert one.marks is not None
        assert one.quantum.value < one.marks.value < one.volume.value
    (unmarked,) = [name for name, one in catalogue().syringes.items() if one.marks is None]
    told = refusal(changed(tmp_path, ('syringe = "1ml"', f'syringe = "{unmarked}"')))
    assert "no source gives the marks of its scale" in told
