"""The lies of a hostile pistol, each with the end and the alarm that the host must give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from firmware_protocol.messages import (
    AbortCause,
    AbortReply,
    ArmChallenge,
    ArmReply,
    DisarmReply,
    ErrorCode,
    ErrorReply,
    HelloReply,
    JournalKind,
    JournalRead,
    JournalRecord,
    JournalRecords,
    LimitLayer,
    Limits,
    Outcome,
    PistolState,
    Poll,
    Refusal,
    ResetReason,
    Resolution,
    ShotReply,
    ShotResult,
    Status,
    StatusFlag,
)
from firmware_protocol.units import ShotId
from mesogun.session.contradictions import UNREAD_MAX
from simulator.journal import blank_record
from tests.hostile_kit import (
    After,
    Lie,
    Rewriting,
    Told,
    altering,
    both,
)

NEVER = 2**31


def armed(told: Told) -> bool:
    return isinstance(told.reply, ArmReply)


def first_shot(told: Told) -> bool:
    return isinstance(told.reply, ShotReply)


def once_armed(lie: Lie) -> Lie:
    return After(lie, armed)


def ends(**fields: Any) -> Lie:
    def rewrite(one: JournalRecord) -> JournalRecord:
        return one._replace(**fields) if one.kind is JournalKind.OUTCOME else one

    return Rewriting(rewrite)


def of_kind(kind: JournalKind, /, **fields: Any) -> Lie:
    def rewrite(one: JournalRecord) -> JournalRecord:
        return one._replace(**fields) if one.kind is kind else one

    return Rewriting(rewrite)


BLANK = blank_record(JournalKind.CONFIG)


class OtherOf:
    """Tell the records of the second shot about the first one."""

    def __call__(self, one: JournalRecord) -> JournalRecord:
        return one._replace(shot_id=ShotId(2)) if one.shot_id == 3 else one


class Doubling:
    """Tell the last record once more, under the next number."""

    def __init__(self) -> None:
        self._made = Rewriting(lambda one: one)

    def __call__(self, told: Told) -> Iterable[bytes]:
        reply = told.reply
        if isinstance(reply, Status):
            return [told.altered(journal_head=reply.journal_head + 1)]
        if isinstance(reply, JournalRecords) and len(reply.records) == 2:
            again = reply.records[-1]._replace(seq=reply.records[-1].seq + 1)
            three = (*reply.records, again)
            said = JournalRecords(again.seq, reply.journal_tail, 3, three)
            return self._made(Told(told.asked, said, told.frame))
        return [told.honest()]


class Pending:
    """The refusal that is none: the shot is fired, and nothing says so but the syringe."""

    def __init__(self) -> None:
        self.head = 0

    def __call__(self, told: Told) -> Iterable[bytes]:
        reply = told.reply
        if isinstance(reply, ShotReply):
            return [told.altered(result=ShotResult.REFUSED, reason=Refusal.STATE)]
        if isinstance(reply, Resolution):
            return [told.altered(outcome=Outcome.NOT_FIRED, reason=Refusal.VOIDED)]
        if isinstance(reply, Status):
            self.head = self.head or reply.journal_head
            quiet = {"queue": 0, "journal_head": self.head}
            if reply.state is PistolState.FIRING:
                quiet["state"] = PistolState.ARMED
            return [told.altered(**quiet)]
        return [told.honest()]


class Withheld:
    """Every answer comes one question late."""

    def __init__(self) -> None:
        self.kept = b""

    def __call__(self, told: Told) -> Iterable[bytes]:
        said, self.kept = self.kept, told.honest()
        return [said]


def growing(by: int) -> Lie:
    """A journal without end: as many records as one likes to read, none about a shot."""
    head = [0]
    kept: list[Status] = []
    made = Rewriting(lambda one: one)

    def lie(told: Told) -> Iterable[bytes]:
        kept.extend([told.reply] if isinstance(told.reply, Status) else [])
        if isinstance(told.asked, Poll):  # the twin finds an acknowledgement of its own lies odd
            head[0] = max(head[0], told.asked.journal_ack) + by
            tail = told.asked.journal_ack
            return [told.instead(kept[-1]._replace(journal_head=head[0], journal_tail=tail))]
        if isinstance(told.asked, JournalRead):
            seq = told.asked.from_seq
            some = tuple(BLANK._replace(seq=seq + k) for k in range(3))
            said = JournalRecords(max(head[0], some[-1].seq), 0, 3, some)
            return made(Told(told.asked, said, told.frame))
        return [told.honest()]

    return lie


def stranger(told: Told) -> Iterable[bytes]:
    """A pistol with another serial number and another start answers in the middle."""
    if not isinstance(told.reply, Status):
        return [told.honest()]
    values: list[Any] = [1] * len(HelloReply._fields)
    hello = HelloReply(*values)
    other = hello._replace(reset_reason=ResetReason.POWER_ON, uid=0x51 << 56 | 9, boot_id=7)
    return [told.instead(other)]


def instead_of(kind: type, reply: Any) -> Lie:
    return lambda told: [told.instead(reply) if isinstance(told.reply, kind) else told.honest()]


def more(step: int) -> Callable[[int], int]:
    return lambda value: max(0, value + step)


def flagged(value: int) -> int:
    return value | StatusFlag.TOKEN_VALID


TEN = {"outcome": Outcome.NOT_FIRED, "dose_nl_given": 0, "reason": Refusal.STATE}
LIES: dict[str, tuple[Callable[[], Lie], str, str, str]] = {
    # about a shot's end
    "fired, told as not fired":
        (lambda: ends(**TEN), "fault", "contradiction", "syringe lost"),
    "fired, told as a tenth of it":
        (lambda: ends(outcome=Outcome.PARTIAL, dose_nl_given=1_000), "fault", "contradiction",
         "syringe lost"),
    "fired, told as twice as much":
        (lambda: ends(dose_nl_given=20_000), "fault", "contradiction", "syringe lost"),
    "fired, told as refused and void":
        (lambda: once_armed(Pending()), "fault", "contradiction", "syringe"),
    "not fired, and yet with a dose":
        (lambda: ends(outcome=Outcome.NOT_FIRED), "fault", "contradiction", "was not fired"),
    "ended as pending in the journal":
        (lambda: ends(outcome=Outcome.PENDING, dose_nl_given=0), "fault", "contradiction",
         "PENDING"),
    "another dose in the journal than asked":
        (lambda: ends(dose_nl_asked=9_999), "fault", "contradiction", "its journal has 9999 nL"),
    "another depth in the journal than asked":
        (lambda: of_kind(JournalKind.INTENT, depth_um_asked=1), "fault", "contradiction",
         "at 1 um"),
    "one end told twice":
        (lambda: After(Doubling(), first_shot), "fault", "contradiction", "twice"),
    "an end without a beginning":
        (lambda: of_kind(JournalKind.INTENT, kind=JournalKind.CONFIG), "fault", "contradiction",
         "never began"),
    "the second shot told as the first once more":
        (lambda: Rewriting(OtherOf()), "fault", "contradiction", "twice"),
    "an end in another start of the pistol":
        (lambda: ends(boot_id=5), "fault", "contradiction", "another start"),
    "the answer to a shot names another":
        (lambda: altering(ShotReply, shot_id=more(1)), "fault", "contradiction", "about 3"),
    "the void id was fired":
        (lambda: altering(Resolution, outcome=Outcome.FIRED, dose_nl_given=10_000), "fault",
         "contradiction", "never seen"),
    "the answer about an id names another":
        (lambda: altering(Resolution, shot_id=more(7)), "fault", "contradiction", "about 8"),
    # counters and the journal
    "the journal's chain is broken":
        (lambda: Rewriting(lambda one: one._replace(force_mn_peak=1), chained=False), "fault",
         "contradiction", "history was changed"),
    "the journal's head goes back":
        (lambda: After(altering(Status, journal_head=0, journal_tail=0), first_shot), "fault",
         "journal", "its memory was changed"),
    "the journal's head jumps":
        (lambda: once_armed(altering(Status, journal_head=more(NEVER))), "fault",
         "contradiction", "unread records"),
    "the journal's head jumps a little":
        (lambda: After(altering(Status, journal_head=more(5), queue=0), first_shot), "fault",
         "journal", "records are gone"),
    "the journal loses records between two answers":
        (lambda: altering(JournalRecords, journal_head=0), "fault", "journal", "records are gone"),
    "more was acknowledged than read":
        (lambda: once_armed(altering(Status, journal_tail=more(1), journal_head=more(9))),
         "fault", "contradiction", "acknowledged up to"),
    "the highest id goes back":
        (lambda: After(altering(Status, shot_id_last=0), first_shot), "fault", "contradiction",
         "went back"),
    "the highest id jumps":
        (lambda: altering(Status, shot_id_last=more(NEVER)), "fault", "contradiction",
         "another host"),
    "its clock goes back":
        (lambda: After(altering(Status, uptime_us=1), first_shot), "fault", "contradiction",
         "clock went back"),
    "its budget grows":
        (lambda: After(altering(Status, budget_nl_left=more(10**6)), first_shot), "fault",
         "contradiction", "budget grew"),
    "its syringe runs out by itself":
        (lambda: After(altering(Status, volume_nl_left=0), armed), "fault", "contradiction",
         "syringe"),
    "the first answer contradicts itself":
        (lambda: altering(HelloReply, journal_tail=9), "fault", "contradiction", "acknowledged"),
    "a shot is under way that it never saw":
        (lambda: altering(HelloReply, shot_id_open=9), "fault", "contradiction", "under way"),
    "a journal that grows for ever":
        (lambda: growing(3), "fault", "pistol", "goes on adding"),
    "a journal that grows for ever, by much":
        (lambda: growing(UNREAD_MAX), "fault", "journal", "no end"),
    # states
    "armed, and nobody armed it":
        (lambda: altering(Status, state=PistolState.ARMED, flags=flagged), "fault",
         "contradiction", "has not armed it"),
    "safe, and it holds its token":
        (lambda: once_armed(altering(Status, state=PistolState.SAFE)), "fault", "contradiction",
         "its state is SAFE"),
    "it starts in the middle":
        (lambda: once_armed(altering(Status, state=PistolState.BOOT, flags=0)), "fault",
         "contradiction", "its state is BOOT"),
    "it is challenged while armed":
        (lambda: once_armed(altering(Status, state=PistolState.CHALLENGED)), "fault",
         "contradiction", "its state is CHALLENGED"),
    "it fires, and goes on firing":
        (lambda: After(altering(Status, state=PistolState.FIRING, queue=1), first_shot), "fault",
         "pistol", "neither given nor void"),
    "it has shots that nobody asked":
        (lambda: once_armed(altering(Status, queue=3)), "fault", "contradiction", "3 shots"),
    "it never comes to rest":
        (lambda: altering(Status, state=PistolState.SELFTEST), "fault", "pistol", "come to rest"),
    "it is aborted for ever":
        (lambda: altering(Status, state=PistolState.ABORTED), "fault", "pistol", "come to rest"),
    "no end of a shot is ever known":
        (lambda: After(both(altering(Status, queue=0, journal_head=3, state=PistolState.ARMED),
                            altering(Resolution, outcome=Outcome.PENDING)), first_shot),
         "interrupted", "pistol", "does not come to its end"),
    # arming
    "it arms with a larger budget":
        (lambda: altering(ArmReply, volume_nl_left=more(1)), "fault", "echo", "not what was"),
    "it arms for one shot more":
        (lambda: altering(ArmReply, shots_left=more(1)), "fault", "echo", "not what was"),
    "it says that it is no twin":
        (lambda: altering(ArmChallenge, hazards=0), "fault", "contradiction", "being simulated"),
    "limits of another layer":
        (lambda: altering(Limits, layer=LimitLayer.FACTORY), "fault", "contradiction", "FACTORY"),
    # replies
    "a reply of another kind":
        (lambda: instead_of(ArmChallenge, DisarmReply(PistolState.SAFE)), "fault",
         "contradiction", "was a DisarmReply"),
    "somebody else says hello in the middle of the session":
        (lambda: once_armed(stranger), "fault", "contradiction", "was a HelloReply"),
    "it says that it stopped, unasked":
        (lambda: once_armed(instead_of(Status, AbortReply(9, 1, AbortCause.FRAME, 0, ShotId(0)))),
         "fault", "contradiction", "was a AbortReply"),
    "it refuses everything":
        (lambda: instead_of(Status, ErrorReply(0, ErrorCode.MALFORMED, 0, 0)), "fault", "pistol",
         "refused: MALFORMED"),
}  # fmt: skip
