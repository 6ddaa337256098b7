"""Another host that gives a session of its own with the same pistol, while the first is away."""

from __future__ import annotations

from contextlib import suppress

from firmware_protocol.messages import ArmChallenge
from mesogun.dryrun import VirtualPistol
from mesogun.errors import RecordError
from mesogun.record import Connected, Intent, Journal, read_chained
from mesogun.session import Briefing, opening, run
from simulator.pistol import uid_of
from tests.simulation.campaign.field import Field, Visit
from tests.simulation.tiny import tiny_plan

SETTLE_US = 2_000_000


def visit(place: Field) -> None:
    """Let a visitor give one or two shots; the weather is what it is, and nothing else fails."""
    world, chance = place.world, place.chance
    stranger = place.draws.stranger
    place.witness("stranger" if stranger else "visit", place.bench.state_at(world.now_us))
    plan = tiny_plan(chance.between(1, 2))
    path = place.path.with_name("visitor")
    path.unlink(missing_ok=True)
    opened = opening(
        plan, session_id="v", started=place.wall, prescription_sha256="", simulated=True
    )
    from_us = world.now_us
    place.bench.clear_asked_us = 2**62
    pistol = place.taken()
    if stranger:
        pistol = VirtualPistol(world, first_request=chance.between(1, 0xFFFF))
    with Journal.create(path) as journal, suppress(RecordError):
        journal.append(opened)
        run(
            plan,
            pistol,
            journal,
            history=(opened,),
            confirm=_agreed,
            progress=_unwatched,
            wall=lambda: place.wall,
            seed=place.draws.seed,
            nonce=chance.bits64(),
        )
    pistol.close()
    world.play_all(world.now_us + SETTLE_US)
    place.bench.clear_asked_us = world.now_us
    entries, _ = read_chained(path)
    if stranger and any(isinstance(one, Intent) for one in entries):
        place.violate("O6", "a visitor without the key came as far as a shot")
    ids = frozenset(one.shot_id for one in entries if isinstance(one, Intent))
    met = [one.pistol_uid for one in entries if isinstance(one, Connected)]
    uids = [f"{uid_of(2 * place.draws.seed + one):016x}" for one in (0, 1)]
    which = uids.index(met[0]) if met else None
    place.told.visits.append(Visit(which, from_us, world.now_us, ids))


def _agreed(_echo: ArmChallenge, _briefing: Briefing) -> str | None:
    return "visitor"


def _unwatched(_: object) -> None:
    """Nobody watches."""
