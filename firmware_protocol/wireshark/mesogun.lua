-- Dissects MGP/1.0 in Wireshark and tshark: captures of link type USER0 (147).
-- Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
-- tshark -X lua_script:mesogun.lua -r capture.pcap -Y 'mesogun.shot.dose_nl > 10000'
local protocol = Proto("mesogun", "mesogun MGP/1")
local f = {}
local ways = {[0]="to the pistol", [1]="from the pistol"}
local classes = {[0]="urgent", [1]="control", [2]="bulk"}
f.direction = ProtoField.uint8("mesogun.direction", "direction", base.DEC, ways)
f.major = ProtoField.uint8("mesogun.major", "wire major", base.DEC, nil, 0xE0)
f.sealed = ProtoField.bool("mesogun.sealed", "sealed", 8, nil, 0x10)
f.reply = ProtoField.bool("mesogun.reply", "reply", 8, nil, 0x08)
f.retry = ProtoField.bool("mesogun.retry", "repeat", 8, nil, 0x04)
f.class = ProtoField.uint8("mesogun.class", "class", base.DEC, classes, 0x03)
f.len = ProtoField.uint8("mesogun.len", "payload length")
f.msg = ProtoField.uint16("mesogun.msg", "message", base.HEX)
f.session = ProtoField.uint16("mesogun.session", "session", base.HEX)
f.request = ProtoField.uint16("mesogun.request", "request")
f.counter = ProtoField.uint32("mesogun.counter", "counter of the seal")
f.mac = ProtoField.bytes("mesogun.mac", "MAC of the seal, not checked here")
f.crc = ProtoField.uint32("mesogun.crc", "CRC-32C", base.HEX)
f.message = ProtoField.string("mesogun.message", "name")
local bad_crc = ProtoExpert.new("mesogun.crc.bad", "CRC-32C does not agree with the body",
  expert.group.CHECKSUM, expert.severity.ERROR)
local bad_length = ProtoExpert.new("mesogun.length.bad", "not as long as its message",
  expert.group.MALFORMED, expert.severity.ERROR)
local unknown = ProtoExpert.new("mesogun.unknown", "no message of this release",
  expert.group.UNDECODED, expert.severity.WARN)
