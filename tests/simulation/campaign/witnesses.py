"""Witnesses: a campaign that never let a fault meet a state has said nothing about the two."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from firmware_protocol.messages import PistolState
from tests.simulation.campaign.draws import AT_ASKS, BY_PEOPLE, DISK, IN_BODY, TIMED, WEATHER

Witnesses = Counter[tuple[str, str]]

STATES = tuple(one.name for one in PistolState)
ENTRIES = ("connected", "acknowledged", "armed", "intent", "outcome", "ended")
"""Entries that end a write of the host, in every session."""
RECORDS = ("HEADER", "INTENT", "OUTCOME", "VOID", "ABORT", "BOOT")

_WHY_NOT: Mapping[str, tuple[str, ...]] = {
    # At a request, a write to the memory or a confirmation, the pistol cannot be everywhere.
    "torn_write": ("BOOT", "FAULT", "SELFTEST", "CHALLENGED"),
    "declined": ("BOOT", "SELFTEST", "FAULT", "ARMED", "FIRING", "ABORTED", "SAFE"),
    "slow_person": ("BOOT", "SELFTEST", "FAULT", "ARMED", "FIRING", "ABORTED", "SAFE"),
    "port_stuck": ("BOOT", "SELFTEST", "SAFE", "CHALLENGED", "FIRING", "ABORTED", "FAULT"),
    "write_error": ("FAULT", "BOOT"),
    "stall": ("FAULT", "BOOT"),
    "replay": ("BOOT", "SELFTEST", "SAFE", "CHALLENGED", "ABORTED", "FAULT"),
    "restop": ("BOOT", "SELFTEST", "CHALLENGED", "ARMED", "FIRING", "FAULT"),
    "calibrated": ("BOOT", "SELFTEST", "CHALLENGED", "ARMED", "FIRING", "FAULT"),
    "visit": ("BOOT", "SELFTEST", "CHALLENGED", "ARMED", "FIRING", "FAULT"),
    "stranger": ("BOOT", "SELFTEST", "CHALLENGED", "ARMED", "FIRING", "FAULT"),
}
"""Cells that are not demanded, by kind of fault: what cannot come together, or only by luck."""


def cells() -> list[tuple[str, str]]:
    """Return every (fault, what it has to meet)."""
    wanted = [
        (kind, state)
        for kind in (
            *WEATHER,
            *TIMED,
            *IN_BODY,
            *AT_ASKS,
            *BY_PEOPLE,
        )
        for state in STATES
        if state not in _WHY_NOT.get(kind, ())
    ]
    wanted += [(kind, entry) for kind in DISK for entry in ENTRIES]
    wanted += [("torn_record", record) for record in RECORDS]
    return wanted


def missing(seen: Witnesses) -> list[tuple[str, str]]:
    """Return the cells that nothing has met."""
    return [cell for cell in cells() if not seen[cell]]


def table(seen: Witnesses) -> str:
    """Return the witnesses as text: a line for each fault, a column for what it met."""
    blocks = []
    states = (*WEATHER, *TIMED, *IN_BODY, *AT_ASKS, *BY_PEOPLE)
    for title, kinds, columns in (
        ("fault x state of the pistol", states, STATES),
        ("fault x entry of the host's journal", DISK, ENTRIES),
        ("fault x record of the pistol's memory", ("torn_record",), RECORDS),
    ):
        lines = [f"{title:36}" + "".join(f"{one[:10]:>11}" for one in columns)]
        for kind in kinds:
            counts = [
                "-" if one in _WHY_NOT.get(kind, ()) and not seen[kind, one] else seen[kind, one]
                for one in columns
            ]
            lines.append(f"{kind:36}" + "".join(f"{one:>11}" for one in counts))
        blocks.append("\n".join(lines))
    return "\n\n".join(blocks)
