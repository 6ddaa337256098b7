"""Every message of MGP/1.0 as a type, and the way between messages and frames.

Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
"""

import struct
from collections.abc import Callable, Mapping
from enum import IntEnum
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeAlias

from firmware_protocol.errors import (
    LocalProtocolError,
    RemoteProtocolError,
    UnknownMessage,
    WrongLength,
)
from firmware_protocol.frame import Frame
from firmware_protocol.layout import Layout, Range
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Microseconds,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)

MAJOR: Final = 1
MINOR: Final = 0
SCHEMA_HASH: Final = 0x7AFE514D
"""CRC-32C over all layouts: equal at both ends, or they were built from different schemas."""
ACTUATING_HASH: Final = 0xDEC92B24
"""CRC-32C over the layouts of what can move the needle: when it differs, nothing is armed."""


class PistolState(IntEnum):
    """Where the pistol is; the transitions are in states.py."""

    BOOT = 0
    SELFTEST = 1
    SAFE = 2
    CHALLENGED = 3
    ARMED = 4
    FIRING = 5
    ABORTED = 6
    FAULT = 7


class AbortCause(IntEnum):
    """What latched ABORTED."""

    NONE = 0
    FRAME = 1
    ZERO_RUN = 2
    BREAK = 3
    LEASE = 4
    DTR = 5
    BUTTON = 6
    INTERNAL = 7


class FaultCode(IntEnum):
    """What latched FAULT."""

    NONE = 0
    SELFTEST = 1
    MEMORY = 2
    NEEDLE = 3
    PLUNGER = 4
    SUPPLY = 5


class ResetReason(IntEnum):
    """Why the pistol started."""

    POWER_ON = 0
    WATCHDOG = 1
    BROWN_OUT = 2
    SOFTWARE = 3


class Trigger(IntEnum):
    """How the trigger releases a shot."""

    PRESS = 0
    HELD = 1
    AUTO = 2


class Outcome(IntEnum):
    """What became of a shot."""

    NONE = 0
    FIRED = 1
    NOT_FIRED = 2
    PARTIAL = 3
    INDETERMINATE = 4
    PENDING = 5
    FORGOTTEN = 6


class ShotResult(IntEnum):
    """The answer to a shot."""

    ACCEPTED = 0
    REFUSED = 1
    STORED = 2


class Refusal(IntEnum):
    """Why a shot was refused, or why an accepted one was not fired."""

    NONE = 0
    ID_REUSED = 1
    ID_OLD = 2
    TOKEN = 3
    LEASE = 4
    STATE = 5
    LIMIT = 6
    BUDGET = 7
    PACE = 8
    QUEUE_FULL = 9
    JOURNAL_FULL = 10
    CRIT = 11
    EXPIRED = 12
    ABORTED = 13
    VOIDED = 14
    EMPTY = 15
    SESSION = 16
    MEMORY = 17


class LimitId(IntEnum):
    """A limit that the pistol enforces itself."""

    NONE = 0
    DOSE_NL_MIN = 1
    DOSE_NL_MAX = 2
    DEPTH_UM_MAX = 3
    RATE_NL_PER_S_MAX = 4
    INTERVAL_MS_MIN = 5
    LEASE_MS_MIN = 6
    LEASE_MS_MAX = 7
    SHOTS_MAX = 8
    VOLUME_NL_MAX = 9
    TTL_MS_MAX = 10
    DWELL_MS_MAX = 11


class LimitLayer(IntEnum):
    """Which layer of limits; each may only tighten the one below."""

    EFFECTIVE = 0
    FACTORY = 1
    CLINIC = 2
    SESSION = 3


class JournalKind(IntEnum):
    """What a record of the pistol's journal says."""

    INTENT = 1
    OUTCOME = 2
    VOID = 3
    ABORT = 4
    BOOT = 5
    CONFIG = 6
    SERVICE_INTENT = 7
    SERVICE_OUTCOME = 8
    PRIME_INTENT = 9
    PRIME_OUTCOME = 10


class ErrorCode(IntEnum):
    """Why a request other than a shot was not obeyed."""

    UNSUPPORTED = 1
    MALFORMED = 2
    OUT_OF_RANGE = 3
    WRONG_STATE = 4
    JOURNAL_UNREAD = 5
    WRONG_NONCE = 6
    WRONG_TOKEN = 7
    WRONG_ABORT_ID = 8
    LIMIT = 9
    LIMITS_REVISION = 10
    CALIBRATION = 11
    JOURNAL_GAP = 12
    NOT_STAGED = 13
    WRONG_CRC = 14
    NEEDS_PERSON = 15
    WRONG_HASH = 16
    CALIBRATION_SPENT = 17
    ON_SKIN = 18


class Feature(IntEnum):
    """What this pistol is and can do."""

    SIMULATED = 1
    AUTHENTICATION = 2
    DESCRIBE = 4


class StatusFlag(IntEnum):
    """What the pistol senses and holds at this moment."""

    TOKEN_VALID = 1
    TRIGGER = 2
    CONTACT = 4
    JOURNAL_FULL = 8
    NEEDLE_OUT = 16
    STOPPED = 32
    SERVICE = 64


class Hazard(IntEnum):
    """What the operator must know before confirming the arm."""

    SIMULATED = 1
    IN_DOUBT = 2
    LOW_VOLUME = 4
    JOURNAL_NEARLY_FULL = 8


class JournalRecord(NamedTuple):
    """One record of the pistol's journal, as it lies in its non-volatile memory."""

    seq: int  # rises by one for ever
    kind: JournalKind
    outcome: Outcome
    reason: Refusal  # why not fired, on VOID and NOT_FIRED
    cause: AbortCause  # on ABORT
    shot_id: ShotId  # on ABORT: the abort id
    dose_nl_asked: Nanolitres
    depth_um_asked: Micrometres
    dose_nl_given: Nanolitres  # measured at the plunger
    depth_um_given: Micrometres  # measured at the needle
    force_mn_peak: int
    pressure_pa_peak: int
    start_us: Microseconds  # uptime of the boot named by boot_id
    end_us: Microseconds  # on INTENT, which has no end: the plan_digest that the pistol was armed with
    boot_id: int
    limits_revision: int
    calibration_id: int
    crc_previous: int  # CRC-32C of the record before: a hole is visible


class Byte(NamedTuple):
    """One byte of something that is longer than a field."""

    value: int


class Hello(NamedTuple):
    """Open a session. Kills any token, challenge and queued shot of an earlier one."""

    host_major: int
    host_minor: int
    schema_hash: int
    host_nonce: int


class HelloReply(NamedTuple):
    """Who the pistol is, in a layout frozen for ever. The new session is in the frame's header."""

    major: int
    minor: int
    queue_depth: int
    reset_reason: ResetReason
    features: int
    schema_hash: int
    actuating_hash: int  # fingerprint of the actuating messages alone
    firmware_version: int  # major << 16 | minor << 8 | patch
    session: int
    uid: int
    device_nonce: int
    boot_id: int  # drawn anew at every start
    boot_count: int
    journal_head: int  # seq of the newest record, 0 = none
    journal_tail: int  # seq of the newest acknowledged record, 0 = none
    shot_id_highest: ShotId
    shot_id_open: ShotId  # 0 = none
    limits_revision: int
    calibration_id: int  # 0 = never calibrated
    calibration_not_after_day: int  # days since 1970-01-01, 0 = no expiry


class Describe(NamedTuple):
    """Read the pistol's own schema from `offset` on: for a host that was built from another one."""

    offset: int


class DescribeChunk(NamedTuple):
    """A piece of the schema as deflated JSON (RFC 1950); none behind its end. Layout frozen for ever."""

    total: int  # bytes of the whole
    offset: int
    count: int  # type: ignore[assignment]  # hides the method of tuple, which nobody needs
    data: tuple[Byte, ...]


class SetBaud(NamedTuple):
    """Let the line run at another speed, from behind the answer on. In SAFE and at rest only."""

    baud: int  # bits a second, 8N1
    fallback_ms: Milliseconds  # back to 115,200 unless a frame is heard by then


class SetBaudReply(NamedTuple):
    """Goes out at the old speed; what comes next is heard at the new one."""

    baud: int
    fallback_ms: Milliseconds


class Ping(NamedTuple):
    """Is somebody there, and how long does an answer take? Renews no lease."""

    echo: int


class PingReply(NamedTuple):
    """The answer to Ping."""

    echo: int  # as it was asked
    uptime_us: Microseconds


class ErrorReply(NamedTuple):
    """The request was not obeyed and changed nothing; one of service ends a treatment's arming first."""

    msg: int  # the request's message id
    code: ErrorCode
    detail: int  # state, limit id or the right value, by code
    value: int


class Abort(NamedTuple):
    """Stop now. Never authenticated, any session, repeated until `stopped`."""

    reason: int  # for the journal; no meaning to the pistol


class AbortReply(NamedTuple):
    """ABORTED is latched; `stopped` is 1 only when the actuator is at rest."""

    abort_id: int
    stopped: int
    cause: AbortCause
    shots_after: int  # shots that ended after the abort was latched
    shot_id_open: ShotId  # 0 = none


class ClearAbort(NamedTuple):
    """ABORTED to SAFE, once the journal has been read and acknowledged."""

    abort_id: int


class ClearAbortReply(NamedTuple):
    """The answer to ClearAbort."""

    state: PistolState


class ArmRequest(NamedTuple):
    """First step of arming: what the host wants to be held to."""

    shots_max: int
    volume_nl_max: Nanolitres
    dose_nl_max: Nanolitres
    depth_um_max: Micrometres
    rate_nl_per_s_max: NanolitresPerSecond
    interval_ms_min: Milliseconds
    lease_ms: Milliseconds
    limits_revision: int
    calibration_id: int
    plan_digest: int  # what the pistol writes into each INTENT: whose shots these are


class ArmChallenge(NamedTuple):
    """Echo of every value as the pistol will enforce it. Nothing is armed yet."""

    nonce: int
    shots_max: int
    volume_nl_max: Nanolitres
    dose_nl_max: Nanolitres
    depth_um_max: Micrometres
    rate_nl_per_s_max: NanolitresPerSecond
    interval_ms_min: Milliseconds
    lease_ms: Milliseconds
    limits_revision: int
    calibration_id: int
    plan_digest: int
    hazards: int
    challenge_ms: Milliseconds  # until then it can be confirmed


class ArmConfirm(NamedTuple):
    """Second step of arming: the operator has confirmed the echo."""

    nonce: int


