"""What is asked of a session and of each zone, and what is refused before anything is placed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mesogun.errors import PlanError
from mesogun.planning.dose.fill import split
from mesogun.planning.infeasible import Change, Infeasible, ml
from mesogun.planning.limits import Limits
from mesogun.planning.place.choose import Doses
from mesogun.planning.place.region import mm
from mesogun.planning.prescription import Prescription, Zone

VOLUME_NL_MAX = 2_000_000_000
PPM = 1_000_000
SPACING_UM_LEAST = 100
"""Less than a needle's width."""
SPACING_UM_MOST = 20_000_000


class Order(NamedTuple):
    """What one zone is asked to hold."""

    zone: Zone
    which: int
    """The zone's index."""
    limits: Limits
    doses: Doses
    quantum_nl: int
    low_um: int
    high_um: int
    session_nl: int
    share: tuple[int, int]
    """The zone's part of the session's volume, as a fraction."""

    @property
    def volume_nl(self) -> int:
        """The zone's part of the volume."""
        return self.doses.total * self.quantum_nl

    def session_for(self, steps: int, *, up: bool = False) -> int:
        """Return the session's volume that gives this zone `steps` at the shares as they are."""
        part, whole = self.share
        if part == 0:
            return 0
        scaled = -(-steps * whole // part) if up else steps * whole // part
        return scaled * self.quantum_nl


def refuse_session(prescription: Prescription, limits: Limits) -> None:
    """Make sure that the volume as a whole can be given at all.

    Raises:
        PlanError: the volume is not above 0.
        Infeasible: it is no multiple of the pistol's step, or above the session's limit. More than
            one filling of the syringe is no fault: there is a pause for a refill.
    """
    volume = int(prescription.product.volume_nl)
    if volume > VOLUME_NL_MAX:
        raise PlanError(f"a volume of {ml(volume)} is beyond any use; check the unit")
    if volume <= 0:
        raise PlanError(
            f"the volume to give is {volume} nL; it must be above 0 (needling without a dose is "
            "not planned yet)"
        )
    step = limits.of("dose_quantum_nl_min")
    if volume % step.value:
        below = volume // step.value * step.value
        near = [one for one in (below, below + step.value) if one > 0]
        raise Infeasible(
            f"a volume of {ml(volume)} is no whole number of the pistol's steps of "
            f"{ml(step.value)}",
            zone=None,
            volume_nl=volume,
            volume_nl_max=below,
            binding=step,
            changes=tuple(
                Change("volume", "volume_nl", volume, one, "nl", f"a volume of {ml(one)}")
                for one in near
            ),
        )
    bound = limits.of("volume_nl_max")
    if volume > bound.value:
        most = bound.value // step.value * step.value
        raise Infeasible(
            f"a volume of {ml(volume)} is more than may be given in one session",
            zone=None,
            volume_nl=volume,
            volume_nl_max=most,
            binding=bound,
            changes=(
                Change("volume", "volume_nl", volume, most, "nl", f"a volume of {ml(most)}"),
                Change(
                    "cap",
                    bound.name,
                    bound.value,
                    volume,
                    bound.unit,
                    f"{bound.name} of {ml(volume)} instead of {ml(bound.value)}",
                ),
            ),
        )


def refuse_asked_dose(order: Order) -> None:
    """Make sure that a dose the prescriber asked for is one that may be given.

    Raises:
        PlanError: it is beyond the caps; it is refused, never clamped.
    """
    dose = int(order.zone.dose_nl_usual)
    if not order.zone.dose_asked:
        return
    low = order.limits.of("dose_nl_min", order.which)
    high = order.limits.of("dose_nl_max", order.which)
    for bound, broken in ((low, dose < low.value), (high, dose > high.value)):
        if broken:
            raise PlanError(
                f"zone {order.zone.name!r}: a dose of {ml(dose)} is beyond {bound.name} = "
                f"{ml(bound.value)} [{bound.origin}]"
            )


def no_dose(order: Order) -> PlanError:
    """Explain that no multiple of the pistol's step lies between least and greatest dose."""
    low = order.limits.of("dose_nl_min", order.which)
    high = order.limits.of("dose_nl_max", order.which)
    step = order.limits.of("dose_quantum_nl_min")
    return PlanError(
        f"zone {order.zone.name!r}: no dose is possible: doses are multiples of "
        f"{ml(step.value)} [{step.origin}], at least {ml(low.value)} [{low.origin}] and at most "
        f"{ml(high.value)} [{high.origin}]"
    )


def orders_of(prescription: Prescription, limits: Limits, areas_um2: Sequence[int]) -> list[Order]:
    """Return what each zone is asked to hold: the volume by shares, or else by area.

    Raises:
        PlanError: the shares make no sense, a spacing or a dose asked is beyond its bounds, or no
            dose is possible at all.
    """
    quantum = limits.of("dose_quantum_nl_min").value
    volume = int(prescription.product.volume_nl)
    weights = _weights(prescription, areas_um2)
    steps = split(volume // quantum, weights)
    asked = []
    for index, zone in enumerate(prescription.zones):
        cap = limits.of("dose_nl_max", index).value // quantum
        least = max(1, -(-limits.of("dose_nl_min", index).value // quantum))
        doses = Doses(
            steps[index],
            max(least, min(int(zone.dose_nl_usual) // quantum, cap)),
            cap,
            least,
            limits.of("area_dose_nl_per_cm2_max", index).value // quantum,
        )
        low, high = _spacings(zone, index, limits)
        share = (weights[index], sum(weights))
        asked.append(Order(zone, index, limits, doses, quantum, low, high, volume, share))
        if least > cap:
            raise no_dose(asked[-1])
        refuse_asked_dose(asked[-1])
    return asked


def _weights(prescription: Prescription, areas_um2: Sequence[int]) -> list[int]:
    """Return what the volume is divided by: the shares, or else the areas to treat."""
    shares = [zone.share_ppm for zone in prescription.zones]
    given = [one for one in shares if one is not None]
    if not given:
        return list(areas_um2)
    if len(given) < len(shares):
        without = [zone.name for zone in prescription.zones if zone.share_ppm is None]
        raise PlanError(
            f"zone {without[0]!r} has no share of the volume while others have one; give every "
            "zone a share, or none"
        )
    if min(given) <= 0 or abs(sum(given) - PPM) > len(given):
        raise PlanError(
            f"the zones' shares of the volume add up to {sum(given) / PPM:.6f}; they must be "
            "above 0 and add up to 1"
        )
    return given


def _spacings(zone: Zone, index: int, limits: Limits) -> tuple[int, int]:
    low, high = limits.of("spacing_um_min", index), limits.of("spacing_um_max", index)
    if low.value < SPACING_UM_LEAST:
        raise PlanError(
            f"zone {zone.name!r}: {low.name} = {low.value} {low.unit} [{low.origin}] is less than "
            "a needle's width; check the unit"
        )
    if zone.spacing_um is None:
        return low.value, min(high.value, SPACING_UM_MOST)
    asked = int(zone.spacing_um)
    for bound, broken in ((low, asked < low.value), (high, asked > high.value)):
        if broken:
            raise PlanError(
                f"zone {zone.name!r}: a spacing of {mm(asked)} is beyond {bound.name} = "
                f"{mm(bound.value)} [{bound.origin}]"
            )
    return asked, asked
