"""Any value of every message of MGP/1.0, for property tests (needs hypothesis).

Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
"""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from firmware_protocol import messages as m

JOURNAL_RECORD: Final[SearchStrategy[m.JournalRecord]] = st.builds(
    m.JournalRecord,
    seq=st.integers(0, 4294967295),
    kind=st.sampled_from(m.JournalKind),
    outcome=st.sampled_from(m.Outcome),
    reason=st.sampled_from(m.Refusal),
    cause=st.sampled_from(m.AbortCause),
    shot_id=st.integers(0, 4294967295),
    dose_nl_asked=st.integers(0, 4294967295),
    depth_um_asked=st.integers(0, 4294967295),
    dose_nl_given=st.integers(0, 4294967295),
    depth_um_given=st.integers(0, 4294967295),
    force_mn_peak=st.integers(0, 4294967295),
    pressure_pa_peak=st.integers(0, 4294967295),
    start_us=st.integers(0, 18446744073709551615),
    end_us=st.integers(0, 18446744073709551615),
    boot_id=st.integers(0, 4294967295),
    limits_revision=st.integers(0, 4294967295),
    calibration_id=st.integers(0, 4294967295),
    crc_previous=st.integers(0, 4294967295),
)
BYTE: Final[SearchStrategy[m.Byte]] = st.builds(
    m.Byte,
    value=st.integers(0, 255),
)
HELLO: Final[SearchStrategy[m.Hello]] = st.builds(
    m.Hello,
    host_major=st.integers(0, 255),
    host_minor=st.integers(0, 255),
    schema_hash=st.integers(0, 4294967295),
    host_nonce=st.integers(0, 18446744073709551615),
)
HELLO_REPLY: Final[SearchStrategy[m.HelloReply]] = st.builds(
    m.HelloReply,
    major=st.integers(0, 255),
    minor=st.integers(0, 255),
    queue_depth=st.integers(1, 255),
    reset_reason=st.sampled_from(m.ResetReason),
    features=st.integers(0, 4294967295),
    schema_hash=st.integers(0, 4294967295),
    actuating_hash=st.integers(0, 4294967295),
    firmware_version=st.integers(0, 4294967295),
    session=st.integers(0, 65535),
    uid=st.integers(0, 18446744073709551615),
    device_nonce=st.integers(0, 18446744073709551615),
    boot_id=st.integers(0, 4294967295),
    boot_count=st.integers(0, 4294967295),
    journal_head=st.integers(0, 4294967295),
    journal_tail=st.integers(0, 4294967295),
    shot_id_highest=st.integers(0, 4294967295),
    shot_id_open=st.integers(0, 4294967295),
    limits_revision=st.integers(0, 4294967295),
    calibration_id=st.integers(0, 4294967295),
    calibration_not_after_day=st.integers(0, 4294967295),
)
DESCRIBE: Final[SearchStrategy[m.Describe]] = st.builds(
    m.Describe,
    offset=st.integers(0, 4294967295),
)


def _counted_describe_chunk(**values: Any) -> m.DescribeChunk:
    return m.DescribeChunk(**values, count=len(values["data"]))