class ArmReply(NamedTuple):
    """Armed. The token is in every actuating request; the lease runs from now."""

    arm_token: ArmToken
    shots_left: int
    volume_nl_left: Nanolitres
    lease_ms: Milliseconds


class Disarm(NamedTuple):
    """Kill the token. A shot under way is finished; queued ones are voided."""

    arm_token: ArmToken


class DisarmReply(NamedTuple):
    """The answer to Disarm."""

    state: PistolState


class Poll(NamedTuple):
    """Heartbeat, lease, status and acknowledgement of the journal in one."""

    arm_token: ArmToken  # 0 when not armed; only the live token renews the lease
    app_tick: int  # the application's own progress; a standing tick does not renew the lease
    journal_ack: int  # every record up to here is durable at the host


class Status(NamedTuple):
    """The answer to Poll."""

    state: PistolState
    queue: int  # accepted shots that have no journalled end yet
    flags: int
    lease_ms_left: Milliseconds
    supply_mv: int
    journal_head: int
    journal_tail: int
    shot_id_last: ShotId  # highest id seen
    abort_id: int  # 0 = never aborted
    abort_cause: AbortCause
    fault: FaultCode
    shots_left: int
    budget_nl_left: Nanolitres
    volume_nl_left: Nanolitres  # in the syringe
    force_mn: int
    depth_um: Micrometres
    pressure_pa: int
    temperature_mk: int
    uptime_us: Microseconds
    receive_errors: int


class Shot(NamedTuple):
    """Give one shot, once, when the trigger and the skin contact allow it."""

    shot_id: ShotId
    arm_token: ArmToken
    dose_nl: Nanolitres
    depth_um: Micrometres
    rate_nl_per_s: NanolitresPerSecond
    dwell_ms: Milliseconds
    ttl_ms: Milliseconds  # not begun by then: voided
    trigger: Trigger
    interval_ms: Milliseconds
    flags: int
    crit: int  # CRC-16/MCRF4XX over shot_id, dose_nl, depth_um, rate_nl_per_s as u32


class ShotReply(NamedTuple):
    """The answer to Shot."""

    shot_id: ShotId
    result: ShotResult
    reason: Refusal
    limit: LimitId
    limit_value: int
    outcome: Outcome  # on STORED
    dose_nl_given: Nanolitres  # on STORED
    queue_left: int


class Resolve(NamedTuple):
    """What became of this id? An id never seen is voided first, then answered NOT_FIRED."""

    shot_id: ShotId


class Resolution(NamedTuple):
    """The answer to Resolve."""

    shot_id: ShotId
    outcome: Outcome
    reason: Refusal
    dose_nl_given: Nanolitres
    depth_um_given: Micrometres
    start_us: Microseconds
    boot_id: int


class JournalRead(NamedTuple):
    """Read records from `from_seq` on; reading changes nothing."""

    from_seq: int
    count: int  # type: ignore[assignment]  # hides the method of tuple, which nobody needs


class JournalRecords(NamedTuple):
    """As many of the asked records as exist and fit, rising by one."""

    journal_head: int
    journal_tail: int
    count: int  # type: ignore[assignment]  # hides the method of tuple, which nobody needs
    records: tuple[JournalRecord, ...]


class LimitsGet(NamedTuple):
    """The limits of one layer, or those in force."""

    layer: LimitLayer


class Limits(NamedTuple):
    """The answer to LimitsGet."""

    layer: LimitLayer
    revision: int
    dose_nl_min: Nanolitres
    dose_nl_max: Nanolitres
    depth_um_max: Micrometres
    rate_nl_per_s_max: NanolitresPerSecond
    interval_ms_min: Milliseconds
    lease_ms_min: Milliseconds
    lease_ms_max: Milliseconds
    ttl_ms_max: Milliseconds
    dwell_ms_max: Milliseconds
    shots_max: int
    volume_nl_max: Nanolitres


class LimitsStage(NamedTuple):
    """Every value of the clinic's layer, for a LimitsCommit. Nothing is in force yet."""

    dose_nl_min: Nanolitres
    dose_nl_max: Nanolitres
    depth_um_max: Micrometres
    rate_nl_per_s_max: NanolitresPerSecond
    interval_ms_min: Milliseconds
    lease_ms_min: Milliseconds
    lease_ms_max: Milliseconds
    ttl_ms_max: Milliseconds
    dwell_ms_max: Milliseconds
    shots_max: int
    volume_nl_max: Nanolitres


class LimitsStaged(NamedTuple):
    """What was staged, by its check; it is forgotten with the session, an abort or a Disarm."""

    crc: int  # CRC-32C over LimitsStage's payload
    loosens: LimitId  # needs a person; NONE: it does not
    in_force: int  # the value now in force of what it loosens


class LimitsCommit(NamedTuple):
    """Put what was staged in force: unarmed and at rest only. A challenge dies of it."""

    revision: int  # above the one in force
    crc: int  # as LimitsStaged told it


class LimitsCommitted(NamedTuple):
    """It is in force, in the memory twice, and in the journal."""

    revision: int


class CalibrationGet(NamedTuple):
    """The calibration in force, and its content from `offset` on."""

    offset: int


class Calibration(NamedTuple):
    """What was committed; of a pistol that was never calibrated all is 0."""

    id: int  # 0 = never calibrated
    sha256_0: int  # of the content: its first 8 bytes, big-endian
    sha256_1: int
    sha256_2: int
    sha256_3: int
    not_after_day: int  # days since 1970-01-01, 0 = no expiry
    shots_max: int  # after so many it is spent
    shots_used: int  # begun since it was committed
    size: int  # bytes of the whole content
    offset: int
    count: int  # type: ignore[assignment]  # hides the method of tuple, which nobody needs
    data: tuple[Byte, ...]


class CalibrationStage(NamedTuple):
    """A piece of a new calibration; offset 0 begins anew, and what lay behind the piece is gone."""

    offset: int  # at most what is staged by now
    count: int  # type: ignore[assignment]  # hides the method of tuple, which nobody needs
    data: tuple[Byte, ...]


class CalibrationStaged(NamedTuple):
    """The answer to CalibrationStage."""

    size: int  # bytes that are staged now


class CalibrationCommit(NamedTuple):
    """Put what was staged in force: unarmed and at rest only. A challenge dies of it."""

    id: int  # another than the one in force
    sha256_0: int  # of the content: its first 8 bytes of 24 that are told, big-endian
    sha256_1: int
    sha256_2: int
    not_after_day: int  # days since 1970-01-01, 0 = no expiry
    shots_max: int


class CalibrationCommitted(NamedTuple):
    """It is in force, in the memory twice, and in the journal."""

    id: int


class ServiceRequest(NamedTuple):
    """Ask to be armed for service: into a vessel, never into a person. Ends a treatment's arming."""

    shots_max: int
    volume_nl_max: Nanolitres
    dose_nl_max: Nanolitres
    rate_nl_per_s_max: NanolitresPerSecond
    lease_ms: Milliseconds
    limits_revision: int


class ServiceChallenge(NamedTuple):
    """Echo of what will be enforced, for ArmConfirm; the depth is 0. Nothing is armed yet."""

    nonce: int
    shots_max: int
    volume_nl_max: Nanolitres
    dose_nl_max: Nanolitres
    rate_nl_per_s_max: NanolitresPerSecond
    interval_ms_min: Milliseconds
    lease_ms: Milliseconds
    limits_revision: int
    hazards: int
    challenge_ms: Milliseconds  # until then it can be confirmed


class Prime(NamedTuple):
    """Expel a volume with the needle out, once; only armed for service. Ends a treatment's arming."""

    shot_id: ShotId  # from the same row as those of shots
    arm_token: ArmToken
    dose_nl: Nanolitres
    rate_nl_per_s: NanolitresPerSecond
    ttl_ms: Milliseconds  # not begun by then: voided
    crit: int  # as a Shot's, with depth_um 0


class PrimeReply(NamedTuple):
    """As ShotReply."""

    shot_id: ShotId
    result: ShotResult
    reason: Refusal
    limit: LimitId
    limit_value: int
    outcome: Outcome  # on STORED
    dose_nl_given: Nanolitres  # on STORED
    queue_left: int


class Home(NamedTuple):
    """Take the needle to where it begins: SAFE, or armed for service, at rest and off the skin."""

    flags: int


class HomeReply(NamedTuple):
    """It moves; the flag STOPPED of Status says when it is there."""

    state: PistolState


class SelfTest(NamedTuple):
    """Test what was tested at the start: in SAFE and at rest only. Ends a treatment's arming."""

    flags: int


class SelfTestReply(NamedTuple):
    """It has begun; it ends in SAFE, or in FAULT with a fault that names what failed."""

    state: PistolState


class Jog(NamedTuple):
    """Take the needle out to a depth, dry, and home: SAFE, or armed for service, at rest, off the skin."""

    depth_um: Micrometres
    dwell_ms: Milliseconds  # how long it stays there before it goes home


class JogReply(NamedTuple):
    """It moves; the flag STOPPED of Status says when it is home again."""

    state: PistolState


Request: TypeAlias = (
    Hello
    | Describe
    | SetBaud
    | Ping
    | Abort
    | ClearAbort
    | ArmRequest
    | ArmConfirm
    | Disarm
    | Poll
    | Shot
    | Resolve
    | JournalRead
    | LimitsGet
    | LimitsStage
    | LimitsCommit
    | CalibrationGet
    | CalibrationStage
    | CalibrationCommit
    | ServiceRequest
    | Prime
    | Home
    | SelfTest
    | Jog
)
Reply: TypeAlias = (
    HelloReply
    | DescribeChunk
    | SetBaudReply
    | PingReply
    | ErrorReply
    | AbortReply
    | ClearAbortReply
    | ArmChallenge
    | ArmReply
    | DisarmReply
    | Status
    | ShotReply
    | Resolution
    | JournalRecords
    | Limits
    | LimitsStaged
    | LimitsCommitted
    | Calibration
    | CalibrationStaged
    | CalibrationCommitted
    | ServiceChallenge
    | PrimeReply
    | HomeReply
    | SelfTestReply
    | JogReply
)
Message: TypeAlias = Request | Reply


_PISTOL_STATE: Final = {int(one): one for one in PistolState}
_ABORT_CAUSE: Final = {int(one): one for one in AbortCause}
_FAULT_CODE: Final = {int(one): one for one in FaultCode}
_RESET_REASON: Final = {int(one): one for one in ResetReason}
_TRIGGER: Final = {int(one): one for one in Trigger}
_OUTCOME: Final = {int(one): one for one in Outcome}
_SHOT_RESULT: Final = {int(one): one for one in ShotResult}
_REFUSAL: Final = {int(one): one for one in Refusal}
_LIMIT_ID: Final = {int(one): one for one in LimitId}
_LIMIT_LAYER: Final = {int(one): one for one in LimitLayer}
_JOURNAL_KIND: Final = {int(one): one for one in JournalKind}
_ERROR_CODE: Final = {int(one): one for one in ErrorCode}


