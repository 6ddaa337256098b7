"""`mesogun limits`: all layers side by side, and the clinic's own set from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.device import Pistol
from mesogun.intake.pistol_limits import NAMES

Call = Callable[..., Any]


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A twin that remembers."""
    return f"mesosim://?seed=7&memory={tmp_path / 'nvm'}"


def written(path: Path, url: str, revision: int, **changes: int) -> Path:
    with Pistol.open(url) as pistol:
        now = pistol.limits()._asdict()
    asked = {"revision": revision, **{name: now[name] for name in NAMES}} | changes
    lines = [f"{key} = {value}\n" for key, value in asked.items()]
    path.write_text("".join(['format = "mesogun-limits/1"\n', *lines]))
    return path


def test_all_layers_are_shown_side_by_side(call: Call, url: str) -> None:
    ran = call("limits", "--port", url)
    assert ran.code == 0
    assert "factory" in ran.out
    assert "in force" in ran.out
    assert all(name in ran.out for name in NAMES)
    told = json.loads(call("limits", "--port", url, "--json").out)
    assert list(told) == ["factory", "clinic", "in force"]
    assert told["clinic"]["revision"] == 1


def test_a_clinic_s_limits_are_shown_beside_the_old_ones_and_come_into_force(
    call: Call, url: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "clinic.toml", url, 2, dose_nl_max=150_000, interval_ms_min=120)
    ran = call("limits", "set", file, "--port", url, "--yes")
    assert ran.code == 0, ran.err
    (row,) = [line for line in ran.out.splitlines() if "dose_nl_max" in line]
    assert row.split() == ["dose_nl_max", "200000", "200000", "150000", "tighter"]
    assert ran.out.count("tighter") == 2
    assert "LOOSER" not in ran.out
    assert "revision 2 are in force" in ran.out
    told = json.loads(call("limits", "--port", url, "--json").out)
    assert told["in force"]["dose_nl_max"] == 150_000
    assert told["factory"]["dose_nl_max"] == 200_000


def test_looser_ones_need_the_service_button_and_say_so(
    call: Call, url: str, tmp_path: Path
) -> None:
    tight = written(tmp_path / "tight.toml", url, 2, dose_nl_max=150_000)
    assert call("limits", "set", tight, "--port", url, "--yes").code == 0
    loose = written(tmp_path / "loose.toml", url, 3, dose_nl_max=180_000)
    alone = call("limits", "set", loose, "--port", url, "--yes")
    assert alone.code == 1
    assert "LOOSER" in alone.out
    assert "dose_nl_max would be looser than the 150000 in force" in alone.err
    held = call("limits", "set", loose, "--port", f"{url}&service_button=1", "--yes")
    assert held.code == 0
    assert "hold the pistol's service button" in held.out


def test_wider_than_the_factory_is_refused_with_name_and_value(
    call: Call, url: str, tmp_path: Path
) -> None:
    file = written(tmp_path / "wide.toml", url, 2, shots_max=2_001)
    ran = call("limits", "set", file, "--port", f"{url}&service_button=1", "--yes")
    assert ran.code == 1
    assert "shots_max: its own limit is 2000" in ran.err


def test_usage_is_refused_in_words(call: Call, url: str, tmp_path: Path) -> None:
    assert call("limits").code == 2
    assert "--port is missing" in call("limits").err
    assert call("limits", "set", tmp_path / "none.toml", "--port", url, "--yes").code == 2
    file = written(tmp_path / "clinic.toml", url, 2)
    alone = call("limits", "set", file, "--port", url)
    assert alone.code == 2
    assert "add --yes" in alone.err
    misplaced = call("limits", "--port", url, "set", file, "--port", url)
    assert misplaced.code == 2
    assert "give options behind" in misplaced.err
    assert call("limits", "--port", "mesosim://?service_button=2").code == 2
