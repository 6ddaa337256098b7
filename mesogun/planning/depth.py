"""How deep each prick goes: what the zone asks, refused (never clamped) beyond a limit."""

from __future__ import annotations

from mesogun.errors import PlanError
from mesogun.planning.limits import Limits
from mesogun.planning.place.region import mm
from mesogun.planning.prescription import Zone

DEPTH_UM_MAX = 1_000_000


def depth_of(zone: Zone, index: int, limits: Limits) -> int:
    """Return the depth in um of every prick of `zone`.

    Raises:
        PlanError: the depth is not above 0, beyond the area's cap, or beyond the needle.
    """
    depth = int(zone.depth_um)
    if not 0 < depth <= DEPTH_UM_MAX:
        raise PlanError(f"zone {zone.name!r}: depth is {mm(depth)}; no needle goes there")
    for bound in (limits.of("depth_um_max", index), limits.of("needle_depth_um_max")):
        if depth > bound.value:
            raise PlanError(
                f"zone {zone.name!r}: depth {mm(depth)} is beyond {bound.name} = {mm(bound.value)} "
                f"[{bound.origin}]; ask for {mm(bound.value)} or less"
            )
    return depth
