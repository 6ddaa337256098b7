"""`mesogun calibration`: what a pistol holds is shown, and another one comes into force whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from mesogun.device import Pistol

Call = Callable[..., Any]
CONTENT = bytes(range(200)) * 5
UNTIL = ("--until", "2999-12-31", "--shots", "500")


@pytest.fixture
def url(tmp_path: Path) -> str:
    """A twin that remembers."""
    return f"mesosim://?seed=7&memory={tmp_path / 'nvm'}"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "needle.cal"
    path.write_bytes(CONTENT)
    return path


def shown(call: Call, url: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(call("calibration", "show", "--port", url, "--json").out)
    return told


def test_a_pistol_that_was_never_calibrated_says_so(call: Call, url: str) -> None:
    ran = call("calibration", "show", "--port", url)
    assert (ran.code, ran.out.strip()) == (0, "This pistol was never calibrated.")
    assert shown(call, url)["id"] == 0


def test_what_is_uploaded_is_shown_beside_the_old_and_is_held(
    call: Call, url: str, file: Path, tmp_path: Path
) -> None:
    ran = call("calibration", "upload", file, *UNTIL, "--port", url, "--yes")
    assert ran.code == 0, ran.err
    assert "Calibration 1 is in force" in ran.out
    digest = sha256(CONTENT).hexdigest()
    assert shown(call, url) == {
        "id": 1,
        "sha256": digest,
        "not_after": "2999-12-31",
        "shots_max": 500,
        "shots_used": 0,
        "bytes": 1_000,
    }
    copy = tmp_path / "held.cal"
    ran = call("calibration", "show", "--port", url, "--content", copy)
    assert copy.read_bytes() == CONTENT
    assert digest in ran.out
    file.write_bytes(b"another")
    never = ("--until", "never", "--shots", "7", "--id", "12")
    ran = call("calibration", "upload", file, *never, "--port", url, "--yes")
    (row,) = [line.split() for line in ran.out.splitlines() if line.split()[:1] == ["number"]]
    assert row == ["number", "1", "12"]
    assert (shown(call, url)["id"], shown(call, url)["not_after"]) == (12, None)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"--until": "2026-02-30"}, "give a day as 2027-05-31, or never"),
        ({"--until": "2001-01-01"}, "is over"),
        ({"--id": "1"}, "in force already"),
        ({"--shots": "0"}, "--shots"),
    ],
)
def test_what_cannot_be_is_refused_and_the_old_one_stays(
    call: Call, url: str, file: Path, changed: dict[str, str], says: str
) -> None:
    assert call("calibration", "upload", file, *UNTIL, "--port", url, "--yes").code == 0
    options = {"--until": "2999-12-31", "--shots": "9"} | changed
    words = [word for pair in options.items() for word in pair]
    ran = call("calibration", "upload", file, *words, "--port", url, "--yes")
    assert ran.code == 2
    assert says in ran.err
    assert shown(call, url)["shots_max"] == 500


@pytest.mark.parametrize(("size", "says"), [(0, "it is empty"), (1_025, "at most 1024")])
def test_a_file_that_no_pistol_takes_is_refused(
    call: Call, url: str, file: Path, size: int, says: str
) -> None:
    file.write_bytes(bytes(size))
    ran = call("calibration", "upload", file, *UNTIL, "--port", url, "--yes")
    assert (ran.code, says in ran.err) == (2, True), ran.err


def test_nobody_who_can_be_asked_changes_nothing(call: Call, url: str, file: Path) -> None:
    ran = call("calibration", "upload", file, *UNTIL, "--port", url)
    assert (ran.code, "--yes" in ran.err) == (2, True)
    assert shown(call, url)["id"] == 0


def test_one_that_is_over_or_spent_is_told_as_that(call: Call, url: str) -> None:
    with Pistol.open(url) as pistol:
        pistol.set_calibration(b"old", calibration_id=3, not_after_day=10, shots_max=1)
    ran = call("calibration", "show", "--port", url)
    assert "1970-01-11" in ran.out
    assert "last day is over" in ran.out
