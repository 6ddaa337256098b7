"""A session with a pen: what a person says of passes and strokes becomes the record."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesogun.errors import RecordError
from mesogun.intake import read_prescription
from mesogun.planning import VerifiedPlan, plan, verify
from mesogun.planning.passes import passes_of
from mesogun.record import (
    Entry,
    Intent,
    Journal,
    Record,
    Strokes,
    fold,
    read,
    read_chained,
    to_json,
)
from mesogun.session import (
    Amended,
    Answer,
    Given,
    Lost,
    Quit,
    Shown,
    Skipped,
    guide,
    laid,
    opening,
)
from mesogun.session.by_hand import NOT_REACHED, SKIPPED

BY, WALL = "dr-17", "2026-11-24T10:00:00Z"
PEN = Path(__file__).parents[2] / "examples" / "pen-needling.toml"
OUT = Lost("the input ended")
STROKES = 22
SECOND_ZONE = 13
"""Index of the first stroke over the other cheek."""


@cache
def pen() -> VerifiedPlan:
    return verify(plan(read_prescription(PEN)))


class Person:
    """Answers one after the other, then nobody."""

    def __init__(self, answers: Sequence[Answer], at_us: int, path: Path) -> None:
        self.answers, self.shown, self.at_us, self.path = list(answers), list[Shown](), at_us, path

    def now_us(self) -> int:
        self.at_us += 1_000
        return self.at_us

    def ask(self, shown: Shown) -> Answer:
        now = shown.standing
        if now.phase == "step":
            written = {one.shot for one in read(self.path) if isinstance(one, Intent)}
            assert set(range(now.next, now.until)) <= written, "durable before it is shown"
        self.shown.append(shown)
        return self.answers.pop(0) if self.answers else OUT

    def steps(self) -> list[tuple[int, int]]:
        told = [one.standing for one in self.shown if one.standing.phase == "step"]
        return [(one.next, one.until) for one in told]


class Session:
    """One session on the disk, in as many parts as it takes."""

    def __init__(self, path: Path) -> None:
        self.path = path
        opened = opening(pen(), session_id="s", started=WALL, prescription_sha256="")
        with Journal.create(path, sync=lambda _: None) as journal:
            journal.append(opened, *laid(pen()))

    def part(self, *answers: Answer, whole: bool = True) -> Person:
        journal, history = Journal.reopen(self.path, sync=lambda _: None)
        person = Person(answers, max(one.at_us for one in history), self.path)
        with journal:
            guide(
                pen(),
                journal,
                history=history,
                desk=person,
                wall=lambda: WALL,
                by=BY,
                grain="row" if whole else "prick",
            )
        return person

    def record(self) -> Record:
        entries, chain = read_chained(self.path)
        return fold(entries, chain.entries, chain.head)


@pytest.fixture
def session(tmp_path: Path) -> Session:
    return Session(tmp_path / "journal.mgj")


def test_enter_for_every_pass_gives_all_and_says_who_confirmed(session: Session) -> None:
    person = session.part(*[Given()] * 8)
    record = session.record()
    assert (record.outcome, record.pricks) == ("complete", ())
    assert [one.state for one in record.strokes] == ["given"] * STROKES
    assert {one.depth_um_planned for one in record.strokes} == {500}
    assert (record.session.device, record.session.confirmed_by) == ("pen", BY)
    assert record.session.by_hand
    assert person.steps() == [(one.first, one.stop) for one in passes_of(pen().plan)]
    told = [(one.shot, one.kinds, one.confirmed_by) for one in record.pauses]
    assert told == [(0, ("settings",), BY), (SECOND_ZONE, ("settings",), BY)]


def test_stroke_by_stroke_shows_one_at_a_time(session: Session) -> None:
    person = session.part(*[Given()] * 40, whole=False)
    assert person.steps() == [(k, k + 1) for k in range(STROKES)]


def test_nothing_can_be_said_beyond_a_zone_before_its_settings(session: Session) -> None:
    person = session.part(Given(), Given(), Given(SECOND_ZONE + 1), Given(SECOND_ZONE), OUT)
    assert person.shown[3].note == "stroke 13 is the last that can be meant: a stop comes after it"
    assert person.shown[-1].standing.phase == "stop"
    assert session.record().count_strokes("given") == SECOND_ZONE


def test_a_correction_speaks_of_strokes_and_keeps_when_it_was_said(session: Session) -> None:
    session.part(Given(), Given(), Skipped(), Given(4), Amended(1, True), Amended(3, False), Quit())
    record = session.record()
    assert [one.text for one in record.alarms] == [
        f"stroke 1: not given, corrected by {BY} to given",
        f"stroke 3: given, corrected by {BY} to not given",
    ]
    assert record.strokes[0].at_us is not None
    assert [one.state for one in record.strokes[:4]] == ["given", "given", "not_given", "given"]


def test_without_an_answer_a_pass_is_in_doubt_and_is_asked_about_first(session: Session) -> None:
    session.part(Given(), Given(), Given(4), OUT)
    assert session.record().count_strokes("in_doubt") == 3
    again = session.part(Given(), Given(), OUT)
    assert again.steps()[0] == (4, 7)
    assert again.shown[1].standing.shown_before
    assert session.record().parts == 2


def test_a_journal_that_breaks_off_before_its_strokes_is_not_gone_on_with(tmp_path: Path) -> None:
    session = Session(tmp_path / "journal.mgj")
    first = session.path.read_bytes().splitlines(keepends=True)
    assert isinstance(read(session.path)[1], Strokes)
    session.path.write_bytes(b"".join(first[:-1]))
    with pytest.raises(RecordError, match="before its strokes"):
        session.part(Given())


def test_strokes_stand_alone_right_after_the_opening(session: Session) -> None:
    opened, strokes = read(session.path)
    for entries in (
        [opened, strokes, strokes],
        [opened, Intent(1, 1, 0), strokes],
        [opened, Strokes(0, "pen", ())],
    ):
        with pytest.raises(RecordError, match="do not stand alone"):
            fold(entries, len(entries), "ff" * 32)


ANSWERS = st.one_of(
    st.just(Given()),
    st.just(Given()),
    st.builds(Given, st.integers(0, STROKES + 2)),
    st.just(Skipped()),
    st.builds(Skipped, st.integers(0, STROKES + 2)),
    st.builds(Amended, st.integers(0, STROKES + 2), st.booleans()),
)
PARTS = st.lists(
    st.tuples(st.lists(ANSWERS, max_size=12), st.sampled_from([Quit(), OUT]), st.booleans()),
    max_size=3,
)
numbers = count()


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(PARTS)
def test_whatever_is_answered_every_stroke_ends_as_somebody_said(
    tmp_path: Path, parts: list[tuple[list[Answer], Answer, bool]]
) -> None:
    session = Session(tmp_path / f"{next(numbers)}.mgj")
    settled = 0
    for answers, end, whole in parts:
        if session.record().outcome == "complete":
            break
        person = session.part(*answers, end, whole=whole)
        assert all(first >= settled for first, _ in person.steps()), "nothing is shown twice"
        settled = checked(session.record(), read(session.path), end)
    if session.record().outcome != "complete":
        session.part(*[Given()] * 3 * STROKES)
    assert session.record().outcome == "complete"
    assert session.record().count_strokes("in_doubt") == 0


def checked(record: Record, entries: Sequence[Entry], end: Answer) -> int:
    """Compare the record with what was said of each; return how many are settled."""
    stroke_of = {one.shot_id: one.shot for one in entries if isinstance(one, Intent)}
    said: dict[int, bool] = {}
    for one in entries:
        kind = type(one).__name__
        if kind == "Corrected" or (kind == "Outcome" and one.reason != NOT_REACHED):  # type: ignore[union-attr]
            said[stroke_of[one.shot_id]] = one.outcome == "fired"  # type: ignore[union-attr]
    for one in record.strokes:
        if one.index in said:
            assert one.state == ("given" if said[one.index] else "not_given")
            assert one.why in ("", SKIPPED, "corrected by the operator")
        elif one.state == "in_doubt":
            assert end == OUT
        else:
            assert (one.state, one.why) == ("not_given", NOT_REACHED)
    assert set(said) == set(range(len(said)))
    assert b'"strokes_given": %d' % sum(said.values()) in to_json(record)
    return len(said)