_JOURNAL_RECORD: Final = struct.Struct("<IBBBBIIIIIIIQQIIII")
_JOURNAL_RECORD_LAYOUT: Final = Layout(
    "JournalRecord",
    _JOURNAL_RECORD,
    (
        Range("seq", 0, 4294967295),
        Range("kind", 0, 255, _JOURNAL_KIND),
        Range("outcome", 0, 255, _OUTCOME),
        Range("reason", 0, 255, _REFUSAL),
        Range("cause", 0, 255, _ABORT_CAUSE),
        Range("shot_id", 0, 4294967295),
        Range("dose_nl_asked", 0, 4294967295),
        Range("depth_um_asked", 0, 4294967295),
        Range("dose_nl_given", 0, 4294967295),
        Range("depth_um_given", 0, 4294967295),
        Range("force_mn_peak", 0, 4294967295),
        Range("pressure_pa_peak", 0, 4294967295),
        Range("start_us", 0, 18446744073709551615),
        Range("end_us", 0, 18446744073709551615),
        Range("boot_id", 0, 4294967295),
        Range("limits_revision", 0, 4294967295),
        Range("calibration_id", 0, 4294967295),
        Range("crc_previous", 0, 4294967295),
    ),
)


def _write_journal_record(message: JournalRecord) -> bytes:
    if (
        message.kind not in _JOURNAL_KIND
        or message.outcome not in _OUTCOME
        or message.reason not in _REFUSAL
        or message.cause not in _ABORT_CAUSE
    ):
        raise ValueError
    return _JOURNAL_RECORD.pack(*message)


def _read_journal_record(payload: bytes) -> JournalRecord:
    (
        seq,
        kind,
        outcome,
        reason,
        cause,
        shot_id,
        dose_nl_asked,
        depth_um_asked,
        dose_nl_given,
        depth_um_given,
        force_mn_peak,
        pressure_pa_peak,
        start_us,
        end_us,
        boot_id,
        limits_revision,
        calibration_id,
        crc_previous,
    ) = _JOURNAL_RECORD.unpack(payload)
    return JournalRecord(
        seq,
        _JOURNAL_KIND[kind],
        _OUTCOME[outcome],
        _REFUSAL[reason],
        _ABORT_CAUSE[cause],
        shot_id,
        dose_nl_asked,
        depth_um_asked,
        dose_nl_given,
        depth_um_given,
        force_mn_peak,
        pressure_pa_peak,
        start_us,
        end_us,
        boot_id,
        limits_revision,
        calibration_id,
        crc_previous,
    )


_BYTE: Final = struct.Struct("<B")
_BYTE_LAYOUT: Final = Layout(
    "Byte",
    _BYTE,
    (Range("value", 0, 255),),
)


def _write_byte(message: Byte) -> bytes:
    return _BYTE.pack(*message)


def _read_byte(payload: bytes) -> Byte:
    return Byte._make(_BYTE.unpack(payload))


_HELLO: Final = struct.Struct("<BBIQ")
_HELLO_LAYOUT: Final = Layout(
    "Hello",
    _HELLO,
    (
        Range("host_major", 0, 255),
        Range("host_minor", 0, 255),
        Range("schema_hash", 0, 4294967295),
        Range("host_nonce", 0, 18446744073709551615),
    ),
)


def _write_hello(message: Hello) -> bytes:
    return _HELLO.pack(*message)


def _read_hello(payload: bytes) -> Hello:
    return Hello._make(_HELLO.unpack(payload))


_HELLO_REPLY: Final = struct.Struct("<BBBBIIIIHQQIIIIIIIII")
_HELLO_REPLY_LAYOUT: Final = Layout(
    "HelloReply",
    _HELLO_REPLY,
    (
        Range("major", 0, 255),
        Range("minor", 0, 255),
        Range("queue_depth", 1, 255),
        Range("reset_reason", 0, 255, _RESET_REASON),
        Range("features", 0, 4294967295),
        Range("schema_hash", 0, 4294967295),
        Range("actuating_hash", 0, 4294967295),
        Range("firmware_version", 0, 4294967295),
        Range("session", 0, 65535),
        Range("uid", 0, 18446744073709551615),
        Range("device_nonce", 0, 18446744073709551615),
        Range("boot_id", 0, 4294967295),
        Range("boot_count", 0, 4294967295),
        Range("journal_head", 0, 4294967295),
        Range("journal_tail", 0, 4294967295),
        Range("shot_id_highest", 0, 4294967295),
        Range("shot_id_open", 0, 4294967295),
        Range("limits_revision", 0, 4294967295),
        Range("calibration_id", 0, 4294967295),
        Range("calibration_not_after_day", 0, 4294967295),
    ),
)


def _write_hello_reply(message: HelloReply) -> bytes:
    if message.queue_depth < 1 or message.reset_reason not in _RESET_REASON:
        raise ValueError
    return _HELLO_REPLY.pack(*message)


def _read_hello_reply(payload: bytes) -> HelloReply:
    (
        major,
        minor,
        queue_depth,
        reset_reason,
        features,
        schema_hash,
        actuating_hash,
        firmware_version,
        session,
        uid,
        device_nonce,
        boot_id,
        boot_count,
        journal_head,
        journal_tail,
        shot_id_highest,
        shot_id_open,
        limits_revision,
        calibration_id,
        calibration_not_after_day,
    ) = _HELLO_REPLY.unpack(payload)
    if queue_depth < 1:
        raise ValueError
    return HelloReply(
        major,
        minor,
        queue_depth,
        _RESET_REASON[reset_reason],
        features,
        schema_hash,
        actuating_hash,
        firmware_version,
        session,
        uid,
        device_nonce,
        boot_id,
        boot_count,
        journal_head,
        journal_tail,
        shot_id_highest,
        shot_id_open,
        limits_revision,
        calibration_id,
        calibration_not_after_day,
    )


_DESCRIBE: Final = struct.Struct("<I")
_DESCRIBE_LAYOUT: Final = Layout(
    "Describe",
    _DESCRIBE,
    (Range("offset", 0, 4294967295),),
)


def _write_describe(message: Describe) -> bytes:
    return _DESCRIBE.pack(*message)


def _read_describe(payload: bytes) -> Describe:
    return Describe._make(_DESCRIBE.unpack(payload))


_DESCRIBE_CHUNK: Final = struct.Struct("<IIB")
_DESCRIBE_CHUNK_LAYOUT: Final = Layout(
    "DescribeChunk",
    _DESCRIBE_CHUNK,
    (
        Range("total", 0, 4294967295),
        Range("offset", 0, 4294967295),
        Range("count", 0, 200),
    ),
    _BYTE_LAYOUT,
    2,
)


def _write_describe_chunk(message: DescribeChunk) -> bytes:
    if message.count > 200:
        raise ValueError
    if message.count != len(message.data):
        raise ValueError
    head = _DESCRIBE_CHUNK.pack(*message[:-1])
    return head + b"".join(map(_write_byte, message.data))


def _read_describe_chunk(payload: bytes) -> DescribeChunk:
    total, offset, count = _DESCRIBE_CHUNK.unpack_from(payload)
    if count > 200:
        raise ValueError
    _each, _at = 1, 9
    if len(payload) != _at + _each * count:
        raise ValueError
    data = tuple(
        _read_byte(payload[_first : _first + _each])
        for _first in range(_at, len(payload), _each)
    )
    return DescribeChunk(total, offset, count, data)


_SET_BAUD: Final = struct.Struct("<IH")
_SET_BAUD_LAYOUT: Final = Layout(
    "SetBaud",
    _SET_BAUD,
    (
        Range("baud", 1, 4294967295),
        Range("fallback_ms", 100, 1500),
    ),
)


def _write_set_baud(message: SetBaud) -> bytes:
    if message.baud < 1 or not 100 <= message.fallback_ms <= 1500:
        raise ValueError
    return _SET_BAUD.pack(*message)


def _read_set_baud(payload: bytes) -> SetBaud:
    baud, fallback_ms = _SET_BAUD.unpack(payload)
    if baud < 1 or not 100 <= fallback_ms <= 1500:
        raise ValueError
    return SetBaud(baud, fallback_ms)


_SET_BAUD_REPLY: Final = struct.Struct("<IH")
_SET_BAUD_REPLY_LAYOUT: Final = Layout(
    "SetBaudReply",
    _SET_BAUD_REPLY,
    (
        Range("baud", 1, 4294967295),
        Range("fallback_ms", 100, 1500),
    ),
)


def _write_set_baud_reply(message: SetBaudReply) -> bytes:
    if message.baud < 1 or not 100 <= message.fallback_ms <= 1500:
        raise ValueError
    return _SET_BAUD_REPLY.pack(*message)


def _read_set_baud_reply(payload: bytes) -> SetBaudReply:
    baud, fallback_ms = _SET_BAUD_REPLY.unpack(payload)
    if baud < 1 or not 100 <= fallback_ms <= 1500:
        raise ValueError
    return SetBaudReply(baud, fallback_ms)


_PING: Final = struct.Struct("<I")
_PING_LAYOUT: Final = Layout(
    "Ping",
    _PING,
    (Range("echo", 0, 4294967295),),
)


def _write_ping(message: Ping) -> bytes:
    return _PING.pack(*message)


def _read_ping(payload: bytes) -> Ping:
    return Ping._make(_PING.unpack(payload))


_PING_REPLY: Final = struct.Struct("<IQ")
_PING_REPLY_LAYOUT: Final = Layout(
    "PingReply",
    _PING_REPLY,
    (
        Range("echo", 0, 4294967295),
        Range("uptime_us", 0, 18446744073709551615),
    ),
)


def _write_ping_reply(message: PingReply) -> bytes:
    return _PING_REPLY.pack(*message)


def _read_ping_reply(payload: bytes) -> PingReply:
    return PingReply._make(_PING_REPLY.unpack(payload))


_ERROR_REPLY: Final = struct.Struct("<HBII")
_ERROR_REPLY_LAYOUT: Final = Layout(
    "ErrorReply",
    _ERROR_REPLY,
    (
        Range("msg", 0, 65535),
        Range("code", 0, 255, _ERROR_CODE),
        Range("detail", 0, 4294967295),
        Range("value", 0, 4294967295),
    ),
)


