"""Arming: limits first, an exact echo, a person, and a budget of what is left."""

from __future__ import annotations

import pytest

from firmware_protocol.messages import (
    ArmConfirm,
    ArmRequest,
    Disarm,
    ErrorCode,
    JournalKind,
    LimitLayer,
    LimitsGet,
    Poll,
    Shot,
    Trigger,
)
from mesogun.record import Alarmed, Armed
from mesogun.session.model import Confirmed, Confirming, Declined, Ended
from mesogun.session.orders import Orders
from tests.session.hand_made import (
    Talk,
    arm_reply,
    armed,
    challenge,
    connected,
    error,
    intent,
    limits,
    order,
    orders,
    outcome,
    record,
    records,
    reserved,
    status,
)


def limited(what: Orders | None = None, **other: int) -> Talk:
    return Talk(what).connect().tell(status(), limits(**other))


def why(talk: Talk) -> str:
    session = talk.finish().step.session
    assert isinstance(session, Ended)
    assert session.outcome == "fault"
    return session.why


def test_the_limits_in_force_are_asked_before_arming() -> None:
    assert Talk().connect().tell(status()).request == LimitsGet(LimitLayer.EFFECTIVE)


def test_the_budget_is_exactly_what_is_left() -> None:
    history = [connected(), reserved(), intent(1, 0), outcome(1)]
    talk = Talk(orders(4), history).connect().tell(status(), limits())
    assert talk.request == ArmRequest(
        shots_max=3,
        volume_nl_max=30_000,
        dose_nl_max=10_000,
        depth_um_max=600,
        rate_nl_per_s_max=50_000,
        interval_ms_min=0,
        lease_ms=300,
        limits_revision=3,
        calibration_id=5,
        plan_digest=talk.step.session.core.past.session << 32 | 0xABABABAB,
    )


def test_the_greatest_of_each_value_is_asked_for() -> None:
    some = Orders(
        (order(rate_nl_per_s=9), order(dose_nl=20_000, depth_um=300), order(interval_ms=400)),
        "sha256:" + "00" * 32,
    )
    request = limited(some).request
    assert (request.dose_nl_max, request.depth_um_max) == (20_000, 600)
    assert (request.volume_nl_max, request.interval_ms_min) == (40_000, 0)
    assert request.rate_nl_per_s_max == 50_000


@pytest.mark.parametrize(
    ("limit", "bound"),
    [
        ("dose_nl_max", 9_999),
        ("dose_nl_min", 10_001),
        ("depth_um_max", 599),
        ("rate_nl_per_s_max", 49_999),
        ("dwell_ms_max", -1),
        ("shots_max", 2),
        ("volume_nl_max", 29_999),
        ("lease_ms_max", 99),
        ("ttl_ms_max", 0),
    ],
)
def test_a_limit_tighter_than_the_plan_is_named_with_its_value(limit: str, bound: int) -> None:
    talk = limited(**{limit: bound})
    assert not any(isinstance(one.request, ArmRequest) for one in talk.steps)
    text = why(talk)
    assert limit in text
    assert str(bound) in text


@pytest.mark.parametrize(
    ("limit", "bound"),
    [
        ("dose_nl_max", 10_000),
        ("dose_nl_min", 10_000),
        ("depth_um_max", 600),
        ("rate_nl_per_s_max", 50_000),
        ("dwell_ms_max", 0),
        ("shots_max", 3),
        ("volume_nl_max", 30_000),
        ("lease_ms_max", 100),
        ("ttl_ms_max", 1),
    ],
)
def test_a_limit_just_met_is_met(limit: str, bound: int) -> None:
    assert isinstance(limited(**{limit: bound}).request, ArmRequest)


def test_the_pistol_s_shortest_lease_is_kept() -> None:
    assert limited(lease_ms_min=500).request.lease_ms == 500


@pytest.mark.parametrize(
    ("trip_us", "lease_ms"), [(10_000, 300), (50_000, 300), (100_000, 600), (300_000, 1000)]
)
def test_a_slow_line_gets_a_longer_lease(trip_us: int, lease_ms: int) -> None:
    talk = Talk().connect().tell(status(), limits(), after_us=trip_us)
    assert talk.request.lease_ms == lease_ms


def test_one_late_answer_makes_no_slow_line() -> None:
    talk = Talk().connect(journal_head=1).tell(status(journal_head=1), after_us=400_000)
    talk.tell(records(record(1, JournalKind.BOOT)), status(journal_head=1), limits())
    assert talk.request.lease_ms == 300