protocol.experts = {bad_crc, bad_length, unknown}
local pistol_state = {[0]="BOOT", [1]="SELFTEST", [2]="SAFE", [3]="CHALLENGED", [4]="ARMED", [5]="FIRING", [6]="ABORTED", [7]="FAULT"}
local abort_cause = {[0]="NONE", [1]="FRAME", [2]="ZERO_RUN", [3]="BREAK", [4]="LEASE", [5]="DTR", [6]="BUTTON", [7]="INTERNAL"}
local fault_code = {[0]="NONE", [1]="SELFTEST", [2]="MEMORY", [3]="NEEDLE", [4]="PLUNGER", [5]="SUPPLY"}
local reset_reason = {[0]="POWER_ON", [1]="WATCHDOG", [2]="BROWN_OUT", [3]="SOFTWARE"}
local trigger = {[0]="PRESS", [1]="HELD", [2]="AUTO"}
local outcome = {[0]="NONE", [1]="FIRED", [2]="NOT_FIRED", [3]="PARTIAL", [4]="INDETERMINATE", [5]="PENDING", [6]="FORGOTTEN"}
local shot_result = {[0]="ACCEPTED", [1]="REFUSED", [2]="STORED"}
local refusal = {[0]="NONE", [1]="ID_REUSED", [2]="ID_OLD", [3]="TOKEN", [4]="LEASE", [5]="STATE", [6]="LIMIT", [7]="BUDGET", [8]="PACE", [9]="QUEUE_FULL", [10]="JOURNAL_FULL", [11]="CRIT", [12]="EXPIRED", [13]="ABORTED", [14]="VOIDED", [15]="EMPTY", [16]="SESSION", [17]="MEMORY"}
local limit_id = {[0]="NONE", [1]="DOSE_NL_MIN", [2]="DOSE_NL_MAX", [3]="DEPTH_UM_MAX", [4]="RATE_NL_PER_S_MAX", [5]="INTERVAL_MS_MIN", [6]="LEASE_MS_MIN", [7]="LEASE_MS_MAX", [8]="SHOTS_MAX", [9]="VOLUME_NL_MAX", [10]="TTL_MS_MAX", [11]="DWELL_MS_MAX"}
local limit_layer = {[0]="EFFECTIVE", [1]="FACTORY", [2]="CLINIC", [3]="SESSION"}
local journal_kind = {[1]="INTENT", [2]="OUTCOME", [3]="VOID", [4]="ABORT", [5]="BOOT", [6]="CONFIG", [7]="SERVICE_INTENT", [8]="SERVICE_OUTCOME", [9]="PRIME_INTENT", [10]="PRIME_OUTCOME"}
local error_code = {[1]="UNSUPPORTED", [2]="MALFORMED", [3]="OUT_OF_RANGE", [4]="WRONG_STATE", [5]="JOURNAL_UNREAD", [6]="WRONG_NONCE", [7]="WRONG_TOKEN", [8]="WRONG_ABORT_ID", [9]="LIMIT", [10]="LIMITS_REVISION", [11]="CALIBRATION", [12]="JOURNAL_GAP", [13]="NOT_STAGED", [14]="WRONG_CRC", [15]="NEEDS_PERSON", [16]="WRONG_HASH", [17]="CALIBRATION_SPENT", [18]="ON_SKIN"}
f.journal_record_seq = ProtoField.uint32("mesogun.journal_record.seq", "seq (seq)", base.DEC)
f.journal_record_kind = ProtoField.uint8("mesogun.journal_record.kind", "kind", base.DEC, journal_kind)
f.journal_record_outcome = ProtoField.uint8("mesogun.journal_record.outcome", "outcome", base.DEC, outcome)
f.journal_record_reason = ProtoField.uint8("mesogun.journal_record.reason", "reason", base.DEC, refusal)
f.journal_record_cause = ProtoField.uint8("mesogun.journal_record.cause", "cause", base.DEC, abort_cause)
f.journal_record_shot_id = ProtoField.uint32("mesogun.journal_record.shot_id", "shot_id (id)", base.DEC)
f.journal_record_dose_nl_asked = ProtoField.uint32("mesogun.journal_record.dose_nl_asked", "dose_nl_asked (nl)", base.DEC)
f.journal_record_depth_um_asked = ProtoField.uint32("mesogun.journal_record.depth_um_asked", "depth_um_asked (um)", base.DEC)
f.journal_record_dose_nl_given = ProtoField.uint32("mesogun.journal_record.dose_nl_given", "dose_nl_given (nl)", base.DEC)
f.journal_record_depth_um_given = ProtoField.uint32("mesogun.journal_record.depth_um_given", "depth_um_given (um)", base.DEC)
f.journal_record_force_mn_peak = ProtoField.uint32("mesogun.journal_record.force_mn_peak", "force_mn_peak (mn)", base.DEC)
f.journal_record_pressure_pa_peak = ProtoField.uint32("mesogun.journal_record.pressure_pa_peak", "pressure_pa_peak (pa)", base.DEC)
f.journal_record_start_us = ProtoField.uint64("mesogun.journal_record.start_us", "start_us (us)", base.DEC)
f.journal_record_end_us = ProtoField.uint64("mesogun.journal_record.end_us", "end_us (us)", base.DEC)
f.journal_record_boot_id = ProtoField.uint32("mesogun.journal_record.boot_id", "boot_id (id)", base.DEC)
f.journal_record_limits_revision = ProtoField.uint32("mesogun.journal_record.limits_revision", "limits_revision", base.DEC)
f.journal_record_calibration_id = ProtoField.uint32("mesogun.journal_record.calibration_id", "calibration_id (id)", base.DEC)
f.journal_record_crc_previous = ProtoField.uint32("mesogun.journal_record.crc_previous", "crc_previous (crc)", base.HEX)
f.byte_value = ProtoField.uint8("mesogun.byte.value", "value", base.DEC)
f.hello_host_major = ProtoField.uint8("mesogun.hello.host_major", "host_major", base.DEC)
f.hello_host_minor = ProtoField.uint8("mesogun.hello.host_minor", "host_minor", base.DEC)
f.hello_schema_hash = ProtoField.uint32("mesogun.hello.schema_hash", "schema_hash (crc)", base.HEX)
f.hello_host_nonce = ProtoField.uint64("mesogun.hello.host_nonce", "host_nonce (token)", base.HEX)
f.hello_reply_major = ProtoField.uint8("mesogun.hello_reply.major", "major", base.DEC)
f.hello_reply_minor = ProtoField.uint8("mesogun.hello_reply.minor", "minor", base.DEC)
f.hello_reply_queue_depth = ProtoField.uint8("mesogun.hello_reply.queue_depth", "queue_depth", base.DEC)
f.hello_reply_reset_reason = ProtoField.uint8("mesogun.hello_reply.reset_reason", "reset_reason", base.DEC, reset_reason)
f.hello_reply_features = ProtoField.uint32("mesogun.hello_reply.features", "features", base.HEX)
f.hello_reply_features_simulated = ProtoField.bool("mesogun.hello_reply.features.simulated", "SIMULATED", 32, nil, 0x1)
f.hello_reply_features_authentication = ProtoField.bool("mesogun.hello_reply.features.authentication", "AUTHENTICATION", 32, nil, 0x2)
f.hello_reply_features_describe = ProtoField.bool("mesogun.hello_reply.features.describe", "DESCRIBE", 32, nil, 0x4)
f.hello_reply_schema_hash = ProtoField.uint32("mesogun.hello_reply.schema_hash", "schema_hash (crc)", base.HEX)
f.hello_reply_actuating_hash = ProtoField.uint32("mesogun.hello_reply.actuating_hash", "actuating_hash (crc)", base.HEX)
f.hello_reply_firmware_version = ProtoField.uint32("mesogun.hello_reply.firmware_version", "firmware_version", base.DEC)
f.hello_reply_session = ProtoField.uint16("mesogun.hello_reply.session", "session (id)", base.DEC)
f.hello_reply_uid = ProtoField.uint64("mesogun.hello_reply.uid", "uid (id)", base.DEC)
f.hello_reply_device_nonce = ProtoField.uint64("mesogun.hello_reply.device_nonce", "device_nonce (token)", base.HEX)
f.hello_reply_boot_id = ProtoField.uint32("mesogun.hello_reply.boot_id", "boot_id (id)", base.DEC)
f.hello_reply_boot_count = ProtoField.uint32("mesogun.hello_reply.boot_count", "boot_count", base.DEC)
f.hello_reply_journal_head = ProtoField.uint32("mesogun.hello_reply.journal_head", "journal_head (seq)", base.DEC)
f.hello_reply_journal_tail = ProtoField.uint32("mesogun.hello_reply.journal_tail", "journal_tail (seq)", base.DEC)
f.hello_reply_shot_id_highest = ProtoField.uint32("mesogun.hello_reply.shot_id_highest", "shot_id_highest (id)", base.DEC)
f.hello_reply_shot_id_open = ProtoField.uint32("mesogun.hello_reply.shot_id_open", "shot_id_open (id)", base.DEC)
f.hello_reply_limits_revision = ProtoField.uint32("mesogun.hello_reply.limits_revision", "limits_revision", base.DEC)
f.hello_reply_calibration_id = ProtoField.uint32("mesogun.hello_reply.calibration_id", "calibration_id (id)", base.DEC)
f.hello_reply_calibration_not_after_day = ProtoField.uint32("mesogun.hello_reply.calibration_not_after_day", "calibration_not_after_day", base.DEC)
f.describe_offset = ProtoField.uint32("mesogun.describe.offset", "offset", base.DEC)
f.describe_chunk_total = ProtoField.uint32("mesogun.describe_chunk.total", "total", base.DEC)
f.describe_chunk_offset = ProtoField.uint32("mesogun.describe_chunk.offset", "offset", base.DEC)
f.describe_chunk_count = ProtoField.uint8("mesogun.describe_chunk.count", "count", base.DEC)
f.set_baud_baud = ProtoField.uint32("mesogun.set_baud.baud", "baud", base.DEC)
f.set_baud_fallback_ms = ProtoField.uint16("mesogun.set_baud.fallback_ms", "fallback_ms (ms)", base.DEC)
f.set_baud_reply_baud = ProtoField.uint32("mesogun.set_baud_reply.baud", "baud", base.DEC)
f.set_baud_reply_fallback_ms = ProtoField.uint16("mesogun.set_baud_reply.fallback_ms", "fallback_ms (ms)", base.DEC)
f.ping_echo = ProtoField.uint32("mesogun.ping.echo", "echo", base.DEC)
f.ping_reply_echo = ProtoField.uint32("mesogun.ping_reply.echo", "echo", base.DEC)
f.ping_reply_uptime_us = ProtoField.uint64("mesogun.ping_reply.uptime_us", "uptime_us (us)", base.DEC)
f.error_reply_msg = ProtoField.uint16("mesogun.error_reply.msg", "msg (id)", base.DEC)
f.error_reply_code = ProtoField.uint8("mesogun.error_reply.code", "code", base.DEC, error_code)
f.error_reply_detail = ProtoField.uint32("mesogun.error_reply.detail", "detail", base.DEC)
f.error_reply_value = ProtoField.uint32("mesogun.error_reply.value", "value", base.DEC)
f.abort_reason = ProtoField.uint8("mesogun.abort.reason", "reason", base.DEC)
f.abort_reply_abort_id = ProtoField.uint32("mesogun.abort_reply.abort_id", "abort_id (id)", base.DEC)
f.abort_reply_stopped = ProtoField.uint8("mesogun.abort_reply.stopped", "stopped", base.DEC)
f.abort_reply_cause = ProtoField.uint8("mesogun.abort_reply.cause", "cause", base.DEC, abort_cause)
f.abort_reply_shots_after = ProtoField.uint16("mesogun.abort_reply.shots_after", "shots_after", base.DEC)
f.abort_reply_shot_id_open = ProtoField.uint32("mesogun.abort_reply.shot_id_open", "shot_id_open (id)", base.DEC)
f.clear_abort_abort_id = ProtoField.uint32("mesogun.clear_abort.abort_id", "abort_id (id)", base.DEC)
f.clear_abort_reply_state = ProtoField.uint8("mesogun.clear_abort_reply.state", "state", base.DEC, pistol_state)
f.arm_request_shots_max = ProtoField.uint16("mesogun.arm_request.shots_max", "shots_max", base.DEC)
f.arm_request_volume_nl_max = ProtoField.uint32("mesogun.arm_request.volume_nl_max", "volume_nl_max (nl)", base.DEC)
f.arm_request_dose_nl_max = ProtoField.uint32("mesogun.arm_request.dose_nl_max", "dose_nl_max (nl)", base.DEC)
f.arm_request_depth_um_max = ProtoField.uint16("mesogun.arm_request.depth_um_max", "depth_um_max (um)", base.DEC)
f.arm_request_rate_nl_per_s_max = ProtoField.uint32("mesogun.arm_request.rate_nl_per_s_max", "rate_nl_per_s_max (nl_per_s)", base.DEC)
f.arm_request_interval_ms_min = ProtoField.uint16("mesogun.arm_request.interval_ms_min", "interval_ms_min (ms)", base.DEC)
f.arm_request_lease_ms = ProtoField.uint16("mesogun.arm_request.lease_ms", "lease_ms (ms)", base.DEC)
f.arm_request_limits_revision = ProtoField.uint32("mesogun.arm_request.limits_revision", "limits_revision", base.DEC)
f.arm_request_calibration_id = ProtoField.uint32("mesogun.arm_request.calibration_id", "calibration_id (id)", base.DEC)
f.arm_request_plan_digest = ProtoField.uint64("mesogun.arm_request.plan_digest", "plan_digest (id)", base.DEC)
f.arm_challenge_nonce = ProtoField.uint64("mesogun.arm_challenge.nonce", "nonce (token)", base.HEX)
f.arm_challenge_shots_max = ProtoField.uint32("mesogun.arm_challenge.shots_max", "shots_max", base.DEC)
f.arm_challenge_volume_nl_max = ProtoField.uint32("mesogun.arm_challenge.volume_nl_max", "volume_nl_max (nl)", base.DEC)
f.arm_challenge_dose_nl_max = ProtoField.uint32("mesogun.arm_challenge.dose_nl_max", "dose_nl_max (nl)", base.DEC)
f.arm_challenge_depth_um_max = ProtoField.uint32("mesogun.arm_challenge.depth_um_max", "depth_um_max (um)", base.DEC)
f.arm_challenge_rate_nl_per_s_max = ProtoField.uint32("mesogun.arm_challenge.rate_nl_per_s_max", "rate_nl_per_s_max (nl_per_s)", base.DEC)
f.arm_challenge_interval_ms_min = ProtoField.uint16("mesogun.arm_challenge.interval_ms_min", "interval_ms_min (ms)", base.DEC)
f.arm_challenge_lease_ms = ProtoField.uint16("mesogun.arm_challenge.lease_ms", "lease_ms (ms)", base.DEC)
f.arm_challenge_limits_revision = ProtoField.uint32("mesogun.arm_challenge.limits_revision", "limits_revision", base.DEC)
f.arm_challenge_calibration_id = ProtoField.uint32("mesogun.arm_challenge.calibration_id", "calibration_id (id)", base.DEC)
f.arm_challenge_plan_digest = ProtoField.uint64("mesogun.arm_challenge.plan_digest", "plan_digest (id)", base.DEC)
f.arm_challenge_hazards = ProtoField.uint16("mesogun.arm_challenge.hazards", "hazards", base.HEX)
f.arm_challenge_hazards_simulated = ProtoField.bool("mesogun.arm_challenge.hazards.simulated", "SIMULATED", 16, nil, 0x1)
f.arm_challenge_hazards_in_doubt = ProtoField.bool("mesogun.arm_challenge.hazards.in_doubt", "IN_DOUBT", 16, nil, 0x2)
f.arm_challenge_hazards_low_volume = ProtoField.bool("mesogun.arm_challenge.hazards.low_volume", "LOW_VOLUME", 16, nil, 0x4)
f.arm_challenge_hazards_journal_nearly_full = ProtoField.bool("mesogun.arm_challenge.hazards.journal_nearly_full", "JOURNAL_NEARLY_FULL", 16, nil, 0x8)
f.arm_challenge_challenge_ms = ProtoField.uint32("mesogun.arm_challenge.challenge_ms", "challenge_ms (ms)", base.DEC)
f.arm_confirm_nonce = ProtoField.uint64("mesogun.arm_confirm.nonce", "nonce (token)", base.HEX)
f.arm_reply_arm_token = ProtoField.uint32("mesogun.arm_reply.arm_token", "arm_token (token)", base.HEX)
f.arm_reply_shots_left = ProtoField.uint32("mesogun.arm_reply.shots_left", "shots_left", base.DEC)
f.arm_reply_volume_nl_left = ProtoField.uint32("mesogun.arm_reply.volume_nl_left", "volume_nl_left (nl)", base.DEC)
f.arm_reply_lease_ms = ProtoField.uint16("mesogun.arm_reply.lease_ms", "lease_ms (ms)", base.DEC)
f.disarm_arm_token = ProtoField.uint32("mesogun.disarm.arm_token", "arm_token (token)", base.HEX)
f.disarm_reply_state = ProtoField.uint8("mesogun.disarm_reply.state", "state", base.DEC, pistol_state)
f.poll_arm_token = ProtoField.uint32("mesogun.poll.arm_token", "arm_token (token)", base.HEX)
f.poll_app_tick = ProtoField.uint32("mesogun.poll.app_tick", "app_tick", base.DEC)
f.poll_journal_ack = ProtoField.uint32("mesogun.poll.journal_ack", "journal_ack (seq)", base.DEC)
f.status_state = ProtoField.uint8("mesogun.status.state", "state", base.DEC, pistol_state)
f.status_queue = ProtoField.uint8("mesogun.status.queue", "queue", base.DEC)
f.status_flags = ProtoField.uint16("mesogun.status.flags", "flags", base.HEX)
f.status_flags_token_valid = ProtoField.bool("mesogun.status.flags.token_valid", "TOKEN_VALID", 16, nil, 0x1)
f.status_flags_trigger = ProtoField.bool("mesogun.status.flags.trigger", "TRIGGER", 16, nil, 0x2)
f.status_flags_contact = ProtoField.bool("mesogun.status.flags.contact", "CONTACT", 16, nil, 0x4)
f.status_flags_journal_full = ProtoField.bool("mesogun.status.flags.journal_full", "JOURNAL_FULL", 16, nil, 0x8)
f.status_flags_needle_out = ProtoField.bool("mesogun.status.flags.needle_out", "NEEDLE_OUT", 16, nil, 0x10)
f.status_flags_stopped = ProtoField.bool("mesogun.status.flags.stopped", "STOPPED", 16, nil, 0x20)
f.status_flags_service = ProtoField.bool("mesogun.status.flags.service", "SERVICE", 16, nil, 0x40)
f.status_lease_ms_left = ProtoField.uint16("mesogun.status.lease_ms_left", "lease_ms_left (ms)", base.DEC)
f.status_supply_mv = ProtoField.uint16("mesogun.status.supply_mv", "supply_mv (mv)", base.DEC)
f.status_journal_head = ProtoField.uint32("mesogun.status.journal_head", "journal_head (seq)", base.DEC)
f.status_journal_tail = ProtoField.uint32("mesogun.status.journal_tail", "journal_tail (seq)", base.DEC)
f.status_shot_id_last = ProtoField.uint32("mesogun.status.shot_id_last", "shot_id_last (id)", base.DEC)
f.status_abort_id = ProtoField.uint32("mesogun.status.abort_id", "abort_id (id)", base.DEC)
f.status_abort_cause = ProtoField.uint8("mesogun.status.abort_cause", "abort_cause", base.DEC, abort_cause)
f.status_fault = ProtoField.uint8("mesogun.status.fault", "fault", base.DEC, fault_code)
f.status_shots_left = ProtoField.uint32("mesogun.status.shots_left", "shots_left", base.DEC)
f.status_budget_nl_left = ProtoField.uint32("mesogun.status.budget_nl_left", "budget_nl_left (nl)", base.DEC)
f.status_volume_nl_left = ProtoField.uint32("mesogun.status.volume_nl_left", "volume_nl_left (nl)", base.DEC)
f.status_force_mn = ProtoField.uint32("mesogun.status.force_mn", "force_mn (mn)", base.DEC)
f.status_depth_um = ProtoField.uint32("mesogun.status.depth_um", "depth_um (um)", base.DEC)
f.status_pressure_pa = ProtoField.uint32("mesogun.status.pressure_pa", "pressure_pa (pa)", base.DEC)
f.status_temperature_mk = ProtoField.uint32("mesogun.status.temperature_mk", "temperature_mk (mk)", base.DEC)
f.status_uptime_us = ProtoField.uint64("mesogun.status.uptime_us", "uptime_us (us)", base.DEC)
f.status_receive_errors = ProtoField.uint32("mesogun.status.receive_errors", "receive_errors", base.DEC)
f.shot_shot_id = ProtoField.uint32("mesogun.shot.shot_id", "shot_id (id)", base.DEC)
f.shot_arm_token = ProtoField.uint32("mesogun.shot.arm_token", "arm_token (token)", base.HEX)
f.shot_dose_nl = ProtoField.uint32("mesogun.shot.dose_nl", "dose_nl (nl)", base.DEC)
f.shot_depth_um = ProtoField.uint32("mesogun.shot.depth_um", "depth_um (um)", base.DEC)
f.shot_rate_nl_per_s = ProtoField.uint32("mesogun.shot.rate_nl_per_s", "rate_nl_per_s (nl_per_s)", base.DEC)
f.shot_dwell_ms = ProtoField.uint16("mesogun.shot.dwell_ms", "dwell_ms (ms)", base.DEC)
f.shot_ttl_ms = ProtoField.uint16("mesogun.shot.ttl_ms", "ttl_ms (ms)", base.DEC)
f.shot_trigger = ProtoField.uint8("mesogun.shot.trigger", "trigger", base.DEC, trigger)
f.shot_interval_ms = ProtoField.uint16("mesogun.shot.interval_ms", "interval_ms (ms)", base.DEC)
f.shot_flags = ProtoField.uint8("mesogun.shot.flags", "flags", base.HEX)
f.shot_crit = ProtoField.uint16("mesogun.shot.crit", "crit (crc)", base.HEX)
f.shot_reply_shot_id = ProtoField.uint32("mesogun.shot_reply.shot_id", "shot_id (id)", base.DEC)
f.shot_reply_result = ProtoField.uint8("mesogun.shot_reply.result", "result", base.DEC, shot_result)
f.shot_reply_reason = ProtoField.uint8("mesogun.shot_reply.reason", "reason", base.DEC, refusal)
f.shot_reply_limit = ProtoField.uint8("mesogun.shot_reply.limit", "limit", base.DEC, limit_id)
f.shot_reply_limit_value = ProtoField.uint32("mesogun.shot_reply.limit_value", "limit_value", base.DEC)
f.shot_reply_outcome = ProtoField.uint8("mesogun.shot_reply.outcome", "outcome", base.DEC, outcome)
f.shot_reply_dose_nl_given = ProtoField.uint32("mesogun.shot_reply.dose_nl_given", "dose_nl_given (nl)", base.DEC)
f.shot_reply_queue_left = ProtoField.uint8("mesogun.shot_reply.queue_left", "queue_left", base.DEC)
f.resolve_shot_id = ProtoField.uint32("mesogun.resolve.shot_id", "shot_id (id)", base.DEC)
f.resolution_shot_id = ProtoField.uint32("mesogun.resolution.shot_id", "shot_id (id)", base.DEC)
f.resolution_outcome = ProtoField.uint8("mesogun.resolution.outcome", "outcome", base.DEC, outcome)
f.resolution_reason = ProtoField.uint8("mesogun.resolution.reason", "reason", base.DEC, refusal)
f.resolution_dose_nl_given = ProtoField.uint32("mesogun.resolution.dose_nl_given", "dose_nl_given (nl)", base.DEC)
f.resolution_depth_um_given = ProtoField.uint32("mesogun.resolution.depth_um_given", "depth_um_given (um)", base.DEC)
f.resolution_start_us = ProtoField.uint64("mesogun.resolution.start_us", "start_us (us)", base.DEC)
f.resolution_boot_id = ProtoField.uint32("mesogun.resolution.boot_id", "boot_id (id)", base.DEC)
f.journal_read_from_seq = ProtoField.uint32("mesogun.journal_read.from_seq", "from_seq (seq)", base.DEC)
f.journal_read_count = ProtoField.uint8("mesogun.journal_read.count", "count", base.DEC)
f.journal_records_journal_head = ProtoField.uint32("mesogun.journal_records.journal_head", "journal_head (seq)", base.DEC)
f.journal_records_journal_tail = ProtoField.uint32("mesogun.journal_records.journal_tail", "journal_tail (seq)", base.DEC)
f.journal_records_count = ProtoField.uint8("mesogun.journal_records.count", "count", base.DEC)
f.limits_get_layer = ProtoField.uint8("mesogun.limits_get.layer", "layer", base.DEC, limit_layer)
f.limits_layer = ProtoField.uint8("mesogun.limits.layer", "layer", base.DEC, limit_layer)
f.limits_revision = ProtoField.uint32("mesogun.limits.revision", "revision", base.DEC)
f.limits_dose_nl_min = ProtoField.uint32("mesogun.limits.dose_nl_min", "dose_nl_min (nl)", base.DEC)
f.limits_dose_nl_max = ProtoField.uint32("mesogun.limits.dose_nl_max", "dose_nl_max (nl)", base.DEC)
f.limits_depth_um_max = ProtoField.uint32("mesogun.limits.depth_um_max", "depth_um_max (um)", base.DEC)
f.limits_rate_nl_per_s_max = ProtoField.uint32("mesogun.limits.rate_nl_per_s_max", "rate_nl_per_s_max (nl_per_s)", base.DEC)
f.limits_interval_ms_min = ProtoField.uint16("mesogun.limits.interval_ms_min", "interval_ms_min (ms)", base.DEC)
f.limits_lease_ms_min = ProtoField.uint16("mesogun.limits.lease_ms_min", "lease_ms_min (ms)", base.DEC)
f.limits_lease_ms_max = ProtoField.uint16("mesogun.limits.lease_ms_max", "lease_ms_max (ms)", base.DEC)
f.limits_ttl_ms_max = ProtoField.uint16("mesogun.limits.ttl_ms_max", "ttl_ms_max (ms)", base.DEC)
f.limits_dwell_ms_max = ProtoField.uint16("mesogun.limits.dwell_ms_max", "dwell_ms_max (ms)", base.DEC)
f.limits_shots_max = ProtoField.uint32("mesogun.limits.shots_max", "shots_max", base.DEC)
f.limits_volume_nl_max = ProtoField.uint32("mesogun.limits.volume_nl_max", "volume_nl_max (nl)", base.DEC)
f.limits_stage_dose_nl_min = ProtoField.uint32("mesogun.limits_stage.dose_nl_min", "dose_nl_min (nl)", base.DEC)
f.limits_stage_dose_nl_max = ProtoField.uint32("mesogun.limits_stage.dose_nl_max", "dose_nl_max (nl)", base.DEC)
f.limits_stage_depth_um_max = ProtoField.uint32("mesogun.limits_stage.depth_um_max", "depth_um_max (um)", base.DEC)
f.limits_stage_rate_nl_per_s_max = ProtoField.uint32("mesogun.limits_stage.rate_nl_per_s_max", "rate_nl_per_s_max (nl_per_s)", base.DEC)
f.limits_stage_interval_ms_min = ProtoField.uint16("mesogun.limits_stage.interval_ms_min", "interval_ms_min (ms)", base.DEC)
f.limits_stage_lease_ms_min = ProtoField.uint16("mesogun.limits_stage.lease_ms_min", "lease_ms_min (ms)", base.DEC)
f.limits_stage_lease_ms_max = ProtoField.uint16("mesogun.limits_stage.lease_ms_max", "lease_ms_max (ms)", base.DEC)
f.limits_stage_ttl_ms_max = ProtoField.uint16("mesogun.limits_stage.ttl_ms_max", "ttl_ms_max (ms)", base.DEC)
f.limits_stage_dwell_ms_max = ProtoField.uint16("mesogun.limits_stage.dwell_ms_max", "dwell_ms_max (ms)", base.DEC)
f.limits_stage_shots_max = ProtoField.uint32("mesogun.limits_stage.shots_max", "shots_max", base.DEC)
f.limits_stage_volume_nl_max = ProtoField.uint32("mesogun.limits_stage.volume_nl_max", "volume_nl_max (nl)", base.DEC)
f.limits_staged_crc = ProtoField.uint32("mesogun.limits_staged.crc", "crc (crc)", base.HEX)
f.limits_staged_loosens = ProtoField.uint8("mesogun.limits_staged.loosens", "loosens", base.DEC, limit_id)
f.limits_staged_in_force = ProtoField.uint32("mesogun.limits_staged.in_force", "in_force", base.DEC)
f.limits_commit_revision = ProtoField.uint32("mesogun.limits_commit.revision", "revision", base.DEC)
f.limits_commit_crc = ProtoField.uint32("mesogun.limits_commit.crc", "crc (crc)", base.HEX)
f.limits_committed_revision = ProtoField.uint32("mesogun.limits_committed.revision", "revision", base.DEC)
f.calibration_get_offset = ProtoField.uint16("mesogun.calibration_get.offset", "offset", base.DEC)
f.calibration_id = ProtoField.uint32("mesogun.calibration.id", "id (id)", base.DEC)
f.calibration_sha256_0 = ProtoField.uint64("mesogun.calibration.sha256_0", "sha256_0 (id)", base.DEC)
f.calibration_sha256_1 = ProtoField.uint64("mesogun.calibration.sha256_1", "sha256_1 (id)", base.DEC)
f.calibration_sha256_2 = ProtoField.uint64("mesogun.calibration.sha256_2", "sha256_2 (id)", base.DEC)
f.calibration_sha256_3 = ProtoField.uint64("mesogun.calibration.sha256_3", "sha256_3 (id)", base.DEC)
f.calibration_not_after_day = ProtoField.uint32("mesogun.calibration.not_after_day", "not_after_day", base.DEC)
f.calibration_shots_max = ProtoField.uint32("mesogun.calibration.shots_max", "shots_max", base.DEC)
f.calibration_shots_used = ProtoField.uint32("mesogun.calibration.shots_used", "shots_used", base.DEC)
f.calibration_size = ProtoField.uint16("mesogun.calibration.size", "size", base.DEC)
f.calibration_offset = ProtoField.uint16("mesogun.calibration.offset", "offset", base.DEC)
f.calibration_count = ProtoField.uint8("mesogun.calibration.count", "count", base.DEC)
f.calibration_stage_offset = ProtoField.uint16("mesogun.calibration_stage.offset", "offset", base.DEC)
f.calibration_stage_count = ProtoField.uint8("mesogun.calibration_stage.count", "count", base.DEC)
f.calibration_staged_size = ProtoField.uint16("mesogun.calibration_staged.size", "size", base.DEC)
f.calibration_commit_id = ProtoField.uint32("mesogun.calibration_commit.id", "id (id)", base.DEC)
f.calibration_commit_sha256_0 = ProtoField.uint64("mesogun.calibration_commit.sha256_0", "sha256_0 (id)", base.DEC)
f.calibration_commit_sha256_1 = ProtoField.uint64("mesogun.calibration_commit.sha256_1", "sha256_1 (id)", base.DEC)
f.calibration_commit_sha256_2 = ProtoField.uint64("mesogun.calibration_commit.sha256_2", "sha256_2 (id)", base.DEC)
f.calibration_commit_not_after_day = ProtoField.uint32("mesogun.calibration_commit.not_after_day", "not_after_day", base.DEC)
f.calibration_commit_shots_max = ProtoField.uint32("mesogun.calibration_commit.shots_max", "shots_max", base.DEC)
f.calibration_committed_id = ProtoField.uint32("mesogun.calibration_committed.id", "id (id)", base.DEC)
f.service_request_shots_max = ProtoField.uint16("mesogun.service_request.shots_max", "shots_max", base.DEC)
f.service_request_volume_nl_max = ProtoField.uint32("mesogun.service_request.volume_nl_max", "volume_nl_max (nl)", base.DEC)
f.service_request_dose_nl_max = ProtoField.uint32("mesogun.service_request.dose_nl_max", "dose_nl_max (nl)", base.DEC)
f.service_request_rate_nl_per_s_max = ProtoField.uint32("mesogun.service_request.rate_nl_per_s_max", "rate_nl_per_s_max (nl_per_s)", base.DEC)
f.service_request_lease_ms = ProtoField.uint16("mesogun.service_request.lease_ms", "lease_ms (ms)", base.DEC)
f.service_request_limits_revision = ProtoField.uint32("mesogun.service_request.limits_revision", "limits_revision", base.DEC)
f.service_challenge_nonce = ProtoField.uint64("mesogun.service_challenge.nonce", "nonce (token)", base.HEX)
f.service_challenge_shots_max = ProtoField.uint32("mesogun.service_challenge.shots_max", "shots_max", base.DEC)
f.service_challenge_volume_nl_max = ProtoField.uint32("mesogun.service_challenge.volume_nl_max", "volume_nl_max (nl)", base.DEC)
f.service_challenge_dose_nl_max = ProtoField.uint32("mesogun.service_challenge.dose_nl_max", "dose_nl_max (nl)", base.DEC)
f.service_challenge_rate_nl_per_s_max = ProtoField.uint32("mesogun.service_challenge.rate_nl_per_s_max", "rate_nl_per_s_max (nl_per_s)", base.DEC)
f.service_challenge_interval_ms_min = ProtoField.uint16("mesogun.service_challenge.interval_ms_min", "interval_ms_min (ms)", base.DEC)
f.service_challenge_lease_ms = ProtoField.uint16("mesogun.service_challenge.lease_ms", "lease_ms (ms)", base.DEC)
f.service_challenge_limits_revision = ProtoField.uint32("mesogun.service_challenge.limits_revision", "limits_revision", base.DEC)
f.service_challenge_hazards = ProtoField.uint16("mesogun.service_challenge.hazards", "hazards", base.HEX)
f.service_challenge_hazards_simulated = ProtoField.bool("mesogun.service_challenge.hazards.simulated", "SIMULATED", 16, nil, 0x1)
f.service_challenge_hazards_in_doubt = ProtoField.bool("mesogun.service_challenge.hazards.in_doubt", "IN_DOUBT", 16, nil, 0x2)
f.service_challenge_hazards_low_volume = ProtoField.bool("mesogun.service_challenge.hazards.low_volume", "LOW_VOLUME", 16, nil, 0x4)
f.service_challenge_hazards_journal_nearly_full = ProtoField.bool("mesogun.service_challenge.hazards.journal_nearly_full", "JOURNAL_NEARLY_FULL", 16, nil, 0x8)
f.service_challenge_challenge_ms = ProtoField.uint32("mesogun.service_challenge.challenge_ms", "challenge_ms (ms)", base.DEC)
f.prime_shot_id = ProtoField.uint32("mesogun.prime.shot_id", "shot_id (id)", base.DEC)
f.prime_arm_token = ProtoField.uint32("mesogun.prime.arm_token", "arm_token (token)", base.HEX)
f.prime_dose_nl = ProtoField.uint32("mesogun.prime.dose_nl", "dose_nl (nl)", base.DEC)
f.prime_rate_nl_per_s = ProtoField.uint32("mesogun.prime.rate_nl_per_s", "rate_nl_per_s (nl_per_s)", base.DEC)
f.prime_ttl_ms = ProtoField.uint16("mesogun.prime.ttl_ms", "ttl_ms (ms)", base.DEC)
f.prime_crit = ProtoField.uint16("mesogun.prime.crit", "crit (crc)", base.HEX)
f.prime_reply_shot_id = ProtoField.uint32("mesogun.prime_reply.shot_id", "shot_id (id)", base.DEC)
f.prime_reply_result = ProtoField.uint8("mesogun.prime_reply.result", "result", base.DEC, shot_result)
f.prime_reply_reason = ProtoField.uint8("mesogun.prime_reply.reason", "reason", base.DEC, refusal)
f.prime_reply_limit = ProtoField.uint8("mesogun.prime_reply.limit", "limit", base.DEC, limit_id)
f.prime_reply_limit_value = ProtoField.uint32("mesogun.prime_reply.limit_value", "limit_value", base.DEC)
f.prime_reply_outcome = ProtoField.uint8("mesogun.prime_reply.outcome", "outcome", base.DEC, outcome)
f.prime_reply_dose_nl_given = ProtoField.uint32("mesogun.prime_reply.dose_nl_given", "dose_nl_given (nl)", base.DEC)
f.prime_reply_queue_left = ProtoField.uint8("mesogun.prime_reply.queue_left", "queue_left", base.DEC)
f.home_flags = ProtoField.uint8("mesogun.home.flags", "flags", base.HEX)
f.home_reply_state = ProtoField.uint8("mesogun.home_reply.state", "state", base.DEC, pistol_state)
f.self_test_flags = ProtoField.uint8("mesogun.self_test.flags", "flags", base.HEX)
f.self_test_reply_state = ProtoField.uint8("mesogun.self_test_reply.state", "state", base.DEC, pistol_state)
f.jog_depth_um = ProtoField.uint32("mesogun.jog.depth_um", "depth_um (um)", base.DEC)
f.jog_dwell_ms = ProtoField.uint16("mesogun.jog.dwell_ms", "dwell_ms (ms)", base.DEC)
f.jog_reply_state = ProtoField.uint8("mesogun.jog_reply.state", "state", base.DEC, pistol_state)

