"""A hostile peer on the line: nothing is fired that was not ordered, never twice, and known so."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_protocol.frame import Deframer
from firmware_protocol.messages import Shot, from_frame
from tests.c_core_kit import compilers
from tests.hostile_kit import Met
from tests.hostile_line_kit import (
    ATTACKS,
    ForgesLimits,
    ForgesSeeing,
    Peer,
    Replays,
    Splices,
    TakesOver,
    attacked,
    pistol,
    recorded,
)
from tests.simulation.tiny import DOSE_NL, tiny_plan

PRICKS = 3
CORE = pytest.param(
    "core", marks=pytest.mark.skipif(not compilers(), reason="no C compiler is here")
)
KEYED = pytest.mark.parametrize("keyed", [False, True], ids=["no key", "a key"])


@pytest.fixture(scope="module")
def earlier(tmp_path_factory: pytest.TempPathFactory) -> dict[bool, list[bytes]]:
    """What hosts sent in sessions with another pistol, without a key and with one."""
    folder = tmp_path_factory.mktemp("earlier")
    plan = tiny_plan(PRICKS)
    return {
        keyed: recorded(plan, folder / f"{keyed}", seed=99, keyed=keyed) for keyed in (False, True)
    }


def hold(met: Met) -> None:
    met.hold()
    # A dose that was cut short is made up for by the rest; in all it is what was ordered.
    assert sum(one.dose_nl for one in met.ghost) * 50 <= PRICKS * DOSE_NL * 51
    assert len(met.ghost) <= PRICKS


@KEYED
@pytest.mark.parametrize("kind", ["twin", CORE])
@pytest.mark.parametrize("attack", ATTACKS)
def test_nothing_is_fired_unasked_or_twice_and_the_record_is_true(
    attack: type[Peer], kind: str, keyed: bool, earlier: dict[bool, list[bytes]], tmp_path: Path
) -> None:
    for seed in (1, 2) if kind == "twin" else (3,):
        path = tmp_path / f"{seed}"
        peer = attack(seed, earlier[keyed])
        met, _ = attacked(tiny_plan(PRICKS), path, peer, kind=kind, seed=seed, keyed=keyed, parts=2)
        hold(met)


@KEYED
@pytest.mark.parametrize("kind", ["twin", CORE])
def test_a_whole_session_replayed_from_every_frame_fires_nothing(
    kind: str, keyed: bool, tmp_path: Path
) -> None:
    peer = Peer()
    met, far = attacked(tiny_plan(PRICKS), tmp_path / "j", peer, kind=kind, seed=5, keyed=keyed)
    assert met.record.outcome == "complete"
    given, sent, now_us = len(met.ghost), peer.kept, 10**9
    assert given == PRICKS
    for first in range(len(sent)):
        for chunk in sent[first:]:
            now_us += 3_000
            far.receive(chunk, now_us)
    far.advance(now_us + 60_000_000)
    assert len(met.ghost) == given


@KEYED
@pytest.mark.parametrize("kind", ["twin", CORE])
def test_a_session_replayed_from_any_byte_or_to_another_pistol_fires_nothing(
    kind: str, keyed: bool, earlier: dict[bool, list[bytes]]
) -> None:
    stream = b"".join(earlier[keyed])
    given: list[object] = []
    far = pistol(kind, 6, given, keyed=keyed)  # type: ignore[arg-type]
    now_us = 2_000_000
    for first in range(0, len(stream), 41):
        for at in range(first, len(stream), 64):
            now_us += 6_000
            far.receive(stream[at : at + 64], now_us)
    far.advance(now_us + 60_000_000)
    assert not given


def test_every_cut_of_two_frames_of_two_sessions_is_refused(
    earlier: dict[bool, list[bytes]], tmp_path: Path
) -> None:
    peer = Peer()
    met, far = attacked(tiny_plan(PRICKS), tmp_path / "j", peer, seed=5)
    shots = [one for one in peer.kept if is_shot(one)]
    others = [one for one in earlier[False] if is_shot(one)]
    whole = {frame for one in (*shots, *others) for frame in Deframer().feed(one)}
    given = len(met.ghost)
    for one, other in ((shots[0], others[0]), (others[0], shots[-1])):
        for cut in range(1, len(one)):
            spliced = one[:cut] + other[cut:]
            assert set(Deframer().feed(spliced)) <= whole
            far.receive(spliced, 10**9)
    far.advance(2 * 10**9)
    assert len(met.ghost) == given


def is_shot(data: bytes) -> bool:
    return any(isinstance(from_frame(frame), Shot) for frame in Deframer().feed(data))


def test_limits_that_are_forged_on_their_way_are_seen_in_the_echo(tmp_path: Path) -> None:
    for seed in range(4):
        met, _ = attacked(tiny_plan(PRICKS), tmp_path / f"{seed}", ForgesLimits(seed), seed=seed)
        assert "the pistol would enforce" in met.alarms("echo")[0]
        assert met.record.outcome == "fault"
        assert not met.ghost


@pytest.mark.parametrize("kind", ["twin", CORE])
@pytest.mark.parametrize("attack", [ForgesSeeing, ForgesLimits, Splices])
def test_with_a_key_forging_changes_nothing_at_all(
    attack: type[Peer], kind: str, earlier: dict[bool, list[bytes]], tmp_path: Path
) -> None:
    peer = attack(3, earlier[True])
    met, _ = attacked(tiny_plan(PRICKS), tmp_path / "j", peer, kind=kind, keyed=True)
    hold(met)
    if attack is ForgesLimits:  # the forged request is dropped, and nothing else comes
        assert met.record.outcome == "interrupted"
        assert not met.ghost
    else:
        assert met.record.outcome == "complete"
        assert not met.record.alarms


def test_with_a_key_a_replay_of_anything_but_hello_and_abort_changes_nothing_at_all(
    earlier: dict[bool, list[bytes]], tmp_path: Path
) -> None:
    class OfSealed(Replays):
        def old(self) -> list[bytes]:
            frames = [one for one in super().old() if Deframer().feed(one)[0].session]
            return frames or [b"\0"]

    met, _ = attacked(tiny_plan(PRICKS), tmp_path / "j", OfSealed(3, earlier[True]), keyed=True)
    assert met.record.outcome == "complete"
    assert not met.record.alarms
    hold(met)


def test_without_a_key_who_sees_the_line_can_fire_and_the_host_says_so(tmp_path: Path) -> None:
    # No promise is broken: docs/safety.md says that this takes a key. The record stays true.
    met, _ = attacked(tiny_plan(PRICKS), tmp_path / "j", TakesOver(), parts=2)
    assert [one.shot_id for one in met.ghost] == [5]
    assert met.ended[0].outcome == "interrupted"
    assert "this journal never asked for it" in met.alarms("journal_cut")[0]
    assert {one.state for one in met.record.pricks} == {"not_given"}


@pytest.mark.parametrize("kind", ["twin", CORE])
def test_with_a_key_who_speaks_in_the_host_s_place_is_not_heard(kind: str, tmp_path: Path) -> None:
    met, _ = attacked(tiny_plan(PRICKS), tmp_path / "j", TakesOver(), kind=kind, keyed=True)
    assert met.record.outcome == "interrupted"
    assert not met.ghost


def test_a_shot_that_somebody_else_asked_ends_the_session(tmp_path: Path) -> None:
    for seed in range(4):
        met, _ = attacked(tiny_plan(PRICKS), tmp_path / f"{seed}", ForgesSeeing(seed), seed=seed)
        assert "another host uses it" in met.alarms("contradiction")[0]
        assert met.record.outcome == "fault"