def _write_error_reply(message: ErrorReply) -> bytes:
    if message.code not in _ERROR_CODE:
        raise ValueError
    return _ERROR_REPLY.pack(*message)


def _read_error_reply(payload: bytes) -> ErrorReply:
    msg, code, detail, value = _ERROR_REPLY.unpack(payload)
    return ErrorReply(msg, _ERROR_CODE[code], detail, value)


_ABORT: Final = struct.Struct("<B")
_ABORT_LAYOUT: Final = Layout(
    "Abort",
    _ABORT,
    (Range("reason", 0, 255),),
)


def _write_abort(message: Abort) -> bytes:
    return _ABORT.pack(*message)


def _read_abort(payload: bytes) -> Abort:
    return Abort._make(_ABORT.unpack(payload))


_ABORT_REPLY: Final = struct.Struct("<IBBHI")
_ABORT_REPLY_LAYOUT: Final = Layout(
    "AbortReply",
    _ABORT_REPLY,
    (
        Range("abort_id", 0, 4294967295),
        Range("stopped", 0, 1),
        Range("cause", 0, 255, _ABORT_CAUSE),
        Range("shots_after", 0, 65535),
        Range("shot_id_open", 0, 4294967295),
    ),
)


def _write_abort_reply(message: AbortReply) -> bytes:
    if message.stopped > 1 or message.cause not in _ABORT_CAUSE:
        raise ValueError
    return _ABORT_REPLY.pack(*message)


def _read_abort_reply(payload: bytes) -> AbortReply:
    abort_id, stopped, cause, shots_after, shot_id_open = _ABORT_REPLY.unpack(payload)
    if stopped > 1:
        raise ValueError
    return AbortReply(abort_id, stopped, _ABORT_CAUSE[cause], shots_after, shot_id_open)


_CLEAR_ABORT: Final = struct.Struct("<I")
_CLEAR_ABORT_LAYOUT: Final = Layout(
    "ClearAbort",
    _CLEAR_ABORT,
    (Range("abort_id", 0, 4294967295),),
)


def _write_clear_abort(message: ClearAbort) -> bytes:
    return _CLEAR_ABORT.pack(*message)


def _read_clear_abort(payload: bytes) -> ClearAbort:
    return ClearAbort._make(_CLEAR_ABORT.unpack(payload))


_CLEAR_ABORT_REPLY: Final = struct.Struct("<B")
_CLEAR_ABORT_REPLY_LAYOUT: Final = Layout(
    "ClearAbortReply",
    _CLEAR_ABORT_REPLY,
    (Range("state", 0, 255, _PISTOL_STATE),),
)


def _write_clear_abort_reply(message: ClearAbortReply) -> bytes:
    if message.state not in _PISTOL_STATE:
        raise ValueError
    return _CLEAR_ABORT_REPLY.pack(*message)


def _read_clear_abort_reply(payload: bytes) -> ClearAbortReply:
    (state,) = _CLEAR_ABORT_REPLY.unpack(payload)
    return ClearAbortReply(_PISTOL_STATE[state])


_ARM_REQUEST: Final = struct.Struct("<HIIHIHHIIQ")
_ARM_REQUEST_LAYOUT: Final = Layout(
    "ArmRequest",
    _ARM_REQUEST,
    (
        Range("shots_max", 1, 65535),
        Range("volume_nl_max", 1, 4294967295),
        Range("dose_nl_max", 1, 4294967295),
        Range("depth_um_max", 0, 65535),
        Range("rate_nl_per_s_max", 1, 4294967295),
        Range("interval_ms_min", 0, 65535),
        Range("lease_ms", 100, 1000),
        Range("limits_revision", 0, 4294967295),
        Range("calibration_id", 0, 4294967295),
        Range("plan_digest", 0, 18446744073709551615),
    ),
)


def _write_arm_request(message: ArmRequest) -> bytes:
    if (
        message.shots_max < 1
        or message.volume_nl_max < 1
        or message.dose_nl_max < 1
        or message.rate_nl_per_s_max < 1
        or not 100 <= message.lease_ms <= 1000
    ):
        raise ValueError
    return _ARM_REQUEST.pack(*message)


def _read_arm_request(payload: bytes) -> ArmRequest:
    (
        shots_max,
        volume_nl_max,
        dose_nl_max,
        depth_um_max,
        rate_nl_per_s_max,
        interval_ms_min,
        lease_ms,
        limits_revision,
        calibration_id,
        plan_digest,
    ) = _ARM_REQUEST.unpack(payload)
    if (
        shots_max < 1
        or volume_nl_max < 1
        or dose_nl_max < 1
        or rate_nl_per_s_max < 1
        or not 100 <= lease_ms <= 1000
    ):
        raise ValueError
    return ArmRequest(
        shots_max,
        volume_nl_max,
        dose_nl_max,
        depth_um_max,
        rate_nl_per_s_max,
        interval_ms_min,
        lease_ms,
        limits_revision,
        calibration_id,
        plan_digest,
    )


_ARM_CHALLENGE: Final = struct.Struct("<QIIIIIHHIIQHI")
_ARM_CHALLENGE_LAYOUT: Final = Layout(
    "ArmChallenge",
    _ARM_CHALLENGE,
    (
        Range("nonce", 0, 18446744073709551615),
        Range("shots_max", 0, 4294967295),
        Range("volume_nl_max", 0, 4294967295),
        Range("dose_nl_max", 0, 4294967295),
        Range("depth_um_max", 0, 4294967295),
        Range("rate_nl_per_s_max", 0, 4294967295),
        Range("interval_ms_min", 0, 65535),
        Range("lease_ms", 0, 65535),
        Range("limits_revision", 0, 4294967295),
        Range("calibration_id", 0, 4294967295),
        Range("plan_digest", 0, 18446744073709551615),
        Range("hazards", 0, 65535),
        Range("challenge_ms", 0, 4294967295),
    ),
)


def _write_arm_challenge(message: ArmChallenge) -> bytes:
    return _ARM_CHALLENGE.pack(*message)


def _read_arm_challenge(payload: bytes) -> ArmChallenge:
    return ArmChallenge._make(_ARM_CHALLENGE.unpack(payload))


_ARM_CONFIRM: Final = struct.Struct("<Q")
_ARM_CONFIRM_LAYOUT: Final = Layout(
    "ArmConfirm",
    _ARM_CONFIRM,
    (Range("nonce", 0, 18446744073709551615),),
)


def _write_arm_confirm(message: ArmConfirm) -> bytes:
    return _ARM_CONFIRM.pack(*message)


def _read_arm_confirm(payload: bytes) -> ArmConfirm:
    return ArmConfirm._make(_ARM_CONFIRM.unpack(payload))


_ARM_REPLY: Final = struct.Struct("<IIIH")
_ARM_REPLY_LAYOUT: Final = Layout(
    "ArmReply",
    _ARM_REPLY,
    (
        Range("arm_token", 1, 4294967295),
        Range("shots_left", 0, 4294967295),
        Range("volume_nl_left", 0, 4294967295),
        Range("lease_ms", 0, 65535),
    ),
)


def _write_arm_reply(message: ArmReply) -> bytes:
    if message.arm_token < 1:
        raise ValueError
    return _ARM_REPLY.pack(*message)


def _read_arm_reply(payload: bytes) -> ArmReply:
    arm_token, shots_left, volume_nl_left, lease_ms = _ARM_REPLY.unpack(payload)
    if arm_token < 1:
        raise ValueError
    return ArmReply(arm_token, shots_left, volume_nl_left, lease_ms)


_DISARM: Final = struct.Struct("<I")
_DISARM_LAYOUT: Final = Layout(
    "Disarm",
    _DISARM,
    (Range("arm_token", 0, 4294967295),),
)


def _write_disarm(message: Disarm) -> bytes:
    return _DISARM.pack(*message)


def _read_disarm(payload: bytes) -> Disarm:
    return Disarm._make(_DISARM.unpack(payload))


_DISARM_REPLY: Final = struct.Struct("<B")
_DISARM_REPLY_LAYOUT: Final = Layout(
    "DisarmReply",
    _DISARM_REPLY,
    (Range("state", 0, 255, _PISTOL_STATE),),
)


def _write_disarm_reply(message: DisarmReply) -> bytes:
    if message.state not in _PISTOL_STATE:
        raise ValueError
    return _DISARM_REPLY.pack(*message)


def _read_disarm_reply(payload: bytes) -> DisarmReply:
    (state,) = _DISARM_REPLY.unpack(payload)
    return DisarmReply(_PISTOL_STATE[state])


_POLL: Final = struct.Struct("<III")
_POLL_LAYOUT: Final = Layout(
    "Poll",
    _POLL,
    (
        Range("arm_token", 0, 4294967295),
        Range("app_tick", 0, 4294967295),
        Range("journal_ack", 0, 4294967295),
    ),
)


def _write_poll(message: Poll) -> bytes:
    return _POLL.pack(*message)


def _read_poll(payload: bytes) -> Poll:
    return Poll._make(_POLL.unpack(payload))


_STATUS: Final = struct.Struct("<BBHHHIIIIBBIIIIIIIQI")
_STATUS_LAYOUT: Final = Layout(
    "Status",
    _STATUS,
    (
        Range("state", 0, 255, _PISTOL_STATE),
        Range("queue", 0, 255),
        Range("flags", 0, 65535),
        Range("lease_ms_left", 0, 65535),
        Range("supply_mv", 0, 65535),
        Range("journal_head", 0, 4294967295),
        Range("journal_tail", 0, 4294967295),
        Range("shot_id_last", 0, 4294967295),
        Range("abort_id", 0, 4294967295),
        Range("abort_cause", 0, 255, _ABORT_CAUSE),
        Range("fault", 0, 255, _FAULT_CODE),
        Range("shots_left", 0, 4294967295),
        Range("budget_nl_left", 0, 4294967295),
        Range("volume_nl_left", 0, 4294967295),
        Range("force_mn", 0, 4294967295),
        Range("depth_um", 0, 4294967295),
        Range("pressure_pa", 0, 4294967295),
        Range("temperature_mk", 0, 4294967295),
        Range("uptime_us", 0, 18446744073709551615),
        Range("receive_errors", 0, 4294967295),
    ),
)


def _write_status(message: Status) -> bytes:
    if (
        message.state not in _PISTOL_STATE
        or message.abort_cause not in _ABORT_CAUSE
        or message.fault not in _FAULT_CODE
    ):
        raise ValueError
    return _STATUS.pack(*message)


