"""One seed played to its end: the real session, link and journal against twins, lines and a disk.

First everything may go wrong; then nothing does, and the session has to come to its end.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from zlib import crc32

from firmware_protocol.messages import FaultCode, PistolState
from mesogun.dryrun import HostRestart
from mesogun.errors import RecordError
from mesogun.record import Entry, Intent, Journal, Outcome, ending_of, read_chained
from mesogun.session import opening, plan_in_force, run
from simulator.pistol import uid_of
from tests.simulation.campaign.bench import Truth
from tests.simulation.campaign.draws import Draws, draw
from tests.simulation.campaign.field import Field, HostPort, Played, Visit
from tests.simulation.campaign.technician import MANY, calibrate
from tests.simulation.campaign.visitor import visit

_PARTS = (FaultCode.NEEDLE.name, FaultCode.PLUNGER.name)
PARTS_FAULTY = 7
PARTS_CALM = 4
DRAIN_US = 21_000_000
"""Beyond what the line may hold a chunk back."""
CALM_US_MAX = 30_000_000
"""Within this, beside the time of the shots, a session without faults has to end."""
START = "2026-11-21T09:00:00.000Z"


def play(seed: int, folder: Path, *, wall: str = START, draws: Draws | None = None) -> Played:
    """Play `seed`, and return what happened; the journal is written in `folder`.

    `draws` are what it drew once, None: what it draws now.
    """
    place = Field(draw(seed) if draws is None else draws, folder, wall)
    journal, history = _opened(place)
    goes_on = True
    _calibrate(place, 0)
    for part in range(PARTS_FAULTY):
        outcome = _part(place, journal, history, part)
        place.told.outcomes.append(outcome)
        if outcome == "complete":
            break
        _between(place)
        _calibrate(place, part + 1)
        if outcome == "killed" and place.draws.visit and not place.told.visits:
            visit(place)
        if outcome == "aborted" and not place.draws.goes_on:
            goes_on = False
            break
        journal, history = _reopened(place)
        if _complete(history):
            journal.close()
            place.told.outcomes.append("complete")
            break
    _calm_down(place)
    if place.told.outcomes[-1] != "complete":
        _finish(place, goes_on=goes_on)
    return _told(place)


def _opened(place: Field) -> tuple[Journal, Sequence[Entry]]:
    journal = Journal.create(place.path, sync=place.disk.sync, write=place.disk.write)
    opened = opening(
        place.plan, session_id="s", started=place.wall, prescription_sha256="", simulated=True
    )
    journal.append(opened)
    place.disk.calm = False
    return journal, (opened,)


def _reopened(place: Field) -> tuple[Journal, Sequence[Entry]]:
    disk = place.disk
    disk.reopened()
    calm, disk.calm = disk.calm, True
    journal, history = Journal.reopen(place.path, sync=disk.sync, write=disk.write)
    disk.calm = calm
    disk.intents.update(one.shot_id for one in history if isinstance(one, Intent))
    place.plan = place.told.plans[plan_in_force(history[0], history)]  # type: ignore[arg-type]
    return journal, history


def _part(place: Field, journal: Journal, history: Sequence[Entry], part: int) -> str:
    chance, began_us = place.chance, place.world.now_us
    place.port = place.taken()
    try:
        ended = run(
            place.plan,
            HostPort(place, place.port),
            journal,
            history=history,
            confirm=place.confirm,
            progress=_unwatched,
            wall=lambda: place.wall,
            clock_us=place.world.now_us,
            seed=place.draws.seed,
            nonce=chance.bits64(),
            keep=place.keep,
        )
    except HostRestart:
        return "killed"
    except RecordError as why:
        if not place.disk.failed:
            place.violate("availability", f"the record is refused: {why}")
        return "disk"
    else:
        if ended.outcome == "fault" and not _is_honest(place, ended.why):
            place.violate("availability", f"part {part + 1} ends as a fault: {ended.why}")
        return ended.outcome
    finally:
        place.told.treated_us += place.world.now_us - began_us
        place.port.close()
        journal.close()


def _is_honest(place: Field, why: str) -> bool:
    """Whether that is a reason to end as a fault, of a pistol that does what it should."""
    # With another pistol connected, a session stays as it had ended.
    if "this session was begun on pistol" in why:
        return True
    if "reports a fault" in why:
        # of a part that was out of order, or one that needs no such reason
        kinds = {one.kind.upper().split("_")[0] for one in place.bench.troubles}
        return not any(f"fault: {name}" in why and name not in kinds for name in _PARTS)
    if f"refused: WRONG_STATE ({PistolState.FAULT}," in why:
        return True  # it was stopped in its self-test, and its journal is full
    if "its calibration was made for" in why:
        return any(one.shots_max < MANY for one in place.told.calibrations)
    # A visitor may have used ids of a block that was ours: a person has to look, once.
    return bool(place.told.visits) and "this journal never asked for it" in why


def _calibrate(place: Field, part: int) -> None:
    """Let a technician come after that part, if one does."""
    for after, shots_max in place.draws.calibrated:
        if after == part:
            place.world.play_all(place.world.now_us + place.draws.selftest_us)
            calibrate(place, shots_max)


def _between(place: Field) -> None:
    """Let some time pass until a person has started the host again, with a look at the cable."""
    world, chance = place.world, place.chance
    longest_us = 150_000 if chance.happens(0.5) else 2_000_000
    world.play_all(world.now_us + chance.between(20_000, longest_us))
    place.bench.repair(world.now_us)
    home = _home(place)
    if home is not None and place.bench.which != home and chance.happens(0.6):
        place.bench.which = home


def _home(place: Field) -> int | None:
    """Return which pistol the session is bound to, as its journal says."""
    mark = place.path.read_bytes()
    for which in (0, 1):
        uid = f"{uid_of(2 * place.draws.seed + which):016x}"
        if b'"pistol_uid":"%s"' % uid.encode() in mark:
            return which
    return None


def _calm_down(place: Field) -> None:
    """From here on nothing goes wrong any more; what is on its way arrives."""
    world, bench = place.world, place.bench
    world.play_all(world.now_us + DRAIN_US)
    place.calm = place.disk.calm = True
    for line in place.lines:
        line.calm()
    bench.settle(world.now_us)
    home = _home(place)
    bench.which = bench.which if home is None else home
    place.told.home = bench.which
    bench.repair(world.now_us)
    world.play_all(world.now_us + 500_000)


def _finish(place: Field, *, goes_on: bool) -> None:
    """Resume without faults: within a few parts and a bounded time everything is settled."""
    world = place.world
    for part in range(PARTS_CALM):
        journal, history = _reopened(place)
        if _complete(history):
            journal.close()
            place.told.outcomes.append("complete")
            return
        settled = {one.shot_id for one in history if isinstance(one, Outcome)}
        open_ones = [
            one for one in history if isinstance(one, Intent) and one.shot_id not in settled
        ]
        if not goes_on and part and not open_ones:
            journal.close()
            return
        before_us, shots = world.now_us, len(place.bench.truths)
        outcome = _part(place, journal, history, PARTS_FAULTY + part)
        place.told.outcomes.append(outcome)
        given = len(place.bench.truths) - shots
        took_us = world.now_us - before_us - 2_000_000 * given
        place.told.calm_us = max(place.told.calm_us, took_us)
        world.play_all(world.now_us + 500_000)
        if outcome == "complete":
            return
        if place.told.calibrations and place.told.calibrations[-1].shots_max < MANY:
            calibrate(place, MANY)


def _complete(history: Sequence[Entry]) -> bool:
    last = ending_of(history)
    return last is not None and last.outcome == "complete"


def _told(place: Field) -> Played:
    told, world = place.told, place.world
    world.play_all(world.now_us + 1_000_000)
    place.bench.advance(world.now_us)
    told.entries, _ = read_chained(place.path)
    told.data = place.path.read_bytes()
    told.others = [one for one in place.bench.truths if _is_visitors(one, told.visits)]
    told.truths = [one for one in place.bench.truths if not _is_visitors(one, told.visits)]
    told.losses = place.bench.losses[told.home]
    told.lifts, told.troubles = place.bench.lifts[told.home], place.bench.troubles
    told.ended_us = world.now_us
    digest = crc32(repr([one.delivery for one in place.bench.truths]).encode())
    for line in place.lines:
        digest = crc32(b"%d" % line.digest, digest)
    told.digest = digest
    return told


def _is_visitors(truth: Truth, visits: Sequence[Visit]) -> bool:
    # On another pistol the same id may be this session's own, still on its way to its end.
    return any(
        one.pistol == truth.pistol
        and one.from_us <= truth.delivery.at_us <= one.until_us
        and truth.delivery.shot_id in one.ids
        for one in visits
    )


def _unwatched(_: object) -> None:
    """Nobody watches."""


def folder_in_memory() -> str | None:
    """Return where files cost no disk, None: wherever this machine keeps temporary ones."""
    return "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112
