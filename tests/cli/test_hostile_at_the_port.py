"""The command line against a pistol that lies: one clear line, and the code for an early end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from firmware_protocol.messages import ArmChallenge
from simulator.operator import Hand
from tests.c_core_kit import CoreOnLine
from tests.hostile_kit import Liar, altering


def test_a_pistol_that_would_enforce_another_dose_is_not_armed(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    began_ns = time.monotonic_ns()
    lie = altering(ArmChallenge, dose_nl_max=lambda nl: nl + 1)
    given: list[object] = []
    liar = Liar(lie, seed=1, hand=Hand(1, travel_us=0, settle_us=0), on_delivery=given.append)
    line = CoreOnLine(liar, lambda: (time.monotonic_ns() - began_ns) // 1000)  # type: ignore[arg-type]
    try:
        ran = call("run", small, "--port", line.url, "--out", "out", "--yes")
    finally:
        line.close()
    assert ran.code == 3
    assert "asked to be armed with dose_nl_max" in ran.out + ran.err
    assert "Traceback" not in ran.err
    assert not given
    assert call("record", "verify", "out").code == 0
