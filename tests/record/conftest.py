"""A small session's entries, from which the tests of this room start."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mesogun.record import (
    Acknowledged,
    Alarmed,
    Armed,
    Connected,
    Ended,
    Entry,
    Intent,
    Opened,
    Outcome,
    Record,
    Reserved,
    fold,
)

OPENED = Opened(
    at_us=0,
    session_id="s-1",
    started="2026-11-21T09:00:00Z",
    plan_digest="sha256:" + "ab" * 32,
    prescription_sha256="cd" * 32,
    pricks=3,
    shots=3,
    doses_nl=(10_000, 10_000, 9_000),
    depths_um=(600, 600, 500),
    shot_of=(0, 1, 2),
    versions=(("mesogun", "0.1.0"),),
)
CONNECTED = Connected(
    at_us=10,
    part=1,
    wall="2026-11-21T09:00:00Z",
    simulated=True,
    pistol_uid="5100000000000007",
    firmware="1.0.0",
    boot_id=77,
    calibration_id=0,
    limits_revision=1,
    seed=7,
)


def fired(shot_id: int, at_us: int = 500, dose_nl: int = 10_050) -> Outcome:
    return Outcome(at_us, shot_id, "fired", "NONE", dose_nl, 601, at_us - 100, shot_id)


@pytest.fixture
def opened() -> Opened:
    return OPENED


@pytest.fixture
def connected() -> Connected:
    return CONNECTED


@pytest.fixture
def session() -> tuple[Entry, ...]:
    """A complete session of three pricks, the second of which took two shots."""
    return (
        OPENED,
        CONNECTED,
        Reserved(20, 1, 64),
        Armed(30, 300, "--yes"),
        Intent(100, 1, 0),
        fired(1, 500),
        Intent(600, 2, 1),
        Outcome(900, 2, "not_fired", "EXPIRED", 0, 0, None, 2),
        Acknowledged(950, 2),
        Intent(1_000, 3, 1),
        fired(3, 1_500, 9_990),
        Intent(1_600, 4, 2),
        fired(4, 2_000, 9_001),
        Alarmed(2_050, "supply", "the battery is low"),
        Ended(2_100, "complete", "every prick was given", "2026-11-21T09:00:02Z"),
    )


@pytest.fixture
def told() -> Callable[..., Record]:
    """Fold entries that follow the opening and the first connection."""
    return lambda *entries: fold((OPENED, CONNECTED, *entries), 2 + len(entries), "head")
