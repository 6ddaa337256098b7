"""What a pistol gave into a vessel is in its journal, and is no prick of any session."""

from __future__ import annotations

import pytest

from firmware_protocol.messages import JournalKind, JournalRecord, Outcome, Poll
from mesogun.record import Alarmed, Served
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session.model import Ended
from tests.session.hand_made import Talk, connected, intent, outcome, record, records, reserved
from tests.session.hand_made import status as status_of

OPEN = [connected(), reserved(), intent(1, 0)]


PRIMED = (JournalKind.PRIME_INTENT, JournalKind.PRIME_OUTCOME)
WEIGHED = (JournalKind.SERVICE_INTENT, JournalKind.SERVICE_OUTCOME)


def served(
    seq: int, shot_id: int, kinds: tuple[JournalKind, JournalKind] = PRIMED
) -> tuple[JournalRecord, JournalRecord]:
    """What a prime, or a shot that is weighed, leaves in the pistol's journal."""
    told = {"depth_um_asked": 0, "depth_um_given": 0, "dose_nl_asked": 50_000}
    end = {**told, "outcome": Outcome.FIRED, "dose_nl_given": 50_000}
    return (
        record(seq, kinds[0], shot_id, **told),
        record(seq + 1, kinds[1], shot_id, **end),
    )


@pytest.mark.parametrize(("kinds", "served_as"), [(PRIMED, "prime"), (WEIGHED, "weighed")])
def test_what_was_served_before_the_session_is_noted_and_nobody_s(
    kinds: tuple[JournalKind, JournalKind], served_as: str
) -> None:
    talk = Talk().connect().tell(status_of(journal_head=2), records(*served(1, 5, kinds)))
    assert talk.kinds(Alarmed) == talk.kinds(OutcomeEntry) == []
    (noted,) = talk.kinds(Served)
    assert (noted.served_as, noted.outcome, noted.dose_nl_given) == (served_as, "fired", 50_000)
    assert (noted.pistol_seq, noted.shot_id) == (2, 5)
    assert isinstance(talk.request, Poll)
    assert talk.request.journal_ack == 2
    assert talk.step.session.core.ledger.left == (0, 1, 2)


def test_a_prime_with_an_id_of_a_block_that_was_broken_off_is_no_contradiction() -> None:
    talk = Talk(history=[connected(), reserved()]).connect()
    talk.tell(status_of(journal_head=2), records(*served(1, 7)))
    assert talk.kinds(Alarmed) == talk.kinds(OutcomeEntry) == []
    assert not isinstance(talk.step.session, Ended)


@pytest.mark.parametrize("history", [OPEN, [*OPEN, outcome(1)]], ids=["open", "settled"])
def test_a_shot_of_the_session_told_as_service_is_in_doubt_for_ever(history: list[object]) -> None:
    talk = Talk(history=history).connect()  # type: ignore[arg-type]
    talk.tell(status_of(journal_head=2), records(*served(1, 1))).finish()
    (alarm,) = talk.kinds(Alarmed)
    assert alarm.kind == "contradiction"
    assert "into a vessel" in alarm.text
    assert {one.outcome for one in talk.kinds(OutcomeEntry)} == {"indeterminate"}


def test_a_prime_told_twice_is_a_contradiction() -> None:
    again = served(1, 5)[1]._replace(seq=3)
    talk = Talk().connect().tell(status_of(journal_head=3), records(*served(1, 5), again)).finish()
    assert any("ends shot 5 twice" in one.text for one in talk.kinds(Alarmed))
