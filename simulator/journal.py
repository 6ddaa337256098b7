"""The pistol's journal in its non-volatile memory: what it meant to do, and what it did.

Records lie in a ring, each with its own CRC-32C and that of the one before. Two copies of a header
keep what must outlive overwritten records: the highest shot id above all. The copies are written
in turn, so a write torn by a power cut loses itself and nothing older.
"""

from __future__ import annotations

from struct import Struct
from typing import NamedTuple

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import (
    AbortCause,
    JournalKind,
    JournalRecord,
    Outcome,
    Refusal,
)
from firmware_protocol.units import Micrometres, Microseconds, Nanolitres, ShotId
from simulator.memory import HEADER_BYTES, HEADER_COPIES, SLOT_BYTES, Memory, MemoryDamaged

MAGIC = b"MGPTWIN1"
END_OF = {
    JournalKind.INTENT: JournalKind.OUTCOME,
    JournalKind.SERVICE_INTENT: JournalKind.SERVICE_OUTCOME,
    JournalKind.PRIME_INTENT: JournalKind.PRIME_OUTCOME,
}
INTENTS = frozenset(END_OF)
ABOUT_SHOTS = INTENTS | {*END_OF.values(), JournalKind.VOID}
_RECORD = Struct("<IBBBBIIIIIIIQQIIII")
_HEADER = Struct("<8sIQIIIIIIII")
_CRC = Struct("<I")
_SEQ = Struct(f"<I{SLOT_BYTES - 4}x")  # of a slot, its record's number alone
_BLANK = bytes(SLOT_BYTES)


class JournalFull(MemoryDamaged):
    """No record may be overwritten before the host has acknowledged it. Nothing was written."""


class Header(NamedTuple):
    """What outlives the records."""

    magic: bytes
    counter: int
    uid: int
    boot_count: int
    shot_id_highest: int
    tail: int  # newest acknowledged record
    oldest: int  # oldest record that is kept
    shot_id_forgotten: int  # highest id whose records may have been overwritten
    abort_id: int
    shots_begun: int  # ever, up to the record `counted`
    counted: int


def blank_record(kind: JournalKind) -> JournalRecord:
    """Return a record of `kind` with nothing in it; the journal fills in seq and chain."""
    return JournalRecord(
        seq=0,
        kind=kind,
        outcome=Outcome.NONE,
        reason=Refusal.NONE,
        cause=AbortCause.NONE,
        shot_id=ShotId(0),
        dose_nl_asked=Nanolitres(0),
        depth_um_asked=Micrometres(0),
        dose_nl_given=Nanolitres(0),
        depth_um_given=Micrometres(0),
        force_mn_peak=0,
        pressure_pa_peak=0,
        start_us=Microseconds(0),
        end_us=Microseconds(0),
        boot_id=0,
        limits_revision=0,
        calibration_id=0,
        crc_previous=0,
    )


