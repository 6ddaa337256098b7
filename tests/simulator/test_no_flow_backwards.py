"""While the needle is in, the plunger goes forward or stands: over a whole shot, stopped or not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from firmware_protocol.messages import Abort

STEP_US = 1_000
DEPTH_UM = 600


def watched(host: Any, stop_us: int | None) -> list[tuple[int, int]]:
    """Return what has left the needle and how deep it is, each millisecond of one shot."""
    host.arm(lease_ms=1_000)
    host.fire(1, depth_um=DEPTH_UM)
    while host.pistol.motion is None:
        host.now_us += STEP_US
        host.pistol.advance(host.now_us)
    seen, began_us = [], host.now_us
    while (motion := host.pistol.motion) is not None:
        seen.append((motion.dosed_at(host.now_us), motion.depth_at(host.now_us)))
        if stop_us is not None and host.now_us - began_us == stop_us:
            host.ask(Abort(1), session=0)
        host.now_us += STEP_US
        host.pistol.advance(host.now_us)
    return seen


@pytest.mark.parametrize("stop_us", [None, *range(7 * STEP_US, 150 * STEP_US, 7 * STEP_US)])
def test_the_plunger_never_goes_back_while_the_needle_is_in(
    host_of: Callable[..., Any], stop_us: int | None
) -> None:
    host = host_of()
    before_nl, outward = 0, False
    seen = watched(host, stop_us)
    assert len(seen) > 1
    for (given_nl, depth_um), (_, depth_next_um) in zip(seen, [*seen[1:], (0, 0)], strict=True):
        assert given_nl >= before_nl
        assert given_nl == before_nl or not outward, "it flows while the needle comes out"
        outward = outward or depth_next_um < depth_um
        before_nl = given_nl
    assert sum(one.dose_nl for one in host.ghost) == before_nl
