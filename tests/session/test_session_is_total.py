"""Whatever a pistol, a cable or a person says, in whatever order: no crash, no prick twice."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.messages import (
    AbortCause,
    ClearAbortReply,
    DisarmReply,
    ErrorCode,
    FaultCode,
    JournalKind,
    LimitId,
    Outcome,
    PistolState,
    Refusal,
    ShotResult,
)
from mesogun.record import Alarmed, Armed, Entry, Intent
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session import Ended, past_of
from mesogun.session.model import Confirmed, Declined, Event, Garbled, LinkLost
from tests.session.hand_made import (
    Talk,
    arm_reply,
    armed,
    challenge,
    error,
    hello,
    limits,
    opened,
    orders,
    record,
    records,
    refused,
    resolution,
    shot_reply,
    status,
    stopped,
)

few = st.integers(0, 6)
ids = st.integers(1, 6)
heads = st.integers(0, 12)
statuses = st.builds(
    lambda state, queue, head, tail, cause, fault: status(
        state, queue=queue, journal_head=head, journal_tail=tail, abort_cause=cause, fault=fault
    ),
    st.sampled_from(PistolState), st.integers(0, 1), heads, heads, st.sampled_from(AbortCause),
    st.sampled_from(FaultCode),
)  # fmt: skip
some_records = st.builds(
    lambda seq, kinds: records(
        *(
            record(seq + k, kind, shot_id, outcome=what, dose_nl_given=dose_nl, reason=reason)
            for k, (kind, shot_id, what, dose_nl, reason) in enumerate(kinds)
        )
    ),
    heads,
    st.lists(
        st.tuples(
            st.sampled_from(JournalKind), ids, st.sampled_from(Outcome),
            st.sampled_from([0, 4_000, 10_000]), st.sampled_from(Refusal),
        ),
        max_size=3,
    ),
)  # fmt: skip
anything: st.SearchStrategy[Event] = st.one_of(
    st.builds(lambda head: hello(journal_head=head), heads),
    statuses,
    some_records,
    st.builds(lambda shot_id: shot_reply(shot_id), ids),
    st.builds(lambda shot_id: shot_reply(shot_id, ShotResult.STORED), ids),
    st.builds(refused, ids, st.sampled_from(Refusal)),
    st.builds(resolution, ids, st.sampled_from(Outcome)),
    st.builds(lambda top: limits(shots_max=top), st.integers(0, 9)),
    st.builds(error, st.sampled_from(ErrorCode), st.sampled_from([0, *LimitId, 999]), few),
    st.builds(ClearAbortReply, st.sampled_from(PistolState)),
    st.builds(DisarmReply, st.sampled_from(PistolState)),
    st.builds(stopped),
    st.just(LinkLost("gone")),
    st.just(Garbled("mad")),
    st.just(Confirmed("anybody")),
    st.just(Declined()),
)


class Fitting:
    """An answer that fits what is asked, made when it is known what that is."""

    def __init__(self, what: Outcome, queue: int, dose_nl: int) -> None:
        self.what, self.queue, self.dose_nl = what, queue, dose_nl

    def __repr__(self) -> str:
        return f"Fitting({self.what}, {self.queue}, {self.dose_nl})"

    def tell(self, talk: Talk) -> None:
        session, request = talk.step.session, talk.request
        name = type(session).__name__
        merged = talk.merged
        open_ids = session.core.ledger.open
        shot_id = open_ids[0].shot_id if open_ids else 1
        if talk.step.confirm is not None:
            talk.tell(Confirmed("a test"))
        elif name == "Greeting":
            talk.tell(hello())
        elif name == "Challenging":
            talk.tell(challenge(request))
        elif name == "Arming":
            talk.tell(arm_reply(session.challenge))  # type: ignore[union-attr]
        elif name == "Asking":
            talk.tell(shot_reply(shot_id))
        elif name == "Watching":
            talk.tell(status(PistolState.ARMED, queue=self.queue, journal_head=merged + 2))
        elif name == "Reading":
            dose_nl = self.dose_nl if self.what in (Outcome.FIRED, Outcome.PARTIAL) else 0
            told = {"outcome": self.what, "dose_nl_given": dose_nl}
            told["depth_um_given"] = 600
            end = record(merged + 2, JournalKind.OUTCOME, shot_id, **told)
            talk.tell(records(record(merged + 1, JournalKind.INTENT, shot_id), end))
        elif name == "Claiming":
            talk.tell(resolution(request.shot_id, Outcome.NOT_FIRED))
        elif name == "Resolving":
            talk.tell(resolution(shot_id, self.what))
        elif name == "Limiting":
            talk.tell(limits())
        elif name == "Disarming":
            talk.tell(DisarmReply(PistolState.SAFE))
        else:
            talk.tell(status(journal_head=merged))


doses = st.sampled_from([10_000, 10_000, 8_000])
ends = st.sampled_from([*[Outcome.FIRED] * 7, *Outcome])
fitting = st.builds(Fitting, ends, st.sampled_from([0, 0, 1]), doses)


def no_prick_twice(entries: list[Entry]) -> None:
    """Demand: one shot open at a time, and none asked that was or may have been given."""
    shot_of: dict[int, int] = {}
    ended: dict[int, str] = {}
    for entry in entries:
        if isinstance(entry, Intent):
            assert entry.shot_id not in shot_of
            assert all(shot_id in ended for shot_id in shot_of)
            earlier = [ended[one] for one, shot in shot_of.items() if shot == entry.shot]
            assert set(earlier) <= {"not_fired"}
            shot_of[entry.shot_id] = entry.shot
        elif isinstance(entry, OutcomeEntry):
            assert entry.shot_id in shot_of
            first = ended.setdefault(entry.shot_id, entry.outcome)
            if first != entry.outcome:
                ended[entry.shot_id] = "told in two ways"


def no_shot_beside_an_alarm(entries: list[Entry]) -> None:
    """Demand: after an alarm a person confirms before any shot is asked."""
    alarmed = ""
    for entry in entries:
        if isinstance(entry, Armed):
            alarmed = ""
        elif isinstance(entry, Alarmed):
            alarmed = entry.kind
        assert not (alarmed and isinstance(entry, Intent)), alarmed


# Side by side in one_of, what fits would be one of twenty alternatives, and no talk get anywhere.
talks = st.lists(
    st.integers(0, 11).flatmap(lambda k: fitting if k else anything), min_size=8, max_size=60
)


@given(talks, st.booleans())
@settings(max_examples=200, deadline=None)
def test_no_sequence_of_events_crashes_or_gives_a_prick_twice(
    events: list[Event | Fitting], from_armed: bool
) -> None:
    what = orders(4)
    talk = armed(what) if from_armed else Talk(what, claims=False)
    for event in events:
        if isinstance(event, Fitting):
            event.tell(talk)
        else:
            talk.tell(event)
        step = talk.step
        asks = (step.request is not None) + (step.confirm is not None)
        assert asks == (0 if isinstance(step.session, Ended) else 1)
    no_prick_twice(talk.written)
    no_shot_beside_an_alarm(talk.written)
    # What was written can be read again, and it says the same of what is left.
    past = past_of([opened(what), *talk.written], what)
    left = set(talk.step.session.core.ledger.left)
    assert left <= set(past.left)
    assert {one.shot_id for one in past.open} == {
        one.shot_id for one in talk.step.session.core.ledger.open
    }


@given(st.lists(anything, max_size=40))
@settings(max_examples=100, deadline=None)
def test_a_second_part_asks_nothing_that_the_first_has_given(events: list[Event]) -> None:
    what = orders(4)
    first = armed(what).give().give().tell(shot_reply(4), LinkLost("gone"))
    second = Talk(what, first.written).connect()
    for event in events:
        second.tell(event)
    no_prick_twice(first.written + second.written)