DESCRIBE_CHUNK: Final[SearchStrategy[m.DescribeChunk]] = st.builds(
    _counted_describe_chunk,
    total=st.integers(0, 4294967295),
    offset=st.integers(0, 4294967295),
    data=st.lists(BYTE, max_size=200).map(tuple),
)
SET_BAUD: Final[SearchStrategy[m.SetBaud]] = st.builds(
    m.SetBaud,
    baud=st.integers(1, 4294967295),
    fallback_ms=st.integers(100, 1500),
)
SET_BAUD_REPLY: Final[SearchStrategy[m.SetBaudReply]] = st.builds(
    m.SetBaudReply,
    baud=st.integers(1, 4294967295),
    fallback_ms=st.integers(100, 1500),
)
PING: Final[SearchStrategy[m.Ping]] = st.builds(
    m.Ping,
    echo=st.integers(0, 4294967295),
)
PING_REPLY: Final[SearchStrategy[m.PingReply]] = st.builds(
    m.PingReply,
    echo=st.integers(0, 4294967295),
    uptime_us=st.integers(0, 18446744073709551615),
)
ERROR_REPLY: Final[SearchStrategy[m.ErrorReply]] = st.builds(
    m.ErrorReply,
    msg=st.integers(0, 65535),
    code=st.sampled_from(m.ErrorCode),
    detail=st.integers(0, 4294967295),
    value=st.integers(0, 4294967295),
)
ABORT: Final[SearchStrategy[m.Abort]] = st.builds(
    m.Abort,
    reason=st.integers(0, 255),
)
ABORT_REPLY: Final[SearchStrategy[m.AbortReply]] = st.builds(
    m.AbortReply,
    abort_id=st.integers(0, 4294967295),
    stopped=st.integers(0, 1),
    cause=st.sampled_from(m.AbortCause),
    shots_after=st.integers(0, 65535),
    shot_id_open=st.integers(0, 4294967295),
)
CLEAR_ABORT: Final[SearchStrategy[m.ClearAbort]] = st.builds(
    m.ClearAbort,
    abort_id=st.integers(0, 4294967295),
)
CLEAR_ABORT_REPLY: Final[SearchStrategy[m.ClearAbortReply]] = st.builds(
    m.ClearAbortReply,
    state=st.sampled_from(m.PistolState),
)
ARM_REQUEST: Final[SearchStrategy[m.ArmRequest]] = st.builds(
    m.ArmRequest,
    shots_max=st.integers(1, 65535),
    volume_nl_max=st.integers(1, 4294967295),
    dose_nl_max=st.integers(1, 4294967295),
    depth_um_max=st.integers(0, 65535),
    rate_nl_per_s_max=st.integers(1, 4294967295),
    interval_ms_min=st.integers(0, 65535),
    lease_ms=st.integers(100, 1000),
    limits_revision=st.integers(0, 4294967295),
    calibration_id=st.integers(0, 4294967295),
    plan_digest=st.integers(0, 18446744073709551615),
)
ARM_CHALLENGE: Final[SearchStrategy[m.ArmChallenge]] = st.builds(
    m.ArmChallenge,
    nonce=st.integers(0, 18446744073709551615),
    shots_max=st.integers(0, 4294967295),
    volume_nl_max=st.integers(0, 4294967295),
    dose_nl_max=st.integers(0, 4294967295),
    depth_um_max=st.integers(0, 4294967295),
    rate_nl_per_s_max=st.integers(0, 4294967295),
    interval_ms_min=st.integers(0, 65535),
    lease_ms=st.integers(0, 65535),
    limits_revision=st.integers(0, 4294967295),
    calibration_id=st.integers(0, 4294967295),
    plan_digest=st.integers(0, 18446744073709551615),
    hazards=st.integers(0, 65535),
    challenge_ms=st.integers(0, 4294967295),
)
ARM_CONFIRM: Final[SearchStrategy[m.ArmConfirm]] = st.builds(
    m.ArmConfirm,
    nonce=st.integers(0, 18446744073709551615),
)
ARM_REPLY: Final[SearchStrategy[m.ArmReply]] = st.builds(
    m.ArmReply,
    arm_token=st.integers(1, 4294967295),
    shots_left=st.integers(0, 4294967295),
    volume_nl_left=st.integers(0, 4294967295),
    lease_ms=st.integers(0, 65535),
)
DISARM: Final[SearchStrategy[m.Disarm]] = st.builds(
    m.Disarm,
    arm_token=st.integers(0, 4294967295),
)
DISARM_REPLY: Final[SearchStrategy[m.DisarmReply]] = st.builds(
    m.DisarmReply,
    state=st.sampled_from(m.PistolState),
)
POLL: Final[SearchStrategy[m.Poll]] = st.builds(
    m.Poll,
    arm_token=st.integers(0, 4294967295),
    app_tick=st.integers(0, 4294967295),
    journal_ack=st.integers(0, 4294967295),
)
STATUS: Final[SearchStrategy[m.Status]] = st.builds(
    m.Status,
    state=st.sampled_from(m.PistolState),
    queue=st.integers(0, 255),
    flags=st.integers(0, 65535),
    lease_ms_left=st.integers(0, 65535),
    supply_mv=st.integers(0, 65535),
    journal_head=st.integers(0, 4294967295),
    journal_tail=st.integers(0, 4294967295),
    shot_id_last=st.integers(0, 4294967295),
    abort_id=st.integers(0, 4294967295),
    abort_cause=st.sampled_from(m.AbortCause),
    fault=st.sampled_from(m.FaultCode),
    shots_left=st.integers(0, 4294967295),
    budget_nl_left=st.integers(0, 4294967295),
    volume_nl_left=st.integers(0, 4294967295),
    force_mn=st.integers(0, 4294967295),
    depth_um=st.integers(0, 4294967295),
    pressure_pa=st.integers(0, 4294967295),
    temperature_mk=st.integers(0, 4294967295),
    uptime_us=st.integers(0, 18446744073709551615),
    receive_errors=st.integers(0, 4294967295),
)
SHOT: Final[SearchStrategy[m.Shot]] = st.builds(
    m.Shot,
    shot_id=st.integers(1, 4294967295),
    arm_token=st.integers(1, 4294967295),
    dose_nl=st.integers(1, 4294967295),
    depth_um=st.integers(0, 4294967295),
    rate_nl_per_s=st.integers(1, 4294967295),
    dwell_ms=st.integers(0, 65535),
    ttl_ms=st.integers(1, 65535),
    trigger=st.sampled_from(m.Trigger),
    interval_ms=st.integers(0, 65535),
    flags=st.integers(0, 0),
    crit=st.integers(0, 65535),
)
SHOT_REPLY: Final[SearchStrategy[m.ShotReply]] = st.builds(
    m.ShotReply,
    shot_id=st.integers(0, 4294967295),
    result=st.sampled_from(m.ShotResult),
    reason=st.sampled_from(m.Refusal),
    limit=st.sampled_from(m.LimitId),
    limit_value=st.integers(0, 4294967295),
    outcome=st.sampled_from(m.Outcome),
    dose_nl_given=st.integers(0, 4294967295),
    queue_left=st.integers(0, 255),
)
RESOLVE: Final[SearchStrategy[m.Resolve]] = st.builds(
    m.Resolve,
    shot_id=st.integers(1, 4294967295),
)
RESOLUTION: Final[SearchStrategy[m.Resolution]] = st.builds(
    m.Resolution,
    shot_id=st.integers(0, 4294967295),
    outcome=st.sampled_from(m.Outcome),
    reason=st.sampled_from(m.Refusal),
    dose_nl_given=st.integers(0, 4294967295),
    depth_um_given=st.integers(0, 4294967295),
    start_us=st.integers(0, 18446744073709551615),
    boot_id=st.integers(0, 4294967295),
)
JOURNAL_READ: Final[SearchStrategy[m.JournalRead]] = st.builds(
    m.JournalRead,
    from_seq=st.integers(1, 4294967295),
    count=st.integers(1, 255),
)