local messages = {}
messages[2] = {name = "Hello",
  fields = {{"hello_host_major", 1}, {"hello_host_minor", 1}, {"hello_schema_hash", 4}, {"hello_host_nonce", 8}}}
messages[3] = {name = "HelloReply",
  fields = {{"hello_reply_major", 1}, {"hello_reply_minor", 1}, {"hello_reply_queue_depth", 1}, {"hello_reply_reset_reason", 1}, {"hello_reply_features", 4, {"hello_reply_features_simulated", "hello_reply_features_authentication", "hello_reply_features_describe"}}, {"hello_reply_schema_hash", 4}, {"hello_reply_actuating_hash", 4}, {"hello_reply_firmware_version", 4}, {"hello_reply_session", 2}, {"hello_reply_uid", 8}, {"hello_reply_device_nonce", 8}, {"hello_reply_boot_id", 4}, {"hello_reply_boot_count", 4}, {"hello_reply_journal_head", 4}, {"hello_reply_journal_tail", 4}, {"hello_reply_shot_id_highest", 4}, {"hello_reply_shot_id_open", 4}, {"hello_reply_limits_revision", 4}, {"hello_reply_calibration_id", 4}, {"hello_reply_calibration_not_after_day", 4}}}
messages[4] = {name = "Describe",
  fields = {{"describe_offset", 4}}}
