"""The clinic's limits: staged whole, committed by their check, kept through every power cut."""

from __future__ import annotations

from typing import Any

import pytest

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import (
    Abort,
    ArmConfirm,
    ArmRequest,
    ClearAbort,
    Disarm,
    ErrorCode,
    ErrorReply,
    FaultCode,
    JournalKind,
    LimitId,
    LimitLayer,
    Limits,
    LimitsCommit,
    LimitsCommitted,
    LimitsGet,
    LimitsStage,
    LimitsStaged,
    PistolState,
    Resolve,
    to_frame,
)
from simulator import Hand, Memory
from simulator.limits import factory_limits
from simulator.memory import COPIES, LIMITS_BYTES
from tests.simulator.conftest import ARMING

FACTORY = LimitsStage(*factory_limits()[2:])
TIGHTER = FACTORY._replace(dose_nl_max=150_000, interval_ms_min=120)  # type: ignore[arg-type]
COPY_BYTES = 46


def stage(host: Any, limits: LimitsStage = TIGHTER) -> LimitsStaged:
    reply = host.ask(limits)
    assert isinstance(reply, LimitsStaged), reply
    return reply


def commit(host: Any, limits: LimitsStage = TIGHTER, revision: int = 2) -> Any:
    return host.ask(LimitsCommit(revision, stage(host, limits).crc))


def in_force(host: Any) -> Limits:
    reply = host.ask(LimitsGet(LimitLayer.EFFECTIVE))
    assert isinstance(reply, Limits)
    return reply


def refused(reply: Any) -> tuple[ErrorCode, int, int]:
    assert isinstance(reply, ErrorReply), reply
    return reply.code, reply.detail, reply.value


@pytest.fixture
def ready(host: Any) -> Any:
    host.hello()
    host.read_all()
    return host


def test_what_is_staged_is_told_by_its_check_and_is_not_in_force(ready: Any) -> None:
    payload = to_frame(TIGHTER, session=1, request=1).payload
    assert stage(ready) == LimitsStaged(crc32c(payload), LimitId.NONE, 0)
    assert LimitsStage(*in_force(ready)[2:]) == FACTORY


def test_committed_limits_are_in_force_in_arming_journal_and_greeting(ready: Any) -> None:
    assert commit(ready) == LimitsCommitted(2)
    assert in_force(ready) == Limits(LimitLayer.EFFECTIVE, 2, *TIGHTER)
    assert ready.ask(LimitsGet(LimitLayer.CLINIC)) == Limits(LimitLayer.CLINIC, 2, *TIGHTER)
    assert LimitsStage(*ready.ask(LimitsGet(LimitLayer.FACTORY))[2:]) == FACTORY
    record = ready.journal()[-1]
    assert (record.kind, record.limits_revision, record.shot_id) == (JournalKind.CONFIG, 2, 0)
    ready.read_all()
    assert ready.hello(nonce=2).limits_revision == 2
    assert ready.challenge(limits_revision=2, interval_ms_min=120).limits_revision == 2
    ready.ask(Disarm(0))
    ready.arm(limits_revision=2, interval_ms_min=120)
    ready.fire(1)
    ready.play(2_000_000)
    assert {one.limits_revision for one in ready.journal()[-2:]} == {2}


def test_an_arming_by_the_old_revision_or_beyond_the_new_limits_is_refused(ready: Any) -> None:
    commit(ready)
    ready.read_all()
    ask = {**ARMING, "interval_ms_min": 120}
    assert refused(ready.ask(ArmRequest(**ask)))[:2] == (ErrorCode.LIMITS_REVISION, 2)
    ask |= {"limits_revision": 2, "interval_ms_min": 119}
    why = (ErrorCode.LIMIT, LimitId.INTERVAL_MS_MIN, 120)
    assert refused(ready.ask(ArmRequest(**ask))) == why