def _read_status(payload: bytes) -> Status:
    (
        state,
        queue,
        flags,
        lease_ms_left,
        supply_mv,
        journal_head,
        journal_tail,
        shot_id_last,
        abort_id,
        abort_cause,
        fault,
        shots_left,
        budget_nl_left,
        volume_nl_left,
        force_mn,
        depth_um,
        pressure_pa,
        temperature_mk,
        uptime_us,
        receive_errors,
    ) = _STATUS.unpack(payload)
    return Status(
        _PISTOL_STATE[state],
        queue,
        flags,
        lease_ms_left,
        supply_mv,
        journal_head,
        journal_tail,
        shot_id_last,
        abort_id,
        _ABORT_CAUSE[abort_cause],
        _FAULT_CODE[fault],
        shots_left,
        budget_nl_left,
        volume_nl_left,
        force_mn,
        depth_um,
        pressure_pa,
        temperature_mk,
        uptime_us,
        receive_errors,
    )


_SHOT: Final = struct.Struct("<IIIIIHHBHBH")
_SHOT_LAYOUT: Final = Layout(
    "Shot",
    _SHOT,
    (
        Range("shot_id", 1, 4294967295),
        Range("arm_token", 1, 4294967295),
        Range("dose_nl", 1, 4294967295),
        Range("depth_um", 0, 4294967295),
        Range("rate_nl_per_s", 1, 4294967295),
        Range("dwell_ms", 0, 65535),
        Range("ttl_ms", 1, 65535),
        Range("trigger", 0, 255, _TRIGGER),
        Range("interval_ms", 0, 65535),
        Range("flags", 0, 0),
        Range("crit", 0, 65535),
    ),
)


def _write_shot(message: Shot) -> bytes:
    if (
        message.shot_id < 1
        or message.arm_token < 1
        or message.dose_nl < 1
        or message.rate_nl_per_s < 1
        or message.ttl_ms < 1
        or message.trigger not in _TRIGGER
        or message.flags > 0
    ):
        raise ValueError
    return _SHOT.pack(*message)


def _read_shot(payload: bytes) -> Shot:
    (
        shot_id,
        arm_token,
        dose_nl,
        depth_um,
        rate_nl_per_s,
        dwell_ms,
        ttl_ms,
        trigger,
        interval_ms,
        flags,
        crit,
    ) = _SHOT.unpack(payload)
    if shot_id < 1 or arm_token < 1 or dose_nl < 1 or rate_nl_per_s < 1 or ttl_ms < 1 or flags > 0:
        raise ValueError
    return Shot(
        shot_id,
        arm_token,
        dose_nl,
        depth_um,
        rate_nl_per_s,
        dwell_ms,
        ttl_ms,
        _TRIGGER[trigger],
        interval_ms,
        flags,
        crit,
    )


_SHOT_REPLY: Final = struct.Struct("<IBBBIBIB")
_SHOT_REPLY_LAYOUT: Final = Layout(
    "ShotReply",
    _SHOT_REPLY,
    (
        Range("shot_id", 0, 4294967295),
        Range("result", 0, 255, _SHOT_RESULT),
        Range("reason", 0, 255, _REFUSAL),
        Range("limit", 0, 255, _LIMIT_ID),
        Range("limit_value", 0, 4294967295),
        Range("outcome", 0, 255, _OUTCOME),
        Range("dose_nl_given", 0, 4294967295),
        Range("queue_left", 0, 255),
    ),
)


def _write_shot_reply(message: ShotReply) -> bytes:
    if (
        message.result not in _SHOT_RESULT
        or message.reason not in _REFUSAL
        or message.limit not in _LIMIT_ID
        or message.outcome not in _OUTCOME
    ):
        raise ValueError
    return _SHOT_REPLY.pack(*message)


def _read_shot_reply(payload: bytes) -> ShotReply:
    (
        shot_id,
        result,
        reason,
        limit,
        limit_value,
        outcome,
        dose_nl_given,
        queue_left,
    ) = _SHOT_REPLY.unpack(payload)
    return ShotReply(
        shot_id,
        _SHOT_RESULT[result],
        _REFUSAL[reason],
        _LIMIT_ID[limit],
        limit_value,
        _OUTCOME[outcome],
        dose_nl_given,
        queue_left,
    )


_RESOLVE: Final = struct.Struct("<I")
_RESOLVE_LAYOUT: Final = Layout(
    "Resolve",
    _RESOLVE,
    (Range("shot_id", 1, 4294967295),),
)


def _write_resolve(message: Resolve) -> bytes:
    if message.shot_id < 1:
        raise ValueError
    return _RESOLVE.pack(*message)


def _read_resolve(payload: bytes) -> Resolve:
    (shot_id,) = _RESOLVE.unpack(payload)
    if shot_id < 1:
        raise ValueError
    return Resolve(shot_id)


_RESOLUTION: Final = struct.Struct("<IBBIIQI")
_RESOLUTION_LAYOUT: Final = Layout(
    "Resolution",
    _RESOLUTION,
    (
        Range("shot_id", 0, 4294967295),
        Range("outcome", 0, 255, _OUTCOME),
        Range("reason", 0, 255, _REFUSAL),
        Range("dose_nl_given", 0, 4294967295),
        Range("depth_um_given", 0, 4294967295),
        Range("start_us", 0, 18446744073709551615),
        Range("boot_id", 0, 4294967295),
    ),
)


def _write_resolution(message: Resolution) -> bytes:
    if message.outcome not in _OUTCOME or message.reason not in _REFUSAL:
        raise ValueError
    return _RESOLUTION.pack(*message)


def _read_resolution(payload: bytes) -> Resolution:
    (
        shot_id,
        outcome,
        reason,
        dose_nl_given,
        depth_um_given,
        start_us,
        boot_id,
    ) = _RESOLUTION.unpack(payload)
    return Resolution(
        shot_id,
        _OUTCOME[outcome],
        _REFUSAL[reason],
        dose_nl_given,
        depth_um_given,
        start_us,
        boot_id,
    )


_JOURNAL_READ: Final = struct.Struct("<IB")
_JOURNAL_READ_LAYOUT: Final = Layout(
    "JournalRead",
    _JOURNAL_READ,
    (
        Range("from_seq", 1, 4294967295),
        Range("count", 1, 255),
    ),
)


def _write_journal_read(message: JournalRead) -> bytes:
    if message.from_seq < 1 or message.count < 1:
        raise ValueError
    return _JOURNAL_READ.pack(*message)


def _read_journal_read(payload: bytes) -> JournalRead:
    from_seq, count = _JOURNAL_READ.unpack(payload)
    if from_seq < 1 or count < 1:
        raise ValueError
    return JournalRead(from_seq, count)


_JOURNAL_RECORDS: Final = struct.Struct("<IIB")
_JOURNAL_RECORDS_LAYOUT: Final = Layout(
    "JournalRecords",
    _JOURNAL_RECORDS,
    (
        Range("journal_head", 0, 4294967295),
        Range("journal_tail", 0, 4294967295),
        Range("count", 0, 3),
    ),
    _JOURNAL_RECORD_LAYOUT,
    2,
)


def _write_journal_records(message: JournalRecords) -> bytes:
    if message.count > 3:
        raise ValueError
    if message.count != len(message.records):
        raise ValueError
    head = _JOURNAL_RECORDS.pack(*message[:-1])
    return head + b"".join(map(_write_journal_record, message.records))


def _read_journal_records(payload: bytes) -> JournalRecords:
    journal_head, journal_tail, count = _JOURNAL_RECORDS.unpack_from(payload)
    if count > 3:
        raise ValueError
    _each, _at = 68, 9
    if len(payload) != _at + _each * count:
        raise ValueError
    records = tuple(
        _read_journal_record(payload[_first : _first + _each])
        for _first in range(_at, len(payload), _each)
    )
    return JournalRecords(journal_head, journal_tail, count, records)


_LIMITS_GET: Final = struct.Struct("<B")
_LIMITS_GET_LAYOUT: Final = Layout(
    "LimitsGet",
    _LIMITS_GET,
    (Range("layer", 0, 255, _LIMIT_LAYER),),
)


def _write_limits_get(message: LimitsGet) -> bytes:
    if message.layer not in _LIMIT_LAYER:
        raise ValueError
    return _LIMITS_GET.pack(*message)


def _read_limits_get(payload: bytes) -> LimitsGet:
    (layer,) = _LIMITS_GET.unpack(payload)
    return LimitsGet(_LIMIT_LAYER[layer])


_LIMITS: Final = struct.Struct("<BIIIIIHHHHHII")
_LIMITS_LAYOUT: Final = Layout(
    "Limits",
    _LIMITS,
    (
        Range("layer", 0, 255, _LIMIT_LAYER),
        Range("revision", 0, 4294967295),
        Range("dose_nl_min", 0, 4294967295),
        Range("dose_nl_max", 0, 4294967295),
        Range("depth_um_max", 0, 4294967295),
        Range("rate_nl_per_s_max", 0, 4294967295),
        Range("interval_ms_min", 0, 65535),
        Range("lease_ms_min", 0, 65535),
        Range("lease_ms_max", 0, 65535),
        Range("ttl_ms_max", 0, 65535),
        Range("dwell_ms_max", 0, 65535),
        Range("shots_max", 0, 4294967295),
        Range("volume_nl_max", 0, 4294967295),
    ),
)


def _write_limits(message: Limits) -> bytes:
    if message.layer not in _LIMIT_LAYER:
        raise ValueError
    return _LIMITS.pack(*message)


def _read_limits(payload: bytes) -> Limits:
    (
        layer,
        revision,
        dose_nl_min,
        dose_nl_max,
        depth_um_max,
        rate_nl_per_s_max,
        interval_ms_min,
        lease_ms_min,
        lease_ms_max,
        ttl_ms_max,
        dwell_ms_max,
        shots_max,
        volume_nl_max,
    ) = _LIMITS.unpack(payload)
    return Limits(
        _LIMIT_LAYER[layer],
        revision,
        dose_nl_min,
        dose_nl_max,
        depth_um_max,
        rate_nl_per_s_max,
        interval_ms_min,
        lease_ms_min,
        lease_ms_max,
        ttl_ms_max,
        dwell_ms_max,
        shots_max,
        volume_nl_max,
    )


