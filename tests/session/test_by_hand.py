"""A session by hand: what a person says becomes the record, whenever it ends."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesogun.errors import PlanError, RecordError
from mesogun.planning import HAND, Rest, VerifiedPlan, plan, verify
from mesogun.planning.rows import rows_of
from mesogun.record import (
    Connected,
    Ended,
    Entry,
    Intent,
    Journal,
    Outcome,
    Record,
    fold,
    read,
    read_chained,
)
from mesogun.session import Amended, Answer, Given, Lost, Quit, Shown, Skipped, guide, opening
from mesogun.session.by_hand import NOT_REACHED, advance
from mesogun.session.hand_past import standing_of
from mesogun.session.tasks import task_of
from tests.planning.samples import order, zone
from tests.simulation.tiny import tiny_plan

BY = "dr-17"
WALL = "2026-11-21T10:00:00Z"
STRIP = ((0, 0), (64_000, 0), (64_000, 26_000), (0, 26_000))
OUT = Lost("the input ended")
Look = Callable[[Shown], None]


@cache
def made(*, rest_ms: int = 0) -> VerifiedPlan:
    """About twenty pricks of 20 uL in three rows, with a refill on the way."""
    rest = Rest(15_000, 0, rest_ms) if rest_ms else None
    asked = order(
        zone("strip", STRIP, dose_nl_usual=20_000, interval_ms=0, rest=rest),
        volume_nl=400_000,
        syringe_volume_nl_max=240_000,
        dose_quantum_nl_min=10_000,
    )
    return verify(plan(replace(asked, head=HAND)))


PRICKS = len(made().plan.pricks)
STOP = made().plan.pauses[0].shot


class Person:
    """Answers one after the other, then nobody; looks at the journal when something is shown."""

    def __init__(
        self, answers: Sequence[Answer], look: Callable[[Shown], None] | None = None
    ) -> None:
        self.answers, self.shown = list(answers), list[Shown]()
        self.at_us, self.look = 0, look

    def now_us(self) -> int:
        self.at_us += 1_000
        return self.at_us

    def ask(self, shown: Shown) -> Answer:
        self.shown.append(shown)
        self.at_us = max(self.at_us, shown.not_before_us)
        if self.look is not None:
            self.look(shown)
        return self.answers.pop(0) if self.answers else OUT


class Session:
    """One session on the disk, in as many parts as it takes."""

    def __init__(self, path: Path, verified: VerifiedPlan | None = None) -> None:
        self.path, self.plan = path, verified or made()
        opened = opening(self.plan, session_id="s", started=WALL, prescription_sha256="")
        with Journal.create(path, sync=lambda _: None) as journal:
            journal.append(opened)

    def part(
        self, *answers: Answer, look: Callable[[Shown], None] | None = None, row: bool = True
    ) -> Person:
        journal, history = Journal.reopen(self.path, sync=lambda _: None)
        person = Person(answers, look)
        person.at_us = max(one.at_us for one in history)
        with journal:
            grain = "row" if row else "prick"
            guide(
                self.plan,
                journal,
                history=history,
                desk=person,
                wall=lambda: WALL,
                by=BY,
                grain=grain,
            )  # type: ignore[arg-type]
        return person

    def entries(self) -> list[Entry]:
        return read(self.path)

    def record(self) -> Record:
        entries, chain = read_chained(self.path)
        return fold(entries, chain.entries, chain.head)

    def states(self) -> list[str]:
        return [one.state for one in self.record().pricks]


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "journal.mgj")


def shown_pricks(person: Person) -> list[tuple[int, int]]:
    return [
        (one.standing.next, one.standing.until)
        for one in person.shown
        if one.standing.phase == "step"
    ]


def test_enter_for_every_row_gives_all_and_the_record_says_who_confirmed(session: Session) -> None:
    person = session.part(*[Given()] * 40)
    record = session.record()
    assert record.outcome == "complete"
    assert record.count("given") == PRICKS
    assert record.dose_nl_given == 400_000
    assert (record.session.device, record.session.confirmed_by) == ("hand", BY)
    assert not record.session.simulated
    rows = [(one.first, one.stop) for one in rows_of(session.plan.plan)]
    assert shown_pricks(person) == rows
    assert [(one.shot, one.confirmed_by) for one in record.pauses] == [(STOP, BY)]


def test_prick_by_prick_shows_one_at_a_time(session: Session) -> None:
    person = session.part(*[Given()] * 80, row=False)
    assert shown_pricks(person) == [(k, k + 1) for k in range(PRICKS)]
    assert session.record().outcome == "complete"


def test_what_is_shown_is_in_the_journal_before_it_is_shown(session: Session) -> None:
    def look(shown: Shown) -> None:
        if shown.standing.phase == "step":
            written = {one.shot for one in session.entries() if isinstance(one, Intent)}
            assert set(range(shown.standing.next, shown.standing.until)) <= written

    session.part(*[Given()] * 40, look=look)


def test_skipped_pricks_are_not_given_and_never_shown_again(session: Session) -> None:
    session.part(Given(), Skipped(), Given(3), Skipped(5), OUT)
    person = session.part(*[Given()] * 40)
    states = session.states()
    assert [k for k, one in enumerate(states) if one != "given"] == [0, 3, 4]
    assert {session.record().pricks[k].why for k in (0, 3, 4)} == {"skipped by the operator"}
    assert min(first for first, _ in shown_pricks(person)) == 5
    assert session.record().dose_nl_given == 400_000 - sum(
        int(session.plan.plan.pricks.dose_nl[k]) for k in (0, 3, 4)
    )


def test_more_than_was_shown_can_be_given_but_not_beyond_a_stop(session: Session) -> None:
    person = session.part(Given(), Given(STOP + 1), Given(STOP), OUT)
    assert "a stop comes after it" in person.shown[2].note
    assert session.states()[:STOP] == ["given"] * STOP
    assert person.shown[-1].standing.phase == "stop"


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        (Given(2), "corrects"),
        (Skipped(1), "corrects"),
        (Amended(9, True), "nothing was said yet"),
        (Amended(PRICKS + 1, False), "nothing was said yet"),
        (Amended(1, True), "is given already"),
    ],
)
def test_an_answer_that_cannot_be_meant_changes_nothing_and_says_why(
    session: Session, answer: Answer, told: str
) -> None:
    person = session.part(Given(), Given(3), answer, OUT)
    before, after = person.shown[-2:]
    assert told in after.note
    assert after.standing == before.standing


def test_a_correction_is_an_entry_of_its_own_and_an_alarm(session: Session) -> None:
    session.part(Given(), Skipped(), Given(4), Amended(1, True), Amended(3, False), Quit())
    record = session.record()
    assert [one.state for one in record.pricks[:4]] == ["given", "given", "not_given", "given"]
    assert [one.text for one in record.alarms] == [
        f"prick 1: not given, corrected by {BY} to given",
        f"prick 3: given, corrected by {BY} to not given",
    ]
    assert (
        sum(isinstance(one, Outcome) and one.reason != NOT_REACHED for one in session.entries())
        == 4
    )


def test_quitting_leaves_what_was_shown_as_not_reached_and_a_resume_shows_it_anew(
    session: Session,
) -> None:
    session.part(Given(), Given(2), Quit())
    record = session.record()
    assert (record.outcome, record.why) == ("aborted", "stopped by the operator")
    assert {one.why for one in record.pricks[2:]} == {NOT_REACHED}
    person = session.part(*[Given()] * 40)
    assert shown_pricks(person)[0][0] == 2
    assert not person.shown[1].standing.shown_before
    assert session.record().outcome == "complete"
    assert session.record().parts == 2


def test_without_an_answer_what_is_shown_is_in_doubt_until_somebody_says(
    session: Session,
) -> None:
    person = session.part(Given(), Given(2), OUT)
    first, stop = shown_pricks(person)[-1]
    assert session.states()[first:stop] == ["in_doubt"] * (stop - first)
    assert session.record().outcome == "interrupted"
    again = session.part(Given(), Given(), OUT)
    assert shown_pricks(again)[0] == (first, stop)
    assert again.shown[1].standing.shown_before
    assert session.states()[first:stop] == ["given"] * (stop - first)


def test_a_journal_that_was_never_closed_is_gone_on_with(session: Session) -> None:
    def die(shown: Shown) -> None:
        if shown.standing.next >= 4:
            raise SystemExit

    with pytest.raises(SystemExit):
        session.part(Given(), Given(4), look=die)
    assert not any(isinstance(one, Ended) for one in session.entries())
    assert session.states()[:4] == ["given"] * 4
    session.part(*[Given()] * 40)
    assert session.record().outcome == "complete"


def test_all_said_but_not_closed_needs_only_one_more_answer(session: Session) -> None:
    session.part(*[Given()] * 40)
    whole = session.path.read_bytes().splitlines(keepends=True)
    session.path.write_bytes(b"".join(whole[:-1]))
    person = session.part(Given())
    assert [one.standing.phase for one in person.shown] == ["close"]
    assert session.record().outcome == "complete"


def test_neighbours_rest_as_long_as_the_plan_asks(tmp_path: Path) -> None:
    resting = made(rest_ms=4_000)
    session = Session(tmp_path / "journal.mgj", resting)
    person = session.part(*[Given()] * 80)
    assert session.record().outcome == "complete"
    assert any(one.not_before_us for one in person.shown)
    pricks = resting.plan.pricks
    at = [one.at_us or 0 for one in session.record().pricks]
    for k in range(len(pricks)):
        for m in range(k):
            near = (int(pricks.x_um[k]) - int(pricks.x_um[m])) ** 2 + (
                int(pricks.y_um[k]) - int(pricks.y_um[m])
            ) ** 2 <= 15_000**2
            assert not near or at[k] - at[m] >= 4_000_000


def test_a_row_ends_where_the_guard_would_wait(tmp_path: Path) -> None:
    """Planned without a rest, guarded with one: no two neighbours are shown in one step."""
    plain = made()
    zones = tuple(
        replace(one, rest=Rest(13_000, 0, 4_000)) for one in plain.plan.prescription.zones
    )
    asked = replace(plain.plan.prescription, zones=zones)
    resting = _like(plain, prescription=asked)
    session = Session(tmp_path / "journal.mgj", resting)
    person = session.part(*[Given()] * 80)
    assert session.record().outcome == "complete"
    assert [one.state for one in session.record().pricks] == ["given"] * PRICKS
    x, y = plain.plan.pricks.x_um.tolist(), plain.plan.pricks.y_um.tolist()
    for first, stop in shown_pricks(person):
        for k in range(first + 1, stop):
            assert (x[k] - x[k - 1]) ** 2 + (y[k] - y[k - 1]) ** 2 > 13_000**2


def test_what_was_given_against_the_guard_is_given_and_alarmed(tmp_path: Path) -> None:
    resting = made(rest_ms=4_000)
    session = Session(tmp_path / "journal.mgj", resting)
    stop = next(one.shot for one in resting.plan.pauses if one.kind == "refill")
    session.part(Given(), Given(stop), Quit())
    record = session.record()
    assert [one.state for one in record.pricks[:stop]] == ["given"] * stop
    assert [one.kind for one in record.alarms] == ["guard"] * len(record.alarms)
    assert record.alarms
    assert "given, although" in record.alarms[0].text


def test_a_journal_of_another_plan_or_of_a_pistol_is_refused(session: Session) -> None:
    task = task_of(session.plan)
    opened = session.entries()[0]
    other = replace(opened, plan_digest="sha256:" + "0" * 64)
    met = Connected(0, 1, WALL, False, "51", "1.0.0", 7, 5, 3, None)
    for history, told in (([other], "of the plan"), ([opened, met], "pistol"), ([], "begin")):
        with pytest.raises(RecordError, match=told):
            standing_of(history, task, by=BY, grain="row")
    session.part(*[Given()] * 40)
    with pytest.raises(RecordError, match="complete"):
        session.part(Given())


def test_a_journal_with_a_gap_is_refused(session: Session) -> None:
    task, opened = task_of(session.plan), session.entries()[0]
    gap = [opened, Intent(1, 1, 3), Outcome(2, 1, "fired", "x", 20_000, 600, 2, None)]
    beyond = [opened, Intent(1, 1, PRICKS)]
    unasked = [opened, Outcome(2, 1, "fired", "x", 20_000, 600, 2, None)]
    for history, told in (
        (gap, "one after the other"),
        (beyond, "none can be"),
        (unasked, "never"),
    ):
        with pytest.raises(RecordError, match=told):
            standing_of(history, task, by=BY, grain="row")


def test_a_plan_of_many_needles_is_not_given_by_hand() -> None:
    shots = tiny_plan(4)
    table = replace(shots.plan.pricks, head=shots.plan.pricks.zone, needle=shots.plan.pricks.zone)
    with pytest.raises(PlanError, match="one needle"):
        task_of(_like(shots, pricks=table))


def _like(checked: VerifiedPlan, **changes: Any) -> VerifiedPlan:
    """A plan that nobody verified, for what a verified one never is."""
    copied = object.__new__(VerifiedPlan)
    object.__setattr__(copied, "plan", replace(checked.plan, **changes))
    object.__setattr__(copied, "digest", checked.digest)
    return copied


def test_over_is_over(session: Session) -> None:
    now = standing_of(session.entries(), task_of(session.plan), by=BY, grain="row")
    ended = advance(now, Quit(), 5).standing
    for answer in (Given(), Skipped(), Quit(), OUT):
        assert advance(ended, answer, 9) == (ended, (), "", 0)


ANSWERS = st.one_of(
    st.just(Given()),
    st.just(Given()),
    st.builds(Given, st.integers(0, PRICKS + 2)),
    st.just(Skipped()),
    st.builds(Skipped, st.integers(0, PRICKS + 2)),
    st.builds(Amended, st.integers(0, PRICKS + 2), st.booleans()),
)
PARTS = st.lists(
    st.tuples(st.lists(ANSWERS, max_size=12), st.sampled_from([Quit(), OUT]), st.booleans()),
    max_size=3,
)
numbers = count()


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS)
def test_whatever_is_answered_every_prick_ends_as_somebody_said(
    tmp_path: Path, parts: list[tuple[list[Answer], Answer, bool]]
) -> None:
    session = Session(tmp_path / f"{next(numbers)}.mgj")
    settled = 0
    for answers, end, row in parts:
        if session.record().outcome == "complete":
            break
        person = session.part(*answers, end, row=row)
        assert all(first >= settled for first, _ in shown_pricks(person)), "nothing is shown twice"
        settled = check(session, person, quit_by=end)
    if session.record().outcome != "complete":
        session.part(*[Given()] * 2 * PRICKS)
    record = session.record()
    assert record.outcome == "complete"
    assert record.count("in_doubt") == 0


def check(session: Session, person: Person, quit_by: Answer) -> int:
    """Compare the record with what was said; return how many pricks are settled."""
    record, last = session.record(), person.shown[-1].standing
    said = dict(fates_of(session.entries()))
    for one in record.pricks:
        if one.index in said:
            assert one.state == ("given" if said[one.index] else "not_given")
        elif one.state == "in_doubt":
            assert quit_by == OUT
            assert last.next <= one.index
        else:
            assert (one.state, one.why) == ("not_given", NOT_REACHED)
    doses = session.plan.plan.pricks.dose_nl.tolist()
    assert record.dose_nl_given == sum(doses[k] for k, was_given in said.items() if was_given)
    return len(said)


def fates_of(entries: Sequence[Entry]) -> Iterator[tuple[int, bool]]:
    """What was said last of each prick, from the entries alone."""
    pricks = {one.shot_id: one.shot for one in entries if isinstance(one, Intent)}
    for one in entries:
        if (
            type(one).__name__ in ("Outcome", "Corrected")
            and getattr(one, "reason", "") != NOT_REACHED
        ):
            yield pricks[one.shot_id], one.outcome == "fired"  # type: ignore[union-attr]