messages[5] = {name = "DescribeChunk",
  fields = {{"describe_chunk_total", 4}, {"describe_chunk_offset", 4}, {"describe_chunk_count", 1}},
  count = "describe_chunk_count", size = 1, title = "Byte",
  many = {{"byte_value", 1}}}
messages[6] = {name = "SetBaud",
  fields = {{"set_baud_baud", 4}, {"set_baud_fallback_ms", 2}}}
messages[7] = {name = "SetBaudReply",
  fields = {{"set_baud_reply_baud", 4}, {"set_baud_reply_fallback_ms", 2}}}
messages[8] = {name = "Ping",
  fields = {{"ping_echo", 4}}}
messages[9] = {name = "PingReply",
  fields = {{"ping_reply_echo", 4}, {"ping_reply_uptime_us", 8}}}
messages[511] = {name = "ErrorReply",
  fields = {{"error_reply_msg", 2}, {"error_reply_code", 1}, {"error_reply_detail", 4}, {"error_reply_value", 4}}}
messages[514] = {name = "Abort",
  fields = {{"abort_reason", 1}}}
messages[515] = {name = "AbortReply",
  fields = {{"abort_reply_abort_id", 4}, {"abort_reply_stopped", 1}, {"abort_reply_cause", 1}, {"abort_reply_shots_after", 2}, {"abort_reply_shot_id_open", 4}}}