_LIMITS_STAGE: Final = struct.Struct("<IIIIHHHHHII")
_LIMITS_STAGE_LAYOUT: Final = Layout(
    "LimitsStage",
    _LIMITS_STAGE,
    (
        Range("dose_nl_min", 0, 4294967295),
        Range("dose_nl_max", 0, 4294967295),
        Range("depth_um_max", 0, 4294967295),
        Range("rate_nl_per_s_max", 0, 4294967295),
        Range("interval_ms_min", 0, 65535),
        Range("lease_ms_min", 0, 65535),
        Range("lease_ms_max", 0, 65535),
        Range("ttl_ms_max", 0, 65535),
        Range("dwell_ms_max", 0, 65535),
        Range("shots_max", 0, 4294967295),
        Range("volume_nl_max", 0, 4294967295),
    ),
)


def _write_limits_stage(message: LimitsStage) -> bytes:
    return _LIMITS_STAGE.pack(*message)


def _read_limits_stage(payload: bytes) -> LimitsStage:
    return LimitsStage._make(_LIMITS_STAGE.unpack(payload))


_LIMITS_STAGED: Final = struct.Struct("<IBI")
_LIMITS_STAGED_LAYOUT: Final = Layout(
    "LimitsStaged",
    _LIMITS_STAGED,
    (
        Range("crc", 0, 4294967295),
        Range("loosens", 0, 255, _LIMIT_ID),
        Range("in_force", 0, 4294967295),
    ),
)


def _write_limits_staged(message: LimitsStaged) -> bytes:
    if message.loosens not in _LIMIT_ID:
        raise ValueError
    return _LIMITS_STAGED.pack(*message)


def _read_limits_staged(payload: bytes) -> LimitsStaged:
    crc, loosens, in_force = _LIMITS_STAGED.unpack(payload)
    return LimitsStaged(crc, _LIMIT_ID[loosens], in_force)


_LIMITS_COMMIT: Final = struct.Struct("<II")
_LIMITS_COMMIT_LAYOUT: Final = Layout(
    "LimitsCommit",
    _LIMITS_COMMIT,
    (
        Range("revision", 1, 4294967295),
        Range("crc", 0, 4294967295),
    ),
)


def _write_limits_commit(message: LimitsCommit) -> bytes:
    if message.revision < 1:
        raise ValueError
    return _LIMITS_COMMIT.pack(*message)


def _read_limits_commit(payload: bytes) -> LimitsCommit:
    revision, crc = _LIMITS_COMMIT.unpack(payload)
    if revision < 1:
        raise ValueError
    return LimitsCommit(revision, crc)


_LIMITS_COMMITTED: Final = struct.Struct("<I")
_LIMITS_COMMITTED_LAYOUT: Final = Layout(
    "LimitsCommitted",
    _LIMITS_COMMITTED,
    (Range("revision", 0, 4294967295),),
)


def _write_limits_committed(message: LimitsCommitted) -> bytes:
    return _LIMITS_COMMITTED.pack(*message)


def _read_limits_committed(payload: bytes) -> LimitsCommitted:
    return LimitsCommitted._make(_LIMITS_COMMITTED.unpack(payload))


_CALIBRATION_GET: Final = struct.Struct("<H")
_CALIBRATION_GET_LAYOUT: Final = Layout(
    "CalibrationGet",
    _CALIBRATION_GET,
    (Range("offset", 0, 65535),),
)


def _write_calibration_get(message: CalibrationGet) -> bytes:
    return _CALIBRATION_GET.pack(*message)


def _read_calibration_get(payload: bytes) -> CalibrationGet:
    return CalibrationGet._make(_CALIBRATION_GET.unpack(payload))


_CALIBRATION: Final = struct.Struct("<IQQQQIIIHHB")
_CALIBRATION_LAYOUT: Final = Layout(
    "Calibration",
    _CALIBRATION,
    (
        Range("id", 0, 4294967295),
        Range("sha256_0", 0, 18446744073709551615),
        Range("sha256_1", 0, 18446744073709551615),
        Range("sha256_2", 0, 18446744073709551615),
        Range("sha256_3", 0, 18446744073709551615),
        Range("not_after_day", 0, 4294967295),
        Range("shots_max", 0, 4294967295),
        Range("shots_used", 0, 4294967295),
        Range("size", 0, 65535),
        Range("offset", 0, 65535),
        Range("count", 0, 128),
    ),
    _BYTE_LAYOUT,
    10,
)


def _write_calibration(message: Calibration) -> bytes:
    if message.count > 128:
        raise ValueError
    if message.count != len(message.data):
        raise ValueError
    head = _CALIBRATION.pack(*message[:-1])
    return head + b"".join(map(_write_byte, message.data))


def _read_calibration(payload: bytes) -> Calibration:
    (
        id,
        sha256_0,
        sha256_1,
        sha256_2,
        sha256_3,
        not_after_day,
        shots_max,
        shots_used,
        size,
        offset,
        count,
    ) = _CALIBRATION.unpack_from(payload)
    if count > 128:
        raise ValueError
    _each, _at = 1, 53
    if len(payload) != _at + _each * count:
        raise ValueError
    data = tuple(
        _read_byte(payload[_first : _first + _each])
        for _first in range(_at, len(payload), _each)
    )
    return Calibration(
        id,
        sha256_0,
        sha256_1,
        sha256_2,
        sha256_3,
        not_after_day,
        shots_max,
        shots_used,
        size,
        offset,
        count,
        data,
    )


_CALIBRATION_STAGE: Final = struct.Struct("<HB")
_CALIBRATION_STAGE_LAYOUT: Final = Layout(
    "CalibrationStage",
    _CALIBRATION_STAGE,
    (
        Range("offset", 0, 1024),
        Range("count", 0, 32),
    ),
    _BYTE_LAYOUT,
    1,
)


def _write_calibration_stage(message: CalibrationStage) -> bytes:
    if message.offset > 1024 or message.count > 32:
        raise ValueError
    if message.count != len(message.data):
        raise ValueError
    head = _CALIBRATION_STAGE.pack(*message[:-1])
    return head + b"".join(map(_write_byte, message.data))


def _read_calibration_stage(payload: bytes) -> CalibrationStage:
    offset, count = _CALIBRATION_STAGE.unpack_from(payload)
    if offset > 1024 or count > 32:
        raise ValueError
    _each, _at = 1, 3
    if len(payload) != _at + _each * count:
        raise ValueError
    data = tuple(
        _read_byte(payload[_first : _first + _each])
        for _first in range(_at, len(payload), _each)
    )
    return CalibrationStage(offset, count, data)


_CALIBRATION_STAGED: Final = struct.Struct("<H")
_CALIBRATION_STAGED_LAYOUT: Final = Layout(
    "CalibrationStaged",
    _CALIBRATION_STAGED,
    (Range("size", 0, 65535),),
)


def _write_calibration_staged(message: CalibrationStaged) -> bytes:
    return _CALIBRATION_STAGED.pack(*message)


def _read_calibration_staged(payload: bytes) -> CalibrationStaged:
    return CalibrationStaged._make(_CALIBRATION_STAGED.unpack(payload))


_CALIBRATION_COMMIT: Final = struct.Struct("<IQQQII")
_CALIBRATION_COMMIT_LAYOUT: Final = Layout(
    "CalibrationCommit",
    _CALIBRATION_COMMIT,
    (
        Range("id", 1, 4294967295),
        Range("sha256_0", 0, 18446744073709551615),
        Range("sha256_1", 0, 18446744073709551615),
        Range("sha256_2", 0, 18446744073709551615),
        Range("not_after_day", 0, 4294967295),
        Range("shots_max", 1, 4294967295),
    ),
)


def _write_calibration_commit(message: CalibrationCommit) -> bytes:
    if message.id < 1 or message.shots_max < 1:
        raise ValueError
    return _CALIBRATION_COMMIT.pack(*message)


def _read_calibration_commit(payload: bytes) -> CalibrationCommit:
    (
        id,
        sha256_0,
        sha256_1,
        sha256_2,
        not_after_day,
        shots_max,
    ) = _CALIBRATION_COMMIT.unpack(payload)
    if id < 1 or shots_max < 1:
        raise ValueError
    return CalibrationCommit(id, sha256_0, sha256_1, sha256_2, not_after_day, shots_max)


_CALIBRATION_COMMITTED: Final = struct.Struct("<I")
_CALIBRATION_COMMITTED_LAYOUT: Final = Layout(
    "CalibrationCommitted",
    _CALIBRATION_COMMITTED,
    (Range("id", 0, 4294967295),),
)


def _write_calibration_committed(message: CalibrationCommitted) -> bytes:
    return _CALIBRATION_COMMITTED.pack(*message)


def _read_calibration_committed(payload: bytes) -> CalibrationCommitted:
    return CalibrationCommitted._make(_CALIBRATION_COMMITTED.unpack(payload))


_SERVICE_REQUEST: Final = struct.Struct("<HIIIHI")
_SERVICE_REQUEST_LAYOUT: Final = Layout(
    "ServiceRequest",
    _SERVICE_REQUEST,
    (
        Range("shots_max", 1, 65535),
        Range("volume_nl_max", 1, 4294967295),
        Range("dose_nl_max", 1, 4294967295),
        Range("rate_nl_per_s_max", 1, 4294967295),
        Range("lease_ms", 100, 1000),
        Range("limits_revision", 0, 4294967295),
    ),
)


def _write_service_request(message: ServiceRequest) -> bytes:
    if (
        message.shots_max < 1
        or message.volume_nl_max < 1
        or message.dose_nl_max < 1
        or message.rate_nl_per_s_max < 1
        or not 100 <= message.lease_ms <= 1000
    ):
        raise ValueError
    return _SERVICE_REQUEST.pack(*message)


def _read_service_request(payload: bytes) -> ServiceRequest:
    (
        shots_max,
        volume_nl_max,
        dose_nl_max,
        rate_nl_per_s_max,
        lease_ms,
        limits_revision,
    ) = _SERVICE_REQUEST.unpack(payload)
    if (
        shots_max < 1
        or volume_nl_max < 1
        or dose_nl_max < 1
        or rate_nl_per_s_max < 1
        or not 100 <= lease_ms <= 1000
    ):
        raise ValueError
    return ServiceRequest(
        shots_max,
        volume_nl_max,
        dose_nl_max,
        rate_nl_per_s_max,
        lease_ms,
        limits_revision,
    )


_SERVICE_CHALLENGE: Final = struct.Struct("<QIIIIHHIHI")
_SERVICE_CHALLENGE_LAYOUT: Final = Layout(
    "ServiceChallenge",
    _SERVICE_CHALLENGE,
    (
        Range("nonce", 0, 18446744073709551615),
        Range("shots_max", 0, 4294967295),
        Range("volume_nl_max", 0, 4294967295),
        Range("dose_nl_max", 0, 4294967295),
        Range("rate_nl_per_s_max", 0, 4294967295),
        Range("interval_ms_min", 0, 65535),
        Range("lease_ms", 0, 65535),
        Range("limits_revision", 0, 4294967295),
        Range("hazards", 0, 65535),
        Range("challenge_ms", 0, 4294967295),
    ),
)


