"""The side effects of the catalogue."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from mesogun.intake.catalogue import SHIPPED, Catalogue, CatalogueError, catalogue

NAMED = (
    "redness bruising bleeding swelling pain itching eczema injection_marks vasodilation "
    "local_allergy general_allergy"
).split()


def test_every_side_effect_that_the_texts_list_can_be_noted() -> None:
    known = catalogue().side_effects
    assert list(known.effects) == NAMED
    assert [name for name, one in known.effects.items() if one.general] == ["general_allergy"]
    assert [one.source for one in known.lasting] == ["text 001", "text 003", "text 004"]


BROKEN = (
    ('source = "listed"', 'source = "hearsay"', "its source 'hearsay' is not told"),
    ('name = "redness"', 'nam = "redness"', "effects.redness.nam: is an unknown key"),
    ('strength = "founding text"', 'strength = "rumour"', "unknown strength 'rumour'"),
    ('text = "a few days"', 'text = " "', "not told"),
    ("mesogun-side-effects/1", "mesogun-side-effects/9", "format"),
    ("[effects.redness]", "[effects.redness", "side_effects.toml"),
)


@pytest.mark.parametrize(("good", "bad", "told"), BROKEN, ids=[one[1] for one in BROKEN])
def test_a_file_that_does_not_hold_together_is_refused(
    good: str, bad: str, told: str, tmp_path: Path
) -> None:
    (tmp_path / "side_effects.toml").write_text(
        (SHIPPED / "side_effects.toml").read_text().replace(good, bad, 1)
    )
    with pytest.raises(CatalogueError, match=re.escape(told)):
        assert Catalogue(tmp_path).side_effects


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="there is no such file"):
        assert Catalogue(tmp_path).side_effects
