"""Arming in two steps: the pistol's limits, the challenge that echoes ours, a person, the token."""

from __future__ import annotations

from firmware_protocol.messages import (
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ArmRequest,
    Feature,
    Hazard,
    LimitLayer,
    Limits,
)
from firmware_protocol.units import Micrometres, Milliseconds, Nanolitres, NanolitresPerSecond
from mesogun.record import Alarmed, Armed
from mesogun.session import asks
from mesogun.session.model import (
    PATIENCE,
    Arming,
    Briefing,
    Challenging,
    Confirmed,
    Confirming,
    Core,
    Limiting,
    Step,
)
from mesogun.session.orders import TTL_MS

LEASE_MS_MIN, LEASE_MS_MAX = 100, 1000
"""What the protocol allows a lease to be."""
SHOTS_MAX = DEPTH_UM_MAX = 0xFFFF
"""What a request to be armed can carry: it is short, so that an abort never waits for it."""
IDLE_US = 600_000_000
"""Nobody stands at a session whose question is answered this late: who answers need not be who
began it. A proposal, unverified (SR-26)."""
IDLE = "nobody answered for ten minutes, and what was asked is forgotten: resume, and confirm anew"
LEASE_ROUND_TRIPS = 6
"""At least so many round trips of the line fit into a lease."""


