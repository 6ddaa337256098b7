"""What the tests of the ground share: the schema, a strategy for every message, and line noise."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import strategies as st

import firmware_protocol
from firmware_protocol import messages, strategies
from firmware_protocol.frame import Frame
from firmware_protocol.generator.model import Schema
from firmware_protocol.generator.read import read

GROUND = Path(firmware_protocol.__file__).parent
SCHEMA = read((GROUND / "schema.toml").read_text("utf-8"))
KINDS = {
    kind.__name__: kind
    for kind in (
        *messages.REPLY_OF,
        *messages.REPLY_OF.values(),
        messages.ErrorReply,
        messages.JournalRecord,
        messages.Byte,
        messages.Trigger,
        messages.PistolState,
        messages.AbortCause,
        messages.FaultCode,
        messages.ResetReason,
        messages.Outcome,
        messages.ShotResult,
        messages.Refusal,
        messages.LimitId,
        messages.LimitLayer,
        messages.JournalKind,
        messages.ErrorCode,
    )
}
FRAMES = st.builds(
    Frame,
    urgency=st.integers(0, 2),
    reply=st.booleans(),
    retry=st.booleans(),
    msg=st.integers(0, 0xFFFF),
    session=st.integers(0, 0xFFFF),
    request=st.integers(0, 0xFFFF),
    payload=st.binary(max_size=224)
    | st.lists(st.sampled_from([0, 1, 255]), max_size=224).map(bytes),
    seal=st.just(b"") | st.binary(min_size=12, max_size=12),
)


@pytest.fixture(scope="session")
def schema() -> Schema:
    """The schema of the repository, checked."""
    return SCHEMA


@pytest.fixture(scope="session")
def kinds() -> dict[str, Any]:
    """Every generated type by its name in the schema."""
    return KINDS


@pytest.fixture(scope="session")
def any_message() -> st.SearchStrategy[Any]:
    """Any message of the wire, within its ranges."""
    return strategies.MESSAGES


@pytest.fixture(scope="session")
def any_frame() -> st.SearchStrategy[Frame]:
    """Any frame, whether or not a message has its number."""
    return FRAMES


@pytest.fixture(scope="session")
def vectors() -> Callable[[str], list[dict[str, Any]]]:
    """The committed vectors, by file name."""

    def load(name: str) -> list[dict[str, Any]]:
        return json.loads((GROUND / "vectors" / name).read_bytes())["vectors"]

    return load


@pytest.fixture
def shot() -> messages.Shot:
    """A shot as an ordinary session asks for it."""
    return messages.Shot(
        shot_id=messages.ShotId(123456),
        arm_token=messages.ArmToken(0xDEADBEEF),
        dose_nl=messages.Nanolitres(10_000),
        depth_um=messages.Micrometres(2_000),
        rate_nl_per_s=messages.NanolitresPerSecond(50_000),
        dwell_ms=messages.Milliseconds(20),
        ttl_ms=messages.Milliseconds(5_000),
        trigger=messages.Trigger.HELD,
        interval_ms=messages.Milliseconds(100),
        flags=0,
        crit=0x1234,
    )
