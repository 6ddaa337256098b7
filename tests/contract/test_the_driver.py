"""What a script sees of every kind of pistol, through the driver that a session uses."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol.description import own
from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.messages import (
    AbortCause,
    AbortReply,
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ArmRequest,
    ClearAbort,
    LimitLayer,
    LimitsGet,
    PistolState,
    Poll,
)
from firmware_protocol.units import ArmToken
from mesogun.device import Pistol


def test_a_script_needs_one_line_for_the_status(reached: Any) -> None:
    with Pistol.open(reached.url, keys=reached.keys) as pistol:
        status = pistol.status()
        assert status.state in (PistolState.SAFE, PistolState.ABORTED)
        assert pistol.limits().dose_nl_max > 0
        assert pistol.ping() > 0
        assert pistol.description() == own()


def test_a_calibration_is_set_and_read_back(reached: Any) -> None:
    with Pistol.open(reached.url, keys=reached.keys) as pistol:
        head = pistol.status().journal_head
        status = pistol.ask(Poll(ArmToken(0), 1, head))
        if status.state is PistolState.ABORTED:  # type: ignore[union-attr]
            pistol.ask(ClearAbort(status.abort_id))  # type: ignore[union-attr]
        before = pistol.calibration()
        content = bytes(range(200))
        pistol.set_calibration(
            content, calibration_id=before.id + 1, not_after_day=30_000, shots_max=500
        )
        held = pistol.calibration()
        assert (held.id, held.content, held.shots_used) == (before.id + 1, content, 0)
        assert (held.not_after_day, held.shots_max) == (30_000, 500)
        for wrong in (b"", bytes(1_025)):
            with pytest.raises(LocalProtocolError, match="1 to 1024 fit"):
                pistol.set_calibration(wrong, calibration_id=9, not_after_day=0, shots_max=1)


def test_the_line_runs_faster_where_it_has_a_speed(reached: Any) -> None:
    fast = 115_200 if reached.url.startswith("socket:") else 921_600
    with Pistol.open(reached.url, keys=reached.keys) as pistol:
        head = pistol.status().journal_head
        status = pistol.ask(Poll(ArmToken(0), 1, head))
        if status.state is PistolState.ABORTED:  # type: ignore[union-attr]
            pistol.ask(ClearAbort(status.abort_id))  # type: ignore[union-attr]
        assert pistol.set_baud(921_600) == fast
        assert pistol.description() == own()
        assert pistol.stop().stopped == 1
        assert pistol.baud == fast
        pistol.ask(Poll(ArmToken(0), 2, pistol.status().journal_head))
        pistol.ask(ClearAbort(pistol.status().abort_id))
        assert pistol.ping() > 0


def test_a_stop_returns_when_the_pistol_stands_still(reached: Any) -> None:
    with Pistol.open(reached.url, keys=reached.keys) as pistol:
        stopped = pistol.stop()
        assert (stopped.stopped, stopped.cause) == (1, AbortCause.FRAME)
        assert pistol.status().state is PistolState.ABORTED


def test_an_ask_that_an_abort_overtakes_returns_the_abort_s_answer(reached: Any) -> None:
    with Pistol.open(reached.url, keys=reached.keys) as pistol:
        pistol.status()
        pistol.abort()
        assert pistol.abort_wanted()
        answer = pistol.ask(LimitsGet(LimitLayer.EFFECTIVE))
        assert isinstance(answer, AbortReply)
        assert answer.stopped == 1
        assert not pistol.abort_wanted()


def test_an_arming_by_a_script_is_stopped_by_its_abort(reached: Any) -> None:
    with Pistol.open(reached.url, keys=reached.keys) as pistol:
        greeting = pistol.hello()
        head = pistol.status().journal_head
        status = pistol.ask(Poll(ArmToken(0), 1, head))
        if status.state is PistolState.ABORTED:  # type: ignore[union-attr]
            pistol.ask(ClearAbort(status.abort_id))  # type: ignore[union-attr]
        of = pistol.limits()
        challenge = pistol.ask(
            ArmRequest(1, of.dose_nl_max, of.dose_nl_max, of.depth_um_max, of.rate_nl_per_s_max,
                       of.interval_ms_min, of.lease_ms_max, of.revision,
                       greeting.calibration_id, 7)
        )  # fmt: skip
        assert isinstance(challenge, ArmChallenge)
        assert isinstance(pistol.ask(ArmConfirm(challenge.nonce)), ArmReply)
        assert pistol.status().state is PistolState.ARMED
        assert pistol.stop().stopped == 1
        assert pistol.status().state is PistolState.ABORTED