messages[516] = {name = "ClearAbort",
  fields = {{"clear_abort_abort_id", 4}}}
messages[517] = {name = "ClearAbortReply",
  fields = {{"clear_abort_reply_state", 1}}}
messages[518] = {name = "ArmRequest",
  fields = {{"arm_request_shots_max", 2}, {"arm_request_volume_nl_max", 4}, {"arm_request_dose_nl_max", 4}, {"arm_request_depth_um_max", 2}, {"arm_request_rate_nl_per_s_max", 4}, {"arm_request_interval_ms_min", 2}, {"arm_request_lease_ms", 2}, {"arm_request_limits_revision", 4}, {"arm_request_calibration_id", 4}, {"arm_request_plan_digest", 8}}}
messages[519] = {name = "ArmChallenge",
  fields = {{"arm_challenge_nonce", 8}, {"arm_challenge_shots_max", 4}, {"arm_challenge_volume_nl_max", 4}, {"arm_challenge_dose_nl_max", 4}, {"arm_challenge_depth_um_max", 4}, {"arm_challenge_rate_nl_per_s_max", 4}, {"arm_challenge_interval_ms_min", 2}, {"arm_challenge_lease_ms", 2}, {"arm_challenge_limits_revision", 4}, {"arm_challenge_calibration_id", 4}, {"arm_challenge_plan_digest", 8}, {"arm_challenge_hazards", 2, {"arm_challenge_hazards_simulated", "arm_challenge_hazards_in_doubt", "arm_challenge_hazards_low_volume", "arm_challenge_hazards_journal_nearly_full"}}, {"arm_challenge_challenge_ms", 4}}}
