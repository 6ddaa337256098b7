"""The journal outlives the power and the ring: what was whole stays, what was torn never was."""

from itertools import pairwise
from struct import Struct
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import JournalKind, JournalRecord, Outcome
from firmware_protocol.units import ShotId
from simulator.journal import Journal, JournalFull, blank_record
from simulator.memory import SETTINGS_BYTES, Memory, MemoryDamaged, PowerLost

AS_IT_LIES = Struct("<IBBBBIIIIIIIQQIIII")


def intent(shot_id: int) -> JournalRecord:
    return blank_record(JournalKind.INTENT)._replace(shot_id=ShotId(shot_id))


def outcome(shot_id: int) -> JournalRecord:
    fired = blank_record(JournalKind.OUTCOME)._replace(outcome=Outcome.FIRED)
    return fired._replace(shot_id=ShotId(shot_id))


def reopened(memory: Memory) -> Journal:
    return Journal(Memory.from_image(memory.image()), 99)


def test_every_record_names_the_one_before_by_its_crc() -> None:
    journal = Journal(Memory(32), 1)
    records = [journal.append(intent(number)) for number in range(1, 6)]
    assert [one.seq for one in records] == [1, 2, 3, 4, 5]
    assert records[0].crc_previous == 0
    for before, after in pairwise(records):
        assert after.crc_previous == crc32c(AS_IT_LIES.pack(*before))


def test_what_was_written_is_there_after_a_start() -> None:
    memory = Memory(32)
    journal = Journal(memory, 7)
    journal.start()
    journal.append(intent(5))
    journal.acknowledge(1)
    journal.append(outcome(5))
    again = reopened(memory)
    assert (again.uid, again.boot_count, again.head, again.tail) == (7, 1, 2, 1)
    assert again.shot_id_highest == 5
    assert again.read(1, 9) == journal.read(1, 9)
    assert again.end_of(5) == journal.end_of(5)
    assert again.open_intents() == []


@given(st.lists(st.sampled_from(["shot", "ack", "start", "abort"]), max_size=60), st.data())
@settings(max_examples=100, deadline=None)
def test_a_torn_write_loses_itself_and_nothing_older(steps: list[str], data: Any) -> None:
    memory = Memory(32)
    journal = Journal(memory, 7)
    shot_id = 0

    def take(step: str) -> None:
        nonlocal shot_id
        match step:
            case "shot":
                shot_id += 1
                journal.append(intent(shot_id))
                journal.append(outcome(shot_id))
            case "ack":
                journal.acknowledge(journal.head)
            case "start":
                journal.start()
            case "abort":
                journal.count_abort()

    def known(one: Journal) -> tuple[int, ...]:
        return one.head, one.tail, one.boot_count, one.abort_id, one.shot_id_highest

    memory.cut_after(data.draw(st.integers(0, 3_000)))
    before = known(journal)
    try:
        for step in steps:
            before = known(journal)
            take(step)
    except PowerLost:
        pass
    except JournalFull:
        memory.cut_after(None)
    again = reopened(memory)
    assert again.damage == ""
    # nothing older is lost, and nothing is there that was not asked for
    for was, found, asked in zip(before, known(again), known(journal), strict=True):
        assert was <= found <= asked
    assert again.read(again.oldest, 999) == journal.read(again.oldest, 999)


def test_records_that_nobody_acknowledged_are_never_overwritten() -> None:
    journal = Journal(Memory(32), 1)
    for number in range(32):
        journal.append(intent(number + 1))
    assert journal.free == 0
    with pytest.raises(JournalFull):
        journal.append(intent(33))
    assert journal.head == 32
    journal.acknowledge(1)
    journal.append(intent(33))
    assert journal.oldest == 2


def test_the_highest_id_survives_the_ring_and_the_power() -> None:
    memory = Memory(32)
    journal = Journal(memory, 1)
    journal.append(intent(4_000_000_000))
    journal.append(outcome(4_000_000_000))
    for _ in range(100):
        journal.append(blank_record(JournalKind.BOOT))
        journal.acknowledge(journal.head)
    again = reopened(memory)
    assert again.damage == ""
    assert again.end_of(4_000_000_000) is None
    assert again.shot_id_highest == 4_000_000_000
    assert again.is_forgotten(4_000_000_000)
    assert not again.is_forgotten(4_000_000_001)
    journal.append(intent(4_000_000_001))
    assert reopened(memory).shot_id_highest == 4_000_000_001


