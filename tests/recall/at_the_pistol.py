"""What happened to other devices, played against the pistol: no host of ours stands before it."""

from __future__ import annotations

from pathlib import Path

from firmware_protocol import messages as m
from firmware_protocol.frame import encode
from firmware_protocol.units import ArmToken
from simulator.limits import factory_limits
from simulator.mechanics import Delivery
from simulator.memory import Memory
from tests.recall.a_pistol import a_host, doses_of, refused
from tests.seal_kit import KeyedHost, keyed_twin

FACTORY = m.LimitsStage(*factory_limits()[2:])
TIGHTER = FACTORY._replace(dose_nl_max=150_000)  # type: ignore[arg-type]


def key_bounce(_: Path) -> None:
    """4.8 became 44.8: ten times the confirmed dose, and one pull that bounces."""
    host = a_host()
    challenge_nl = 4_800
    host.arm(dose_nl_max=challenge_nl)
    assert refused(host.fire(1, dose_nl=44_800)) is m.Refusal.LIMIT
    for _bounce in range(20):  # the same key, heard again and again within a moment
        host.fire(2, dose_nl=challenge_nl)
        host.now_us += 2_000
    held = host.fire(3, dose_nl=challenge_nl, trigger=m.Trigger.HELD, interval_ms=1)
    assert refused(held) is m.Refusal.LIMIT
    host.play(3_000_000)
    assert doses_of(host) == [challenge_nl]


def limits_past_the_screens(_: Path) -> None:
    """A way past the screens led past the limits: here every way ends at the one gate."""
    host = a_host()
    host.hello()
    assert refused(host.fire(1)) is m.Refusal.TOKEN
    host.ask(m.Abort(1), session=0)
    host.read_all()
    host.ask(m.ClearAbort(1))
    assert refused(host.fire(1)) is m.Refusal.TOKEN
    host.arm(dose_nl_max=10_000, depth_um_max=600)
    for over in ({"dose_nl": 10_001}, {"depth_um": 601}, {"rate_nl_per_s": 10**6}):
        assert refused(host.fire(2, **over)) is m.Refusal.LIMIT
    changed = host.shot(2, dose_nl=20_000)._replace(dose_nl=9_000)  # type: ignore[arg-type]
    assert refused(host.ask(changed)) is m.Refusal.CRIT
    host.play(2_000_000)
    assert doses_of(host) == []


def a_delayed_start(_: Path) -> None:
    """A delayed infusion ran at another time than meant: a shot that waits too long is void."""
    host = a_host(travel_us=5_000_000, jitter_ppm=0)
    host.arm()
    host.fire(1, ttl_ms=1_000)
    host.play(8_000_000)
    assert doses_of(host) == []
    ended = host.journal()[-1]
    assert (ended.kind, ended.shot_id) == (m.JournalKind.VOID, 1)
    assert ended.reason is m.Refusal.EXPIRED
    host.fire(1, ttl_ms=60_000)
    host.play(8_000_000)
    assert doses_of(host) == []


def relaxed_after_an_acknowledgement(_: Path) -> None:
    """An acknowledged alarm relaxed its threshold, and there was no second one."""
    host = a_host()
    host.hello()
    host.read_all()
    staged = host.ask(TIGHTER)
    assert host.ask(m.LimitsCommit(2, staged.crc)) == m.LimitsCommitted(2)
    in_force = host.ask(m.LimitsGet(m.LimitLayer.EFFECTIVE))
    for abort_id in (1, 2, 3):  # stopped, acknowledged and cleared, and stopped again
        host.pistol.press_button(host.now_us)
        status = host.read_all()
        assert (status.state, status.abort_id) == (m.PistolState.ABORTED, abort_id)
        assert host.ask(m.ClearAbort(abort_id)).state is m.PistolState.SAFE
        assert host.ask(m.LimitsGet(m.LimitLayer.EFFECTIVE)) == in_force
    staged = host.ask(FACTORY)
    assert host.ask(m.LimitsCommit(3, staged.crc)).code is m.ErrorCode.NEEDS_PERSON
    assert host.ask(m.LimitsGet(m.LimitLayer.EFFECTIVE)) == in_force


def a_counter_that_was_cleared(_: Path) -> None:
    """The counter of what was given was cleared, and delivery went on after a failure."""
    host = a_host()
    host.arm()
    for shot_id in (1, 2):
        host.fire(shot_id)
        host.play(1_500_000)
    assert len(host.ghost) == 2
    image = bytearray(host.pistol.memory.image())
    for byte in range(128):  # both copies of the counters
        image[byte] = 0
    broken = a_host(Memory.from_image(bytes(image)))
    broken.hello()
    status = broken.poll()
    assert (status.state, status.fault) == (m.PistolState.FAULT, m.FaultCode.MEMORY)
    assert refused(broken.fire(3, arm_token=1)) is m.Refusal.TOKEN
    broken.play(2_000_000)
    assert broken.ghost == []


