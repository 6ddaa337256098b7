"""Replies made by hand and short ways through a session, for the tests of this folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import (
    ACTUATING_HASH,
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    AbortCause,
    AbortReply,
    ArmChallenge,
    ArmReply,
    ArmRequest,
    ErrorCode,
    ErrorReply,
    FaultCode,
    HelloReply,
    JournalKind,
    JournalRecord,
    JournalRecords,
    LimitId,
    LimitLayer,
    Limits,
    Outcome,
    PistolState,
    Refusal,
    ResetReason,
    Resolution,
    Shot,
    ShotReply,
    ShotResult,
    Status,
    StatusFlag,
    Trigger,
    to_frame,
)
from firmware_protocol.units import Nanolitres, ShotId
from mesogun.record import Connected, Entry, Intent, Opened, Reserved
from mesogun.record import Outcome as OutcomeEntry
from mesogun.session.asks import begin
from mesogun.session.model import Claiming, Confirmed, Event, Reading, Session, Step
from mesogun.session.orders import LEASE_MS, Orders, ShotOrder
from mesogun.session.resume import past_of
from mesogun.session.states import advance

UID = 0x51000000_00000007
DIGEST = "sha256:" + "ab" * 32
BOOT = 77
FULL_NL = 10**7
WALL = "2026-11-21T09:00:00Z"


def order(**other: Any) -> ShotOrder:
    told: dict[str, Any] = {
        "dose_nl": 10_000,
        "depth_um": 600,
        "rate_nl_per_s": 50_000,
        "dwell_ms": 0,
        "interval_ms": 0,
        "trigger": Trigger.PRESS,
        "motion_us": 250_000,
    }
    return ShotOrder(**(told | other))


def orders(shots: int = 3, **other: Any) -> Orders:
    return Orders((order(**other),) * shots, DIGEST)


def opened(what: Orders) -> Opened:
    rows = range(len(what.shots))
    doses, depths = zip(*((one.dose_nl, one.depth_um) for one in what.shots), strict=True)
    return Opened(0, "s-1", WALL, what.plan_digest, "0" * 64, len(rows), len(rows), doses, depths,
                  tuple(rows), ())  # fmt: skip


def connected(at_us: int = 0, part: int = 1, uid: int = UID) -> Connected:
    return Connected(at_us, part, WALL, True, f"{uid:016x}", "1.2.3", BOOT, 5, 3, None)


def reserved(first: int = 1, last: int = 64) -> Reserved:
    return Reserved(0, first, last)


def intent(shot_id: int, shot: int, at_us: int = 0) -> Intent:
    return Intent(at_us, shot_id, shot)


def outcome(shot_id: int, what: str = "fired", dose_nl: int = 10_000) -> OutcomeEntry:
    dose_nl = dose_nl if what in ("fired", "partial") else 0
    return OutcomeEntry(0, shot_id, what, "none", dose_nl, 600, None, None)  # type: ignore[arg-type]


def hello(**other: Any) -> HelloReply:
    told: dict[str, Any] = {
        "major": MAJOR,
        "minor": MINOR,
        "queue_depth": 4,
        "reset_reason": ResetReason.POWER_ON,
        "features": 1,
        "schema_hash": SCHEMA_HASH,
        "actuating_hash": ACTUATING_HASH,
        "firmware_version": 0x010203,
        "session": 9,
        "uid": UID,
        "device_nonce": 1,
        "boot_id": BOOT,
        "boot_count": 1,
        "journal_head": other.get("journal_tail", 0),
        "journal_tail": 0,
        "shot_id_highest": 0,
        "shot_id_open": 0,
        "limits_revision": 3,
        "calibration_id": 5,
        "calibration_not_after_day": 0,
    }
    return HelloReply(**(told | other))


def status(state: PistolState = PistolState.SAFE, **other: Any) -> Status:
    armed = state in (PistolState.ARMED, PistolState.FIRING)
    head = other.get("journal_head", 0)
    told: dict[str, Any] = {
        "state": state,
        "queue": 0,
        "flags": StatusFlag.TOKEN_VALID if armed else 0,
        "lease_ms_left": 300,
        "supply_mv": 3700,
        "journal_head": head,
        "journal_tail": head,
        "shot_id_last": 0,
        "abort_id": 0,
        "abort_cause": AbortCause.NONE,
        "fault": FaultCode.NONE,
        "shots_left": 0,
        "budget_nl_left": 0,
        "volume_nl_left": FULL_NL,
        "force_mn": 0,
        "depth_um": 0,
        "pressure_pa": 0,
        "temperature_mk": 300_000,
        "uptime_us": 0,
        "receive_errors": 0,
    }
    return Status(**(told | other))


def limits(**other: Any) -> Limits:
    told: dict[str, Any] = {
        "layer": LimitLayer.EFFECTIVE,
        "revision": 3,
        "dose_nl_min": 1,
        "dose_nl_max": 10**6,
        "depth_um_max": 10_000,
        "rate_nl_per_s_max": 10**6,
        "interval_ms_min": 0,
        "lease_ms_min": 100,
        "lease_ms_max": 1000,
        "ttl_ms_max": 60_000,
        "dwell_ms_max": 5_000,
        "shots_max": 10_000,
        "volume_nl_max": 10**8,
    }
    return Limits(**(told | other))


def challenge(request: ArmRequest, **other: Any) -> ArmChallenge:
    told = request._asdict() | {"nonce": 4711, "hazards": 1, "challenge_ms": 60_000}
    return ArmChallenge(**(told | other))


def arm_reply(asked: ArmChallenge, **other: Any) -> ArmReply:
    told: dict[str, Any] = {
        "arm_token": 99,
        "shots_left": asked.shots_max,
        "volume_nl_left": asked.volume_nl_max,
        "lease_ms": asked.lease_ms,
    }
    return ArmReply(**(told | other))


def shot_reply(shot_id: int, result: ShotResult = ShotResult.ACCEPTED, **other: Any) -> ShotReply:
    told: dict[str, Any] = {
        "shot_id": shot_id,
        "result": result,
        "reason": Refusal.NONE,
        "limit": LimitId.NONE,
        "limit_value": 0,
        "outcome": Outcome.NONE,
        "dose_nl_given": 0,
        "queue_left": 3,
    }
    return ShotReply(**(told | other))


def refused(shot_id: int, reason: Refusal, **other: Any) -> ShotReply:
    return shot_reply(shot_id, ShotResult.REFUSED, reason=reason, **other)


def resolution(shot_id: int, what: Outcome, **other: Any) -> Resolution:
    told: dict[str, Any] = {
        "shot_id": shot_id,
        "outcome": what,
        "reason": Refusal.VOIDED if what is Outcome.NOT_FIRED else Refusal.NONE,
        "dose_nl_given": 10_000 if what in (Outcome.FIRED, Outcome.PARTIAL) else 0,
        "depth_um_given": 600,
        "start_us": 0,
        "boot_id": BOOT,
    }
    return Resolution(**(told | other))


def record(seq: int, kind: JournalKind, shot_id: int = 0, **other: Any) -> JournalRecord:
    told: dict[str, Any] = {
        "seq": seq,
        "kind": kind,
        "outcome": Outcome.NONE,
        "reason": Refusal.NONE,
        "cause": AbortCause.NONE,
        "shot_id": shot_id,
        "dose_nl_asked": 10_000,
        "depth_um_asked": 600,
        "dose_nl_given": 0,
        "depth_um_given": 600,
        "force_mn_peak": 0,
        "pressure_pa_peak": 0,
        "start_us": 0,
        "end_us": 0,
        "boot_id": BOOT,
        "limits_revision": 3,
        "calibration_id": 5,
        "crc_previous": 0,
    }
    return JournalRecord(**(told | other))


def begun(seq: int, shot_id: int, **other: Any) -> JournalRecord:
    return record(seq, JournalKind.INTENT, shot_id, **other)


def ended(seq: int, shot_id: int, what: Outcome = Outcome.FIRED, **other: Any) -> JournalRecord:
    dose_nl = 10_000 if what in (Outcome.FIRED, Outcome.PARTIAL) else 0
    told = {"outcome": what, "dose_nl_given": dose_nl} | other
    return record(seq, JournalKind.OUTCOME, shot_id, **told)


def voided(seq: int, shot_id: int, reason: Refusal = Refusal.VOIDED) -> JournalRecord:
    told: dict[str, Any] = {"outcome": Outcome.NOT_FIRED, "reason": reason}
    return record(seq, JournalKind.VOID, shot_id, **told)


def until_of(session: Session) -> int:
    """Up to which record the session wants to read."""
    return session.until_seq if isinstance(session, Reading) else 0


def crc_of(one: JournalRecord) -> int:
    """The CRC that the record after this one names."""
    whole = to_frame(JournalRecords(one.seq, 0, 1, (one,)), session=1, request=1)
    return crc32c(whole.payload[-68:])


def records(*some: JournalRecord) -> JournalRecords:
    return JournalRecords(some[-1].seq if some else 0, 0, len(some), some)


def error(code: ErrorCode, detail: int = 0, value: int = 0) -> ErrorReply:
    return ErrorReply(0x0103, code, detail, value)


def stopped() -> AbortReply:
    return AbortReply(1, 1, AbortCause.FRAME, 0, 0)


class Talk:
    """A session under test: it is told events one after another and keeps every step."""

    def __init__(
        self,
        what: Orders | None = None,
        history: Sequence[Entry] = (),
        lease_ms: int = LEASE_MS,
        *,
        claims: bool = True,
        chains: bool = True,
        wall: str = WALL,
    ) -> None:
        self.claims, self.chains, self.wall = claims, chains, wall
        """The pistol answers by itself when the session claims its ids; its records follow."""
        self.orders = what or orders()
        self._begin([opened(self.orders), *history], lease_ms)

    @classmethod
    def of(cls, what: Orders, entries: Sequence[Entry]) -> Talk:
        """A session that goes on with these orders after a journal that began with others."""
        talk = cls.__new__(cls)
        talk.claims = talk.chains = True
        talk.wall = WALL
        talk.orders = what
        talk._begin(entries, LEASE_MS)
        return talk

    def _begin(self, entries: Sequence[Entry], lease_ms: int) -> None:
        self.now_us = 0
        self.past = past_of(entries, self.orders)
        self.steps = [begin(self.orders, self.past, at_us=0, wall=self.wall, lease_ms=lease_ms)]

    @property
    def step(self) -> Step:
        return self.steps[-1]

    @property
    def request(self) -> Any:
        return self.step.request

    @property
    def written(self) -> list[Entry]:
        return [entry for step in self.steps for entry in step.entries]

    def kinds(self, kind: type) -> list[Any]:
        return [entry for entry in self.written if isinstance(entry, kind)]

    def tell(self, *events: Event, after_us: int = 10_000) -> Talk:
        for told in events:
            event = self._fitting(told)
            self.now_us = max(self.now_us, self.step.not_before_us) + after_us
            self.steps.append(advance(self.step.session, event, self.now_us))
            claiming = isinstance(self.step.session, Claiming)
            if self.claims and claiming and isinstance(event, Status):
                self._claim(event, after_us)
        return self

    def _fitting(self, event: Event) -> Event:
        """Fill in what a pistol keeps by itself, where the test leaves it out.

        Counters, the journal's chain, and a syringe that somebody tops up all the time.
        """
        core = self.step.session.core
        if isinstance(event, Status):
            asked = core.ledger.id_next - 1 if core.hello else 0
            if not event.shot_id_last:
                event = event._replace(shot_id_last=ShotId(max(asked, 0)))
            if event.journal_tail == event.journal_head:  # acknowledged is what was read
                tail = min(event.journal_tail, core.merged_seq)
                event = event._replace(journal_tail=tail)
            if event.volume_nl_left == FULL_NL:
                event = event._replace(volume_nl_left=Nanolitres((core.syringe_nl or FULL_NL) + 1))
        elif isinstance(event, JournalRecords) and self.chains:
            if event.records and event.journal_head == event.records[-1].seq:
                until = until_of(self.step.session)
                event = event._replace(journal_head=max(event.journal_head, until))
            chain, chained = core.chain or 0, []
            for one in event.records:
                chained.append(one._replace(crc_previous=chain))
                chain = crc_of(chained[-1])
            event = event._replace(records=tuple(chained))
        return event

    def _claim(self, rest: Status, after_us: int) -> None:
        """Answer as a pistol at rest that voids the first id, and writes a record of it."""
        seq, first = self.merged + 1, self.request.shot_id
        later = rest._replace(journal_head=seq, journal_tail=seq, shot_id_last=ShotId(0))
        self.tell(resolution(first, Outcome.NOT_FIRED), later, after_us=after_us)
        self.tell(records(voided(seq, first)), later, after_us=after_us)

    def connect(self, **other: Any) -> Talk:
        # A pistol remembers the ids that it has told of.
        return self.tell(hello(**({"shot_id_highest": self.past.told_id} | other)))

    def challenge(self, **other: Any) -> Talk:
        self.tell(status(journal_head=self.merged), limits())
        return self.tell(challenge(self.request, **other))

    def challenge_now(self) -> Talk:
        """Answer the question for limits, and the first step of arming."""
        self.tell(limits())
        return self.tell(challenge(self.request))

    def arm(self) -> Talk:
        self.challenge()
        asked = self.step.confirm
        assert asked is not None
        return self.tell(Confirmed("a test"), arm_reply(asked)).look()

    def look(self, **other: Any) -> Talk:
        """Let the pistol be armed and well where the session looks before its first shot."""
        shots, volume_nl = self.step.session.core.budget
        told = {"journal_head": self.merged, "shots_left": shots, "budget_nl_left": volume_nl}
        return self.tell(status(PistolState.ARMED, **(told | other)))

    @property
    def merged(self) -> int:
        return self.step.session.core.merged_seq

    def give(self, **other: Any) -> Talk:
        """Let the shot that is being asked be fired and its outcome be read."""
        asked = self.request
        assert isinstance(asked, Shot)
        seq = self.merged
        self.tell(shot_reply(asked.shot_id))
        self.tell(status(PistolState.ARMED, journal_head=seq + 2, journal_tail=seq))
        return self.tell(
            records(begun(seq + 1, asked.shot_id), ended(seq + 2, asked.shot_id, **other))
        )

    def finish(self) -> Talk:
        """Answer what a closing session asks until it has ended, with a pistol at rest."""
        from firmware_protocol.messages import Disarm, DisarmReply

        if isinstance(self.request, Disarm):
            self.tell(DisarmReply(PistolState.SAFE))
        return self.tell(status(journal_head=self.merged))


def armed(what: Orders | None = None, history: Sequence[Entry] = (), **other: Any) -> Talk:
    return Talk(what, history).connect(**other).arm()
