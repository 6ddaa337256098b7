"""The journal: read, chained, acknowledged, full, overwritten."""

from __future__ import annotations

import itertools

from firmware_protocol import messages as m
from firmware_protocol.frame import crc32c
from firmware_protocol.units import ShotId
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case
from mesogun.conformance.kind import NotTestable

RECORDS_MAX = 4_096
POLL_EVERY = 20


def _chained(bench: Bench) -> None:
    tail = bench.poll().journal_tail
    token = bench.arm()
    bench.fired(token, bench.shot(token))
    bench.abort()
    records = bench.journal(max(1, tail - 2))
    for before, after in itertools.pairwise(records):
        require(after.seq == before.seq + 1, f"after record {before.seq} comes {after.seq}")
        crc = crc32c(_bytes_of(before))
        seen = f"record {after.seq} says {after.crc_previous:#010x} of the one before, not {crc:#x}"
        require(after.crc_previous == crc, seen)
    boot = bench.hello().boot_id
    newest = records[-1]
    require(newest.boot_id == boot, f"the newest is of boot {newest.boot_id}, this is {boot}")
    revision = bench.limits().revision
    require(newest.limits_revision == revision, f"its limits have revision {revision}")


def _bytes_of(record: m.JournalRecord) -> bytes:
    """Return a record as it lies in the memory."""
    answer = m.JournalRecords(record.seq, 0, 1, (record,))
    return m.to_frame(answer, session=1, request=1).payload[9:]


def _reading(bench: Bench) -> None:
    for _ in range(4):
        bench.next_id += 1
        bench.expect(m.Resolution, m.Resolve(ShotId(bench.next_id)))
    before = bench.poll()
    ask = m.JournalRead(before.journal_tail + 1, 255)
    first = bench.expect(m.JournalRecords, ask)
    again = bench.expect(m.JournalRecords, ask)
    require(first == again, "the same records read twice differ")
    require(first.count == len(first.records) >= 1, f"{first.count} records are told")
    head = (first.journal_head, first.journal_tail)
    require(head == (before.journal_head, before.journal_tail), f"head and tail are told as {head}")
    require(first.records[0].seq == before.journal_tail + 1, f"it begins at {first.records[0].seq}")
    beyond = bench.expect(m.JournalRecords, m.JournalRead(before.journal_head + 1, 3))
    require(not beyond.records, f"{beyond.count} records beyond the head")
    after = bench.poll()
    same = (after.journal_head, after.journal_tail) == (before.journal_head, before.journal_tail)
    require(same, "reading moved head or tail")


def _acknowledged(bench: Bench) -> None:
    for _ in range(3):
        bench.next_id += 1
        bench.expect(m.Resolution, m.Resolve(ShotId(bench.next_id)))
    status = bench.poll()
    error = bench.refused(m.Poll(NO_TOKEN, 1, status.journal_head + 1), m.ErrorCode.JOURNAL_GAP)
    require(error.detail == status.journal_head, f"it names {error.detail}")
    tail = bench.poll().journal_tail
    require(tail == status.journal_tail, "an acknowledgement beyond the head moved the tail")
    for ack in (status.journal_head - 1, status.journal_head, status.journal_head - 1):
        tail = bench.poll(ack=ack).journal_tail
    require(tail == status.journal_head, f"an older acknowledgement moved the tail to {tail}")


def _filled(bench: Bench, token: int) -> int:
    """Void ids until the journal takes no more; return how many. Keeps the lease."""
    for count in range(RECORDS_MAX + 1):
        bench.next_id += 1
        reply = bench.ask(m.Resolve(ShotId(bench.next_id)))
        if isinstance(reply, m.ErrorReply):
            seen = f"a full journal refuses Resolve with {reply.code.name}"
            require(reply.code is m.ErrorCode.JOURNAL_UNREAD, seen)
            bench.next_id -= 1
            return count
        if token and count % POLL_EVERY == 0:
            bench.poll(token)
    raise NotTestable(f"its journal holds more than {RECORDS_MAX} records")


def _full(bench: Bench) -> None:
    token = bench.arm()
    _filled(bench, token)
    status = bench.poll(token)
    require(bool(status.flags & m.StatusFlag.JOURNAL_FULL), "the status has no JOURNAL_FULL")
    shot = bench.shot(token)
    bench.shot_refused(shot, m.Refusal.JOURNAL_FULL)
    head = bench.poll(token).journal_head
    reply = bench.abort()
    require(reply.stopped == 1, "with a full journal an abort does not stop")
    records = bench.journal(head + 1)
    kinds = [one.kind.name for one in records]
    require(kinds == ["ABORT"], f"an abort with a full journal wrote {kinds}")
    bench.settle()
    token = bench.arm()
    bench.fired(token, shot._replace(arm_token=bench.shot(token).arm_token))


def _overwritten(bench: Bench) -> None:
    first = bench.next_id + 1
    begin = bench.poll().journal_head
    _filled(bench, 0)
    bench.settle()
    _filled(bench, 0)
    error = bench.refused(m.JournalRead(begin + 1, 1), m.ErrorCode.JOURNAL_GAP)
    oldest = error.detail
    told = bench.expect(m.JournalRecords, m.JournalRead(oldest, 1)).records
    require(bool(told) and told[0].seq == oldest, f"{oldest} is said to be the oldest record")
    gone = bench.expect(m.Resolution, m.Resolve(ShotId(first)))
    require(gone.outcome is m.Outcome.FORGOTTEN, f"overwritten, resolved as {gone.outcome.name}")
    bench.settle()
    token = bench.arm()
    shot = bench.shot(token)
    bench.shot_refused(shot._replace(shot_id=ShotId(first)), m.Refusal.ID_OLD)


CASES = (
    Case(
        "JOURNAL-1",
        "Records rise by one, and each has the CRC of the one before: a hole is visible.",
        _chained,
    ),
    Case("JOURNAL-2", "Reading changes nothing, and gives nothing beyond the head.", _reading),
    Case(
        "JOURNAL-3", "An acknowledgement beyond the head is refused; none goes back.", _acknowledged
    ),
    Case("JOURNAL-4", "A full journal refuses shots and still takes an abort.", _full),
    Case(
        "JOURNAL-5",
        "What was overwritten is told as gone, FORGOTTEN, and its ids never fire.",
        _overwritten,
    ),
)