def _counted_journal_records(**values: Any) -> m.JournalRecords:
    return m.JournalRecords(**values, count=len(values["records"]))


JOURNAL_RECORDS: Final[SearchStrategy[m.JournalRecords]] = st.builds(
    _counted_journal_records,
    journal_head=st.integers(0, 4294967295),
    journal_tail=st.integers(0, 4294967295),
    records=st.lists(JOURNAL_RECORD, max_size=3).map(tuple),
)
LIMITS_GET: Final[SearchStrategy[m.LimitsGet]] = st.builds(
    m.LimitsGet,
    layer=st.sampled_from(m.LimitLayer),
)
LIMITS: Final[SearchStrategy[m.Limits]] = st.builds(
    m.Limits,
    layer=st.sampled_from(m.LimitLayer),
    revision=st.integers(0, 4294967295),
    dose_nl_min=st.integers(0, 4294967295),
    dose_nl_max=st.integers(0, 4294967295),
    depth_um_max=st.integers(0, 4294967295),
    rate_nl_per_s_max=st.integers(0, 4294967295),
    interval_ms_min=st.integers(0, 65535),
    lease_ms_min=st.integers(0, 65535),
    lease_ms_max=st.integers(0, 65535),
    ttl_ms_max=st.integers(0, 65535),
    dwell_ms_max=st.integers(0, 65535),
    shots_max=st.integers(0, 4294967295),
    volume_nl_max=st.integers(0, 4294967295),
)
LIMITS_STAGE: Final[SearchStrategy[m.LimitsStage]] = st.builds(
    m.LimitsStage,
    dose_nl_min=st.integers(0, 4294967295),
    dose_nl_max=st.integers(0, 4294967295),
    depth_um_max=st.integers(0, 4294967295),
    rate_nl_per_s_max=st.integers(0, 4294967295),
    interval_ms_min=st.integers(0, 65535),
    lease_ms_min=st.integers(0, 65535),
    lease_ms_max=st.integers(0, 65535),
    ttl_ms_max=st.integers(0, 65535),
    dwell_ms_max=st.integers(0, 65535),
    shots_max=st.integers(0, 4294967295),
    volume_nl_max=st.integers(0, 4294967295),
)
LIMITS_STAGED: Final[SearchStrategy[m.LimitsStaged]] = st.builds(
    m.LimitsStaged,
    crc=st.integers(0, 4294967295),
    loosens=st.sampled_from(m.LimitId),
    in_force=st.integers(0, 4294967295),
)
LIMITS_COMMIT: Final[SearchStrategy[m.LimitsCommit]] = st.builds(
    m.LimitsCommit,
    revision=st.integers(1, 4294967295),
    crc=st.integers(0, 4294967295),
)
LIMITS_COMMITTED: Final[SearchStrategy[m.LimitsCommitted]] = st.builds(
    m.LimitsCommitted,
    revision=st.integers(0, 4294967295),
)
CALIBRATION_GET: Final[SearchStrategy[m.CalibrationGet]] = st.builds(
    m.CalibrationGet,
    offset=st.integers(0, 65535),
)


