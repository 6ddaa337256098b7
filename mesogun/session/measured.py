"""What the pistol measured of its last shots, held against what they were asked with.

A shot that was given otherwise than asked is an alarm, and no other follows it until a person has
looked: too much or too little at once, a little of either again and again, or a needle that ended
too high or too deep.
"""

from __future__ import annotations

from mesogun.record import Alarmed
from mesogun.session.counting import DOSE_TOLERANCE_PERCENT, is_off
from mesogun.session.model import Core
from mesogun.session.orders import ShotOrder

DEPTH_TOLERANCE_UM = 200
"""A depth measured further than this from the one asked is alarmed. A proposal, unverified."""
RUN_SHOTS = 20
"""Over so many shots together a smaller error counts too. A proposal, unverified (SR-20)."""
RUN_TOLERANCE_PERCENT = 5


def fired(
    core: Core, shot_id: int, order: ShotOrder, given: tuple[int, int], at_us: int
) -> tuple[Core, tuple[Alarmed, ...]]:
    """Take in a shot that was fired; `given` is its dose and its depth, as measured.

    Returns the core, which asks no further shot of this part where something is amiss, and what is
    to be told of it.
    """
    dose_nl, depth_um = given
    run = (*core.run, (int(order.dose_nl), dose_nl))[-RUN_SHOTS:]
    amiss = []
    if is_off(order.dose_nl, dose_nl):
        text = (
            f"shot {shot_id} gave {dose_nl} nL where {order.dose_nl} nL were asked: more than "
            f"{DOSE_TOLERANCE_PERCENT} % off"
        )
        amiss.append(("dose", text))
    elif has_drifted(run):
        asked_nl, given_nl = sum(one for one, _ in run), sum(one for _, one in run)
        text = (
            f"the last {RUN_SHOTS} shots gave {given_nl} nL where {asked_nl} nL were asked: more "
            f"than {RUN_TOLERANCE_PERCENT} % off together"
        )
        amiss.append(("drift", text))
    if abs(depth_um - order.depth_um) > DEPTH_TOLERANCE_UM:
        text = (
            f"shot {shot_id} went {depth_um} um deep where {order.depth_um} um were asked: more "
            f"than {DEPTH_TOLERANCE_UM} um off"
        )
        amiss.append(("depth", text))
    if not amiss:
        return core._replace(run=run), ()
    halt = f"{'; '.join(text for _, text in amiss)}: look at the pistol before you resume"
    alarms = tuple(Alarmed(at_us, kind, text) for kind, text in amiss)
    return core._replace(run=(), halt=halt), alarms


def has_drifted(run: tuple[tuple[int, int], ...]) -> bool:
    """Tell whether so many shots (asked, given) together are further off than they may be."""
    if len(run) < RUN_SHOTS:
        return False
    asked_nl, given_nl = sum(one for one, _ in run), sum(one for _, one in run)
    return abs(given_nl - asked_nl) * 100 > asked_nl * RUN_TOLERANCE_PERCENT
