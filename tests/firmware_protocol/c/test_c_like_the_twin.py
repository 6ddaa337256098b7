"""The C core and the Python twin, asked the same by an adversary: equal to the byte.

Replies, memory, state, deliveries, and when something will happen next, after every step.
"""

from __future__ import annotations

import os
from collections import Counter
from typing import Any

import pytest

from firmware_protocol import messages as m
from firmware_protocol.frame import Deframer, encode
from firmware_protocol.seal import Key
from simulator.journal import Journal
from simulator.memory import Memory
from tests.adversary_kit import Adversary, Step
from tests.pair_kit import Pair

SEEDS = int(os.environ.get("CORE_SEEDS", "24"))
STEPS = int(os.environ.get("CORE_STEPS", "300"))
FIRST = int(os.environ.get("CORE_FIRST_SEED", "0"))


def run(library: Any, seed: int, seen: Counter[str], secret: bytes = b"") -> int:
    key = Key(secret) if secret else None
    pair, frames = Pair(library, seed, secret), 0
    adversary = Adversary(seed, key=key, body=True)
    for step in adversary.steps(STEPS):
        back = pair.take(step)
        adversary.heard(back, next_us=pair.twin.next_event_us(), is_powered=pair.twin.is_powered)
        frames += step.what == "bytes"
        seen[step.what] += 1
        seen[pair.twin.state.name] += 1
        for frame in Deframer().feed(back):
            seen[_name_of(m.from_frame(frame))] += 1
            seen["sealed" if frame.seal else "not sealed"] += 1
    seen["deliveries"] += len(pair.told[0])
    kept = Journal(Memory.from_image(pair.twin.memory.image()), 1)
    for one in kept.read(max(1, kept.oldest), 1_024):
        seen[f"{one.kind.name} {one.outcome.name} {one.reason.name}"] += 1
    seen["in service"] += sum(one.service for one in pair.told[0])
    return frames


def _name_of(reply: m.Message) -> str:
    match reply:
        case m.ShotReply():
            return f"shot {reply.result.name} {reply.reason.name}"
        case m.PrimeReply():
            return f"prime {reply.result.name} {reply.reason.name}"
        case m.ErrorReply():
            return f"error {reply.code.name}"
        case m.Resolution():
            return f"resolution {reply.outcome.name}"
        case m.Status() if reply.fault:
            return f"fault {reply.fault.name}"
    return type(reply).__name__


def test_both_answer_journal_and_move_alike_whatever_comes(one_core: Any) -> None:
    seen: Counter[str] = Counter()
    frames = 0
    for seed in range(FIRST, FIRST + SEEDS):
        try:
            frames += run(one_core, seed, seen)
        except AssertionError as differ:
            pytest.fail(f"CORE_FIRST_SEED={seed} CORE_SEEDS=1 CORE_STEPS={STEPS}\n{differ}")
    assert frames > SEEDS * STEPS // 2
    # the adversary reached what matters
    wanted = {state.name for state in m.PistolState} - {"SELFTEST", "FAULT"}
    wanted |= {"cut", "on", "tear", "button", "break", "dtr", "pass", "deliveries"}
    wanted |= {"shot ACCEPTED NONE", "shot REFUSED TOKEN", "shot REFUSED LIMIT"}
    wanted |= {"shot REFUSED ID_OLD", "shot STORED VOIDED", "resolution NOT_FIRED", "Status"}
    wanted |= {"ArmReply", "ClearAbortReply", "JournalRecords", "error JOURNAL_UNREAD"}
    wanted |= {"SetBaudReply", "PingReply", "DescribeChunk", "LimitsStaged", "LimitsCommitted"}
    wanted |= {"Calibration", "CalibrationStaged", "CalibrationCommitted"}
    wanted |= {
        "ServiceChallenge",
        "HomeReply",
        "JogReply",
        "SelfTestReply",
        "error ON_SKIN",
        "in service",
    }
    wanted |= {"prime ACCEPTED NONE", "prime REFUSED TOKEN", "prime REFUSED LIMIT"}
    wanted |= {"error WRONG_HASH", "error CALIBRATION_SPENT", "error CALIBRATION"}
    wanted |= {"error NOT_STAGED", "error WRONG_CRC", "error NEEDS_PERSON", "error LIMIT"}
    wanted |= {"meet", "lift", "mend", "hold only", "fault NEEDLE", "fault PLUNGER"}
    wanted |= {"OUTCOME PARTIAL STATE", "OUTCOME INDETERMINATE STATE", "OUTCOME PARTIAL EMPTY"}
    assert wanted <= set(seen), wanted - set(seen)


