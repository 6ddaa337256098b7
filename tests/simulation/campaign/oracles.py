"""The oracles: what must be true of every session, whatever went wrong in it.

They judge by the ghost, which nothing under test can read: what really left which needle, when, and
what the pistols and the host could know at that time. The letters are those of docs/simulation.md.
"""

from __future__ import annotations

from collections.abc import Iterator

from mesogun.errors import RecordError
from mesogun.record import (
    Ended,
    Entry,
    Intent,
    Opened,
    Outcome,
    Record,
    Replanned,
    fold,
)
from mesogun.record.journal import Chain, parse
from simulator.chance import Stream
from simulator.mechanics import Mechanics
from tests.simulation.campaign.bench import Truth
from tests.simulation.campaign.field import Played
from tests.simulation.campaign.plans import shots_of
from tests.simulation.campaign.play import CALM_US_MAX

ORACLES = (*(f"O{number}" for number in range(1, 14)), "availability")
"""All that are judged."""
SAFETY = ("O1", "O2", "O3", "O4", "O5", "O6", "O7", "O10", "O11", "O12")
_FIGURES = Mechanics.default()
DOSE_PPM = _FIGURES.gain_error_ppm + _FIGURES.dose_noise_ppm
DEPTH_UM = _FIGURES.depth_noise_um

ABORT_US = 200_000
"""From an abort to a pistol that hears no more polls: what is on the line already."""
TIME_US = 2_600_000
"""Half of the longest that a poll may take, with an application that stalls before it: so much can
hide of the pistol's clock."""

Found = Iterator[tuple[str, str]]


def judge(one: Played) -> list[tuple[str, str]]:
    """Return what is violated: (oracle, text)."""
    chain = Chain(len(one.entries), "")
    record = fold(one.entries, chain.entries, chain.head)
    intents = {each.shot_id: each for each in one.entries if isinstance(each, Intent)}
    return [
        *one.violations,
        *_once(one, intents),
        *_ordered(one, intents),
        *_recorded(one, record, intents),
        *_within(one),
        *_stopped(one),
        *_aborted(one),
        *_doubts(one),
        *_broken(one),
        *_calibrated(one),
        *_timed(one, intents),
        *_ended(one, record),
    ]


def _once(one: Played, intents: dict[int, Intent]) -> Found:
    """O1, O2, O12 and whose pistol it was."""
    sites: set[int] = set()
    ids = {
        truth.delivery.shot_id for truth in one.others if truth.pistol == one.home
    }  # an id belongs to one session
    for truth in one.truths:
        given = truth.delivery
        if truth.pistol != one.home:
            yield "O6", f"shot {given.shot_id} was fired by another pistol"
        if given.shot_id in ids:
            yield "O1", f"the id {given.shot_id} was fired twice"
        ids.add(given.shot_id)
        intent = intents.get(given.shot_id)
        if intent is None:
            yield "O2", f"shot {given.shot_id} was fired, and no intent says so"
            continue
        if intent.at_us > given.at_us:
            yield "O2", f"shot {given.shot_id} was fired before its intent was written"
        if intent.shot in sites:
            yield "O1", f"site {intent.shot} was given twice"
        sites.add(intent.shot)
        if not given.contact:
            yield "O12", f"shot {given.shot_id} was given into the air"


def _ordered(one: Played, intents: dict[int, Intent]) -> Found:
    """O5, O11: what was given is what the plan in force ordered; and never more."""
    orders = {}
    for digest, plan in one.plans.items():
        orders[digest] = shots_of(plan)
    in_force: dict[int, str] = {}
    digest = ""
    fired = {each.shot_id for each in one.entries if _is_fired(each)}
    for entry in one.entries:
        match entry:
            case Opened() | Replanned():
                digest = entry.plan_digest
            case Intent():
                in_force[entry.shot_id] = digest
            case _:
                pass
    for truth in one.truths:
        given = truth.delivery
        intent = intents.get(given.shot_id)
        if intent is None:
            continue
        order = orders[in_force[given.shot_id]][intent.shot]
        noise = order.dose_nl * DOSE_PPM // 1_000_000 + 1
        if given.dose_nl > order.dose_nl + noise:
            yield "O5", f"shot {given.shot_id} gave {given.dose_nl} nL of {order.dose_nl} nL"
        if given.shot_id in fired and given.dose_nl < order.dose_nl - noise:
            yield "O5", f"shot {given.shot_id}, fired, gave {given.dose_nl} of {order.dose_nl} nL"
        if abs(given.depth_um - order.depth_um) > DEPTH_UM:
            yield "O11", f"shot {given.shot_id} went {given.depth_um} um deep, not {order.depth_um}"


def _is_fired(entry: Entry) -> bool:
    return isinstance(entry, Outcome) and entry.outcome == "fired"


