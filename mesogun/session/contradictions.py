"""What no pistol that tells the truth can say, in words for an alarm; empty where nothing is amiss.

A pistol that is broken, or that somebody replaced, contradicts itself sooner or later: its counters
go back, it tells a shot's end twice, its syringe holds what it says that it gave. One that lies in
every message alike cannot be found out from its words.
"""

from __future__ import annotations

from firmware_protocol.frame import crc32c
from firmware_protocol.messages import (
    HelloReply,
    JournalKind,
    JournalRecord,
    JournalRecords,
    PistolState,
    Status,
    StatusFlag,
    to_frame,
)
from mesogun.record import ShotOutcome
from mesogun.session.model import RECENT, Core

UNREAD_MAX = 16_384
"""No pistol keeps so many records that nobody has read."""
RECORDS_PER_SHOT = 16
"""A shot takes two; aborts and starts take some."""
SHOT_LATE_US = 10_000_000
"""So long after its time to live and its motion an accepted shot has come to its end, at last."""
PRIMES = frozenset({JournalKind.PRIME_INTENT, JournalKind.PRIME_OUTCOME})
SERVICE = PRIMES | {JournalKind.SERVICE_INTENT, JournalKind.SERVICE_OUTCOME}
"""What was given into a vessel, to prime or to be weighed: never a prick."""
INTENTS = frozenset({JournalKind.INTENT, JournalKind.SERVICE_INTENT, JournalKind.PRIME_INTENT})
ABOUT_SHOTS = SERVICE | {JournalKind.INTENT, JournalKind.OUTCOME, JournalKind.VOID}
_RECORD_BYTES = 68
_TOKEN_VALID = int(StatusFlag.TOKEN_VALID)
_ARMED = (PistolState.ARMED, PistolState.FIRING)
_STOPPED = (PistolState.ABORTED, PistolState.FAULT)


def in_hello(hello: HelloReply) -> str:
    """Return what cannot be in the answer that opens a session."""
    if hello.journal_tail > hello.journal_head:
        return _acknowledged(hello.journal_tail, hello.journal_head)
    if hello.shot_id_open > hello.shot_id_highest:
        return (
            f"the pistol has shot {hello.shot_id_open} under way, and says that the highest it "
            f"ever saw is {hello.shot_id_highest}"
        )
    return ""


def in_status(core: Core, status: Status) -> str:
    """Return what cannot be in a status of this session's pistol."""
    return (
        _in_counters(core, status)
        or _in_state(core, status)
        or _in_budget(core, status)
        or in_syringe(core, status)
    )


def _in_counters(core: Core, status: Status) -> str:
    if status.journal_tail > status.journal_head:
        return _acknowledged(status.journal_tail, status.journal_head)
    # What was acknowledged before this part may be read again: the journal here may lack lines.
    read = max(core.merged_seq, core.hello.journal_tail if core.hello else 0)
    if status.journal_tail > read:
        return _acknowledged(status.journal_tail, read)
    if status.journal_head - core.merged_seq > UNREAD_MAX:
        unread = status.journal_head - core.merged_seq
        return f"the pistol claims {unread} unread records: none keeps more than {UNREAD_MAX}"
    last, ledger = status.shot_id_last, core.ledger
    told = (*core.over, *core.begun, *(one for one, _ in ledger.recent))
    known = max(told, default=0)
    known = max(known, core.hello.shot_id_highest if core.hello else 0)
    if last < known:
        return f"the pistol's highest shot id went back from {known} to {last}"
    if last >= max(ledger.id_next, 1) and last > known:
        return (
            f"the pistol has seen shot {last}, and this session asked none above "
            f"{ledger.id_next - 1}: another host uses it"
        )
    if status.uptime_us < core.uptime_us:
        return (
            f"the pistol's clock went back from {core.uptime_us} to {status.uptime_us} us in the "
            "middle of a session"
        )
    return ""


def _in_state(core: Core, status: Status) -> str:
    state, holds = status.state, bool(status.flags & _TOKEN_VALID)
    if state in _STOPPED:
        return ""  # a stop is taken as one, whatever else is said with it
    if holds and not core.token:
        return f"the pistol is armed ({state.name}), and this session has not armed it"
    if core.token and state not in _ARMED and (holds or state is not PistolState.SAFE):
        return f"the pistol is armed, and says that its state is {state.name}"
    firing = state is PistolState.FIRING
    if core.ending and core.ending.outcome == "aborted" and firing:
        return "the pistol said that it stands still, and says that it fires"
    if core.token and not core.ledger.open and (firing or status.queue):
        return f"the pistol has {status.queue} shots ({state.name}), and none was asked"
    if status.queue > max(1, len(core.ledger.open)):
        return f"the pistol has {status.queue} shots, and {len(core.ledger.open)} were asked"
    return ""


def _in_budget(core: Core, status: Status) -> str:
    if not core.token or not status.flags & _TOKEN_VALID:
        return ""
    now = (status.shots_left, status.budget_nl_left)
    if now[0] > core.budget[0] or now[1] > core.budget[1]:
        return (
            f"the pistol's budget grew from {core.budget[0]} shots and {core.budget[1]} nL to "
            f"{now[0]} shots and {now[1]} nL"
        )
    return ""


def in_syringe(core: Core, status: Status) -> str:
    """Return that the syringe holds less than what was told of all shots accounts for.

    More is no contradiction: a person may have filled it. Nor is less while nothing is armed: a
    person may have primed a needle.
    """
    if not core.token or core.ledger.open or core.syringe_nl is None:
        return ""
    gone_nl = core.syringe_nl - status.volume_nl_left
    if gone_nl * 2 <= _least_dose_nl(core):
        return ""
    return f"the pistol's syringe has lost {gone_nl} nL that no shot is said to have given"