messages[520] = {name = "ArmConfirm",
  fields = {{"arm_confirm_nonce", 8}}}
messages[521] = {name = "ArmReply",
  fields = {{"arm_reply_arm_token", 4}, {"arm_reply_shots_left", 4}, {"arm_reply_volume_nl_left", 4}, {"arm_reply_lease_ms", 2}}}
messages[522] = {name = "Disarm",
  fields = {{"disarm_arm_token", 4}}}
messages[523] = {name = "DisarmReply",
  fields = {{"disarm_reply_state", 1}}}
messages[524] = {name = "Poll",
  fields = {{"poll_arm_token", 4}, {"poll_app_tick", 4}, {"poll_journal_ack", 4}}}
messages[525] = {name = "Status",
  fields = {{"status_state", 1}, {"status_queue", 1}, {"status_flags", 2, {"status_flags_token_valid", "status_flags_trigger", "status_flags_contact", "status_flags_journal_full", "status_flags_needle_out", "status_flags_stopped", "status_flags_service"}}, {"status_lease_ms_left", 2}, {"status_supply_mv", 2}, {"status_journal_head", 4}, {"status_journal_tail", 4}, {"status_shot_id_last", 4}, {"status_abort_id", 4}, {"status_abort_cause", 1}, {"status_fault", 1}, {"status_shots_left", 4}, {"status_budget_nl_left", 4}, {"status_volume_nl_left", 4}, {"status_force_mn", 4}, {"status_depth_um", 4}, {"status_pressure_pa", 4}, {"status_temperature_mk", 4}, {"status_uptime_us", 8}, {"status_receive_errors", 4}}}