def _recorded(one: Played, record: Record, intents: dict[int, Intent]) -> Found:
    """O3 and O4: the record says what happened, or that it does not know."""
    opened = one.entries[0]
    assert isinstance(opened, Opened)
    given: dict[int, list[Truth]] = {}
    for truth in one.truths:
        if truth.delivery.shot_id in intents:
            given.setdefault(intents[truth.delivery.shot_id].shot, []).append(truth)
    told_nl: dict[int, int] = {}
    for prick, shot in zip(record.pricks, opened.shot_of, strict=True):
        told_nl[shot] = told_nl.get(shot, 0) + (prick.dose_nl_given or 0)
    for prick, shot in zip(record.pricks, opened.shot_of, strict=True):
        truths = given.get(shot, [])
        if prick.state == "given":
            if prick.shot_id not in {each.delivery.shot_id for each in truths}:
                yield "O3", f"prick {prick.index} is recorded as given, and was not"
            elif len(truths) == 1 and (
                (told_nl[shot], prick.depth_um_given)
                != (truths[0].delivery.dose_nl, truths[0].delivery.depth_um)
            ):
                yield "O3", f"prick {prick.index} is recorded with another dose than it got"
        elif prick.state == "not_given" and truths:
            yield "O4", f"prick {prick.index} was given, and is recorded as not given"


def _within(one: Played) -> Found:
    """O6, O7: every dose within what a person confirmed, and within the lease."""
    starts = sorted(one.armings, key=lambda each: each.at_us)
    shots = [0] * len(starts)
    volumes_nl = [0] * len(starts)
    last: Truth | None = None
    for truth in one.truths:
        given = truth.delivery
        mine = [
            k
            for k, each in enumerate(starts)
            if each.pistol == truth.pistol and each.at_us <= given.at_us
        ]
        if not mine:
            yield "O6", f"shot {given.shot_id} was fired, and nobody had armed the pistol"
            continue
        echo = starts[mine[-1]].echo
        shots[mine[-1]] += 1
        volumes_nl[mine[-1]] += given.dose_nl
        if given.dose_nl > echo.dose_nl_max + echo.dose_nl_max * DOSE_PPM // 1_000_000 + 1:
            yield "O6", f"shot {given.shot_id}: {given.dose_nl} nL above what was confirmed"
        if given.depth_um > echo.depth_um_max + DEPTH_UM:
            yield "O6", f"shot {given.shot_id}: {given.depth_um} um deeper than confirmed"
        # What a host has let go of may come to its end; nothing may begin.
        last_us = truth.began_us if truth.let_go else given.at_us
        if last_us > truth.lease_until_us:
            late_us = last_us - truth.lease_until_us
            yield "O7", f"shot {given.shot_id} was given {late_us} us after the lease had run out"
        if last is not None and last.pistol == truth.pistol:
            gap_us = given.at_us - last.delivery.at_us
            even = abs(given.dose_nl - last.delivery.dose_nl) * 50 < given.dose_nl
            if even and gap_us < echo.interval_ms_min * 1000 - 5_000:
                yield "O7", f"shot {given.shot_id} came {gap_us} us after the one before"
        last = truth
    for each, count, nl in zip(starts, shots, volumes_nl, strict=True):
        most_nl = each.echo.volume_nl_max
        if count > each.echo.shots_max:
            yield "O7", f"{count} shots in an arming for {each.echo.shots_max}"
        if nl > most_nl + most_nl * DOSE_PPM // 1_000_000 + count:
            yield "O7", f"{nl} nL in an arming for {most_nl} nL"


def _stopped(one: Played) -> Found:
    """SR-16: once a pistol was stopped, it gives nothing until somebody arms it again."""
    for which, stop_us, kind in one.stops:
        again = [
            each.at_us for each in one.armings if each.pistol == which and each.at_us > stop_us
        ]
        until_us = min(again, default=2**62)
        for truth in one.truths:
            if truth.pistol == which and stop_us < truth.delivery.at_us < until_us:
                yield "O7", f"shot {truth.delivery.shot_id} was given after a stop ({kind})"


def _aborted(one: Played) -> Found:
    """Abort wins: what an operator wants to stop gives nothing beyond one lease, whatever comes."""
    for which, at_us in one.wanted:
        armed = [each for each in one.armings if each.pistol == which]
        before = [each for each in armed if each.at_us <= at_us]
        if not before:
            continue
        until_us = min((each.at_us for each in armed if each.at_us > at_us), default=2**62)
        last_us = at_us + before[-1].echo.lease_ms * 1000 + ABORT_US
        for truth in one.truths:
            if truth.pistol == which and last_us < truth.delivery.at_us < until_us:
                late_ms = (truth.delivery.at_us - at_us) // 1000
                yield (
                    "O7",
                    f"shot {truth.delivery.shot_id}: {late_ms} ms after the abort was wanted",
                )