class Journal:
    """The journal of one memory, and the ids of all shots that are still in it."""

    def __init__(self, memory: Memory, uid: int) -> None:
        """Read what is there; a blank memory becomes that of the pistol `uid`.

        A torn last record is discarded: it was never finished. If what is there cannot be trusted,
        `damage` says why, and nothing is written any more.

        Raises:
            PowerLost: while a blank memory was prepared; it is prepared anew next time.
        """
        self._memory = memory
        self._capacity = memory.records
        self._records: dict[int, JournalRecord] = {}
        self._intents: dict[int, JournalRecord] = {}
        self._ends: dict[int, JournalRecord] = {}
        self._crc_last = 0
        self.head = 0
        self.damage = ""
        self.shots_begun = 0  # ever; not less than were
        headers = _headers(memory)
        self._header = max(
            headers,
            key=lambda one: one.counter,
            default=Header(MAGIC, 0, uid, 0, 0, 0, 1, 0, 0, 0, 0),
        )
        self.shots_begun = self._header.shots_begun
        if headers:
            self._walk()
        elif _is_unused(memory):
            self._keep()
        else:
            self.damage = "neither copy of its header is whole"

    @property
    def uid(self) -> int:
        """Return whose memory this is."""
        return self._header.uid

    @property
    def boot_count(self) -> int:
        """Return how often the pistol has started."""
        return self._header.boot_count

    @property
    def tail(self) -> int:
        """Return the newest acknowledged record, 0 = none."""
        return self._header.tail

    @property
    def oldest(self) -> int:
        """Return the oldest record that is kept."""
        return self._header.oldest

    @property
    def abort_id(self) -> int:
        """Return the newest abort, 0 = never aborted."""
        return self._header.abort_id

    @property
    def shot_id_highest(self) -> int:
        """Return the highest id seen: accepted, journalled, or fenced."""
        return self._header.shot_id_highest

    @property
    def free(self) -> int:
        """Return how many records fit before the host must acknowledge some."""
        return self._capacity - (self.head - self._header.tail)

    @property
    def in_doubt(self) -> bool:
        """Return True if a shot that is still in the journal may or may not have been given.

        What was given in service was given to nobody: that is no doubt.
        """
        about = (JournalKind.OUTCOME, Outcome.INDETERMINATE)
        return any((one.kind, one.outcome) == about for one in self._ends.values())

    def end_of(self, shot_id: int) -> JournalRecord | None:
        """Return how the shot ended, if it did and is still in the journal."""
        return self._ends.get(shot_id)

    def was_begun(self, shot_id: int) -> bool:
        """Return True if the journal holds the intent of this id."""
        return shot_id in self._intents

    def is_forgotten(self, shot_id: int) -> bool:
        """Return True if records of this id may have been overwritten."""
        return shot_id <= self._header.shot_id_forgotten

    def open_intents(self) -> list[JournalRecord]:
        """Return the shots that were begun and whose end is not written."""
        return [one for shot_id, one in self._intents.items() if shot_id not in self._ends]

    def read(self, from_seq: int, count: int) -> tuple[JournalRecord, ...]:
        """Return up to `count` records from `from_seq` on."""
        last = min(from_seq + count - 1, self.head)
        return tuple(self._records[seq] for seq in range(from_seq, last + 1))

    def saw(self, shot_id: int) -> None:
        """Remember the highest id; it is durable with the shot's first record."""
        if shot_id > self._header.shot_id_highest:
            self._header = self._header._replace(shot_id_highest=shot_id)

    def start(self) -> None:
        """Count a start of the pistol, durably."""
        self._header = self._header._replace(boot_count=self._header.boot_count + 1)
        self._keep()

    def count_abort(self) -> int:
        """Return the id of a new abort, durable."""
        self._header = self._header._replace(abort_id=self._header.abort_id + 1)
        self._keep()
        return self._header.abort_id

    def acknowledge(self, seq: int) -> None:
        """Take over that every record up to `seq` is safe at the host; it may be overwritten."""
        self._header = self._header._replace(tail=seq)
        self._keep()

    def append(self, record: JournalRecord) -> JournalRecord:
        """Write `record` behind the newest, read it back, and return it with seq and chain.

        Raises:
            JournalFull: the host must acknowledge first.
            MemoryDamaged: what was written is not what is read. The record does not count.
            PowerLost: the record may lie there torn, and then does not count.
        """
        self._make_room()
        written = record._replace(seq=self.head + 1, crc_previous=self._crc_last)
        body = _RECORD.pack(*written)
        crc = crc32c(body)
        address, data = self._address(written.seq), body + _CRC.pack(crc)
        self._memory.write(address, data)
        if self._memory.read(address, SLOT_BYTES) != data:
            self.damage = f"record {written.seq} does not read back as written"
            raise MemoryDamaged(self.damage)
        self._take(written, crc)
        return written

    def tear(self, record: JournalRecord, count: int) -> None:
        """Leave the first `count` bytes of `record` behind: the power fails while it is written."""
        self._make_room()
        written = record._replace(seq=self.head + 1, crc_previous=self._crc_last)
        body = _RECORD.pack(*written)
        data = body + _CRC.pack(crc32c(body))
        self._memory.write(self._address(written.seq), data[:count])

    def _take(self, record: JournalRecord, crc: int) -> None:
        self.head, self._crc_last = record.seq, crc
        if record.kind in INTENTS and record.seq > self._header.counted:
            self.shots_begun = min(self.shots_begun + 1, 0xFFFF_FFFF)
        self._records[record.seq] = record
        if record.kind in ABOUT_SHOTS:
            of_kind = self._intents if record.kind in INTENTS else self._ends
            of_kind[record.shot_id] = record
            self.saw(record.shot_id)

    def _make_room(self) -> None:
        """Forget the oldest acknowledged records, durably, before they are overwritten."""
        oldest = self._header.oldest
        if self.head - oldest + 1 < self._capacity:
            return
        count = min(max(1, self._capacity // 16), self._header.tail - oldest + 1)
        if count < 1:
            raise JournalFull(f"{self._capacity} records wait to be acknowledged")
        gone = [self._records[seq] for seq in range(oldest, oldest + count)]
        forgotten = max(one.shot_id if one.kind in ABOUT_SHOTS else 0 for one in gone)
        self._header = self._header._replace(
            oldest=oldest + count,
            shot_id_forgotten=max(self._header.shot_id_forgotten, forgotten),
        )
        self._keep()
        for one in gone:
            del self._records[one.seq]
            for known in (self._intents, self._ends):
                if known.get(one.shot_id) is one:
                    del known[one.shot_id]

    def _keep(self) -> None:
        self._header = self._header._replace(
            counter=self._header.counter + 1, shots_begun=self.shots_begun, counted=self.head
        )
        body = _HEADER.pack(*self._header)
        # the first goes to copy 0: what is there but that, torn, marks a memory as unused
        address = (self._header.counter - 1) % HEADER_COPIES * HEADER_BYTES
        data = body + _CRC.pack(crc32c(body))
        self._memory.write(address, data)
        if self._memory.read(address, len(data)) != data:
            self.damage = "the header does not read back as written"
            raise MemoryDamaged(self.damage)

    def _address(self, seq: int) -> int:
        return HEADER_COPIES * HEADER_BYTES + (seq - 1) % self._capacity * SLOT_BYTES

    def _slot(self, slot: int) -> tuple[JournalRecord, int] | None:
        data = self._memory.read(HEADER_COPIES * HEADER_BYTES + slot * SLOT_BYTES, SLOT_BYTES)
        return _record_in(data)

    def _walk(self) -> None:
        """Read the kept records, from the oldest to the last that is whole."""
        header = self._header
        self.head = header.oldest - 1
        self._crc_last = 0
        for _ in range(self._capacity):
            found = self._slot(self.head % self._capacity)
            if found is None or found[0].seq != self.head + 1:
                break
            record, crc = found
            chained = record.crc_previous == self._crc_last
            if not chained and (self._records or header.oldest == 1):
                self.damage = f"the chain breaks before record {record.seq}"
                return
            self._take(record, crc)
        if self.head < header.tail:
            self.damage = f"records {self.head + 1} to {header.tail} are gone"
        ring = self._memory.read(HEADER_COPIES * HEADER_BYTES, self._capacity * SLOT_BYTES)
        for slot, (seq,) in enumerate(_SEQ.iter_unpack(ring)):
            found = self._slot(slot) if seq > self.head else None
            if found is not None:
                self.damage = f"record {self.head + 1} is gone, {found[0].seq} is there"


def _headers(memory: Memory) -> list[Header]:
    found = []
    for copy in range(HEADER_COPIES):
        data = memory.read(copy * HEADER_BYTES, _HEADER.size + _CRC.size)
        body = data[: _HEADER.size]
        if body.startswith(MAGIC) and _CRC.pack(crc32c(body)) == data[_HEADER.size :]:
            found.append(Header(*_HEADER.unpack(body)))
    return found


def _is_unused(memory: Memory) -> bool:
    """Return True if nothing but a torn first header was ever written."""
    beyond = memory.image()[HEADER_BYTES:]
    torn = memory.read(0, HEADER_BYTES).rstrip(b"\0")
    return not any(beyond) and (torn.startswith(MAGIC) or MAGIC.startswith(torn))


def _record_in(data: bytes) -> tuple[JournalRecord, int] | None:
    """Return the record in a slot's bytes and its CRC; None if it is blank or torn."""
    if data == _BLANK:
        return None  # most slots, at most starts
    body = data[: _RECORD.size]
    crc = crc32c(body)
    if _CRC.pack(crc) != data[_RECORD.size :]:
        return None
    values = _RECORD.unpack(body)
    try:
        kind, outcome = JournalKind(values[1]), Outcome(values[2])
        reason, cause = Refusal(values[3]), AbortCause(values[4])
    except ValueError:
        return None
    return JournalRecord(values[0], kind, outcome, reason, cause, *values[5:]), crc
