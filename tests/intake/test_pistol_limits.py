"""A clinic's limits from a file: every one, in whole units, or a refusal that names the key."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake.pistol_limits import NAMES, read_pistol_limits

VALUES = dict(zip(NAMES, range(101, 112), strict=True))


def text(**changes: object) -> str:
    asked = {"format": '"mesogun-limits/1"', "revision": 2, **VALUES} | changes
    return "".join(f"{key} = {value}\n" for key, value in asked.items() if value is not None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "clinic.toml"


def test_every_limit_is_read_as_it_is_written(file: Path) -> None:
    file.write_text(text())
    read = read_pistol_limits(file)
    assert read.revision == 2
    assert read.limits._asdict() == VALUES


@pytest.mark.parametrize("name", [*NAMES, "revision"])
def test_a_limit_that_is_missing_or_no_whole_number_is_named(file: Path, name: str) -> None:
    for value, says in (
        (None, "is missing"),
        (0, "found 0: give a whole number from 1"),
        (-5, "found -5"),
        (1.5, "found 1.5"),
        ("true", "found true"),
        (2**32, "found 4294967296"),
    ):
        file.write_text(text(**{name: value}))
        with pytest.raises(PrescriptionError, match=f"clinic.toml: {name}: {says}"):
            read_pistol_limits(file)


def test_a_time_that_the_wire_cannot_carry_is_refused(file: Path) -> None:
    file.write_text(text(ttl_ms_max=65_536))
    with pytest.raises(PrescriptionError, match=r"ttl_ms_max: found 65536: .* to 65535"):
        read_pistol_limits(file)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dose_ul_max": 5}, "dose_ul_max: .*did you mean 'dose_nl_max'"),
        ({"format": '"mesogun-limits/2"'}, "format: found 'mesogun-limits/2'"),
        ({"format": None}, "format: found nothing"),
        ({"dose_nl_min": 500}, "dose_nl_min: 500 lies above dose_nl_max, 102"),
        ({"lease_ms_min": 900}, "lease_ms_min: 900 lies above lease_ms_max, 107"),
        ({"x": "="}, "is not valid TOML"),
    ],
)
def test_what_cannot_be_meant_is_refused(file: Path, changes: dict[str, object], says: str) -> None:
    file.write_text(text(**changes))
    with pytest.raises(PrescriptionError, match=says):
        read_pistol_limits(file)