def test_nothing_is_committed_by_another_check_or_without_staging(ready: Any) -> None:
    assert refused(ready.ask(LimitsCommit(2, 0)))[0] is ErrorCode.NOT_STAGED
    crc = stage(ready).crc
    assert refused(ready.ask(LimitsCommit(2, crc ^ 1))) == (ErrorCode.WRONG_CRC, crc, 0)
    assert in_force(ready).revision == 1
    assert ready.ask(LimitsCommit(2, crc)) == LimitsCommitted(2)
    assert refused(ready.ask(LimitsCommit(3, crc)))[0] is ErrorCode.NOT_STAGED


def test_a_revision_is_above_the_one_in_force(ready: Any) -> None:
    assert refused(commit(ready, revision=1)) == (ErrorCode.LIMITS_REVISION, 1, 0)
    assert commit(ready, revision=9) == LimitsCommitted(9)
    assert refused(commit(ready, revision=9)) == (ErrorCode.LIMITS_REVISION, 9, 0)
    assert in_force(ready).revision == 9


@pytest.mark.parametrize("limit", LimitsStage._fields)
def test_each_limit_may_only_tighten_the_factory_s_and_none_may_be_missing(
    ready: Any, limit: str
) -> None:
    ready.pistol.hold_service_button(True)  # which loosens the clinic's alone
    ident, bound = LimitId[limit.upper()], getattr(FACTORY, limit)
    wider = bound - 1 if limit.endswith("_min") else bound + 1
    reply = commit(ready, FACTORY._replace(**{limit: wider}))
    assert refused(reply) == (ErrorCode.LIMIT, ident, bound)
    assert refused(commit(ready, FACTORY._replace(**{limit: 0}))) == (ErrorCode.LIMIT, ident, 0)
    assert in_force(ready).revision == 1


def test_loosening_needs_a_person_and_names_what_becomes_looser(ready: Any) -> None:
    commit(ready)
    staged = stage(ready, FACTORY)
    assert (staged.loosens, staged.in_force) == (LimitId.DOSE_NL_MAX, 150_000)
    why = (ErrorCode.NEEDS_PERSON, LimitId.DOSE_NL_MAX, 150_000)
    assert refused(ready.ask(LimitsCommit(3, staged.crc))) == why
    assert in_force(ready).dose_nl_max == 150_000
    ready.pistol.hold_service_button(True)
    assert ready.ask(LimitsCommit(3, staged.crc)) == LimitsCommitted(3)
    assert in_force(ready).dose_nl_max == 200_000


def test_armed_or_aborted_nothing_is_staged_or_committed(ready: Any) -> None:
    crc = stage(ready).crc
    ready.arm()
    for request in (TIGHTER, LimitsCommit(2, crc)):
        assert refused(ready.ask(request))[:2] == (ErrorCode.WRONG_STATE, PistolState.ARMED)
    ready.ask(Abort(1), session=0)
    assert refused(ready.ask(TIGHTER))[:2] == (ErrorCode.WRONG_STATE, PistolState.ABORTED)
    ready.read_all()
    ready.ask(ClearAbort(1))
    assert refused(ready.ask(LimitsCommit(2, crc)))[0] is ErrorCode.NOT_STAGED
    assert in_force(ready).revision == 1


def test_a_challenge_dies_of_a_commit(ready: Any) -> None:
    nonce = ready.challenge().nonce
    assert commit(ready) == LimitsCommitted(2)
    ready.read_all()
    assert refused(ready.ask(ArmConfirm(nonce)))[:2] == (ErrorCode.WRONG_STATE, PistolState.SAFE)


def test_what_was_staged_dies_with_its_session(ready: Any) -> None:
    crc = stage(ready).crc
    ready.hello(nonce=2)
    assert refused(ready.ask(LimitsCommit(2, crc)))[0] is ErrorCode.NOT_STAGED


def test_without_room_in_the_journal_nothing_is_committed(host_of: Any) -> None:
    host = host_of(memory=Memory(32))
    host.hello()
    for shot_id in range(1, 40):
        host.ask(Resolve(shot_id))
    assert refused(commit(host))[0] is ErrorCode.JOURNAL_UNREAD
    assert in_force(host).revision == 1
    host.read_all()
    assert commit(host) == LimitsCommitted(2)


