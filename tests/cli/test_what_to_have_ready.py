"""`mesogun plan` tells what to have ready, and what screening found."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

OVERRIDE = """[[screening.override]]
condition = "diabetes"
reason = "HbA1c 6.1 %"
by = "dr-17"
"""


def change(small: Path, *changes: tuple[str, str]) -> None:
    """Replace one text by another in the prescription."""
    text = small.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    small.write_text(text)


def test_needles_fillings_and_ampoules_are_counted(call: Callable, small: Path) -> None:
    change(small, ('syringe = "3ml"', 'syringe = "3ml"\nneedle_pricks = 5'))
    ran = call("plan", small)
    facts = json.loads(call("plan", small, "--json").out)
    count = facts["to_have_ready"]["needles"]
    assert count == -(-facts["pricks"] // 5)
    assert f"{count} needles 30g-4mm, a new one after 5 pricks at most (prescription)" in ran.out
    assert "1 filling of the syringe 3ml" in ran.out
    assert "1 ampoule of 2 mL (founding text: text 002: 4 mL are 2 ampoules)" in ran.out
    assert "lot A123: 1.88 mL left over (needle and tube not counted)" in ran.out
    assert "0.12 mL in all are less than one text asks for: 4 mL [founding text: tex" in ran.out
    assert facts["to_have_ready"]["ampoules"][0]["left_nl"] == 1_880_000


def test_an_ampoule_of_another_size_and_four_millilitres_raise_no_remark(
    call: Callable, small: Path
) -> None:
    change(
        small,
        ("volume_ml = 0.12", "volume_ml = 4\nampoule_ml = 5"),
        ("30], [0, 30]]", "90], [0, 90]]"),
        ("[40, 0], [40, 90]", "[140, 0], [140, 90]"),
        ('syringe = "3ml"', 'syringe = "5ml"'),
    )
    ran = call("plan", small)
    assert ran.code == 0, ran.err
    assert "1 ampoule of 5 mL (prescription)" in ran.out
    assert "1 mL left over" in ran.out
    assert "less than one text asks for" not in ran.out


def test_an_override_is_told_with_reason_name_and_every_text(call: Callable, small: Path) -> None:
    change(
        small,
        ("diabetes = false", "diabetes = true"),
        ("[product]\n", f"{OVERRIDE}[product]\n"),
    )
    ran = call("plan", small)
    assert ran.code == 0, ran.err
    assert (
        "! Is there diabetes? Yes: a relative contraindication [project decision, the " in ran.out
    )
    assert "text 001: a contraindication for organic silicon only" in ran.out
    assert "overridden by dr-17: HbA1c 6.1 %" in ran.out
    found = json.loads(call("plan", small, "--json").out)["findings"]
    assert [one["by"] for one in found if one["rule"] == "screening.diabetes"] == ["dr-17"]


def test_a_tube_of_the_patients_blood_is_told_instead_of_ampoules(
    call: Callable, examples: Path
) -> None:
    ran = call("plan", examples / "prp-scalp.toml")
    assert ran.code == 0, ran.err
    ready = ran.out.split("To have ready:")[1].split("\n\n")[0]
    assert "the tube " in ready
    assert "left over" in ready
    assert "ampoule" not in ready
