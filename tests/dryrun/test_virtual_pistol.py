"""The port of the dry run: the same promises as a real one, in virtual time."""

from __future__ import annotations

import pytest

from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    AbortReply,
    Hello,
    HelloReply,
    PistolState,
    Poll,
    Shot,
    Status,
    Trigger,
)
from mesogun.device import PistolPort
from mesogun.dryrun import Faults, HostRestart, VirtualPistol, World
from mesogun.errors import LinkError, LinkTimeout
from simulator.memory import Memory
from simulator.pistol import Pistol

HELLO = Hello(MAJOR, MINOR, SCHEMA_HASH, 1)
SHOT = Shot(1, 1, 10_000, 1_000, 50_000, 0, 1_000, Trigger.PRESS, 200, 0, 0)  # type: ignore[arg-type]


def world(*faults: str) -> World:
    return World(Pistol(Memory()), seed=0, faults=Faults.parse(faults))


def test_it_is_a_pistol_port() -> None:
    port: PistolPort = VirtualPistol(world())
    assert isinstance(port.ask(HELLO), HelloReply)


def test_asking_takes_the_time_that_the_bytes_take() -> None:
    pistol = VirtualPistol(world())
    pistol.ask(HELLO)
    assert 5_000 < pistol.now_us() < 20_000


def test_a_dead_line_times_out_in_virtual_time() -> None:
    pistol = VirtualPistol(world("drop:1"))
    with pytest.raises(LinkTimeout):
        pistol.ask(HELLO)
    assert pistol.now_us() == 2_000_000


def test_waiting_is_a_jump() -> None:
    pistol = VirtualPistol(world())
    pistol.wait_until(3_600_000_000)
    assert pistol.now_us() == 3_600_000_000
    pistol.wait_until(0)
    assert pistol.now_us() == 3_600_000_000


def test_an_abort_is_answered_by_the_next_ask_once() -> None:
    pistol = VirtualPistol(world())
    pistol.ask(HELLO)
    pistol.abort()
    assert pistol.abort_wanted()
    reply = pistol.ask(Poll(0, 1, 0))  # type: ignore[arg-type]
    assert isinstance(reply, AbortReply)
    assert reply.stopped == 1
    assert not pistol.abort_wanted()
    status = pistol.ask(Poll(0, 2, 0))  # type: ignore[arg-type]
    assert isinstance(status, Status)
    assert status.state is PistolState.ABORTED


def test_an_abort_ends_a_wait() -> None:
    line = world()
    pistol = VirtualPistol(line)
    line.abort_at(500_000)
    pistol.wait_until(10_000_000)
    assert pistol.now_us() == 500_000
    assert pistol.abort_wanted()


def test_an_abort_needs_no_session() -> None:
    pistol = VirtualPistol(world())
    pistol.abort()
    assert isinstance(pistol.ask(HELLO), AbortReply)


def test_times_are_since_this_host_began() -> None:
    line = world()
    first = VirtualPistol(line)
    first.wait_until(1_000_000)
    first.close()
    assert VirtualPistol(line).now_us() == 0


def test_a_host_restart_lets_the_shot_s_bytes_leave_and_nothing_more() -> None:
    line = world("host-restart@1")
    bodies: list[int] = []
    pistol = VirtualPistol(line, on_body=lambda direction, _body, _at_us: bodies.append(direction))
    pistol.ask(HELLO)
    sent = bodies.count(0)
    with pytest.raises(HostRestart):
        pistol.ask(SHOT)
    assert bodies.count(0) == sent + 1
    with pytest.raises(LinkError):
        pistol.ask(HELLO)
    pistol.abort()
    line.play_all(10_000_000)
    assert bodies.count(0) == sent + 1
    assert line.twin.state is PistolState.SAFE


def test_a_power_cut_takes_the_pistol_away_for_two_seconds() -> None:
    line = world()
    pistol = VirtualPistol(line)
    line.cut_power_at(1_000_000)
    line.play_all(1_000_000)
    assert not line.twin.is_powered
    line.play_all(3_000_000)
    assert line.twin.is_powered
    assert isinstance(pistol.ask(HELLO), HelloReply)


def test_the_pace_sees_every_new_time_in_order() -> None:
    times: list[int] = []
    line = World(Pistol(Memory()), seed=0, faults=Faults(), pace=times.append)
    pistol = VirtualPistol(line)
    pistol.ask(HELLO)
    pistol.wait_until(100_000)
    assert times == sorted(set(times))
    assert times[-1] == 100_000


def test_an_abort_that_is_not_confirmed_is_wanted_and_tried_again() -> None:
    pistol = VirtualPistol(world("drop:1"))
    pistol.abort()
    for tries in (1, 2):
        with pytest.raises(LinkTimeout, match="after the abort"):
            pistol.ask(HELLO)
        assert pistol.abort_wanted()
        assert pistol.now_us() == tries * 10_000_000
