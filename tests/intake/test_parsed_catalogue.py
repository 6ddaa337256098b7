"""What was parsed beforehand is what the files say to the digit, and never believed otherwise."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from mesogun.intake.catalogue import SHIPPED, Catalogue, tree_of
from mesogun.intake.parsed import NAME, parsed_in, tree_in
from mesogun.intake.parsing import parsed_text

FILES = sorted(one.name for one in SHIPPED.glob("*.toml"))


def test_the_copy_that_ships_is_fresh() -> None:
    assert (SHIPPED / NAME).read_text() == parsed_text(SHIPPED)


@pytest.mark.parametrize("name", FILES)
def test_the_copy_says_what_the_file_says_to_the_digit(name: str) -> None:
    kept = tree_in(parsed_in(SHIPPED), name, (SHIPPED / name).read_bytes())
    parsed = tree_of(SHIPPED / name, name)
    assert kept == parsed
    assert repr(kept) == repr(parsed)  # 0.90 and 0.9 are equal, and not the same figure


def test_a_file_that_was_changed_is_parsed_anew(tmp_path: Path) -> None:
    shutil.copytree(SHIPPED, tmp_path / "own")
    path = tmp_path / "own" / "areas.toml"
    path.write_text(path.read_text().replace("value = 0.90", "value = 0.89", 1))
    changed = Catalogue(tmp_path / "own").tree("areas.toml")
    assert changed != Catalogue(SHIPPED).tree("areas.toml")
    assert changed == tree_of(path, "areas.toml")
    assert Catalogue(tmp_path / "own").tree("needles.toml") == tree_of(
        SHIPPED / "needles.toml", "needles.toml"
    )


@pytest.mark.parametrize("text", ["", "[1]", "{", '{"areas.toml": ["0", {}]}'])
def test_without_a_usable_copy_the_files_are_read(tmp_path: Path, text: str) -> None:
    shutil.copytree(SHIPPED, tmp_path / "own")
    (tmp_path / "own" / NAME).write_text(text)
    assert Catalogue(tmp_path / "own").areas.keys() == Catalogue(SHIPPED).areas.keys()
    (tmp_path / "own" / NAME).unlink()
    assert Catalogue(tmp_path / "own").areas.keys() == Catalogue(SHIPPED).areas.keys()


def test_decimals_are_kept_as_decimals() -> None:
    tree = json.loads(parsed_text(SHIPPED), parse_float=Decimal)["areas.toml"][1]
    assert tree["areas"]["forehead"]["female"]["depth_max"]["value"] == Decimal("0.90")