def _write_service_challenge(message: ServiceChallenge) -> bytes:
    return _SERVICE_CHALLENGE.pack(*message)


def _read_service_challenge(payload: bytes) -> ServiceChallenge:
    return ServiceChallenge._make(_SERVICE_CHALLENGE.unpack(payload))


_PRIME: Final = struct.Struct("<IIIIHH")
_PRIME_LAYOUT: Final = Layout(
    "Prime",
    _PRIME,
    (
        Range("shot_id", 1, 4294967295),
        Range("arm_token", 1, 4294967295),
        Range("dose_nl", 1, 4294967295),
        Range("rate_nl_per_s", 1, 4294967295),
        Range("ttl_ms", 1, 65535),
        Range("crit", 0, 65535),
    ),
)


def _write_prime(message: Prime) -> bytes:
    if (
        message.shot_id < 1
        or message.arm_token < 1
        or message.dose_nl < 1
        or message.rate_nl_per_s < 1
        or message.ttl_ms < 1
    ):
        raise ValueError
    return _PRIME.pack(*message)


def _read_prime(payload: bytes) -> Prime:
    shot_id, arm_token, dose_nl, rate_nl_per_s, ttl_ms, crit = _PRIME.unpack(payload)
    if shot_id < 1 or arm_token < 1 or dose_nl < 1 or rate_nl_per_s < 1 or ttl_ms < 1:
        raise ValueError
    return Prime(shot_id, arm_token, dose_nl, rate_nl_per_s, ttl_ms, crit)


_PRIME_REPLY: Final = struct.Struct("<IBBBIBIB")
_PRIME_REPLY_LAYOUT: Final = Layout(
    "PrimeReply",
    _PRIME_REPLY,
    (
        Range("shot_id", 0, 4294967295),
        Range("result", 0, 255, _SHOT_RESULT),
        Range("reason", 0, 255, _REFUSAL),
        Range("limit", 0, 255, _LIMIT_ID),
        Range("limit_value", 0, 4294967295),
        Range("outcome", 0, 255, _OUTCOME),
        Range("dose_nl_given", 0, 4294967295),
        Range("queue_left", 0, 255),
    ),
)


def _write_prime_reply(message: PrimeReply) -> bytes:
    if (
        message.result not in _SHOT_RESULT
        or message.reason not in _REFUSAL
        or message.limit not in _LIMIT_ID
        or message.outcome not in _OUTCOME
    ):
        raise ValueError
    return _PRIME_REPLY.pack(*message)


def _read_prime_reply(payload: bytes) -> PrimeReply:
    (
        shot_id,
        result,
        reason,
        limit,
        limit_value,
        outcome,
        dose_nl_given,
        queue_left,
    ) = _PRIME_REPLY.unpack(payload)
    return PrimeReply(
        shot_id,
        _SHOT_RESULT[result],
        _REFUSAL[reason],
        _LIMIT_ID[limit],
        limit_value,
        _OUTCOME[outcome],
        dose_nl_given,
        queue_left,
    )


_HOME: Final = struct.Struct("<B")
_HOME_LAYOUT: Final = Layout(
    "Home",
    _HOME,
    (Range("flags", 0, 0),),
)


def _write_home(message: Home) -> bytes:
    if message.flags > 0:
        raise ValueError
    return _HOME.pack(*message)


def _read_home(payload: bytes) -> Home:
    (flags,) = _HOME.unpack(payload)
    if flags > 0:
        raise ValueError
    return Home(flags)


_HOME_REPLY: Final = struct.Struct("<B")
_HOME_REPLY_LAYOUT: Final = Layout(
    "HomeReply",
    _HOME_REPLY,
    (Range("state", 0, 255, _PISTOL_STATE),),
)


def _write_home_reply(message: HomeReply) -> bytes:
    if message.state not in _PISTOL_STATE:
        raise ValueError
    return _HOME_REPLY.pack(*message)


def _read_home_reply(payload: bytes) -> HomeReply:
    (state,) = _HOME_REPLY.unpack(payload)
    return HomeReply(_PISTOL_STATE[state])


_SELF_TEST: Final = struct.Struct("<B")
_SELF_TEST_LAYOUT: Final = Layout(
    "SelfTest",
    _SELF_TEST,
    (Range("flags", 0, 0),),
)


def _write_self_test(message: SelfTest) -> bytes:
    if message.flags > 0:
        raise ValueError
    return _SELF_TEST.pack(*message)


def _read_self_test(payload: bytes) -> SelfTest:
    (flags,) = _SELF_TEST.unpack(payload)
    if flags > 0:
        raise ValueError
    return SelfTest(flags)


_SELF_TEST_REPLY: Final = struct.Struct("<B")
_SELF_TEST_REPLY_LAYOUT: Final = Layout(
    "SelfTestReply",
    _SELF_TEST_REPLY,
    (Range("state", 0, 255, _PISTOL_STATE),),
)


def _write_self_test_reply(message: SelfTestReply) -> bytes:
    if message.state not in _PISTOL_STATE:
        raise ValueError
    return _SELF_TEST_REPLY.pack(*message)


def _read_self_test_reply(payload: bytes) -> SelfTestReply:
    (state,) = _SELF_TEST_REPLY.unpack(payload)
    return SelfTestReply(_PISTOL_STATE[state])


_JOG: Final = struct.Struct("<IH")
_JOG_LAYOUT: Final = Layout(
    "Jog",
    _JOG,
    (
        Range("depth_um", 1, 4294967295),
        Range("dwell_ms", 0, 65535),
    ),
)


def _write_jog(message: Jog) -> bytes:
    if message.depth_um < 1:
        raise ValueError
    return _JOG.pack(*message)


def _read_jog(payload: bytes) -> Jog:
    depth_um, dwell_ms = _JOG.unpack(payload)
    if depth_um < 1:
        raise ValueError
    return Jog(depth_um, dwell_ms)


_JOG_REPLY: Final = struct.Struct("<B")
_JOG_REPLY_LAYOUT: Final = Layout(
    "JogReply",
    _JOG_REPLY,
    (Range("state", 0, 255, _PISTOL_STATE),),
)


def _write_jog_reply(message: JogReply) -> bytes:
    if message.state not in _PISTOL_STATE:
        raise ValueError
    return _JOG_REPLY.pack(*message)


def _read_jog_reply(payload: bytes) -> JogReply:
    (state,) = _JOG_REPLY.unpack(payload)
    return JogReply(_PISTOL_STATE[state])


REPLY_OF: Final[Mapping[type[Request], type[Reply]]] = MappingProxyType(
    {
        Hello: HelloReply,
        Describe: DescribeChunk,
        SetBaud: SetBaudReply,
        Ping: PingReply,
        Abort: AbortReply,
        ClearAbort: ClearAbortReply,
        ArmRequest: ArmChallenge,
        ArmConfirm: ArmReply,
        Disarm: DisarmReply,
        Poll: Status,
        Shot: ShotReply,
        Resolve: Resolution,
        JournalRead: JournalRecords,
        LimitsGet: Limits,
        LimitsStage: LimitsStaged,
        LimitsCommit: LimitsCommitted,
        CalibrationGet: Calibration,
        CalibrationStage: CalibrationStaged,
        CalibrationCommit: CalibrationCommitted,
        ServiceRequest: ServiceChallenge,
        Prime: PrimeReply,
        Home: HomeReply,
        SelfTest: SelfTestReply,
        Jog: JogReply,
    }
)
"""Which reply answers a request; ErrorReply may answer any."""
ACTUATING: Final[frozenset[type[Message]]] = frozenset({Shot, Prime})
"""What can move the needle: each carries an id, a time to live and a check."""
SESSION_FREE: Final[frozenset[type[Message]]] = frozenset({Hello, ErrorReply, Abort, AbortReply})
"""What is understood with session 0."""

