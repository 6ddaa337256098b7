"""What a clinic sets in a pistol, on every kind of pistol."""

from __future__ import annotations

from typing import Any

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import (
    ArmConfirm,
    ErrorCode,
    ErrorReply,
    JournalKind,
    LimitId,
    LimitLayer,
    LimitsCommit,
    LimitsStage,
    LimitsStaged,
    PistolState,
    to_frame,
)


def clinic(bench: Any) -> tuple[LimitsStage, int]:
    """The clinic's limits now, and a revision that may follow."""
    limits = bench.pistol.limits(LimitLayer.CLINIC)
    return LimitsStage(*limits[2:]), limits.revision + 1


def refusal(bench: Any, request: Any) -> ErrorReply:
    reply = bench.pistol.ask(request)
    assert isinstance(reply, ErrorReply), reply
    return reply


def test_limits_come_into_force_by_check_and_revision_and_are_journalled(bench: Any) -> None:
    now, revision = clinic(bench)
    new = now._replace(dwell_ms_max=now.dwell_ms_max - 1)  # type: ignore[arg-type]
    staged = bench.pistol.stage_limits(new)
    payload = to_frame(new, session=1, request=1).payload
    assert staged == LimitsStaged(crc32c(payload), LimitId.NONE, 0)
    assert refusal(bench, LimitsCommit(revision, staged.crc ^ 1)).code is ErrorCode.WRONG_CRC
    old = refusal(bench, LimitsCommit(revision - 1, staged.crc))
    assert (old.code, old.detail) == (ErrorCode.LIMITS_REVISION, revision - 1)
    bench.pistol.commit_limits(revision, staged)
    limits = bench.pistol.limits()
    assert (limits.revision, LimitsStage(*limits[2:])) == (revision, new)
    record = bench.journal(bench.poll().journal_head)[-1]
    assert (record.kind, record.limits_revision) == (JournalKind.CONFIG, revision)
    bench.settle()
    stale = refusal(bench, bench.arm_request(limits_revision=revision - 1))
    assert stale.code is ErrorCode.LIMITS_REVISION
    assert bench.pistol.hello().limits_revision == revision
    back = bench.pistol.stage_limits(now)
    assert (back.loosens, back.in_force) == (LimitId.DWELL_MS_MAX, new.dwell_ms_max)
    alone = refusal(bench, LimitsCommit(revision + 1, back.crc))
    assert alone.code is ErrorCode.NEEDS_PERSON
    assert (alone.detail, alone.value) == (LimitId.DWELL_MS_MAX, new.dwell_ms_max)


def test_no_limit_is_wider_than_the_factory_s_and_none_is_left_out(bench: Any) -> None:
    now, revision = clinic(bench)
    factory = bench.pistol.limits(LimitLayer.FACTORY)
    for value, told in ((factory.shots_max + 1, factory.shots_max), (0, 0)):
        staged = bench.pistol.stage_limits(now._replace(shots_max=value))
        refused = refusal(bench, LimitsCommit(revision, staged.crc))
        assert (refused.code, refused.detail) == (ErrorCode.LIMIT, LimitId.SHOTS_MAX)
        assert refused.value == told


def test_limits_are_not_touched_while_armed_and_a_commit_ends_a_challenge(bench: Any) -> None:
    now, revision = clinic(bench)
    challenge = bench.pistol.ask(bench.arm_request())
    staged = bench.pistol.stage_limits(now)
    bench.pistol.commit_limits(revision, staged)
    bench.settle()
    dead = refusal(bench, ArmConfirm(challenge.nonce))
    assert (dead.code, dead.detail) == (ErrorCode.WRONG_STATE, PistolState.SAFE)
    bench.arm()
    for request in (now, LimitsCommit(revision + 1, staged.crc)):
        armed = refusal(bench, request)
        assert (armed.code, armed.detail) == (ErrorCode.WRONG_STATE, PistolState.ARMED)
