"""Any request but a shot may be repeated: the pistol keeps what the schema promises of it."""

from __future__ import annotations

from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

import firmware_protocol
from firmware_protocol import messages as m
from firmware_protocol.generator.read import read

TEXT = (Path(firmware_protocol.__file__).parent / "schema.toml").read_text("utf-8")
AGAIN = {
    one.name: one.again for one in read(TEXT).messages if not one.is_reply and not one.actuating
}
CONTENT = b"as it was weighed"
DIGEST = tuple(int.from_bytes(sha256(CONTENT).digest()[at : at + 8]) for at in (0, 8, 16))
PIECE = m.CalibrationStage(0, len(CONTENT), tuple(map(m.Byte, CONTENT)))
ARMING: dict[str, Any] = {
    "shots_max": 5,
    "volume_nl_max": 100_000,
    "dose_nl_max": 20_000,
    "rate_nl_per_s_max": 200_000,
    "lease_ms": 300,
    "limits_revision": 1,
}
TREATMENT: dict[str, Any] = ARMING | {
    "depth_um_max": 600,
    "interval_ms_min": 110,
    "calibration_id": 0,
    "plan_digest": 7,
}
GOES_ON = ("uptime_us", "lease_ms_left")
"""What changes by itself."""


def clinic(host: Any) -> m.LimitsStage:
    return m.LimitsStage(*host.ask(m.LimitsGet(m.LimitLayer.FACTORY))[2:])


def clear(host: Any) -> m.ClearAbort:
    stop = host.ask(m.Abort(1), session=0)
    host.read_all()
    return m.ClearAbort(stop.abort_id)


def disarm(host: Any) -> m.Disarm:
    host.arm()
    return m.Disarm(host.token)


def poll(host: Any) -> m.Poll:
    host.arm()
    return m.Poll(host.token, 99, host.ack)


def commit(host: Any) -> m.CalibrationCommit:
    host.ask(PIECE)
    return m.CalibrationCommit(9, *DIGEST, 0, 100)


ASKED: dict[str, Callable[[Any], Any]] = {
    "Hello": lambda _: m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 5),
    "Describe": lambda _: m.Describe(0),
    "SetBaud": lambda _: m.SetBaud(**dict[str, Any](baud=921_600, fallback_ms=1_500)),
    "Ping": lambda _: m.Ping(7),
    "Abort": lambda _: m.Abort(1),
    "ClearAbort": clear,
    "ArmRequest": lambda _: m.ArmRequest(**TREATMENT),
    "ArmConfirm": lambda host: m.ArmConfirm(host.challenge().nonce),
    "Disarm": disarm,
    "Poll": poll,
    "Resolve": lambda _: m.Resolve(**dict[str, Any](shot_id=7)),
    "JournalRead": lambda _: m.JournalRead(1, 3),
    "LimitsGet": lambda _: m.LimitsGet(m.LimitLayer.EFFECTIVE),
    "LimitsStage": clinic,
    "LimitsCommit": lambda host: m.LimitsCommit(2, host.ask(clinic(host)).crc),
    "CalibrationGet": lambda _: m.CalibrationGet(0),
    "CalibrationStage": lambda _: PIECE,
    "CalibrationCommit": commit,
    "ServiceRequest": lambda _: m.ServiceRequest(**ARMING),
    "Home": lambda _: m.Home(0),
    "Jog": lambda _: m.Jog(**dict[str, Any](depth_um=2_000, dwell_ms=100)),
    "SelfTest": lambda _: m.SelfTest(0),
}


def lasting(told: Any) -> Any:
    return told._replace(**{name: 0 for name in GOES_ON if name in told._fields})


def look(host: Any) -> Any:
    """Tell how the pistol stands, once what it may have begun is over."""
    while True:
        host.now_us += 100_000
        told = host.ask(m.Poll(**dict[str, Any](arm_token=0, app_tick=0, journal_ack=0)))
        if told.flags & m.StatusFlag.STOPPED:
            return lasting(told)


def say(host: Any, message: Any) -> Any:
    free = isinstance(message, m.Hello | m.Abort)
    reply = host.ask(message, session=0 if free else None)
    if isinstance(reply, m.HelloReply):
        host.session = reply.session
    return lasting(reply)


def test_the_promise_of_every_request_is_tried() -> None:
    assert set(ASKED) == set(AGAIN)


@pytest.mark.parametrize("name", sorted(AGAIN))
def test_a_request_said_twice_does_what_it_does_once(host: Any, name: str) -> None:
    host.hello()
    host.read_all()
    host.pistol.hold_service_button(True)
    message = ASKED[name](host)
    before = look(host)
    first = say(host, message)
    assert not isinstance(first, m.ErrorReply), "the test asks for nothing"
    after = look(host)
    second = say(host, message)
    assert look(host) == after
    if AGAIN[name] == "asks":
        assert (after, second) == (before, first)
    elif AGAIN[name] != "same":
        assert second == first or isinstance(second, m.ErrorReply)
    assert host.ghost == []