def test_the_pistol_s_longest_lease_is_kept() -> None:
    talk = Talk().connect().tell(status(), limits(lease_ms_max=400), after_us=100_000)
    assert talk.request.lease_ms == 400


def test_the_pistol_s_longer_interval_is_kept() -> None:
    talk = limited(orders(interval_ms=100), interval_ms_min=250)
    assert talk.request.interval_ms_min == 250


@pytest.mark.parametrize("more", [1, -1])
@pytest.mark.parametrize("field", ArmRequest._fields)
def test_an_echo_that_differs_is_not_shown_to_anybody(field: str, more: int) -> None:
    talk = limited()
    asked = talk.request._asdict()[field]
    talk.tell(challenge(talk.request, **{field: asked + more}))
    assert not isinstance(talk.step.session, Confirming)
    assert field in why(talk)
    assert [one for one in talk.steps if isinstance(one.request, ArmConfirm)] == []


def test_a_pistol_that_contradicts_itself_about_being_simulated_is_not_armed() -> None:
    talk = limited()
    assert "simulated" in why(talk.tell(challenge(talk.request, hazards=0)))


def test_the_echo_waits_for_a_person() -> None:
    talk = limited()
    talk.tell(challenge(talk.request))
    assert talk.request is None
    assert talk.step.confirm is not None


def test_who_confirmed_is_written_down_before_the_first_shot() -> None:
    talk = armed()
    (entry,) = talk.kinds(Armed)
    assert (entry.confirmed_by, entry.lease_ms) == ("a test", 300)
    assert isinstance(talk.request, Shot)


def test_an_arming_that_nobody_confirms_arms_nothing() -> None:
    talk = limited()
    talk.tell(challenge(talk.request), Declined(), status())
    assert isinstance(talk.step.session, Ended)
    assert talk.step.session.outcome == "aborted"
    assert talk.kinds(Armed) == []


def test_a_challenge_that_ran_out_is_asked_and_confirmed_anew() -> None:
    talk = limited()
    talk.tell(challenge(talk.request), Confirmed("slow"), after_us=61_000_000)
    assert isinstance(talk.request, Poll)
    talk.tell(status(journal_head=talk.merged), limits())
    assert isinstance(talk.request, ArmRequest)


def test_a_challenge_that_the_pistol_forgot_is_asked_anew() -> None:
    talk = limited()
    talk.tell(challenge(talk.request), Confirmed("me"), error(ErrorCode.WRONG_NONCE))
    talk.tell(status(journal_head=talk.merged), limits())
    assert isinstance(talk.request, ArmRequest)


def test_a_syringe_that_holds_too_little_is_alarmed() -> None:
    talk = limited()
    talk.tell(challenge(talk.request, hazards=1 | 4))
    assert talk.kinds(Alarmed)[0].kind == "low_volume"


@pytest.mark.parametrize("field", ["shots_left", "volume_nl_left", "lease_ms"])
def test_a_budget_other_than_confirmed_is_given_back(field: str) -> None:
    talk = limited().tell()
    talk.tell(challenge(talk.request), Confirmed("me"))
    asked = talk.steps[-2].confirm
    assert asked is not None
    talk.tell(arm_reply(asked, **{field: 1}))
    assert talk.request == Disarm(99)
    assert [one for one in talk.steps if isinstance(one.request, Shot)] == []
    assert "not what was confirmed" in why(talk)


@pytest.mark.parametrize(
    ("code", "text"), [(ErrorCode.LIMIT, "DEPTH_UM_MAX is 500"), (ErrorCode.CALIBRATION, "calibra")]
)
def test_an_arming_that_is_refused_says_why(code: ErrorCode, text: str) -> None:
    talk = limited().tell(error(code, 3, 500))
    assert text in why(talk)


def test_a_limit_that_this_program_does_not_know_is_named_by_its_number() -> None:
    assert "its limit 999 is 5" in why(limited().tell(error(ErrorCode.LIMIT, 999, 5)))


def test_limits_that_changed_under_way_are_asked_anew() -> None:
    talk = limited().tell(error(ErrorCode.LIMITS_REVISION))
    talk.tell(status(journal_head=talk.merged))
    assert isinstance(talk.request, LimitsGet)


def test_a_journal_that_grew_under_way_is_read_before_arming() -> None:
    talk = limited().tell(error(ErrorCode.JOURNAL_UNREAD))
    assert isinstance(talk.request, Poll)


def test_a_held_trigger_is_asked_as_such() -> None:
    talk = armed(orders(trigger=Trigger.HELD))
    assert talk.request.trigger is Trigger.HELD
