"""The order of writing and sending, and what happens when either fails."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.messages import (
    Abort,
    ArmConfirm,
    Disarm,
    PistolState,
    Poll,
    Reply,
    Request,
    Shot,
)
from mesogun.dryrun import Faults, VirtualPistol, World
from mesogun.errors import LinkTimeout, RecordError
from mesogun.planning import VerifiedPlan, travels_us
from mesogun.record import Ended as EndedEntry
from mesogun.record import Entry, Intent, Journal, read
from mesogun.session import Briefing, Ended, Progress, opening, run
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from tests.simulation.tiny import DOSE_NL, tiny_plan

PLAN = 3


class Bench:
    """A twin in virtual time whose port tells what is asked, and may fail."""

    def __init__(self, plan: VerifiedPlan) -> None:
        self.deliveries: list[int] = []
        hand = Hand(0, travels_us=travels_us(plan.plan), refills=True)
        self.twin = Pistol(
            Memory(), hand=hand, on_delivery=lambda one: self.deliveries.append(one.shot_id)
        )
        self.world = World(self.twin, seed=0, faults=Faults())
        self.told: list[object] = []
        self.pistol = VirtualPistol(self.world)
        self.fail: Callable[[Request], Exception | None] = lambda _: None

    def ask(self, request: Request) -> Reply:
        self.told.append(request)
        error = self.fail(request)
        if error is not None:
            raise error
        return self.pistol.ask(request)

    def abort(self) -> None:
        self.told.append(Abort)
        self.pistol.abort()

    def abort_wanted(self) -> bool:
        return self.pistol.abort_wanted()

    def wait_until(self, at_us: int) -> None:
        self.pistol.wait_until(at_us)

    def now_us(self) -> int:
        return self.pistol.now_us()

    def close(self) -> None:
        self.pistol.close()


class Session:
    """One run of a tiny plan with everything watched."""

    def __init__(self, tmp_path: Path) -> None:
        self.plan = tiny_plan(PLAN)
        self.bench = Bench(self.plan)
        self.path = tmp_path / "journal"
        self.writes_left = 10**9
        self.journal = Journal.create(self.path, sync=self.sync, write=self.write)
        self.opened = opening(
            self.plan, session_id="s", started="then", prescription_sha256="", versions=()
        )
        self.journal.append(self.opened)
        self.seen: list[Progress] = []
        self.confirmed_by: str | None = "a test"
        self.briefings: list[Briefing] = []

    def confirm(self, _: object, briefing: Briefing) -> str | None:
        self.briefings.append(briefing)
        return self.confirmed_by

    def write(self, descriptor: int, data: bytes) -> int:
        self.bench.told.append(data)
        self.writes_left -= 1
        if self.writes_left < 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return os.write(descriptor, data)

    def sync(self, _: int) -> None:
        self.bench.told.append("durable")

    def run(self, history: tuple[Entry, ...] | None = None) -> Ended:
        return run(
            self.plan,
            self.bench,
            self.journal,
            history=(self.opened,) if history is None else history,
            confirm=self.confirm,
            progress=self.seen.append,
            wall=lambda: "now",
        )


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path)


def test_a_session_gives_every_prick_and_says_so(session: Session) -> None:
    ended = session.run()
    assert (ended.outcome, ended.why) == ("complete", "")
    assert len(session.bench.deliveries) == PLAN
    last = read(session.path)[-1]
    assert isinstance(last, EndedEntry)
    assert (last.outcome, last.wall) == ("complete", "now")


def test_an_intent_is_durable_before_its_bytes_leave(session: Session) -> None:
    session.run()
    told = session.bench.told
    shots = [k for k, one in enumerate(told) if isinstance(one, Shot)]
    assert len(shots) == PLAN
    for k in shots:
        shot = told[k]
        assert isinstance(shot, Shot)
        assert told[k - 1] == "durable"
        written = told[k - 2]
        assert isinstance(written, bytes)
        assert f'"shot_id":{shot.shot_id}'.encode() in written.splitlines()[-1]


def test_the_arming_is_confirmed_by_a_person_before_its_second_step(session: Session) -> None:
    session.confirmed_by = None
    assert session.run().outcome == "aborted"
    assert not [one for one in session.bench.told if isinstance(one, ArmConfirm | Shot)]
    assert session.bench.deliveries == []


def test_who_confirms_an_arming_is_told_of_every_alarm_since_the_last(session: Session) -> None:
    session.bench.twin.hand.refills = False
    session.bench.twin.put_syringe(2 * DOSE_NL + DOSE_NL // 2)
    session.run()
    (briefing,) = session.briefings
    assert len(briefing.alarms) == 1
    assert briefing.alarms[0].startswith("the syringe holds less than the 30000 nL")
    session.journal, history = Journal.reopen(session.path, sync=session.sync)
    session.bench.twin.put_syringe(10 * DOSE_NL)
    session.bench.pistol = VirtualPistol(session.bench.world, first_request=500)
    session.run(history)
    assert session.briefings[-1].alarms == ()


def test_progress_is_told_after_every_outcome(session: Session) -> None:
    session.run()
    assert [(one.shots_done, one.shots_total, one.last) for one in session.seen] == [
        (1, PLAN, "fired"),
        (2, PLAN, "fired"),
        (3, PLAN, "fired"),
    ]


def test_a_full_disk_stops_the_pistol_first_and_keeps_what_was_written(session: Session) -> None:
    session.writes_left = 5
    with pytest.raises(RecordError, match="space"):
        session.run()
    told = session.bench.told
    # After the write that failed: only the abort, and the question that fetches its answer.
    after = told[max(k for k, one in enumerate(told) if isinstance(one, bytes)) + 1 :]
    assert [one for one in after if one != "durable"] == [Abort, Poll(0, 0, 0)]
    assert session.bench.twin.state is PistolState.ABORTED
    assert isinstance(read(session.path)[-1], Intent)
    delivered = len(session.bench.deliveries)
    session.bench.world.play_all(session.bench.world.now_us + 5_000_000)
    assert len(session.bench.deliveries) == delivered


def test_a_disk_that_is_full_from_the_start_arms_nothing(session: Session) -> None:
    session.writes_left = 0
    with pytest.raises(RecordError):
        session.run()
    assert not [one for one in session.bench.told if isinstance(one, ArmConfirm | Shot)]
    assert session.bench.deliveries == []


def test_a_session_after_a_full_disk_gives_each_prick_once(session: Session) -> None:
    session.writes_left = 4
    with pytest.raises(RecordError):
        session.run()
    session.writes_left = 10**9
    session.journal, history = Journal.reopen(session.path, sync=session.sync)
    assert session.run(history).outcome == "complete"
    assert len(session.bench.deliveries) == len(set(session.bench.deliveries))


def test_a_bug_stops_the_pistol(session: Session) -> None:
    def wrong(_: Progress) -> None:
        raise ZeroDivisionError

    session.seen = type("Seen", (list,), {"append": staticmethod(wrong)})()
    with pytest.raises(ZeroDivisionError):
        session.run()
    assert session.bench.twin.state is PistolState.ABORTED


def test_no_answer_ends_the_part_and_a_resume_settles_the_shot(session: Session) -> None:
    session.bench.fail = lambda request: (
        LinkTimeout("no answer to Shot") if isinstance(request, Shot) else None
    )
    ended = session.run()
    assert (ended.outcome, ended.why) == ("interrupted", "no answer to Shot")
    session.bench.fail = lambda _: None
    session.journal, history = Journal.reopen(session.path, sync=session.sync)
    assert session.run(history).outcome == "complete"
    assert len(session.bench.deliveries) == PLAN


def test_an_answer_that_is_none_ends_as_a_fault_with_the_pistol_disarmed(session: Session) -> None:
    session.bench.fail = lambda request: (
        RemoteProtocolError("nonsense") if isinstance(request, Shot) else None
    )
    assert session.run().outcome == "fault"
    assert [one for one in session.bench.told if isinstance(one, Disarm)]


def test_an_abort_while_the_session_waits_ends_it(session: Session) -> None:
    session.bench.world.abort_at(600_000)
    assert session.run().outcome == "aborted"
    assert session.bench.twin.state is PistolState.ABORTED
    assert not session.bench.abort_wanted()


def test_the_session_s_clock_goes_on_where_the_journal_stopped(session: Session) -> None:
    session.bench.world.abort_at(600_000)
    session.run()
    before = max(one.at_us for one in read(session.path))
    session.journal, history = Journal.reopen(session.path, sync=session.sync)
    session.bench.pistol = VirtualPistol(session.bench.world, first_request=500)
    session.run(history)
    times = [one.at_us for one in read(session.path)]
    assert times == sorted(times)
    assert times[len(history)] >= before


def test_a_complete_session_is_not_run_again(session: Session) -> None:
    session.run()
    with pytest.raises(RecordError, match="complete"):
        session.run(tuple(read(session.path)))


def test_a_journal_of_another_plan_is_not_run(session: Session) -> None:
    other = replace(session.opened, plan_digest="sha256:" + "00" * 32)
    with pytest.raises(RecordError, match="of the plan"):
        session.run((other,))
    assert session.bench.deliveries == []
