"""What a clinic sets in a pistol: its limits, committed as they are, so that nothing is changed."""

from __future__ import annotations

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


CASES = (
    Case("SET-1", "Limits come into force by their check and a higher revision, CONFIG.", _commit),
    Case("SET-2", "No limit is wider than the factory's, and none is left out.", _bounds),
    Case(
        "SET-3", "Armed, no limit is set; a commit ends a challenge, an abort what waits.", _unarmed
    ),
    Case("SET-4", "Looser limits need a person, and the refusal names the first.", _person),
)