def a_loading_dose_given_again(_: Path) -> None:
    """A loading dose was administered again: asked again, also after a restart, it is answered."""
    host = a_host()
    host.arm()
    host.fire(1)
    host.play(1_500_000)
    host.cut()
    host.now_us += 1_000_000
    host.restore()
    host.arm()
    again = host.fire(1)
    assert (again.result, again.outcome) == (m.ShotResult.STORED, m.Outcome.FIRED)
    assert refused(host.fire(1, dose_nl=9_000)) is m.Refusal.ID_REUSED
    host.play(2_000_000)
    assert doses_of(host) == [10_000]


def a_command_recorded_and_replayed(_: Path) -> None:
    """A remote's bolus was recorded off the air and sent again."""
    told: list[Delivery] = []
    host = KeyedHost(keyed_twin(told))
    host.hello(1)
    token = host.arm()
    host.ask(host.shot(1, token))
    for _poll in range(8):
        host.now_us += 100_000
        host.poll(token)
    assert len(told) == 1
    recorded = list(host.sent)
    host.hello(2)
    host.arm()
    image = host.pistol.memory.image()
    for old in recorded[1:]:  # all but the greeting, which can but disarm
        assert host.pistol.receive(old, host.now_us) == b""
    host.pistol.power_cut(host.now_us)
    host.pistol.power_on(host.now_us)
    for old in recorded:
        host.pistol.receive(old, host.now_us)
    host.pistol.advance(host.now_us + 10_000_000)
    assert len(told) == 1
    assert host.pistol.state is m.PistolState.SAFE
    assert image != b""


def settings_from_a_stranger(_: Path) -> None:
    """Nobody was asked who he was, and a changed configuration was taken."""
    told: list[Delivery] = []
    host = KeyedHost(keyed_twin(told))
    host.hello(1)
    host.poll(ack=host.poll().journal_head)
    before = host.ask(m.LimitsGet(m.LimitLayer.EFFECTIVE))
    for forged in (TIGHTER, m.LimitsCommit(2, 0), m.Poll(ArmToken(0), 9, 0)):
        assert host.put(encode(host.frame(forged))) == []  # without a seal
    crc = host.ask(TIGHTER).crc
    assert host.ask(m.LimitsCommit(2, crc ^ 1)).code is m.ErrorCode.WRONG_CRC
    assert host.ask(m.LimitsGet(m.LimitLayer.EFFECTIVE)) == before


def a_storm_of_reconnections(_: Path) -> None:
    """An application that crashed and restarted for ever drained its pump."""
    host = a_host()
    host.arm()
    host.fire(1)
    host.play(1_500_000)
    head, given = host.poll().journal_head, len(host.ghost)
    for nonce in range(2, 500):
        host.now_us += 5_000
        host.hello(nonce)
    status = host.poll()
    assert status.state is m.PistolState.SAFE  # an arming never outlives its host
    assert status.journal_head == head  # and the memory is not worn
    assert len(host.ghost) == given == 1
    assert refused(host.fire(2, arm_token=1)) is m.Refusal.TOKEN
    assert host.ask(m.Abort(1), session=0).abort_id == 1


def a_stale_reading(_: Path) -> None:
    """A reading more than ten minutes old was acted on: a late frame is no news here."""
    host = a_host()
    host.arm(lease_ms=300)
    late = host.wire(m.Poll(ArmToken(host.token), 1, host.ack))
    host.put(late)
    for tick in range(2, 12):
        host.now_us += 20_000
        host.ask(m.Poll(ArmToken(host.token), tick, host.ack))
    host.now_us += 250_000
    host.put(late)
    host.now_us += 100_000
    stale = host.ask(m.Poll(ArmToken(host.token), 11, host.ack))
    assert stale.state is m.PistolState.ABORTED
    assert refused(host.fire(1)) is m.Refusal.TOKEN


def edits_faster_than_the_setup(_: Path) -> None:
    """Fast edits raced with the set-up, and a counter of one byte came round to "safe"."""
    host = a_host()
    host.hello()
    host.read_all()
    first = host.challenge(dose_nl_max=20_000)
    for edit in range(300):  # more edits than one byte counts
        host.ask(m.Disarm(ArmToken(0)))
        last = host.challenge(dose_nl_max=10_000 + edit)
    assert host.ask(m.ArmConfirm(first.nonce)).code is m.ErrorCode.WRONG_NONCE
    armed = host.ask(m.ArmConfirm(last.nonce))
    host.token = armed.arm_token
    assert refused(host.fire(1, dose_nl=last.dose_nl_max + 1)) is m.Refusal.LIMIT
    host.request, host.tick = 0xFFFF - 2, 0xFFFF_FFFF - 2  # all counters come round now
    host.poll(app_tick=0xFFFF_FFFF)
    for _shot in range(6):
        host.fire(2)
    host.tick = 0
    host.play(2_000_000)
    assert doses_of(host) == [10_000]
