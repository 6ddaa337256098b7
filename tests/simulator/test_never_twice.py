"""Whatever arrives, in whatever order, whenever the power fails: never twice, never in secret."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol.messages import (
    Abort,
    ArmConfirm,
    ArmRequest,
    ClearAbort,
    Hello,
    Outcome,
    PistolState,
    Resolve,
    ShotReply,
    ShotResult,
)
from simulator.journal import Journal
from simulator.mechanics import Delivery
from simulator.memory import Memory
from simulator.operator import Hand

BUDGET_NL = 60_000

OPERATIONS = st.one_of(
    st.tuples(st.just("shot"), st.integers(1, 12)),
    st.tuples(st.just("again"), st.integers(0, 200)),  # any frame ever sent, late
    st.tuples(st.just("pass"), st.sampled_from([50, 1_000, 20_000, 60_000, 150_000])),
    st.tuples(st.just("play"), st.sampled_from([200_000, 500_000])),
    st.tuples(st.just("resolve"), st.integers(1, 12)),
    st.tuples(st.just("arm"), st.just(0)),
    st.tuples(st.just("hello"), st.just(0)),
    st.tuples(st.just("abort"), st.integers(0, 3)),
    st.tuples(st.just("cut"), st.just(0)),
    st.tuples(st.just("fuse"), st.integers(0, 400)),
)


class Ghost:
    """Watches the body. What it sees is held against what the pistol says."""

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.pistol: Any = None
        self.given: dict[int, Delivery] = {}
        self.given_nl_of: dict[int, int] = {}
        self.token = 0
        self.aborted_us: int | None = None
        self.denied: set[int] = set()

    def see(self, delivery: Delivery) -> None:
        assert delivery.shot_id not in self.given, "given twice"
        assert delivery.shot_id not in self.denied, "given after it was denied"
        assert delivery.contact, "given without contact"
        assert self.aborted_us is None or delivery.at_us <= self.aborted_us, "given after an abort"
        journal = Journal(Memory.from_image(self.memory.image()), 0)
        assert journal.was_begun(delivery.shot_id), "given without a journalled intent"
        self.given[delivery.shot_id] = delivery
        spent = self.given_nl_of.get(self.token, 0) + delivery.dose_nl
        self.given_nl_of[self.token] = spent
        assert spent <= BUDGET_NL, "given more than was armed"


class Session:
    """Plays operations on one pistol."""

    def __init__(self, host_of: Any) -> None:
        self.memory = Memory(records=64)
        self.ghost = Ghost(self.memory)
        hand = Hand(travel_us=60_000, settle_us=10_000)
        self.host = host_of(memory=self.memory, hand=hand, on_delivery=self.ghost.see)
        self.sent: list[bytes] = []

    def play(self, operation: str, figure: int) -> None:
        host = self.host
        if not host.pistol.is_powered:
            host.now_us += 500_000
            host.pistol.power_on(host.now_us)
            host.session = host.token = 0
        match operation:
            case "shot":
                if host.session:
                    self.put(host.shot(figure, dose_nl=10_000 + figure % 2, dwell_ms=0))
            case "again" if self.sent:
                host.pistol.receive(self.sent[figure % len(self.sent)], host.now_us)
            case "pass":
                host.now_us += figure
                host.pistol.advance(host.now_us)
            case "play":
                if host.session:
                    until_us = host.now_us + figure
                    while host.now_us < until_us and host.pistol.is_powered:
                        host.now_us += 40_000
                        host.poll()
            case "resolve":
                if host.session:
                    self.resolve(figure)
            case "arm":
                self.arm()
            case "hello":
                self.put(Hello(1, 0, 0, len(self.sent)), session=0)
            case "abort":
                self.abort(figure)
            case "cut":
                host.pistol.power_cut(host.now_us)
            case "fuse":
                self.memory.cut_after(figure)
        self.check()

    def put(self, message: Any, session: int | None = None) -> Any:
        data = self.host.wire(message, session)
        self.sent.append(data)
        frames = self.host.put(data)
        if frames and isinstance(message, Hello):
            self.host.session, self.host.token = frames[0].session, 0
        return frames

    def resolve(self, shot_id: int) -> None:
        told = self.host.ask(Resolve(shot_id))
        outcome = getattr(told, "outcome", None)
        given = self.ghost.given.get(shot_id)
        if outcome is Outcome.NOT_FIRED:
            assert given is None, "denied although it was given"
            self.ghost.denied.add(shot_id)
        if outcome in (Outcome.FIRED, Outcome.PARTIAL):
            assert given is not None, "claimed although it was not given"
            assert told.dose_nl_given == given.dose_nl

    def arm(self) -> None:
        host = self.host
        self.put(Hello(1, 0, 0, len(self.sent)), session=0)
        status = host.poll() if host.session else None
        if status is None or not host.pistol.is_powered:
            return
        host.ack = status.journal_head
        status = host.poll()
        if status is not None and status.state is PistolState.ABORTED:
            host.now_us += 100_000
            status = host.poll()
            host.ack = getattr(status, "journal_head", host.ack)
            host.poll()
            self.put(ClearAbort(getattr(status, "abort_id", 0)))
        asked = ArmRequest(9, BUDGET_NL, 20_000, 2_000, 200_000, 110, 300, 1, 0, 0)
        challenge = host.ask(asked)
        confirmed = host.ask(ArmConfirm(getattr(challenge, "nonce", 0)))
        host.token = getattr(confirmed, "arm_token", 0)
        if host.token:
            self.ghost.token = host.token

    def abort(self, how: int) -> None:
        host = self.host
        match how:
            case 0:
                self.put(Abort(1), session=0)
            case 1:
                host.pistol.receive(bytes(9), host.now_us)
            case 2:
                host.pistol.press_button(host.now_us)
            case _:
                host.pistol.line_break(host.now_us)
        if host.pistol.is_powered:
            assert host.pistol.state is PistolState.ABORTED

    def check(self) -> None:
        aborted = self.host.pistol.state is PistolState.ABORTED
        if not aborted:
            self.ghost.aborted_us = None
        elif self.ghost.aborted_us is None:
            self.ghost.aborted_us = self.host.now_us

    def settle(self) -> None:
        """Come back as a host does, and ask about everything."""
        host = self.host
        self.memory.cut_after(None)
        host.pistol.power_cut(host.now_us)
        host.now_us += 1_000_000
        host.pistol.power_on(host.now_us)
        self.put(Hello(1, 0, 0, len(self.sent)), session=0)
        for _ in range(3):
            status = host.poll()
            host.ack = status.journal_head
        for shot_id in range(1, 13):
            self.resolve(shot_id)
            told = host.ask(Resolve(shot_id)).outcome
            if shot_id in self.ghost.given:
                assert told in (Outcome.FIRED, Outcome.PARTIAL, Outcome.INDETERMINATE)
        self.arm()
        for data in self.sent:  # every late frame there ever was
            host.pistol.receive(data, host.now_us)
        given = set(self.ghost.given)
        self.arm()
        for shot_id in range(1, 13):
            reply = host.ask(host.shot(shot_id, dose_nl=10_000 + shot_id % 2, dwell_ms=0))
            if isinstance(reply, ShotReply):
                assert reply.result is not ShotResult.ACCEPTED
        host.now_us += 2_000_000
        host.pistol.advance(host.now_us)
        assert set(self.ghost.given) == given


@given(st.data())
@settings(max_examples=150, deadline=None)
def test_no_order_of_events_gives_a_shot_twice_or_in_secret(host_of: Any, data: Any) -> None:
    session = Session(host_of)
    for operation, figure in [
        ("arm", 0),
        *data.draw(st.lists(OPERATIONS, min_size=1, max_size=40)),
    ]:
        session.play(operation, figure)
    session.settle()


def test_an_ordinary_session_gives_every_shot_once(host_of: Any) -> None:
    session = Session(host_of)
    for operation, figure in [("arm", 0)] + [
        one for shot_id in range(1, 6) for one in (("shot", shot_id), ("play", 500_000))
    ]:
        session.play(operation, figure)
    assert sorted(session.ghost.given) == [1, 2, 3, 4, 5]
    session.settle()