def _doubts(one: Played) -> Found:
    """A loss of power or of contact leaves one shot in doubt: no other doubt is honest."""
    doubts = sum(
        isinstance(each, Outcome) and each.outcome == "indeterminate" for each in one.entries
    )
    if doubts > one.losses + one.lifts:
        yield "O4", f"{doubts} shots in doubt after {one.losses} losses of power, {one.lifts} lifts"


def _broken(one: Played) -> Found:
    """O11: a part that does not do what it should ends it at the next shot, until it is mended."""
    for span in one.troubles:
        given = [
            truth
            for truth in one.truths
            if truth.pistol == span.pistol
            and span.from_us <= truth.began_us < span.until_us
            and truth.troubled
        ]
        # A loss of power before the fault is known hides it, unless a start finds it.
        most = {"needle_stands": 0, "needle_stays_in": 1}.get(span.kind, 1 + one.losses)
        if len(given) > most:
            yield "O11", f"{len(given)} shots were given with trouble: {span.kind}"


def _calibrated(one: Played) -> Found:
    """O6: no more shots than a calibration was made for, until there is another."""
    for k, each in enumerate(one.calibrations):
        later = [n.at_us for n in one.calibrations[k + 1 :] if n.pistol == each.pistol]
        until_us = min(later, default=2**62)
        given = [
            truth
            for truth in (*one.truths, *one.others)
            if truth.pistol == each.pistol and each.at_us <= truth.began_us < until_us
        ]
        if each.sure and len(given) > each.shots_max:
            yield "O6", f"{len(given)} shots with a calibration for {each.shots_max}"


def _timed(one: Played, intents: dict[int, Intent]) -> Found:
    """What the record says of when a shot began is so, to what the line lets a host know."""
    orders = shots_of(next(iter(one.plans.values())))
    stopped = {each.delivery.shot_id: each.delivery.at_us for each in one.truths}
    for entry in one.entries:
        if not isinstance(entry, Outcome) or entry.fired_at_us is None:
            continue
        at_us, intent = stopped.get(entry.shot_id), intents.get(entry.shot_id)
        if at_us is None or intent is None:
            continue
        if entry.fired_at_us < intent.at_us:
            yield "O3", f"shot {entry.shot_id} is recorded as begun before it was asked"
        took_us = at_us - entry.fired_at_us
        if not -TIME_US <= took_us <= orders[intent.shot].motion_us + TIME_US:
            yield (
                "O3",
                f"shot {entry.shot_id} is recorded {took_us // 1000} ms before its dose ended",
            )


def _ended(one: Played, record: Record) -> Found:
    """O9: with the faults over, the session ends, and nothing is left open."""
    settled = {each.shot_id for each in one.entries if isinstance(each, Outcome)}
    for entry in one.entries:
        if isinstance(entry, Intent) and entry.shot_id not in settled:
            yield "O9", f"nobody ever learned what became of shot {entry.shot_id}"
    last = one.entries[-1]
    if not isinstance(last, Ended):
        yield "O9", f"the journal ends with {type(last).__name__}"
    if one.outcomes[-1] != "complete" and not _was_stopped(one):
        yield "O9", f"without faults it still ends as {one.outcomes[-1]}: {record.why}"
    if one.calm_us > CALM_US_MAX:
        yield "O9", f"without faults it took {one.calm_us / 1e6:.0f} s beyond its shots"
    if record.outcome == "complete":
        asked = {each.shot for each in one.entries if isinstance(each, Intent)}
        doses = {}
        opened = one.entries[0]
        assert isinstance(opened, Opened)
        for row, shot in enumerate(opened.shot_of):
            doses[shot] = record.pricks[row].dose_nl_planned
        left = set(range(opened.shots)) - asked
        if any(doses[shot] for shot in left):
            yield "O9", f"complete, and shots {sorted(left)} were never asked"


def _was_stopped(one: Played) -> bool:
    return not one.draws.goes_on and "aborted" in one.outcomes


def judge_chain(one: Played, seed: int) -> Found:
    """O10: exactly the bytes that were written are accepted; no edit passes."""
    entries, chain = parse(one.data, "journal")
    if tuple(one.entries) != entries:
        yield "O10", "the journal does not read as it was read before"
    chance = Stream(seed, "edits")
    lines = one.data.splitlines(keepends=True)
    for _ in range(4):
        at = chance.below(len(one.data))
        bent = bytearray(one.data)
        bent[at] ^= 1 << chance.below(8)
        drop = chance.between(1, len(lines) - 1)
        for edited in (bytes(bent), b"".join(lines[:drop] + lines[drop + 1 :])):
            try:
                parse(edited, "journal", chain)
            except RecordError:
                continue
            yield "O10", "an edited journal is accepted"
