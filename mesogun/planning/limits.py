"""Which bounds hold in this plan: every limit with its origin; of several the tightest wins."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import lcm

from mesogun.errors import PlanError
from mesogun.planning.prescription import Limit, Prescription, Zone

ZONE_LIMITS = (
    "dose_nl_max",
    "dose_nl_min",
    "depth_um_max",
    "spacing_um_min",
    "spacing_um_max",
    "margin_um_min",
    "area_dose_nl_per_cm2_max",
)
SESSION_LIMITS = (
    "volume_nl_max",
    "dose_quantum_nl_min",
    "needle_depth_um_max",
    "syringe_volume_nl_max",
    "pricks_max",
)
NEEDLED_ZONE_LIMITS = (
    "depth_um_max",
    "margin_um_min",
    "area_dose_nl_per_cm2_max",
    "passes_max",
    "hand_um_per_s_min",
    "hand_um_per_s_max",
)
"""Instead, where a pen or a roller needles: nothing is injected, and no prick has its place."""
NEEDLED_SESSION_LIMITS = ("volume_nl_max", "needle_depth_um_max")
OPTIONAL_LIMITS = ("needle_pricks_max",)
"""On the session, too; these may be missing."""
COMPONENT = "component_ug_max:"
"""Opens the name of the bound on one component in the whole session."""
VALUE_MAX = 10**12
PAIRS = (
    ("dose_nl_min", "dose_nl_max"),
    ("spacing_um_min", "spacing_um_max"),
    ("hand_um_per_s_min", "hand_um_per_s_max"),
)
"""Lower and upper bound of one quantity: crossed, they forbid everything."""


class Limits:
    """The effective limits of one plan, looked up by name and zone. Complete, or never made."""

    __slots__ = ("_by_key", "all")

    def __init__(self, effective_ones: Iterable[Limit]) -> None:
        self.all = tuple(effective_ones)
        self._by_key = {(one.name, one.zone): one for one in self.all}

    def of(self, name: str, zone: int | None = None) -> Limit:
        """Return the bound that holds for `zone` (None: for the session)."""
        return self._by_key[name, zone]

    def optional(self, name: str) -> Limit | None:
        """Return a bound on the session that may be missing."""
        return self._by_key.get((name, None))

    @property
    def components(self) -> dict[str, Limit]:
        """The bounds on single components, by the component's name."""
        named = {one.name: one for one in self.all if one.name.startswith(COMPONENT)}
        return {name.removeprefix(COMPONENT): one for name, one in named.items()}


def is_of_session(name: str) -> bool:
    """Tell whether a limit of this name holds for the session as a whole."""
    return name in SESSION_LIMITS or _may_be_missing(name)


def _may_be_missing(name: str) -> bool:
    return name in OPTIONAL_LIMITS or name.startswith(COMPONENT)


def effective(prescription: Prescription) -> tuple[Limit, ...]:
    """Return the one limit that holds for each name and zone, with the origin that set it.

    Limits of a zone's name that are set on the session hold for every zone. Of equal bounds the
    first named wins. The order is that of the session's names, then zone by zone.

    Raises:
        PlanError: a needed limit is missing, one is unknown, or two contradict each other.
    """
    needled = prescription.needling is not None
    of_session = NEEDLED_SESSION_LIMITS if needled else SESSION_LIMITS
    of_zone = NEEDLED_ZONE_LIMITS if needled else ZONE_LIMITS
    _refuse_unknown(prescription, of_session, of_zone)
    there = dict.fromkeys(one.name for one in prescription.limits)
    may_be = [name for name in there if _may_be_missing(name)]
    session = tuple(_tightest(prescription, name, None) for name in (*of_session, *may_be))
    if not needled:
        _refuse_odd_quanta(prescription)
    zones: list[Limit] = []
    for index, zone in enumerate(prescription.zones):
        own = [_tightest(prescription, name, index) for name in of_zone]
        _refuse_crossed(own, zone)
        zones.extend(own)
    return session + tuple(zones)


def _refuse_unknown(
    prescription: Prescription, of_session: Sequence[str], of_zone: Sequence[str]
) -> None:
    """A limit that nobody enforces is worse than none: it is refused."""
    for one in prescription.limits:
        if one.name not in (*of_zone, *of_session) and not _may_be_missing(one.name):
            known = ", ".join((*of_session, *OPTIONAL_LIMITS, f"{COMPONENT}NAME", *of_zone))
            raise PlanError(
                f"limit {one.name!r} [{one.origin}] is unknown to the planner, so nothing would "
                f"enforce it; the planner knows {known}"
            )
        if one.zone is not None and not 0 <= one.zone < len(prescription.zones):
            raise PlanError(
                f"limit {one.name!r} [{one.origin}] names zone {one.zone}: no such zone"
            )
        if one.zone is not None and is_of_session(one.name):
            raise PlanError(
                f"limit {one.name!r} [{one.origin}] holds for the whole session, not for zone "
                f"{prescription.zones[one.zone].name!r} alone"
            )
        if one.value > VALUE_MAX:
            raise PlanError(
                f"limit {one.name!r} [{one.origin}] is {one.value} {one.unit}: beyond any use"
            )
        if one.value < 0 or (one.value == 0 and one.name != "margin_um_min"):
            raise PlanError(
                f"limit {one.name!r} [{one.origin}] is {one.value} {one.unit}; it must be above 0"
            )


def _tightest(prescription: Prescription, name: str, zone: int | None) -> Limit:
    found = [one for one in prescription.limits if one.name == name and one.zone in (None, zone)]
    if not found:
        where = "the session" if zone is None else f"zone {prescription.zones[zone].name!r}"
        raise PlanError(
            f"no limit {name!r} is set for {where}: limits are complete or nothing is planned"
        )
    values = [one.value for one in found]
    best = min(values) if name.endswith("_max") else max(values)
    won = found[values.index(best)]
    return Limit(won.name, won.value, won.unit, zone, won.origin, won.source)


def _refuse_odd_quanta(prescription: Prescription) -> None:
    quanta = [one for one in prescription.limits if one.name == "dose_quantum_nl_min"]
    coarsest = max(quanta, key=lambda one: one.value)
    for one in quanta:
        if lcm(one.value, coarsest.value) != coarsest.value:
            raise PlanError(
                f"a dose cannot be a multiple of {one.value} nL [{one.origin}] and of "
                f"{coarsest.value} nL [{coarsest.origin}] without being coarser than both"
            )


def _refuse_crossed(own: list[Limit], zone: Zone) -> None:
    by_name = {one.name: one for one in own}
    for low_name, high_name in PAIRS:
        if low_name not in by_name:
            continue
        low, high = by_name[low_name], by_name[high_name]
        if low.value > high.value:
            raise PlanError(
                f"zone {zone.name!r}: {low.name} is {low.value} {low.unit} [{low.origin}], above "
                f"{high.name}, {high.value} {high.unit} [{high.origin}]: nothing can satisfy both"
            )