def limited(phase: Limiting, limits: Limits, at_us: int) -> Step:
    """Compare what is left of the plan with the limits in force; ask to be armed within them."""
    core = phase.core
    if limits.layer is not LimitLayer.EFFECTIVE:
        text = f"asked for the limits in force, the pistol answered with {limits.layer.name}"
        return asks.fault(core, "contradiction", text, at_us)
    # Two requests and their repeats must fit between two renewals: a slow line needs a longer one.
    wanted_ms = max(core.lease_ms, LEASE_ROUND_TRIPS * core.round_trip_us // 1000)
    longest_ms = min(limits.lease_ms_max, LEASE_MS_MAX)
    lease_ms = max(LEASE_MS_MIN, limits.lease_ms_min, min(wanted_ms, longest_ms))
    ttl_ms = max(1, min(TTL_MS, limits.ttl_ms_max))
    core = core._replace(limits=limits, lease_ms=lease_ms, ttl_ms=ttl_ms)
    broken = _broken(core, limits)
    if broken:
        return asks.fault(core, "limit", broken, at_us)
    request = _arm_request(core, limits)
    return Step(Challenging(core, request, at_us), request=request)


def _stretches(core: Core) -> list[list[int]]:
    """Cut what is left at the pauses in which a person confirms anew: one arming each."""
    stretches: list[list[int]] = []
    stop = 0
    for shot in core.ledger.left:
        if shot >= stop:
            stop = core.orders.stop_after(shot)
            stretches.append([])
        stretches[-1].append(shot)
    return stretches


def _broken(core: Core, limits: Limits) -> str:
    orders = [core.orders.shots[shot] for shot in core.ledger.left]
    stretches = [[core.orders.shots[shot] for shot in some] for some in _stretches(core)]
    volumes = [sum(one.dose_nl for one in some) for some in stretches]
    doses = [one.dose_nl for one in orders]
    at_most = (
        ("dose_nl_max", "nL", max(doses), limits.dose_nl_max),
        (
            "depth_um_max",
            "um",
            max(one.depth_um for one in orders),
            min(limits.depth_um_max, DEPTH_UM_MAX),
        ),
        (
            "rate_nl_per_s_max",
            "nL/s",
            max(one.rate_nl_per_s for one in orders),
            limits.rate_nl_per_s_max,
        ),
        ("dwell_ms_max", "ms", max(one.dwell_ms for one in orders), limits.dwell_ms_max),
        ("shots_max", "shots", max(map(len, stretches)), min(limits.shots_max, SHOTS_MAX)),
        ("volume_nl_max", "nL", max(volumes), limits.volume_nl_max),
        ("lease_ms_max", "ms", core.lease_ms, min(limits.lease_ms_max, LEASE_MS_MAX)),
        ("ttl_ms_max", "ms", core.ttl_ms, limits.ttl_ms_max),
    )
    for name, unit, need, bound in at_most:
        if need > bound:
            return _named(name, unit, need, bound, "at most")
    if min(doses) < limits.dose_nl_min:
        return _named("dose_nl_min", "nL", min(doses), limits.dose_nl_min, "at least")
    return ""


def _named(name: str, unit: str, need: int, bound: int, word: str) -> str:
    return (
        f"the plan needs {need} {unit}, and the pistol allows {word} {bound} {unit} ({name}): "
        "plan again within this limit, or have the pistol's limits changed by who is allowed to"
    )


def _arm_request(core: Core, limits: Limits) -> ArmRequest:
    left = _stretches(core)[0]
    orders = [core.orders.shots[shot] for shot in left]
    return ArmRequest(
        shots_max=len(orders),
        volume_nl_max=Nanolitres(sum(one.dose_nl for one in orders)),
        dose_nl_max=Nanolitres(max(one.dose_nl for one in orders)),
        depth_um_max=Micrometres(max(one.depth_um for one in orders)),
        rate_nl_per_s_max=NanolitresPerSecond(max(one.rate_nl_per_s for one in orders)),
        interval_ms_min=Milliseconds(min(asks.interval_ms(core, shot) for shot in left)),
        lease_ms=Milliseconds(core.lease_ms),
        limits_revision=limits.revision,
        calibration_id=core.hello.calibration_id if core.hello else 0,
        plan_digest=core.orders.name_for_pistol(core.past.session),
    )


def challenged(phase: Challenging, challenge: ArmChallenge, at_us: int) -> Step:
    """Compare the echo with what was asked; only an exact one is shown to a person."""
    core = phase.core
    echo = challenge._asdict()
    for name, asked in phase.request._asdict().items():
        if echo[name] != asked:
            text = f"asked to be armed with {name} {asked}, the pistol would enforce {echo[name]}"
            return asks.fault(core, "echo", text, at_us)
    simulated = bool(core.hello and core.hello.features & Feature.SIMULATED)
    if bool(challenge.hazards & Hazard.SIMULATED) != simulated:
        text = "the pistol contradicts itself about being simulated"
        return asks.fault(core, "contradiction", text, at_us)
    entries: tuple[Alarmed, ...] = ()
    if challenge.hazards & Hazard.LOW_VOLUME:
        text = f"the syringe holds less than the {challenge.volume_nl_max} nL that are left to give"
        entries = (Alarmed(at_us, "low_volume", text),)
    until_us = phase.asked_at_us + challenge.challenge_ms * 1000
    due = core.orders.due(core.ledger.left[0])
    # At the beginning of a part as well: who resumes may have changed needle or syringe before.
    briefing = Briefing(due, core.redosed, prime=bool(due) or core.arms == 0)
    phase_now = Confirming(core, challenge, until_us)
    return Step(phase_now, entries, confirm=challenge, briefing=briefing)


def confirmed(phase: Confirming, event: Confirmed, at_us: int) -> Step:
    """Send the second step, unless the pistol has forgotten the first meanwhile."""
    core, challenge = phase.core, phase.challenge
    if at_us >= phase.until_us - challenge.challenge_ms * 1000 + IDLE_US:
        return asks.close(core, "interrupted", IDLE, at_us)
    if at_us >= phase.until_us:
        # What was confirmed is gone: the pistol is asked anew, and so is the person.
        return asks.survey(core, at_us)
    request = ArmConfirm(challenge.nonce)
    return Step(Arming(core, challenge, event.by, at_us), request=request)


def declined(phase: Confirming, at_us: int) -> Step:
    """End without having armed anything; the pistol's challenge runs out by itself."""
    return asks.close(phase.core, "aborted", "the operator did not confirm the arming", at_us)


def armed(phase: Arming, reply: ArmReply, at_us: int) -> Step:
    """Begin to fire, if the budget is what was confirmed."""
    challenge = phase.challenge
    core = phase.core._replace(
        token=reply.arm_token,
        stop=phase.core.orders.stop_after(phase.core.ledger.left[0]),
        arms=phase.core.arms + 1,
        polled_at_us=phase.asked_at_us,
        patience=PATIENCE,
        budget=(reply.shots_left, reply.volume_nl_left),
        syringe_nl=None,  # who confirmed it may have primed a needle or changed the syringe before
    )
    entry = Armed(at_us, reply.lease_ms, phase.confirmed_by)
    given = (reply.shots_left, reply.volume_nl_left, reply.lease_ms)
    if given != (challenge.shots_max, challenge.volume_nl_max, challenge.lease_ms):
        text = (
            f"armed with {given[0]} shots, {given[1]} nL and a lease of {given[2]} ms, which is "
            "not what was confirmed"
        )
        return asks.fault(core, "echo", text, at_us, (entry,))
    return asks.look(core, at_us, (entry,))