def _counted_calibration(**values: Any) -> m.Calibration:
    return m.Calibration(**values, count=len(values["data"]))


CALIBRATION: Final[SearchStrategy[m.Calibration]] = st.builds(
    _counted_calibration,
    id=st.integers(0, 4294967295),
    sha256_0=st.integers(0, 18446744073709551615),
    sha256_1=st.integers(0, 18446744073709551615),
    sha256_2=st.integers(0, 18446744073709551615),
    sha256_3=st.integers(0, 18446744073709551615),
    not_after_day=st.integers(0, 4294967295),
    shots_max=st.integers(0, 4294967295),
    shots_used=st.integers(0, 4294967295),
    size=st.integers(0, 65535),
    offset=st.integers(0, 65535),
    data=st.lists(BYTE, max_size=128).map(tuple),
)


def _counted_calibration_stage(**values: Any) -> m.CalibrationStage:
    return m.CalibrationStage(**values, count=len(values["data"]))


CALIBRATION_STAGE: Final[SearchStrategy[m.CalibrationStage]] = st.builds(
    _counted_calibration_stage,
    offset=st.integers(0, 1024),
    data=st.lists(BYTE, max_size=32).map(tuple),
)
CALIBRATION_STAGED: Final[SearchStrategy[m.CalibrationStaged]] = st.builds(
    m.CalibrationStaged,
    size=st.integers(0, 65535),
)
CALIBRATION_COMMIT: Final[SearchStrategy[m.CalibrationCommit]] = st.builds(
    m.CalibrationCommit,
    id=st.integers(1, 4294967295),
    sha256_0=st.integers(0, 18446744073709551615),
    sha256_1=st.integers(0, 18446744073709551615),
    sha256_2=st.integers(0, 18446744073709551615),
    not_after_day=st.integers(0, 4294967295),
    shots_max=st.integers(1, 4294967295),
)
CALIBRATION_COMMITTED: Final[SearchStrategy[m.CalibrationCommitted]] = st.builds(
    m.CalibrationCommitted,
    id=st.integers(0, 4294967295),
)
SERVICE_REQUEST: Final[SearchStrategy[m.ServiceRequest]] = st.builds(
    m.ServiceRequest,
    shots_max=st.integers(1, 65535),
    volume_nl_max=st.integers(1, 4294967295),
    dose_nl_max=st.integers(1, 4294967295),
    rate_nl_per_s_max=st.integers(1, 4294967295),
    lease_ms=st.integers(100, 1000),
    limits_revision=st.integers(0, 4294967295),
)
SERVICE_CHALLENGE: Final[SearchStrategy[m.ServiceChallenge]] = st.builds(
    m.ServiceChallenge,
    nonce=st.integers(0, 18446744073709551615),
    shots_max=st.integers(0, 4294967295),
    volume_nl_max=st.integers(0, 4294967295),
    dose_nl_max=st.integers(0, 4294967295),
    rate_nl_per_s_max=st.integers(0, 4294967295),
    interval_ms_min=st.integers(0, 65535),
    lease_ms=st.integers(0, 65535),
    limits_revision=st.integers(0, 4294967295),
    hazards=st.integers(0, 65535),
    challenge_ms=st.integers(0, 4294967295),
)
PRIME: Final[SearchStrategy[m.Prime]] = st.builds(
    m.Prime,
    shot_id=st.integers(1, 4294967295),
    arm_token=st.integers(1, 4294967295),
    dose_nl=st.integers(1, 4294967295),
    rate_nl_per_s=st.integers(1, 4294967295),
    ttl_ms=st.integers(1, 65535),
    crit=st.integers(0, 65535),
)
PRIME_REPLY: Final[SearchStrategy[m.PrimeReply]] = st.builds(
    m.PrimeReply,
    shot_id=st.integers(0, 4294967295),
    result=st.sampled_from(m.ShotResult),
    reason=st.sampled_from(m.Refusal),
    limit=st.sampled_from(m.LimitId),
    limit_value=st.integers(0, 4294967295),
    outcome=st.sampled_from(m.Outcome),
    dose_nl_given=st.integers(0, 4294967295),
    queue_left=st.integers(0, 255),
)
HOME: Final[SearchStrategy[m.Home]] = st.builds(
    m.Home,
    flags=st.integers(0, 0),
)
HOME_REPLY: Final[SearchStrategy[m.HomeReply]] = st.builds(
    m.HomeReply,
    state=st.sampled_from(m.PistolState),
)
SELF_TEST: Final[SearchStrategy[m.SelfTest]] = st.builds(
    m.SelfTest,
    flags=st.integers(0, 0),
)
SELF_TEST_REPLY: Final[SearchStrategy[m.SelfTestReply]] = st.builds(
    m.SelfTestReply,
    state=st.sampled_from(m.PistolState),
)
JOG: Final[SearchStrategy[m.Jog]] = st.builds(
    m.Jog,
    depth_um=st.integers(1, 4294967295),
    dwell_ms=st.integers(0, 65535),
)
JOG_REPLY: Final[SearchStrategy[m.JogReply]] = st.builds(
    m.JogReply,
    state=st.sampled_from(m.PistolState),
)
REQUESTS: Final[dict[type[m.Message], SearchStrategy[Any]]] = {
    m.Hello: HELLO,
    m.Describe: DESCRIBE,
    m.SetBaud: SET_BAUD,
    m.Ping: PING,
    m.Abort: ABORT,
    m.ClearAbort: CLEAR_ABORT,
    m.ArmRequest: ARM_REQUEST,
    m.ArmConfirm: ARM_CONFIRM,
    m.Disarm: DISARM,
    m.Poll: POLL,
    m.Shot: SHOT,
    m.Resolve: RESOLVE,
    m.JournalRead: JOURNAL_READ,
    m.LimitsGet: LIMITS_GET,
    m.LimitsStage: LIMITS_STAGE,
    m.LimitsCommit: LIMITS_COMMIT,
    m.CalibrationGet: CALIBRATION_GET,
    m.CalibrationStage: CALIBRATION_STAGE,
    m.CalibrationCommit: CALIBRATION_COMMIT,
    m.ServiceRequest: SERVICE_REQUEST,
    m.Prime: PRIME,
    m.Home: HOME,
    m.SelfTest: SELF_TEST,
    m.Jog: JOG,
}
REPLIES: Final[dict[type[m.Message], SearchStrategy[Any]]] = {
    m.HelloReply: HELLO_REPLY,
    m.DescribeChunk: DESCRIBE_CHUNK,
    m.SetBaudReply: SET_BAUD_REPLY,
    m.PingReply: PING_REPLY,
    m.ErrorReply: ERROR_REPLY,
    m.AbortReply: ABORT_REPLY,
    m.ClearAbortReply: CLEAR_ABORT_REPLY,
    m.ArmChallenge: ARM_CHALLENGE,
    m.ArmReply: ARM_REPLY,
    m.DisarmReply: DISARM_REPLY,
    m.Status: STATUS,
    m.ShotReply: SHOT_REPLY,
    m.Resolution: RESOLUTION,
    m.JournalRecords: JOURNAL_RECORDS,
    m.Limits: LIMITS,
    m.LimitsStaged: LIMITS_STAGED,
    m.LimitsCommitted: LIMITS_COMMITTED,
    m.Calibration: CALIBRATION,
    m.CalibrationStaged: CALIBRATION_STAGED,
    m.CalibrationCommitted: CALIBRATION_COMMITTED,
    m.ServiceChallenge: SERVICE_CHALLENGE,
    m.PrimeReply: PRIME_REPLY,
    m.HomeReply: HOME_REPLY,
    m.SelfTestReply: SELF_TEST_REPLY,
    m.JogReply: JOG_REPLY,
}
MESSAGES: Final[SearchStrategy[m.Message]] = st.one_of(
    *REQUESTS.values(),
    *REPLIES.values(),
)
