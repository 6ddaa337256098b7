"""A pistol in service: what leaves it goes into a vessel, and a person stands beside it."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import NamedTuple

from firmware_protocol.crit import crit
from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.messages import (
    ArmConfirm,
    ArmReply,
    Disarm,
    DisarmReply,
    FaultCode,
    Home,
    HomeReply,
    Jog,
    JogReply,
    JournalKind,
    JournalRead,
    JournalRecords,
    LimitLayer,
    Limits,
    LimitsGet,
    Outcome,
    PistolState,
    Poll,
    Prime,
    PrimeReply,
    Resolution,
    Resolve,
    SelfTest,
    SelfTestReply,
    ServiceChallenge,
    ServiceRequest,
    Shot,
    ShotReply,
    ShotResult,
    Status,
    StatusFlag,
    Trigger,
)
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.device.ask import PistolPort
from mesogun.device.expecting import expect
from mesogun.device.pistol import Pistol
from mesogun.errors import WrongUsage

NO_TOKEN = ArmToken(0)
TTL_MS = Milliseconds(5_000)
POLL_US = 50_000
REST_US = 10_000_000
"""So long the needle may take out and home, and a self test."""
_TREATED = frozenset({JournalKind.INTENT, JournalKind.OUTCOME})


class NotServed(WrongUsage):
    """The person at the pistol must act first; the text says what. Nothing was given."""


class Given(NamedTuple):
    """What left the needle for one request, as the pistol's journal has it."""

    shot_id: int
    outcome: Outcome
    dose_nl: int


class _Talk:
    """A session's polls: each with the application's next step."""

    def __init__(self, port: PistolPort) -> None:
        self.port = port
        self._tick = 0

    def poll(self, token: ArmToken = NO_TOKEN, ack: int = 0) -> Status:
        self._tick = (self._tick + 1) & 0xFFFF_FFFF
        return expect(Status, self.port.ask(Poll(token, self._tick, ack)))

    def wait(self) -> None:
        self.port.wait_until(self.port.now_us() + POLL_US)

    def until(self, is_over: Callable[[Status], bool], what: str) -> Status:
        until_us = self.port.now_us() + REST_US
        while not is_over(status := self.poll()):
            if self.port.now_us() > until_us:
                raise RemoteProtocolError(f"the pistol does not end {what}")
            self.wait()
        return status


class ServiceArm:
    """An arming for service, until it is left: then the pistol is disarmed."""

    def __init__(self, talk: _Talk, armed: ArmReply, id_next: int, limits: Limits) -> None:
        self._talk, self._token = talk, armed.arm_token
        self._id_next, self._limits = id_next, limits

    def prime(self, dose_nl: int, *, rate_nl_per_s: int = 0) -> Given:
        """Expel a volume with the needle out, exactly once; 0: as fast as the limits allow.

        Raises:
            NotServed: the pistol refused it; nothing left it.
            LinkError: the line failed, or an abort came first: what was given is in the journal.
            RemoteProtocolError: an answer that cannot be.
        """
        shot_id, dose, rate = self._numbers(dose_nl, rate_nl_per_s)
        check = crit(shot_id, dose, Micrometres(0), rate)
        request = Prime(shot_id, self._token, dose, rate, TTL_MS, check)
        return self._given(expect(PrimeReply, self._talk.port.ask(request)))

    def dispense(self, dose_nl: int, *, rate_nl_per_s: int = 0) -> Given:
        """Give one shot into the vessel, as a treatment would but for depth and skin.

        Raises:
            As `prime`.
        """
        shot_id, dose, rate = self._numbers(dose_nl, rate_nl_per_s)
        request = Shot(
            shot_id=shot_id,
            arm_token=self._token,
            dose_nl=dose,
            depth_um=Micrometres(0),
            rate_nl_per_s=rate,
            dwell_ms=Milliseconds(0),
            ttl_ms=TTL_MS,
            trigger=Trigger.AUTO,
            interval_ms=self._limits.interval_ms_min,
            flags=0,
            crit=crit(shot_id, dose, Micrometres(0), rate),
        )
        return self._given(expect(ShotReply, self._talk.port.ask(request)))

    def end(self) -> None:
        """Disarm."""
        expect(DisarmReply, self._talk.port.ask(Disarm(self._token)))

    def __enter__(self) -> ServiceArm:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is None:
            self.end()
        # Else the lease ends it, or the abort did.

    def _numbers(self, dose_nl: int, rate: int) -> tuple[ShotId, Nanolitres, NanolitresPerSecond]:
        self._id_next += 1
        rate = rate or self._limits.rate_nl_per_s_max
        return ShotId(self._id_next - 1), Nanolitres(dose_nl), NanolitresPerSecond(rate)

    def _given(self, taken: PrimeReply | ShotReply) -> Given:
        """Keep the lease until the pistol tells how it ended."""
        if taken.result is ShotResult.REFUSED:
            why = taken.reason.name.lower().replace("_", " ")
            bound = f" {taken.limit.name.lower()} {taken.limit_value}" if taken.limit else ""
            raise NotServed(f"the pistol refused it: {why}{bound}; nothing left it")
        port = self._talk.port
        while True:
            self._talk.poll(self._token)
            told = expect(Resolution, port.ask(Resolve(taken.shot_id)))
            if told.outcome is not Outcome.PENDING:
                return Given(told.shot_id, told.outcome, told.dose_nl_given)
            self._talk.wait()