def in_weight(
    core: Core, asked_nl: int, outcome: ShotOutcome, given_nl: int, reason: str = ""
) -> str:
    """Return that the syringe tells another end of the open shot than the pistol does.

    Half a dose tells a shot from none; how exact a dose is, calibration says. A syringe that was
    found to be empty held less than was counted; where what was counted and lost could be this very
    dose, that is believed no more than anything else.
    """
    if core.syringe_nl is None or core.weighed_nl is None or outcome == "indeterminate":
        return ""
    gone_nl = core.syringe_nl - core.weighed_nl
    if gone_nl < 0 or abs(gone_nl - given_nl) * 2 <= asked_nl:
        return ""
    if reason == "empty" and core.weighed_nl == 0 and gone_nl > 2 * asked_nl:
        return ""
    return (
        f"the pistol says {outcome.replace('_', ' ')} with {given_nl} nL, and its syringe lost "
        f"{gone_nl} nL"
    )


def in_records(core: Core, until_seq: int, reply: JournalRecords) -> str:
    """Return what cannot be in an answer that carries records, besides the records themselves."""
    if reply.journal_head < until_seq:
        return (
            f"the pistol's journal ended at record {until_seq}, and now at {reply.journal_head}: "
            "records are gone"
        )
    asked = max(0, core.ledger.id_next - core.ledger.id_first)
    if core.records_read > UNREAD_MAX + RECORDS_PER_SHOT * asked:
        return f"the pistol's journal has no end: {core.records_read} records were read"
    return ""


def in_record(core: Core, record: JournalRecord) -> str:
    """Return what cannot be in the record that follows those merged already."""
    if core.chain is not None and record.crc_previous != core.chain:
        return (
            f"record {record.seq} of the pistol's journal does not follow record {record.seq - 1} "
            "as it was read: its history was changed"
        )
    if record.kind not in ABOUT_SHOTS:
        return ""
    shot_id, ledger = record.shot_id, core.ledger
    ours = ledger.id_first <= shot_id < ledger.id_next
    if record.kind in SERVICE and (ours or _is_asked(core, shot_id)):
        return (
            f"record {record.seq} of the pistol's journal has shot {shot_id} of this session as "
            "one that was given in service, into a vessel"
        )
    if ours and core.hello and record.boot_id != core.hello.boot_id:
        return (
            f"record {record.seq} of the pistol's journal has shot {shot_id} in another start "
            "of the pistol than this session's"
        )
    begun, ended = shot_id in core.begun, shot_id in core.over
    if record.kind in INTENTS and (begun or ended):
        return f"the pistol's journal begins shot {shot_id} twice (record {record.seq})"
    if record.kind not in INTENTS and ended:
        return f"the pistol's journal ends shot {shot_id} twice (record {record.seq})"
    if record.kind is JournalKind.OUTCOME and ours and not begun:
        return f"the pistol's journal ends shot {shot_id}, and never began it"
    return ""


def _is_asked(core: Core, shot_id: int) -> bool:
    """Tell whether this session asked for that shot, in this part or before."""
    open_, recent = core.ledger.open, core.ledger.recent
    asked = {one.shot_id for one in open_} | {one for one, _ in recent}
    return shot_id in asked or shot_id in core.past.settled


def noted(core: Core, record: JournalRecord) -> Core:
    """Remember what later records are held against."""
    body = to_frame(JournalRecords(record.seq, 0, 1, (record,)), session=1, request=1).payload
    begun, over = core.begun, core.over
    if record.kind in INTENTS:
        begun = (*begun, int(record.shot_id))[-RECENT:]
    elif record.kind in ABOUT_SHOTS:
        over = (*over, int(record.shot_id))[-RECENT:]
    return core._replace(
        chain=crc32c(body[-_RECORD_BYTES:]),
        records_read=core.records_read + 1,
        begun=begun,
        over=over,
    )


def looked(core: Core, status: Status) -> Core:
    """Remember what later statuses are held against."""
    core = core._replace(uptime_us=status.uptime_us)
    if core.token and status.flags & _TOKEN_VALID:
        core = core._replace(budget=(status.shots_left, status.budget_nl_left))
    if not core.ledger.open:
        return core._replace(syringe_nl=status.volume_nl_left)
    if status.queue == 0 and status.state is not PistolState.FIRING:
        return core._replace(weighed_nl=status.volume_nl_left)
    return core


def emptied(core: Core, outcome: ShotOutcome, given_nl: int) -> Core:
    """Take a shot that was settled out of what the syringe is known to hold."""
    left_nl = core.syringe_nl
    if outcome == "indeterminate":
        left_nl = None
    elif core.weighed_nl is not None:
        left_nl = core.weighed_nl
    elif left_nl is not None:
        left_nl -= given_nl
    return core._replace(syringe_nl=left_nl, weighed_nl=None)


def in_time(core: Core, at_us: int) -> str:
    """Return that the open shot should have come to its end long ago."""
    if not core.ledger.open or at_us <= core.over_by_us:
        return ""
    return (
        f"shot {core.ledger.open[0].shot_id} is neither given nor void, "
        f"{SHOT_LATE_US // 1_000_000} s after both its time to live and its motion"
    )


def _least_dose_nl(core: Core) -> int:
    return min(int(one.dose_nl) for one in core.orders.shots if one.dose_nl)


def _acknowledged(tail: int, end: int) -> str:
    return (
        f"the pistol says that its journal was acknowledged up to record {tail}; this program has "
        f"read it up to {end}"
    )
