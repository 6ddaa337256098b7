"""A hostile pistol lies to the real host: it stops with an alarm, and no lie becomes a fact."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from firmware_protocol.frame import Frame, encode
from firmware_protocol.messages import (
    AbortReply,
    ArmChallenge,
    HelloReply,
    JournalKind,
    PistolState,
    Request,
    Shot,
    Status,
)
from mesogun.dryrun import VirtualPistol, World
from tests.hostile_kit import (
    After,
    Lie,
    NeverFires,
    Rewriting,
    Told,
    altering,
    honest,
    meet,
)
from tests.simulation.lies import LIES, OtherOf, Withheld, more, of_kind
from tests.simulation.tiny import tiny_plan

PRICKS = 3


@pytest.mark.parametrize("name", LIES)
def test_a_lie_ends_the_session_with_its_alarm_and_becomes_no_fact(
    name: str, tmp_path: Path
) -> None:
    make, outcome, kind, words = LIES[name]
    met = meet(tiny_plan(PRICKS), tmp_path / "j", make())
    alarms = met.alarms(kind)
    assert any(words in one for one in alarms), (met.alarms(kind), met.ended)
    assert met.record.outcome == outcome
    met.hold()


def test_without_a_lie_the_same_session_is_complete(tmp_path: Path) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", honest)
    assert met.record.outcome == "complete"
    assert [one.state for one in met.record.pricks] == ["given"] * PRICKS
    assert not met.record.alarms
    met.hold()


def test_a_shot_that_was_never_given_is_not_recorded_as_given(tmp_path: Path) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", NeverFires(), spoils=True)
    assert not met.ghost
    assert "syringe lost 0 nL" in met.alarms("contradiction")[0]
    assert met.record.pricks[0].state == "in_doubt"
    met.hold()


@pytest.mark.parametrize("name", [one for one in ArmChallenge._fields if one not in
                                  ("nonce", "hazards", "challenge_ms")])  # fmt: skip
def test_no_field_of_the_echo_can_be_wrong(name: str, tmp_path: Path) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", altering(ArmChallenge, **{name: lambda v: v ^ 1}))
    assert name in met.alarms("echo")[0]
    assert not met.ghost


def test_a_wrong_nonce_arms_nothing(tmp_path: Path) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", altering(ArmChallenge, nonce=lambda v: v ^ 1))
    assert met.record.outcome == "fault"
    assert not met.ghost


# ------------------------------------------------------------------ replies that answer nothing


@pytest.mark.parametrize(
    ("lie", "words"),
    [
        (lambda: lambda told: [told.instead(told.reply, request=told.frame.request ^ 1)],
         "only to others"),
        (lambda: After(lambda told: [told.instead(told.reply, session=told.frame.session ^ 1)],
                       lambda _: True), "only to others"),
        (lambda: lambda told: [encode(told.frame._replace(reply=False))], "is the pistol on"),
        (lambda: lambda _: [b"\xa5" * 40 + b"\0"], "no frames"),
        (lambda: lambda _: [], "is the pistol on"),
    ],
    ids=["number", "session", "echo", "garbage", "silence"],
)  # fmt: skip
def test_what_answers_nothing_is_no_answer(
    lie: Callable[[], Lie], words: str, tmp_path: Path
) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", lie())
    assert met.record.outcome == "interrupted"
    assert words in met.ended[0].why
    assert not met.ghost


@pytest.mark.parametrize(
    "lie",
    [
        Withheld(),
        lambda told: [told.honest()] * 3,
        lambda told: [encode(strange(told.frame, 30_000 + k)) for k in range(3)] + [told.honest()],
        lambda told: [b"\xa5" * 300 + b"\0", told.honest()],
        lambda told: [b"\0" * 100, told.honest()],
        lambda told: [told.honest(), b"\x05\x01\0" * 40],
    ],
    ids=["one late", "three of each", "valid frames", "no delimiter", "zeros", "runts"],
)
def test_doubles_and_floods_change_nothing(lie: Lie, tmp_path: Path) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", lie)
    assert met.record.outcome == "complete"
    assert len(met.ghost) == PRICKS
    met.hold()


def strange(frame: Frame, step: int) -> Frame:
    return frame._replace(request=(frame.request + step) % 0xFFFF or 1)


# ------------------------------------------------------------------ over two parts of a session


def cut_at_second_shot() -> Lie:
    """Honest up to the answer to the second shot, which does not come; then silent."""
    shots = [0]

    def lie(told: Told) -> Iterable[bytes]:
        shots[0] += isinstance(told.asked, Shot)
        return [] if shots[0] >= 2 else [told.honest()]

    return lie


@pytest.mark.parametrize(
    ("second", "kind", "words"),
    [
        (lambda: altering(HelloReply, uid=more(1)), "pistol_changed", "is connected"),
        (lambda: altering(HelloReply, shot_id_highest=0), "pistol_memory", "no longer holds"),
        (lambda: altering(HelloReply, journal_head=0, journal_tail=0), "pistol_memory",
         "no longer holds"),
        (lambda: Rewriting(OtherOf()), "contradiction", "shot 2"),
        (lambda: of_kind(JournalKind.OUTCOME, dose_nl_given=1), "contradiction", "settled as"),
    ],
    ids=["another pistol", "ids forgotten", "journal forgotten", "told of another",
         "history rewritten"],
)  # fmt: skip
def test_a_lie_after_an_interruption_leaves_what_is_open_in_doubt(
    second: Callable[[], Lie], kind: str, words: str, tmp_path: Path
) -> None:
    met = meet(tiny_plan(PRICKS), tmp_path / "j", cut_at_second_shot(), second())
    assert words in met.alarms(kind)[0]
    assert met.record.pricks[1].state in ("in_doubt", "given")
    assert len(met.ghost) <= 2, "nothing more is fired"
    met.hold()


def test_a_pistol_that_says_it_stopped_and_fires_is_found_out(tmp_path: Path) -> None:
    def stop(request: Request, pistol: VirtualPistol, _: World) -> None:
        if isinstance(request, Shot):
            pistol.abort()

    lie = After(
        altering(Status, state=PistolState.FIRING), lambda told: isinstance(told.reply, AbortReply)
    )
    met = meet(tiny_plan(PRICKS), tmp_path / "j", lie, on_ask=stop)
    assert "said that it stands still" in met.alarms("contradiction")[0]
    assert met.record.outcome == "aborted"
    met.hold()
