"""The power may fail at any moment, in the middle of a write too; what is not known is said so."""

from typing import Any

from firmware_protocol.messages import (
    ErrorCode,
    FaultCode,
    JournalKind,
    Outcome,
    PistolState,
    Refusal,
    Resolve,
    ShotResult,
)
from simulator.memory import Memory
from simulator.operator import Hand


def test_without_power_nothing_is_answered_and_nothing_moves(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.cut()
    assert (host.pistol.state, host.pistol.is_powered) == (PistolState.BOOT, False)
    assert host.put(b"\0\x01\x02\0") == []
    host.now_us += 5_000_000
    host.pistol.advance(host.now_us)
    assert host.pistol.next_event_us() is None
    assert host.ghost == []


def test_a_shot_that_waited_when_the_power_failed_was_never_begun(host: Any) -> None:
    host.arm()
    late = host.shot(1)
    host.ask(late)
    host.cut()
    host.restore()
    assert host.hello().shot_id_highest == 0
    told = host.ask(Resolve(1))
    assert (told.outcome, told.reason) == (Outcome.NOT_FIRED, Refusal.VOIDED)
    host.arm()
    assert host.ask(late._replace(arm_token=host.token)).result is ShotResult.STORED
    host.play(2_000_000)
    assert host.ghost == []


def test_power_lost_in_the_middle_of_a_dose_leaves_a_shot_in_doubt(host: Any) -> None:
    host.arm()
    host.fire(1)
    host.play_until_moving()
    host.cut()
    (given,) = host.ghost
    assert 0 < given.dose_nl < 10_000
    host.now_us += 2_000_000
    host.restore()
    reply = host.hello()
    assert (reply.shot_id_highest, reply.boot_count) == (1, 2)
    kinds = [one.kind for one in host.journal()]
    assert kinds == [
        JournalKind.BOOT,
        JournalKind.INTENT,
        JournalKind.BOOT,
        JournalKind.OUTCOME,
    ]
    intent, outcome = host.journal()[1], host.journal()[3]
    assert outcome.outcome is Outcome.INDETERMINATE
    assert (outcome.boot_id, outcome.start_us) == (intent.boot_id, intent.start_us)
    assert outcome.dose_nl_asked == 10_000
    assert host.ask(Resolve(1)).outcome is Outcome.INDETERMINATE
    host.arm()
    assert host.fire(1).outcome is Outcome.INDETERMINATE
    host.play(2_000_000)
    assert len(host.ghost) == 1


def test_power_lost_while_the_intent_is_written_moves_nothing(host_of: Any) -> None:
    told = set()
    for seed in range(100):
        hand = Hand(travel_us=200_000, settle_us=0, jitter_ppm=0)
        host = host_of(seed=seed, hand=hand)
        host.arm()
        host.fire(1)
        host.play(200_000)
        host.now_us += 75  # the write takes 150
        host.cut()
        host.restore()
        host.hello()
        assert host.ghost == []
        told.add(host.ask(Resolve(1)).outcome)
    # a torn intent was none; one that reached the memory whole may have moved, for all it knows
    assert told == {Outcome.NOT_FIRED, Outcome.INDETERMINATE}


def test_power_lost_while_the_outcome_is_written_leaves_it_known_or_in_doubt(
    host_of: Any,
) -> None:
    told = set()
    for seed in range(100):
        host = host_of(seed=seed)
        host.arm()
        host.fire(1)
        host.play_until_moving()
        host.now_us = host.pistol.motion.rest_us + 75
        host.cut()
        assert [one.dose_nl for one in host.ghost] == [10_000]
        host.restore()
        host.hello()
        told.add(host.ask(Resolve(1)).outcome)
    assert told == {Outcome.FIRED, Outcome.INDETERMINATE}


def test_power_may_fail_after_any_byte_ever_written(host_of: Any) -> None:
    """Sweep the cut over every byte of a session: nothing is given twice, nothing is denied."""
    for count in range(0, 1_200, 7):
        memory = Memory(records=32)
        memory.cut_after(count)
        host = host_of(memory=memory, hand=Hand(travel_us=0, settle_us=0))
        session(host, shots=3)
        if host.pistol.is_powered:
            host.cut()
        told = settle(host)
        given = {one.shot_id for one in host.ghost}
        assert len(given) == len(host.ghost)
        for shot_id in (1, 2, 3):
            outcome = told[shot_id]
            if shot_id in given:
                assert outcome in (Outcome.FIRED, Outcome.INDETERMINATE)
            else:
                assert outcome in (Outcome.NOT_FIRED, Outcome.INDETERMINATE)


def session(host: Any, shots: int) -> None:
    """Ask for shots until the power fails, as a host that gives up at the first silence."""
    try:
        host.arm()
        for one in range(1, shots + 1):
            host.fire(one)
            host.play(400_000)
            host.read_all()
    except (AssertionError, AttributeError):
        assert not host.pistol.is_powered


def settle(host: Any) -> dict[int, Outcome]:
    host.now_us += 2_000_000
    host.restore()
    assert host.pistol.is_powered
    host.hello()
    return {one: host.ask(Resolve(one)).outcome for one in (1, 2, 3)}


def test_the_power_may_fail_while_the_pistol_starts(host_of: Any) -> None:
    for count in range(0, 200, 3):
        memory = Memory(records=32)
        host = host_of(memory=memory)
        host.arm()
        host.fire(1)
        host.play_until_moving()
        host.cut()
        memory.cut_after(count)
        host.restore()
        if host.pistol.is_powered:
            host.cut()
        host.restore()
        host.hello()
        assert host.ask(Resolve(1)).outcome is Outcome.INDETERMINATE


def test_an_abort_id_outlives_the_power(host: Any) -> None:
    host.pistol.press_button(host.now_us)
    host.cut()
    host.restore()
    host.hello()
    status = host.read_all()
    assert (status.state, status.abort_id) == (PistolState.SAFE, 1)
    host.pistol.press_button(host.now_us)
    assert host.poll().abort_id == 2


def test_tokens_and_sessions_die_with_the_power(host: Any) -> None:
    host.arm()
    shot, session = host.shot(1), host.session
    host.cut()
    host.restore()
    host.session = session
    assert host.ask(shot) is None
    host.hello()
    assert host.session != session
    assert host.ask(shot).reason is Refusal.TOKEN
    host.arm()
    assert host.token != shot.arm_token
    assert host.ask(shot).reason is Refusal.TOKEN


def test_the_same_pistol_comes_back(host: Any) -> None:
    first = host.hello()
    host.cut()
    host.restore()
    second = host.hello()
    assert second.uid == first.uid
    assert second.boot_id != first.boot_id


def test_an_image_of_the_memory_is_the_pistol(host_of: Any) -> None:
    host = host_of(seed=1)
    host.arm()
    host.fire(1)
    host.play(1_000_000)
    copy = host_of(seed=2, memory=Memory.from_image(host.pistol.memory.image()))
    assert copy.hello().uid == host.hello(2).uid
    assert copy.ask(Resolve(1)).outcome is Outcome.FIRED


def test_a_pistol_with_a_damaged_memory_says_so_and_never_fires(host_of: Any) -> None:
    host = host_of()
    host.arm()
    host.fire(1)
    host.play(1_000_000)
    image = bytearray(host.pistol.memory.image())
    image[128 + 72 + 20] ^= 1  # in the second record, with a third behind it
    broken = host_of(memory=Memory.from_image(bytes(image)))
    broken.hello()
    status = broken.poll()
    assert (status.state.name, status.fault.name) == ("FAULT", "MEMORY")
    assert broken.fire(2, arm_token=1).reason is Refusal.TOKEN
    assert broken.ask(Resolve(9)).code.name == "WRONG_STATE"
    broken.pistol.press_button(broken.now_us)
    assert broken.poll().state is PistolState.FAULT
    assert broken.pistol.memory.image() == bytes(image)


class WearingMemory(Memory):
    """A memory that takes nothing any more once it is worn out."""

    worn_out = False

    def write(self, address: int, data: bytes) -> None:
        super().write(address, bytes(len(data)) if self.worn_out else data)


def test_an_intent_that_does_not_read_back_is_not_carried_out(host_of: Any) -> None:
    memory = WearingMemory(32)
    host = host_of(memory=memory)
    host.arm()
    host.fire(1)
    memory.worn_out = True
    status = host.play(2_000_000)
    assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.MEMORY)
    assert host.ghost == []
    assert host.ask(Resolve(1)).code is ErrorCode.WRONG_STATE  # it could not be voided


def test_an_outcome_that_does_not_read_back_leaves_a_shot_in_doubt(host_of: Any) -> None:
    memory = WearingMemory(32)
    host = host_of(memory=memory)
    host.arm()
    host.fire(1)
    host.play_until_moving()
    memory.worn_out = True
    status = host.play(2_000_000)
    assert (status.state, status.fault) == (PistolState.FAULT, FaultCode.MEMORY)
    assert len(host.ghost) == 1
    assert host.ask(Resolve(1)).outcome is Outcome.INDETERMINATE
    assert host.fire(1).result is ShotResult.REFUSED
    assert host.fire(2).reason is Refusal.TOKEN


def test_an_abort_that_cannot_be_written_stops_all_the_same(host_of: Any) -> None:
    memory = WearingMemory(32)
    host = host_of(memory=memory)
    host.arm()
    host.fire(1)
    host.play_until_moving()
    memory.worn_out = True
    host.pistol.press_button(host.now_us)
    assert host.pistol.state is PistolState.FAULT
    host.play(1_000_000)
    assert 0 < host.ghost[0].dose_nl < 10_000
