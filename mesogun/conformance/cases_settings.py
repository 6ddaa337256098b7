"""What a clinic sets in a pistol: its limits, committed as they are, so that nothing is changed.

Of a calibration only what leaves the one in force alone is looked at.
"""

from __future__ import annotations

from hashlib import sha256

from firmware_protocol import messages as m
from firmware_protocol.frame import crc32c
from mesogun.conformance.asking import require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case


def _now(bench: Bench) -> tuple[m.LimitsStage, int]:
    """Return the clinic's limits as they are, and a revision that may follow."""
    limits = bench.limits(m.LimitLayer.CLINIC)
    return m.LimitsStage(*limits[2:]), limits.revision + 1


def _staged(bench: Bench, values: m.LimitsStage) -> m.LimitsStaged:
    staged = bench.expect(m.LimitsStaged, values)
    own = crc32c(m.to_frame(values, session=1, request=1).payload)
    require(staged.crc == own, f"staged with the check {staged.crc:#x}, not {own:#x}")
    return staged


def _commit(bench: Bench) -> None:
    now, revision = _now(bench)
    bench.refused(m.LimitsCommit(revision, 0), m.ErrorCode.NOT_STAGED)
    staged = _staged(bench, now)
    require(staged.loosens is m.LimitId.NONE, f"what is in force loosens {staged.loosens.name}")
    error = bench.refused(m.LimitsCommit(revision, staged.crc ^ 1), m.ErrorCode.WRONG_CRC)
    require(error.detail == staged.crc, f"it names the check {error.detail:#x}")
    error = bench.refused(m.LimitsCommit(revision - 1, staged.crc), m.ErrorCode.LIMITS_REVISION)
    require(error.detail == revision - 1, f"it names revision {error.detail}")
    done = bench.expect(m.LimitsCommitted, m.LimitsCommit(revision, staged.crc))
    held = bench.limits()
    told = (done.revision, held.revision, bench.hello().limits_revision)
    require(set(told) == {revision}, f"revisions in answer, limits and Hello: {told}")
    require(m.LimitsStage(*held[2:]) == now, f"in force are {held}")
    record = bench.unread()[-1]
    seen = f"the last record is {record.kind.name} of revision {record.limits_revision}"
    ends = (record.kind, record.limits_revision)
    require(ends == (m.JournalKind.CONFIG, revision), seen)
    bench.settle()
    bench.refused(bench.arm_request(limits_revision=revision - 1), m.ErrorCode.LIMITS_REVISION)


def _bounds(bench: Bench) -> None:
    now, revision = _now(bench)
    factory = bench.limits(m.LimitLayer.FACTORY)
    for name, bound in m.LimitsStage(*factory[2:])._asdict().items():
        wider = bound - 1 if name.endswith("_min") else bound + 1
        for value, told in ((wider, bound), (0, 0)):
            changed = now._replace(**{name: value})  # type: ignore[arg-type]
            staged = _staged(bench, changed)
            error = bench.refused(m.LimitsCommit(revision, staged.crc), m.ErrorCode.LIMIT)
            right = (m.LimitId[name.upper()], told)
            seen = f"{name} {value}: refused for {error.detail} {error.value}"
            require((error.detail, error.value) == right, seen)
    require(bench.limits().revision == revision - 1, "a refused commit changed the revision")


def _unarmed(bench: Bench) -> None:
    now, revision = _now(bench)
    challenge = bench.expect(m.ArmChallenge, bench.arm_request())
    crc = _staged(bench, now).crc
    bench.expect(m.LimitsCommitted, m.LimitsCommit(revision, crc))
    bench.refused(m.ArmConfirm(challenge.nonce), m.ErrorCode.WRONG_STATE)
    bench.settle()
    crc = _staged(bench, now).crc
    bench.arm()
    for request in (now, m.LimitsCommit(revision + 1, crc)):
        bench.refused(request, m.ErrorCode.WRONG_STATE)
    bench.abort()
    bench.settle()
    bench.refused(m.LimitsCommit(revision + 1, crc), m.ErrorCode.NOT_STAGED)


def _person(bench: Bench) -> None:
    hold = bench.needed("hold its service button", bench.handles.service_button)
    now, revision = _now(bench)
    less = now._replace(dwell_ms_max=now.dwell_ms_max - 1)  # type: ignore[arg-type]
    crc = _staged(bench, less).crc
    bench.expect(m.LimitsCommitted, m.LimitsCommit(revision, crc))
    staged = _staged(bench, now)
    told = (staged.loosens, staged.in_force)
    require(told == (m.LimitId.DWELL_MS_MAX, less.dwell_ms_max), f"staging tells {told}")
    again = m.LimitsCommit(revision + 1, staged.crc)
    error = bench.refused(again, m.ErrorCode.NEEDS_PERSON)
    require((error.detail, error.value) == told, f"it names {error.detail} {error.value}")
    hold(True)
    bench.expect(m.LimitsCommitted, again)
    hold(False)


def _calibration(bench: Bench) -> None:
    greeting = bench.hello()
    told = bench.expect(m.Calibration, m.CalibrationGet(0))
    known = (told.id, told.not_after_day)
    right = (greeting.calibration_id, greeting.calibration_not_after_day)
    require(known == right, f"calibration and last day are {known}, in Hello {right}")
    content = b""
    while piece := bench.expect(m.Calibration, m.CalibrationGet(len(content))).data:
        content += bytes(one.value for one in piece)
    require(len(content) == told.size, f"{len(content)} of {told.size} bytes are told")
    digest = b"".join(word.to_bytes(8, "big") for word in told[1:5])
    require(not told.id or sha256(content).digest() == digest, "its content has another hash")
    error = bench.refused(m.CalibrationGet(told.size + 1), m.ErrorCode.OUT_OF_RANGE)
    require(error.detail == told.size, f"it names {error.detail} bytes, not {told.size}")


def _staging(bench: Bench) -> None:
    before = bench.expect(m.Calibration, m.CalibrationGet(0))
    commit = m.CalibrationCommit((before.id + 1) % 2**32 or 1, 1, 2, 3, 0, 1)
    bench.refused(commit, m.ErrorCode.NOT_STAGED)
    bench.refused(m.CalibrationStage(1, 1, (m.Byte(0),)), m.ErrorCode.OUT_OF_RANGE)
    for offset, size in ((0, 5), (5, 2), (5, 2)):
        piece = m.CalibrationStage(offset, size, (m.Byte(7),) * size)
        staged = bench.expect(m.CalibrationStaged, piece).size
        require(staged == offset + size, f"{staged} bytes are staged, not {offset + size}")
    error = bench.refused(commit, m.ErrorCode.WRONG_HASH)
    require(error.detail == 7, f"it names {error.detail} bytes, not 7")
    bench.arm()
    for request in (m.CalibrationStage(0, 0, ()), commit):
        bench.refused(request, m.ErrorCode.WRONG_STATE)
    bench.settle()
    after = bench.expect(m.Calibration, m.CalibrationGet(0))
    require(after == before, "the calibration in force has changed")


CASES = (
    Case("SET-1", "Limits come into force by their check and a higher revision, CONFIG.", _commit),
    Case("SET-2", "No limit is wider than the factory's, and none is left out.", _bounds),
    Case(
        "SET-3", "Armed, no limit is set; a commit ends a challenge, an abort what waits.", _unarmed
    ),
    Case("SET-4", "Looser limits need a person, and the refusal names the first.", _person),
    Case("SET-5", "The calibration is told whole, with its hash, as Hello names it.", _calibration),
    Case("SET-6", "Unarmed only, and by its hash only, a calibration is committed.", _staging),
)