messages[526] = {name = "Shot",
  fields = {{"shot_shot_id", 4}, {"shot_arm_token", 4}, {"shot_dose_nl", 4}, {"shot_depth_um", 4}, {"shot_rate_nl_per_s", 4}, {"shot_dwell_ms", 2}, {"shot_ttl_ms", 2}, {"shot_trigger", 1}, {"shot_interval_ms", 2}, {"shot_flags", 1}, {"shot_crit", 2}}}
messages[527] = {name = "ShotReply",
  fields = {{"shot_reply_shot_id", 4}, {"shot_reply_result", 1}, {"shot_reply_reason", 1}, {"shot_reply_limit", 1}, {"shot_reply_limit_value", 4}, {"shot_reply_outcome", 1}, {"shot_reply_dose_nl_given", 4}, {"shot_reply_queue_left", 1}}}
messages[528] = {name = "Resolve",
  fields = {{"resolve_shot_id", 4}}}
messages[529] = {name = "Resolution",
  fields = {{"resolution_shot_id", 4}, {"resolution_outcome", 1}, {"resolution_reason", 1}, {"resolution_dose_nl_given", 4}, {"resolution_depth_um_given", 4}, {"resolution_start_us", 8}, {"resolution_boot_id", 4}}}
messages[1538] = {name = "JournalRead",
  fields = {{"journal_read_from_seq", 4}, {"journal_read_count", 1}}}
messages[1539] = {name = "JournalRecords",
  fields = {{"journal_records_journal_head", 4}, {"journal_records_journal_tail", 4}, {"journal_records_count", 1}},
  count = "journal_records_count", size = 68, title = "JournalRecord",
  many = {{"journal_record_seq", 4}, {"journal_record_kind", 1}, {"journal_record_outcome", 1}, {"journal_record_reason", 1}, {"journal_record_cause", 1}, {"journal_record_shot_id", 4}, {"journal_record_dose_nl_asked", 4}, {"journal_record_depth_um_asked", 4}, {"journal_record_dose_nl_given", 4}, {"journal_record_depth_um_given", 4}, {"journal_record_force_mn_peak", 4}, {"journal_record_pressure_pa_peak", 4}, {"journal_record_start_us", 8}, {"journal_record_end_us", 8}, {"journal_record_boot_id", 4}, {"journal_record_limits_revision", 4}, {"journal_record_calibration_id", 4}, {"journal_record_crc_previous", 4}}}
messages[2050] = {name = "LimitsGet",
  fields = {{"limits_get_layer", 1}}}
messages[2051] = {name = "Limits",
  fields = {{"limits_layer", 1}, {"limits_revision", 4}, {"limits_dose_nl_min", 4}, {"limits_dose_nl_max", 4}, {"limits_depth_um_max", 4}, {"limits_rate_nl_per_s_max", 4}, {"limits_interval_ms_min", 2}, {"limits_lease_ms_min", 2}, {"limits_lease_ms_max", 2}, {"limits_ttl_ms_max", 2}, {"limits_dwell_ms_max", 2}, {"limits_shots_max", 4}, {"limits_volume_nl_max", 4}}}
messages[2052] = {name = "LimitsStage",
  fields = {{"limits_stage_dose_nl_min", 4}, {"limits_stage_dose_nl_max", 4}, {"limits_stage_depth_um_max", 4}, {"limits_stage_rate_nl_per_s_max", 4}, {"limits_stage_interval_ms_min", 2}, {"limits_stage_lease_ms_min", 2}, {"limits_stage_lease_ms_max", 2}, {"limits_stage_ttl_ms_max", 2}, {"limits_stage_dwell_ms_max", 2}, {"limits_stage_shots_max", 4}, {"limits_stage_volume_nl_max", 4}}}
messages[2053] = {name = "LimitsStaged",
  fields = {{"limits_staged_crc", 4}, {"limits_staged_loosens", 1}, {"limits_staged_in_force", 4}}}
messages[2054] = {name = "LimitsCommit",
  fields = {{"limits_commit_revision", 4}, {"limits_commit_crc", 4}}}
messages[2055] = {name = "LimitsCommitted",
  fields = {{"limits_committed_revision", 4}}}
messages[2562] = {name = "CalibrationGet",
  fields = {{"calibration_get_offset", 2}}}
