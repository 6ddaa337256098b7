"""Each refusal that the clinic may meet says the same thing tomorrow."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesogun.intake.catalogue import catalogue
from tests.intake.refusals import golden, message

EXAMPLES = golden()


@pytest.mark.parametrize("name", EXAMPLES)
def test_golden_a_refusal_says_what_it_always_said(name: str, tmp_path: Path) -> None:
    said = message(EXAMPLES[name]["changes"], tmp_path)
    assert said == EXAMPLES[name]["message"]
    assert said, "it must be refused"


@pytest.mark.parametrize("question", catalogue().questions)
def test_golden_there_is_a_refusal_of_every_contraindication(question: str) -> None:
    alone = [
        one["message"]
        for one in EXAMPLES.values()
        if one["changes"] == {f"screening.{question}": True}
    ]
    assert len(alone) == 1
    assert f"screening.{question}: " in alone[0][0]
    assert catalogue().questions[question].kind in alone[0][0]
