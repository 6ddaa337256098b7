"""A calibration: staged in pieces, committed by its hash, counted in shots, kept through cuts."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from firmware_protocol.messages import (
    Abort,
    ArmConfirm,
    ArmRequest,
    Byte,
    Calibration,
    CalibrationCommit,
    CalibrationCommitted,
    CalibrationGet,
    CalibrationStage,
    CalibrationStaged,
    ErrorCode,
    ErrorReply,
    FaultCode,
    JournalKind,
    PistolState,
    Resolve,
)
from simulator import Memory
from simulator.memory import CALIBRATION_BYTES, COPIES, LIMITS_BYTES
from tests.simulator.conftest import ARMING

CONTENT = bytes(range(256)) * 4
COPY_BYTES = 1_084
PIECE = 32


def stage(host: Any, content: bytes = CONTENT) -> None:
    for at in range(0, len(content), PIECE):
        piece = tuple(map(Byte, content[at : at + PIECE]))
        assert host.ask(CalibrationStage(at, len(piece), piece)) == CalibrationStaged(
            at + len(piece)
        )


def commit_of(content: bytes = CONTENT, ident: int = 7, **changes: int) -> CalibrationCommit:
    digest = sha256(content).digest()
    first, second, third = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16))
    asked = CalibrationCommit(ident, first, second, third, not_after_day=20_800, shots_max=1_000)
    return asked._replace(**changes)


def committed(host: Any, content: bytes = CONTENT, ident: int = 7, **changes: int) -> Any:
    stage(host, content)
    return host.ask(commit_of(content, ident, **changes))


def held(host: Any, offset: int = 0) -> Calibration:
    reply = host.ask(CalibrationGet(offset))
    assert isinstance(reply, Calibration), reply
    return reply


def refused(reply: Any) -> tuple[ErrorCode, int, int]:
    assert isinstance(reply, ErrorReply), reply
    return reply.code, reply.detail, reply.value


@pytest.fixture
def ready(host: Any) -> Any:
    host.hello()
    host.read_all()
    return host


def test_a_new_pistol_was_never_calibrated(ready: Any) -> None:
    assert held(ready) == Calibration(*[0] * 11, ())
    assert refused(ready.ask(CalibrationGet(1))) == (ErrorCode.OUT_OF_RANGE, 0, 0)


def test_a_committed_one_is_told_in_greeting_records_and_arming(ready: Any) -> None:
    assert committed(ready) == CalibrationCommitted(7)
    told = held(ready)
    last = int.from_bytes(sha256(CONTENT).digest()[24:], "big")
    assert told[:8] == (*commit_of()[:4], last, 20_800, 1_000, 0)
    assert (told.size, told.count) == (len(CONTENT), 128)
    whole = b"".join(
        bytes(one.value for one in held(ready, at).data) for at in range(0, len(CONTENT), 128)
    )
    assert whole == CONTENT
    record = ready.journal()[-1]
    assert (record.kind, record.calibration_id) == (JournalKind.CONFIG, 7)
    ready.read_all()
    hello = ready.hello(nonce=2)
    assert (hello.calibration_id, hello.calibration_not_after_day) == (7, 20_800)
    assert refused(ready.ask(ArmRequest(**ARMING))) == (ErrorCode.CALIBRATION, 7, 0)
    assert ready.challenge(calibration_id=7).calibration_id == 7


def test_only_what_has_the_hash_is_committed(ready: Any) -> None:
    assert refused(ready.ask(commit_of()))[0] is ErrorCode.NOT_STAGED
    stage(ready)
    for name in ("sha256_0", "sha256_1", "sha256_2"):
        asked = commit_of()
        wrong = asked._replace(**{name: getattr(asked, name) ^ 1})
        assert refused(ready.ask(wrong)) == (ErrorCode.WRONG_HASH, len(CONTENT), 0)
    assert refused(ready.ask(commit_of(CONTENT[:-1])))[0] is ErrorCode.WRONG_HASH
    assert held(ready).id == 0
    assert ready.ask(commit_of()) == CalibrationCommitted(7)
    assert refused(ready.ask(commit_of(ident=8)))[0] is ErrorCode.NOT_STAGED


def test_pieces_follow_each_other_and_a_repeated_one_changes_nothing(ready: Any) -> None:
    def piece(offset: int, size: int) -> Any:
        return ready.ask(CalibrationStage(offset, size, tuple(map(Byte, bytes(size)))))

    assert refused(piece(1, 4)) == (ErrorCode.OUT_OF_RANGE, 0, 0)
    assert piece(0, 32) == CalibrationStaged(32)
    assert piece(32, 10) == CalibrationStaged(42)
    assert piece(32, 10) == CalibrationStaged(42)
    assert refused(piece(43, 1)) == (ErrorCode.OUT_OF_RANGE, 42, 0)
    assert piece(0, 3) == CalibrationStaged(3)  # begun anew
    stage(ready)
    assert refused(piece(1_024, 1)) == (ErrorCode.OUT_OF_RANGE, 1_024, 0)
    assert piece(1_024, 0) == CalibrationStaged(1_024)


def test_a_number_names_one_calibration(ready: Any) -> None:
    committed(ready)
    assert refused(committed(ready, b"other")) == (ErrorCode.CALIBRATION, 7, 0)
    assert held(ready).size == len(CONTENT)
    assert ready.ask(commit_of(b"other", 8)) == CalibrationCommitted(8)
    assert (held(ready).size, held(ready).shots_used) == (5, 0)


def test_shots_are_counted_and_an_arming_beyond_the_last_is_refused(ready: Any) -> None:
    committed(ready, shots_max=3)
    ready.read_all()
    ask = {**ARMING, "calibration_id": 7, "shots_max": 4}
    assert refused(ready.ask(ArmRequest(**ask))) == (ErrorCode.CALIBRATION_SPENT, 0, 3)
    ready.arm(calibration_id=7, shots_max=2)
    for shot_id in (1, 2):
        ready.fire(shot_id)
        ready.play(2_000_000)
    assert held(ready).shots_used == 2
    ready.cut()
    ready.restore()
    ready.hello()
    ready.read_all()
    assert held(ready).shots_used == 2
    ask["shots_max"] = 2
    assert refused(ready.ask(ArmRequest(**ask))) == (ErrorCode.CALIBRATION_SPENT, 2, 3)
    ready.arm(calibration_id=7, shots_max=1)
    ready.fire(3)
    ready.play(2_000_000)
    ready.read_all()
    ask["shots_max"] = 1
    assert refused(ready.ask(ArmRequest(**ask))) == (ErrorCode.CALIBRATION_SPENT, 3, 3)


def test_shots_stay_counted_when_their_records_are_overwritten(host_of: Any) -> None:
    host = host_of(memory=Memory(32))
    host.hello()
    committed(host)
    host.arm(calibration_id=7)
    for shot_id in range(1, 41):
        host.fire(shot_id)
        host.play(1_000_000)
        host.read_all()
    assert host.journal(max(1, host.poll().journal_head - 3))
    assert held(host).shots_used == 40
    host.cut()
    host.restore()
    host.hello()
    assert held(host).shots_used == 40


def test_armed_or_aborted_nothing_is_staged_or_committed(ready: Any) -> None:
    stage(ready)
    ready.arm()
    for request in (CalibrationStage(0, 0, ()), commit_of()):
        assert refused(ready.ask(request))[:2] == (ErrorCode.WRONG_STATE, PistolState.ARMED)
    ready.ask(Abort(1), session=0)
    assert refused(ready.ask(commit_of()))[:2] == (ErrorCode.WRONG_STATE, PistolState.ABORTED)


def test_a_challenge_and_what_was_staged_before_a_new_session_die(ready: Any) -> None:
    nonce = ready.challenge().nonce
    assert committed(ready) == CalibrationCommitted(7)
    ready.read_all()
    assert refused(ready.ask(ArmConfirm(nonce)))[:2] == (ErrorCode.WRONG_STATE, PistolState.SAFE)
    stage(ready)
    ready.hello(nonce=2)
    assert refused(ready.ask(commit_of(ident=8)))[0] is ErrorCode.NOT_STAGED


def test_without_room_in_the_journal_nothing_is_committed(host_of: Any) -> None:
    host = host_of(memory=Memory(32))
    host.hello()
    for shot_id in range(1, 40):
        host.ask(Resolve(shot_id))
    assert refused(committed(host))[0] is ErrorCode.JOURNAL_UNREAD
    assert held(host).id == 0


@pytest.mark.parametrize("parity", range(8))
def test_a_power_cut_anywhere_in_a_commit_leaves_the_old_one_or_the_new(
    host_of: Any, parity: int
) -> None:
    ready = host_of(memory=Memory(32))
    ready.hello()
    committed(ready)
    ready.read_all()
    image, found = ready.pistol.memory.image(), set()
    for count in (*range(parity, COPIES * COPY_BYTES, 8), COPIES * COPY_BYTES):
        host = host_of(memory=Memory.from_image(image))
        host.hello()
        stage(host, b"new content")
        host.pistol.memory.cut_after(count)
        assert host.ask(commit_of(b"new content", 8)) is None
        host.restore()
        host.hello()
        told = held(host)
        is_new = count >= COPY_BYTES
        assert (told.id, told.size) == ((8, 11) if is_new else (7, len(CONTENT)))
        wanted = (b"new content" if is_new else CONTENT)[:128]
        assert bytes(one.value for one in told.data) == wanted
        assert host.journal()[-1].calibration_id == told.id
        found.add(told.id)
    assert found == {7, 8}


@pytest.mark.parametrize("damaged", [(0,), (1,), (0, 1)])
def test_one_damaged_copy_is_mended_and_two_are_a_fault(
    host_of: Any, damaged: tuple[int, ...]
) -> None:
    host = host_of()
    host.hello()
    committed(host)
    image = bytearray(host.pistol.memory.image())
    at = host.pistol.memory.settings + COPIES * LIMITS_BYTES
    for copy in damaged:
        image[at + copy * CALIBRATION_BYTES + 700] ^= 1
    again = host_of(memory=Memory.from_image(bytes(image)))
    again.hello()
    if len(damaged) == COPIES:
        status = again.poll()
        assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.MEMORY)
    else:
        assert held(again).id == 7
        area = again.pistol.memory.image()[at:]
        assert area[:CALIBRATION_BYTES] == area[CALIBRATION_BYTES:]