messages[2563] = {name = "Calibration",
  fields = {{"calibration_id", 4}, {"calibration_sha256_0", 8}, {"calibration_sha256_1", 8}, {"calibration_sha256_2", 8}, {"calibration_sha256_3", 8}, {"calibration_not_after_day", 4}, {"calibration_shots_max", 4}, {"calibration_shots_used", 4}, {"calibration_size", 2}, {"calibration_offset", 2}, {"calibration_count", 1}},
  count = "calibration_count", size = 1, title = "Byte",
  many = {{"byte_value", 1}}}
messages[2564] = {name = "CalibrationStage",
  fields = {{"calibration_stage_offset", 2}, {"calibration_stage_count", 1}},
  count = "calibration_stage_count", size = 1, title = "Byte",
  many = {{"byte_value", 1}}}
messages[2565] = {name = "CalibrationStaged",
  fields = {{"calibration_staged_size", 2}}}
messages[2566] = {name = "CalibrationCommit",
  fields = {{"calibration_commit_id", 4}, {"calibration_commit_sha256_0", 8}, {"calibration_commit_sha256_1", 8}, {"calibration_commit_sha256_2", 8}, {"calibration_commit_not_after_day", 4}, {"calibration_commit_shots_max", 4}}}
messages[2567] = {name = "CalibrationCommitted",
  fields = {{"calibration_committed_id", 4}}}
messages[3074] = {name = "ServiceRequest",
  fields = {{"service_request_shots_max", 2}, {"service_request_volume_nl_max", 4}, {"service_request_dose_nl_max", 4}, {"service_request_rate_nl_per_s_max", 4}, {"service_request_lease_ms", 2}, {"service_request_limits_revision", 4}}}
messages[3075] = {name = "ServiceChallenge",
  fields = {{"service_challenge_nonce", 8}, {"service_challenge_shots_max", 4}, {"service_challenge_volume_nl_max", 4}, {"service_challenge_dose_nl_max", 4}, {"service_challenge_rate_nl_per_s_max", 4}, {"service_challenge_interval_ms_min", 2}, {"service_challenge_lease_ms", 2}, {"service_challenge_limits_revision", 4}, {"service_challenge_hazards", 2, {"service_challenge_hazards_simulated", "service_challenge_hazards_in_doubt", "service_challenge_hazards_low_volume", "service_challenge_hazards_journal_nearly_full"}}, {"service_challenge_challenge_ms", 4}}}
messages[3076] = {name = "Prime",
  fields = {{"prime_shot_id", 4}, {"prime_arm_token", 4}, {"prime_dose_nl", 4}, {"prime_rate_nl_per_s", 4}, {"prime_ttl_ms", 2}, {"prime_crit", 2}}}
messages[3077] = {name = "PrimeReply",
  fields = {{"prime_reply_shot_id", 4}, {"prime_reply_result", 1}, {"prime_reply_reason", 1}, {"prime_reply_limit", 1}, {"prime_reply_limit_value", 4}, {"prime_reply_outcome", 1}, {"prime_reply_dose_nl_given", 4}, {"prime_reply_queue_left", 1}}}
messages[3078] = {name = "Home",
  fields = {{"home_flags", 1}}}
messages[3079] = {name = "HomeReply",
  fields = {{"home_reply_state", 1}}}
messages[3080] = {name = "SelfTest",
  fields = {{"self_test_flags", 1}}}
messages[3081] = {name = "SelfTestReply",
  fields = {{"self_test_reply_state", 1}}}
messages[3082] = {name = "Jog",
  fields = {{"jog_depth_um", 4}, {"jog_dwell_ms", 2}}}
messages[3083] = {name = "JogReply",
  fields = {{"jog_reply_state", 1}}}

protocol.fields = f

-- Lua 5.2 of Wireshark has bit32, newer ones have a bit library of the same shape
local bits = bit32 or bit

local function crc32c(range)
  local crc = 0xFFFFFFFF
  for at = 0, range:len() - 1 do
    crc = bits.bxor(crc, range(at, 1):uint())
    for _ = 1, 8 do
      local carry = bits.band(crc, 1)
      crc = bits.rshift(crc, 1)
      if carry == 1 then crc = bits.bxor(crc, 0x82F63B78) end
    end
  end
  crc = bits.bxor(crc, 0xFFFFFFFF)
  if crc < 0 then crc = crc + 0x100000000 end
  return crc
end

function protocol.dissector(buffer, packet, tree)
  packet.cols.protocol = "MGP"
  if buffer:len() < 13 then return 0 end
  local root = tree:add(protocol, buffer())
  root:add(f.direction, buffer(0, 1))
  local first = buffer(1, 1)
  root:add(f.major, first)
  root:add(f.sealed, first)
  root:add(f.reply, first)
  root:add(f.retry, first)
  root:add(f.class, first)
  root:add(f.len, buffer(2, 1))
  root:add_le(f.msg, buffer(3, 2))
  root:add_le(f.session, buffer(5, 2))
  root:add_le(f.request, buffer(7, 2))
  local sealed = bits.band(first:uint(), 16) ~= 0
  local payload_bytes = buffer:len() - 13 - (sealed and 12 or 0)
  if payload_bytes < 0 then
    root:add_proto_expert_info(bad_length)
    return buffer:len()
  end
  if sealed then
    root:add_le(f.counter, buffer(buffer:len() - 16, 4))
    root:add(f.mac, buffer(buffer:len() - 12, 8))
  end
  local crc = buffer(buffer:len() - 4, 4)
  local crc_item = root:add_le(f.crc, crc)
  if crc:le_uint() ~= crc32c(buffer(1, buffer:len() - 5)) then
    crc_item:add_proto_expert_info(bad_crc)
  end
  local reply = bits.band(first:uint(), 8) ~= 0
  local key = buffer(3, 2):le_uint() * 2 + (reply and 1 or 0)
  local found = messages[key]
  if not found then
    root:add_proto_expert_info(unknown)
    packet.cols.info = string.format("unknown 0x%04x", buffer(3, 2):le_uint())
    return buffer:len()
  end
  root:add(f.message, found.name):set_generated()
  packet.cols.info = found.name
  local at, last = 9, 9 + payload_bytes
  local subtree = root:add(protocol, buffer(at, payload_bytes), found.name)
  local counted = 0
  for _, one in ipairs(found.fields) do
    if at + one[2] > last then
      subtree:add_proto_expert_info(bad_length)
      return buffer:len()
    end
    subtree:add_le(f[one[1]], buffer(at, one[2]))
    if one[3] then
      for _, flag in ipairs(one[3]) do subtree:add_le(f[flag], buffer(at, one[2])) end
    end
    if one[1] == found.count then counted = buffer(at, one[2]):le_uint() end
    at = at + one[2]
  end
  for number = 1, counted do
    if not found.many or at + found.size > last then
      subtree:add_proto_expert_info(bad_length)
      return buffer:len()
    end
    local item = subtree:add(protocol, buffer(at, found.size), found.title .. " " .. number)
    for _, one in ipairs(found.many) do
      item:add_le(f[one[1]], buffer(at, one[2]))
      at = at + one[2]
    end
  end
  if at ~= last then subtree:add_proto_expert_info(bad_length) end
  return buffer:len()
end

DissectorTable.get("wtap_encap"):add(wtap.USER0, protocol)