def test_both_believe_and_seal_alike_with_a_key(one_core: Any) -> None:
    seen: Counter[str] = Counter()
    for seed in range(FIRST, FIRST + SEEDS // 2):
        try:
            run(one_core, seed, seen, SECRET)
        except AssertionError as differ:
            pytest.fail(f"CORE_FIRST_SEED={seed} CORE_SEEDS=2 CORE_STEPS={STEPS}\n{differ}")
    wanted = {"ARMED", "FIRING", "ABORTED", "deliveries", "Status", "ArmReply", "sealed"}
    assert wanted <= set(seen), wanted - set(seen)
    assert seen["deliveries"] > 10
    assert seen["sealed"] > 20 * seen["not sealed"]  # AbortReply, where no session was opened


def test_a_power_cut_at_every_byte_of_a_shot_leaves_the_same_memory(one_core: Any) -> None:
    """The memory fails after each count of bytes, from arming past the outcome, and comes back."""
    outcomes: Counter[str] = Counter()
    for count in range(0, 340, 3):
        pair = Pair(one_core, 3)
        host = Adversary(3, power=False)

        def ask(message: Any, pair: Pair = pair, host: Adversary = host) -> Any:
            host.request += 1
            session = 0 if isinstance(message, m.Hello) else host.session
            wire = m.to_frame(message, session=session or 1, request=host.request)
            back = pair.take(Step("bytes", host.now_us, encode(wire._replace(session=session))))
            host.heard(back, next_us=None, is_powered=pair.twin.is_powered)
            found = [m.from_frame(one) for one in Deframer().feed(back)]
            return found[0] if found else None

        ask(m.Hello(m.MAJOR, 0, 0, 1))
        ask(m.Poll(0, 1, host.head))
        ask(m.Poll(0, 1, host.head))
        ask(ARMING)
        ask(m.ArmConfirm(host.nonce))
        host.odd = 0.0
        host.random.seed(5)
        shot = host._shot()._replace(ttl_ms=5_000, dwell_ms=0, trigger=m.Trigger.HELD)
        pair.take(Step("tear", host.now_us, count=count))
        ask(shot._replace(interval_ms=500))
        for _ in range(40):
            host.now_us += 50_000
            host.tick += 1
            ask(m.Poll(host.token, host.tick, 0))
        pair.take(Step("on", host.now_us))
        ask(m.Hello(m.MAJOR, 0, 0, 2))
        told = ask(m.Resolve(shot.shot_id))
        outcomes[_name_of(told)] += 1
    assert {"resolution FIRED", "resolution INDETERMINATE", "resolution NOT_FIRED"} <= set(outcomes)


SECRET = bytes(range(32))
ARMING = m.ArmRequest(
    shots_max=100,
    volume_nl_max=m.Nanolitres(1_000_000),
    dose_nl_max=m.Nanolitres(20_000),
    depth_um_max=m.Micrometres(2_000),
    rate_nl_per_s_max=m.NanolitresPerSecond(200_000),
    interval_ms_min=m.Milliseconds(110),
    lease_ms=m.Milliseconds(300),
    limits_revision=1,
    calibration_id=0,
    plan_digest=7,
)


@pytest.mark.parametrize(
    ("last", "tick"), [(2**32 - 1, 0), (5, 5 + 2**31), (5, 6 + 2**31), (5, 4), (5, 5)]
)
def test_both_renew_a_lease_and_count_a_stop_alike(one_core: Any, last: int, tick: int) -> None:
    pair, number, session, now_us = Pair(one_core, 3), 0, 0, 1_000_000

    def ask(message: Any) -> Any:
        nonlocal number
        number += 1
        ses = 0 if isinstance(message, m.Hello) else session
        frame = m.to_frame(message, session=ses, request=number)
        back = pair.take(Step("bytes", now_us, encode(frame)))
        return m.from_frame(Deframer().feed(back)[0])

    session = ask(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1)).session
    ask(m.Poll(0, 1, ask(m.Poll(0, 1, 0)).journal_head))
    told = ask(m.LimitsGet(m.LimitLayer.EFFECTIVE))
    challenge = ask(m.ArmRequest(1, 10_000, 10_000, 600, 10_000, told.interval_ms_min, 300,
                                 told.revision, 0, 7))  # fmt: skip
    token = ask(m.ArmConfirm(challenge.nonce)).arm_token
    head = ask(m.Poll(token, last, 0)).journal_head
    now_us += 200_000
    renews = 1 <= (tick - last) % 2**32 <= 2**31
    assert ask(m.Poll(token, tick, head)).lease_ms_left == (300 if renews else 100)
    ids = [ask(m.Abort(1)).abort_id for _ in range(3)]
    ask(m.Poll(0, 1, ask(m.Poll(0, 1, 0)).journal_head))
    ids += [ask(m.Abort(1)).abort_id for _ in range(3)]
    assert ids == [1, 1, 1, 2, 2, 2]
    assert ask(m.ClearAbort(1)).code is m.ErrorCode.WRONG_ABORT_ID
