"""A clinic's limits of a pistol, from a TOML file: every one, in the wire's own whole units."""

from __future__ import annotations

import os
from typing import Any, NamedTuple

from firmware_protocol.messages import LimitsStage
from mesogun.intake.files import parse_toml, read_bounded, text_of
from mesogun.intake.quantity import shown
from mesogun.intake.refusal import Problems, unknown

FORMAT = "mesogun-limits/1"
BYTES_MAX = 2**16
U16_MAX, U32_MAX = 2**16 - 1, 2**32 - 1
NAMES = LimitsStage._fields
_PAIRS = (("dose_nl_min", "dose_nl_max"), ("lease_ms_min", "lease_ms_max"))


class PistolLimits(NamedTuple):
    """What a file asks for."""

    revision: int
    limits: LimitsStage


def read_pistol_limits(path: str | os.PathLike[str]) -> PistolLimits:
    """Return the limits in the file at `path`.

    Raises:
        PrescriptionError: one line a problem: file, key, what was found, what to do.
    """
    name = os.fspath(path)
    table = parse_toml(text_of(read_bounded(path, BYTES_MAX, "limits file"), name, "TOML"), name)
    problems = Problems(name)
    known = ("format", "revision", *NAMES)
    for key in table:
        if key not in known:
            problems.add(key, unknown(key, known, "key"))
    if table.get("format") != FORMAT:
        problems.add("format", f'found {shown(table.get("format"))}: write format = "{FORMAT}"')
    revision = _whole(problems, table, "revision", U32_MAX)
    values = {one: _whole(problems, table, one, _most(one)) for one in NAMES}
    for least, most in _PAIRS:
        if 0 < values[most] < values[least]:
            problems.add(least, f"{values[least]} lies above {most}, {values[most]}: nothing fits")
    problems.raise_any()
    return PistolLimits(revision, LimitsStage(**values))  # type: ignore[arg-type]


def _most(name: str) -> int:
    return U16_MAX if "_ms_" in name else U32_MAX


def _whole(problems: Problems, table: dict[str, Any], key: str, most: int) -> int:
    value = table.get(key)
    if type(value) is int and 1 <= value <= most:
        return value
    found = "is missing" if key not in table else f"found {shown(value)}"
    problems.add(key, f"{found}: give a whole number from 1 to {most}")
    return 0