def test_at_least_most_of_the_ring_is_kept_after_it_was_acknowledged() -> None:
    journal = Journal(Memory(64), 1)
    for number in range(500):
        journal.append(intent(number + 1))
        journal.acknowledge(journal.head)
    assert journal.head - journal.oldest + 1 >= 60


def test_an_abort_s_id_is_no_shot_s() -> None:
    memory = Memory(32)
    journal = Journal(memory, 1)
    journal.append(blank_record(JournalKind.ABORT)._replace(shot_id=ShotId(9)))
    assert journal.shot_id_highest == reopened(memory).shot_id_highest == 0


def test_every_changed_bit_of_a_record_that_is_followed_by_another_is_noticed() -> None:
    memory = Memory(32)
    journal = Journal(memory, 1)
    for number in range(3):
        journal.append(intent(number + 1))
    image = memory.image()
    for bit in range(8 * 72 * 2):
        changed = bytearray(image)
        changed[128 + bit // 8] ^= 1 << bit % 8
        assert Journal(Memory.from_image(bytes(changed)), 1).damage


def test_records_that_were_acknowledged_and_are_gone_are_noticed() -> None:
    memory = Memory(32)
    journal = Journal(memory, 1)
    journal.append(intent(1))
    journal.append(outcome(1))
    journal.acknowledge(2)
    image = bytearray(memory.image())
    image[128 + 72 : 128 + 144] = bytes(72)
    assert "are gone" in Journal(Memory.from_image(bytes(image)), 1).damage


def test_one_copy_of_the_header_is_enough() -> None:
    memory = Memory(32)
    journal = Journal(memory, 1)
    journal.start()
    journal.append(intent(3))
    for copy in (0, 64):
        image = bytearray(memory.image())
        image[copy + 9] ^= 0xFF
        one = Journal(Memory.from_image(bytes(image)), 1)
        assert (one.damage, one.uid, one.shot_id_highest) == ("", 1, 3)
    assert reopened(memory).boot_count == 1  # of two that are whole the newer counts
    image = bytearray(memory.image())
    image[9] ^= 0xFF
    image[73] ^= 0xFF
    assert Journal(Memory.from_image(bytes(image)), 1).damage


def test_a_memory_torn_at_its_very_first_write_is_still_blank() -> None:
    for count in range(48):
        memory = Memory(32)
        memory.cut_after(count)
        with pytest.raises(PowerLost):
            Journal(memory, 5)
        again = Journal(memory, 6)
        assert (again.damage, again.uid) == ("", 6)


@pytest.mark.parametrize(
    "size", [0, 1, 127, 128 + 31 * 72 + SETTINGS_BYTES, 128 + 32 * 72, 10_000_000]
)
def test_what_has_not_the_size_of_a_memory_is_none(size: int) -> None:
    with pytest.raises(MemoryDamaged, match="size"):
        Memory.from_image(bytes(size))


def test_foreign_bytes_are_no_journal() -> None:
    foreign = Memory.from_image(b"\xa5" * (128 + 32 * 72 + SETTINGS_BYTES))
    assert Journal(foreign, 1).damage
    assert not foreign.is_blank()


def test_a_record_of_another_history_breaks_the_chain() -> None:
    ours, theirs = Memory(32), Memory(32)
    for memory, first in ((ours, 1), (theirs, 2)):
        journal = Journal(memory, 1)
        journal.append(intent(first))
        journal.append(outcome(first))
        journal.append(intent(first + 1))
    image = bytearray(ours.image())
    image[128 + 72 : 128 + 144] = theirs.image()[128 + 72 : 128 + 144]  # whole in itself
    assert "chain breaks before record 2" in Journal(Memory.from_image(bytes(image)), 1).damage


def test_the_power_fails_at_the_very_byte_over_several_writes() -> None:
    memory = Memory(32)
    memory.cut_after(5)
    memory.write(0, b"abc")
    with pytest.raises(PowerLost, match="2 of 4"):
        memory.write(10, b"wxyz")
    assert memory.read(0, 14) == b"abc\0\0\0\0\0\0\0wx\0\0"
    memory.write(0, b"again")  # the power is back
    assert memory.read(0, 5) == b"again"