def service_arm(
    pistol: Pistol,
    confirm: Callable[[ServiceChallenge], bool],
    *,
    volume_nl_max: int,
    shots_max: int = 1,
) -> ServiceArm:
    """Arm for service, once `confirm` has shown a person the challenge and says yes.

    Records of a treatment that nobody has read are left unread, and refuse it.

    Raises:
        NotServed: the pistol is not SAFE, a treatment's records wait, or nobody confirmed.
        LinkError: as `PistolPort.ask`, or an abort came first.
        RemoteProtocolError: the pistol refused; the text says why.
    """
    port, greeting = pistol, pistol.hello()
    talk = _Talk(port)
    status = safe(talk.poll())
    _acknowledge(talk, status)
    of = expect(Limits, port.ask(LimitsGet(LimitLayer.EFFECTIVE)))
    asked = ServiceRequest(
        shots_max=shots_max,
        volume_nl_max=Nanolitres(volume_nl_max),
        dose_nl_max=of.dose_nl_max,
        rate_nl_per_s_max=of.rate_nl_per_s_max,
        lease_ms=of.lease_ms_max,
        limits_revision=of.revision,
    )
    challenge = expect(ServiceChallenge, port.ask(asked))
    if (*challenge[1:5], challenge.lease_ms, challenge.limits_revision) != tuple(asked):
        raise RemoteProtocolError("the pistol echoes another service than was asked")
    if not confirm(challenge):
        expect(DisarmReply, port.ask(Disarm(NO_TOKEN)))
        raise NotServed("nobody confirmed it: nothing was given")
    armed = expect(ArmReply, port.ask(ArmConfirm(challenge.nonce)))
    return ServiceArm(talk, armed, greeting.shot_id_highest + 1, of)


def home(pistol: Pistol) -> None:
    """Take the needle to where it begins, and return when it is there.

    Raises:
        NotServed: the pistol is not SAFE.
        LinkError: as `PistolPort.ask`, or an abort came first.
        RemoteProtocolError: the pistol refused, or the needle does not come to rest.
    """
    pistol.hello()
    talk = _Talk(pistol)
    safe(talk.poll())
    expect(HomeReply, pistol.ask(Home(0)))
    status = talk.until(lambda one: bool(one.flags & StatusFlag.STOPPED), "its way home")
    safe(status)


def jog(pistol: Pistol, depth_um: int, *, dwell_ms: int = 0) -> int:
    """Take the needle out to a depth, dry; return how deep it was seen once it is home again.

    A person holds the service button, off the skin. The limits in force bound depth and dwell. An
    abort, or skin, sends the needle home at once.

    Raises:
        NotServed: the pistol is not SAFE, or depth or dwell is beyond its limits.
        LinkError: as `PistolPort.ask`, or an abort came first.
        RemoteProtocolError: the pistol refused, or the needle does not come to rest.
    """
    pistol.hello()
    talk = _Talk(pistol)
    safe(talk.poll())
    of = expect(Limits, pistol.ask(LimitsGet(LimitLayer.EFFECTIVE)))
    for asked, bound, what in (
        (depth_um, of.depth_um_max, "um deep"),
        (dwell_ms, of.dwell_ms_max, "ms out"),
    ):
        if asked > bound:
            raise NotServed(f"{asked} {what}: this pistol allows at most {bound}; nothing moved")
    expect(JogReply, pistol.ask(Jog(Micrometres(depth_um), Milliseconds(dwell_ms))))
    deepest = 0

    def is_home(status: Status) -> bool:
        nonlocal deepest
        deepest = max(deepest, status.depth_um)
        return bool(status.flags & StatusFlag.STOPPED)

    safe(talk.until(is_home, "its jog"))
    return deepest


def self_test(pistol: Pistol) -> FaultCode:
    """Let the pistol test itself; return what failed, NONE: nothing.

    Raises:
        NotServed: the pistol is not SAFE.
        LinkError: as `PistolPort.ask`, or an abort came first.
        RemoteProtocolError: the pistol refused, or the test does not end.
    """
    pistol.hello()
    talk = _Talk(pistol)
    safe(talk.poll())
    expect(SelfTestReply, pistol.ask(SelfTest(0)))
    over = talk.until(lambda one: one.state is not PistolState.SELFTEST, "its self test")
    return over.fault


def safe(status: Status) -> Status:
    """Return the status of a pistol that is SAFE.

    Raises:
        NotServed: it is in another state.
    """
    if status.state is not PistolState.SAFE:
        raise NotServed(f"the pistol is {status.state.name}: service needs it SAFE")
    return status


def _acknowledge(talk: _Talk, status: Status) -> None:
    """Acknowledge what no session waits for; the records of shots are for the session's host."""
    seq = status.journal_tail
    while seq < status.journal_head:
        read = expect(JournalRecords, talk.port.ask(JournalRead(seq + 1, 3)))
        if not read.records:
            raise RemoteProtocolError("the pistol's journal has a hole")
        if any(one.kind in _TREATED for one in read.records):
            text = "the pistol holds records of shots that nobody has read: "
            raise NotServed(text + "run or resume their session first")
        seq = read.records[-1].seq
    if seq > status.journal_tail:
        talk.poll(ack=seq)