_WRITERS: Final[Mapping[type, tuple[int, bool, int, Callable[[Any], bytes]]]] = {
    Hello: (1, False, 0x0001, _write_hello),
    HelloReply: (1, True, 0x0001, _write_hello_reply),
    Describe: (2, False, 0x0002, _write_describe),
    DescribeChunk: (2, True, 0x0002, _write_describe_chunk),
    SetBaud: (1, False, 0x0003, _write_set_baud),
    SetBaudReply: (1, True, 0x0003, _write_set_baud_reply),
    Ping: (1, False, 0x0004, _write_ping),
    PingReply: (1, True, 0x0004, _write_ping_reply),
    ErrorReply: (1, True, 0x00FF, _write_error_reply),
    Abort: (0, False, 0x0101, _write_abort),
    AbortReply: (0, True, 0x0101, _write_abort_reply),
    ClearAbort: (1, False, 0x0102, _write_clear_abort),
    ClearAbortReply: (1, True, 0x0102, _write_clear_abort_reply),
    ArmRequest: (1, False, 0x0103, _write_arm_request),
    ArmChallenge: (1, True, 0x0103, _write_arm_challenge),
    ArmConfirm: (1, False, 0x0104, _write_arm_confirm),
    ArmReply: (1, True, 0x0104, _write_arm_reply),
    Disarm: (1, False, 0x0105, _write_disarm),
    DisarmReply: (1, True, 0x0105, _write_disarm_reply),
    Poll: (1, False, 0x0106, _write_poll),
    Status: (1, True, 0x0106, _write_status),
    Shot: (1, False, 0x0107, _write_shot),
    ShotReply: (1, True, 0x0107, _write_shot_reply),
    Resolve: (1, False, 0x0108, _write_resolve),
    Resolution: (1, True, 0x0108, _write_resolution),
    JournalRead: (2, False, 0x0301, _write_journal_read),
    JournalRecords: (2, True, 0x0301, _write_journal_records),
    LimitsGet: (1, False, 0x0401, _write_limits_get),
    Limits: (1, True, 0x0401, _write_limits),
    LimitsStage: (1, False, 0x0402, _write_limits_stage),
    LimitsStaged: (1, True, 0x0402, _write_limits_staged),
    LimitsCommit: (1, False, 0x0403, _write_limits_commit),
    LimitsCommitted: (1, True, 0x0403, _write_limits_committed),
    CalibrationGet: (2, False, 0x0501, _write_calibration_get),
    Calibration: (2, True, 0x0501, _write_calibration),
    CalibrationStage: (2, False, 0x0502, _write_calibration_stage),
    CalibrationStaged: (2, True, 0x0502, _write_calibration_staged),
    CalibrationCommit: (1, False, 0x0503, _write_calibration_commit),
    CalibrationCommitted: (1, True, 0x0503, _write_calibration_committed),
    ServiceRequest: (1, False, 0x0601, _write_service_request),
    ServiceChallenge: (1, True, 0x0601, _write_service_challenge),
    Prime: (1, False, 0x0602, _write_prime),
    PrimeReply: (1, True, 0x0602, _write_prime_reply),
    Home: (1, False, 0x0603, _write_home),
    HomeReply: (1, True, 0x0603, _write_home_reply),
    SelfTest: (1, False, 0x0604, _write_self_test),
    SelfTestReply: (1, True, 0x0604, _write_self_test_reply),
    Jog: (1, False, 0x0605, _write_jog),
    JogReply: (1, True, 0x0605, _write_jog_reply),
}
_READERS: Final[Mapping[tuple[int, bool], Callable[[bytes], Message]]] = {
    (0x0001, False): _read_hello,
    (0x0001, True): _read_hello_reply,
    (0x0002, False): _read_describe,
    (0x0002, True): _read_describe_chunk,
    (0x0003, False): _read_set_baud,
    (0x0003, True): _read_set_baud_reply,
    (0x0004, False): _read_ping,
    (0x0004, True): _read_ping_reply,
    (0x00FF, True): _read_error_reply,
    (0x0101, False): _read_abort,
    (0x0101, True): _read_abort_reply,
    (0x0102, False): _read_clear_abort,
    (0x0102, True): _read_clear_abort_reply,
    (0x0103, False): _read_arm_request,
    (0x0103, True): _read_arm_challenge,
    (0x0104, False): _read_arm_confirm,
    (0x0104, True): _read_arm_reply,
    (0x0105, False): _read_disarm,
    (0x0105, True): _read_disarm_reply,
    (0x0106, False): _read_poll,
    (0x0106, True): _read_status,
    (0x0107, False): _read_shot,
    (0x0107, True): _read_shot_reply,
    (0x0108, False): _read_resolve,
    (0x0108, True): _read_resolution,
    (0x0301, False): _read_journal_read,
    (0x0301, True): _read_journal_records,
    (0x0401, False): _read_limits_get,
    (0x0401, True): _read_limits,
    (0x0402, False): _read_limits_stage,
    (0x0402, True): _read_limits_staged,
    (0x0403, False): _read_limits_commit,
    (0x0403, True): _read_limits_committed,
    (0x0501, False): _read_calibration_get,
    (0x0501, True): _read_calibration,
    (0x0502, False): _read_calibration_stage,
    (0x0502, True): _read_calibration_staged,
    (0x0503, False): _read_calibration_commit,
    (0x0503, True): _read_calibration_committed,
    (0x0601, False): _read_service_request,
    (0x0601, True): _read_service_challenge,
    (0x0602, False): _read_prime,
    (0x0602, True): _read_prime_reply,
    (0x0603, False): _read_home,
    (0x0603, True): _read_home_reply,
    (0x0604, False): _read_self_test,
    (0x0604, True): _read_self_test_reply,
    (0x0605, False): _read_jog,
    (0x0605, True): _read_jog_reply,
}
_LAYOUTS: Final[Mapping[str, Layout]] = {
    "Hello": _HELLO_LAYOUT,
    "HelloReply": _HELLO_REPLY_LAYOUT,
    "Describe": _DESCRIBE_LAYOUT,
    "DescribeChunk": _DESCRIBE_CHUNK_LAYOUT,
    "SetBaud": _SET_BAUD_LAYOUT,
    "SetBaudReply": _SET_BAUD_REPLY_LAYOUT,
    "Ping": _PING_LAYOUT,
    "PingReply": _PING_REPLY_LAYOUT,
    "ErrorReply": _ERROR_REPLY_LAYOUT,
    "Abort": _ABORT_LAYOUT,
    "AbortReply": _ABORT_REPLY_LAYOUT,
    "ClearAbort": _CLEAR_ABORT_LAYOUT,
    "ClearAbortReply": _CLEAR_ABORT_REPLY_LAYOUT,
    "ArmRequest": _ARM_REQUEST_LAYOUT,
    "ArmChallenge": _ARM_CHALLENGE_LAYOUT,
    "ArmConfirm": _ARM_CONFIRM_LAYOUT,
    "ArmReply": _ARM_REPLY_LAYOUT,
    "Disarm": _DISARM_LAYOUT,
    "DisarmReply": _DISARM_REPLY_LAYOUT,
    "Poll": _POLL_LAYOUT,
    "Status": _STATUS_LAYOUT,
    "Shot": _SHOT_LAYOUT,
    "ShotReply": _SHOT_REPLY_LAYOUT,
    "Resolve": _RESOLVE_LAYOUT,
    "Resolution": _RESOLUTION_LAYOUT,
    "JournalRead": _JOURNAL_READ_LAYOUT,
    "JournalRecords": _JOURNAL_RECORDS_LAYOUT,
    "LimitsGet": _LIMITS_GET_LAYOUT,
    "Limits": _LIMITS_LAYOUT,
    "LimitsStage": _LIMITS_STAGE_LAYOUT,
    "LimitsStaged": _LIMITS_STAGED_LAYOUT,
    "LimitsCommit": _LIMITS_COMMIT_LAYOUT,
    "LimitsCommitted": _LIMITS_COMMITTED_LAYOUT,
    "CalibrationGet": _CALIBRATION_GET_LAYOUT,
    "Calibration": _CALIBRATION_LAYOUT,
    "CalibrationStage": _CALIBRATION_STAGE_LAYOUT,
    "CalibrationStaged": _CALIBRATION_STAGED_LAYOUT,
    "CalibrationCommit": _CALIBRATION_COMMIT_LAYOUT,
    "CalibrationCommitted": _CALIBRATION_COMMITTED_LAYOUT,
    "ServiceRequest": _SERVICE_REQUEST_LAYOUT,
    "ServiceChallenge": _SERVICE_CHALLENGE_LAYOUT,
    "Prime": _PRIME_LAYOUT,
    "PrimeReply": _PRIME_REPLY_LAYOUT,
    "Home": _HOME_LAYOUT,
    "HomeReply": _HOME_REPLY_LAYOUT,
    "SelfTest": _SELF_TEST_LAYOUT,
    "SelfTestReply": _SELF_TEST_REPLY_LAYOUT,
    "Jog": _JOG_LAYOUT,
    "JogReply": _JOG_REPLY_LAYOUT,
}
_NAMES: Final[Mapping[tuple[int, bool], str]] = {
    (0x0001, False): "Hello",
    (0x0001, True): "HelloReply",
    (0x0002, False): "Describe",
    (0x0002, True): "DescribeChunk",
    (0x0003, False): "SetBaud",
    (0x0003, True): "SetBaudReply",
    (0x0004, False): "Ping",
    (0x0004, True): "PingReply",
    (0x00FF, True): "ErrorReply",
    (0x0101, False): "Abort",
    (0x0101, True): "AbortReply",
    (0x0102, False): "ClearAbort",
    (0x0102, True): "ClearAbortReply",
    (0x0103, False): "ArmRequest",
    (0x0103, True): "ArmChallenge",
    (0x0104, False): "ArmConfirm",
    (0x0104, True): "ArmReply",
    (0x0105, False): "Disarm",
    (0x0105, True): "DisarmReply",
    (0x0106, False): "Poll",
    (0x0106, True): "Status",
    (0x0107, False): "Shot",
    (0x0107, True): "ShotReply",
    (0x0108, False): "Resolve",
    (0x0108, True): "Resolution",
    (0x0301, False): "JournalRead",
    (0x0301, True): "JournalRecords",
    (0x0401, False): "LimitsGet",
    (0x0401, True): "Limits",
    (0x0402, False): "LimitsStage",
    (0x0402, True): "LimitsStaged",
    (0x0403, False): "LimitsCommit",
    (0x0403, True): "LimitsCommitted",
    (0x0501, False): "CalibrationGet",
    (0x0501, True): "Calibration",
    (0x0502, False): "CalibrationStage",
    (0x0502, True): "CalibrationStaged",
    (0x0503, False): "CalibrationCommit",
    (0x0503, True): "CalibrationCommitted",
    (0x0601, False): "ServiceRequest",
    (0x0601, True): "ServiceChallenge",
    (0x0602, False): "Prime",
    (0x0602, True): "PrimeReply",
    (0x0603, False): "Home",
    (0x0603, True): "HomeReply",
    (0x0604, False): "SelfTest",
    (0x0604, True): "SelfTestReply",
    (0x0605, False): "Jog",
    (0x0605, True): "JogReply",
}


def to_frame(message: Message, *, session: int, request: int, retry: bool = False) -> Frame:
    """Return the frame that carries `message`.

    Raises:
        LocalProtocolError: a value is out of range, named with its range; or session 0 with a
            message that belongs to a session. Nothing was encoded.
    """
    kind = type(message)
    if kind not in _WRITERS:
        text = f"{kind.__name__} is no message"
        raise LocalProtocolError(text)
    urgency, reply, msg, write = _WRITERS[kind]
    try:
        payload = write(message)
    except (ValueError, TypeError, AttributeError, struct.error):
        fault = _LAYOUTS[kind.__name__].fault(message)
        text = fault or f"{kind.__name__} holds what is no part of it"
        raise LocalProtocolError(text) from None
    if not session and kind not in SESSION_FREE:
        text = f"{kind.__name__}: session 0 is for messages that need no session"
        raise LocalProtocolError(text)
    return Frame(urgency, reply, retry, msg, session, request, payload)


def from_frame(frame: Frame) -> Message:
    """Return the message that `frame` carries; session, request and urgency are the caller's.

    Raises:
        UnknownMessage: its number is none of ours.
        WrongLength: its payload is.
        RemoteProtocolError: a value is out of range or without a name.
    """
    key = frame.msg, frame.reply
    try:
        return _READERS[key](frame.payload)
    except (KeyError, ValueError, struct.error):
        layout = _LAYOUTS.get(_NAMES.get(key, ""))
        if layout is None:
            direction = "reply" if frame.reply else "request"
            raise UnknownMessage(f"unknown {direction} {frame.msg:#06x}") from None
        kind = RemoteProtocolError if layout.fits(frame.payload) else WrongLength
        raise kind(layout.fault_of_payload(frame.payload)) from None