def test_a_power_cut_at_every_byte_of_a_commit_leaves_the_old_or_the_new_limits(
    host_of: Any,
) -> None:
    ready = host_of()
    ready.hello()
    commit(ready)
    ready.read_all()
    image, new = ready.pistol.memory.image(), TIGHTER._replace(shots_max=7)
    found = []
    for count in range(COPIES * COPY_BYTES + 1):
        host = host_of(memory=Memory.from_image(image))
        host.hello()
        crc = stage(host, new).crc
        host.pistol.memory.cut_after(count)
        assert host.ask(LimitsCommit(3, crc)) is None
        host.restore()
        host.hello()
        limits = in_force(host)
        assert limits in (
            Limits(LimitLayer.EFFECTIVE, 2, *TIGHTER),
            Limits(LimitLayer.EFFECTIVE, 3, *new),
        )
        assert host.journal()[-1].kind is JournalKind.BOOT
        assert host.journal()[-1].limits_revision == limits.revision
        found.append(limits.revision)
        host.cut()  # both copies are whole again
        host.restore()
        host.hello()
        assert in_force(host) == limits
    assert found == [2] * COPY_BYTES + [3] * (COPY_BYTES + 1)


def test_the_first_limits_that_a_power_cut_tears_leave_none(host_of: Any) -> None:
    host = host_of()
    host.hello()
    crc = stage(host).crc
    host.pistol.memory.cut_after(COPY_BYTES - 1)
    host.ask(LimitsCommit(2, crc))
    host.restore()
    host.hello()
    assert in_force(host).revision == 1
    assert host.poll().fault is FaultCode.NONE


@pytest.mark.parametrize("damaged", [(0,), (1,), (0, 1)])
def test_one_damaged_copy_is_mended_and_two_are_a_fault(
    host_of: Any, damaged: tuple[int, ...]
) -> None:
    host = host_of()
    host.hello()
    commit(host)
    image = bytearray(host.pistol.memory.image())
    for copy in damaged:
        image[host.pistol.memory.settings + copy * LIMITS_BYTES + 20] ^= 1
    again = host_of(memory=Memory.from_image(bytes(image)))
    again.hello()
    if len(damaged) == COPIES:
        status = again.poll()
        assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.MEMORY)
        assert again.pistol.memory.image() == bytes(image), "nothing is written any more"
    else:
        assert in_force(again).revision == 2
        start = again.pistol.memory.settings
        area = again.pistol.memory.image()[start : start + COPIES * LIMITS_BYTES]
        assert area[:LIMITS_BYTES] == area[LIMITS_BYTES:]


def test_what_is_committed_takes_the_place_of_what_was_delivered(host_of: Any) -> None:
    delivered = factory_limits()._replace(layer=LimitLayer.CLINIC, revision=4, shots_max=50)
    host = host_of(limits=delivered)
    host.hello()
    assert (in_force(host).shots_max, in_force(host).revision) == (50, 4)
    assert commit(host, FACTORY._replace(shots_max=40), revision=5) == LimitsCommitted(5)
    host.cut()
    host.restore()
    host.hello()
    assert (in_force(host).shots_max, in_force(host).revision) == (40, 5)


def test_a_factory_that_became_tighter_than_what_is_stored_leaves_nothing_to_arm(
    host_of: Any,
) -> None:
    host = host_of()
    host.hello()
    commit(host)
    tight = factory_limits()._replace(dose_nl_max=100_000)
    again = host_of(memory=Memory.from_image(host.pistol.memory.image()), factory=tight)
    again.hello()
    again.read_all()
    reply = again.ask(ArmRequest(**ARMING))
    assert refused(reply)[:2] == (ErrorCode.LIMIT, LimitId.DOSE_NL_MAX)


def test_a_hand_holds_no_service_button_by_itself() -> None:
    assert not Hand(1).holds_service_button
