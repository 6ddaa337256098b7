"""What is asked of a session and of each zone, and what is refused before anything is placed."""

from __future__ import annotations

from collections.abc import Sequence
from math import lcm
from typing import NamedTuple

from mesogun.errors import PlanError
from mesogun.planning.dose.fill import split
from mesogun.planning.infeasible import Change, Infeasible, ml
from mesogun.planning.limits import Limits
from mesogun.planning.place.choose import Doses
from mesogun.planning.place.region import mm
from mesogun.planning.prescription import Limit, Prescription, Product, Zone

VOLUME_NL_MAX = 2_000_000_000
PPM = 1_000_000
PG_PER_UG = 1_000_000
STEP = "dose_quantum_nl_min"
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
    """What is given of the zone's product in all."""
    share: tuple[int, int]
    """The zone's part of it, as a fraction."""
    grain_nl: int
    """Volumes are multiples of it."""

    @property
    def volume_nl(self) -> int:
        """The zone's part of the volume."""
        return self.doses.total * self.quantum_nl

    def whole(self, volume_nl: int, *, up: bool = False) -> int:
        """Return the next volume that whole shots add up to: below, or (`up`) above."""
        return (
            -(-volume_nl // self.grain_nl) if up else volume_nl // self.grain_nl
        ) * self.grain_nl

    def session_for(self, steps: int, *, up: bool = False) -> int:
        """Return the product's volume that gives this zone `steps` at the shares as they are."""
        part, whole = self.share
        if part == 0:
            return 0
        volume = steps * self.quantum_nl * whole
        return self.whole(-(-volume // part) if up else volume // part, up=up)


def refuse_session(prescription: Prescription, limits: Limits) -> None:
    """Make sure that the volumes as a whole can be given at all.

    Raises:
        PlanError: a volume is not above 0.
        Infeasible: one is no whole number of shots, all together are above the session's limit, or
            a component is above its own. More than one filling of the syringe is no fault: there
            is a pause for a refill.
    """
    products = prescription.products
    for product in products:
        _refuse_volume(prescription, limits, product)
    volume, bound = sum(int(one.volume_nl) for one in products), limits.of("volume_nl_max")
    if volume > bound.value:
        changes = _smaller(prescription, limits, [1] * len(products), bound.value)
        text = f"{bound.name} of {ml(volume)} instead of {ml(bound.value)}"
        raise Infeasible(
            f"a volume of {ml(volume)} is more than may be given in one session",
            zone=None,
            volume_nl=volume,
            volume_nl_max=bound.value // limits.of(STEP).value * limits.of(STEP).value,
            binding=bound,
            changes=(*changes, Change("cap", bound.name, bound.value, volume, bound.unit, text)),
        )
    for name, limit in limits.components.items():
        _refuse_component(prescription, limits, name, limit)


def _refuse_volume(prescription: Prescription, limits: Limits, product: Product) -> None:
    volume, of_it = int(product.volume_nl), ""
    if len(prescription.products) > 1:
        of_it = f" of {product.name!r}"
    if volume > VOLUME_NL_MAX:
        raise PlanError(f"a volume of {ml(volume)}{of_it} is beyond any use; check the unit")
    if volume <= 0:
        raise PlanError(
            f"the volume to give{of_it} is {volume} nL; it must be above 0 (needling without a "
            "dose is for a pen or a roller)"
        )
    step = limits.of(STEP)
    grain = grain_nl(prescription, step.value)
    if volume % grain == 0:
        return
    shots = ""
    if grain > step.value:
        shots = (
            f", of which a shot of {len(prescription.heads[0].needles)} needles takes {ml(grain)}"
        )
    below = volume // grain * grain
    near = [one for one in (below, below + grain) if one]
    raise Infeasible(
        f"a volume of {ml(volume)}{of_it} is no whole number of the pistol's steps of "
        f"{ml(step.value)}{shots}",
        zone=None,
        volume_nl=volume,
        volume_nl_max=below,
        binding=step,
        changes=tuple(
            Change("volume", "volume_nl", volume, one, "nl", f"a volume of {ml(one)}{of_it}")
            for one in near
        ),
    )


def _refuse_component(prescription: Prescription, limits: Limits, name: str, bound: Limit) -> None:
    """Add up one component over all products, in pg: exact."""
    products = prescription.products
    each = [
        sum(part.concentration_pg_per_nl for part in one.components if part.name == name)
        for one in products
    ]
    whole = sum(int(one.volume_nl) * pg for one, pg in zip(products, each, strict=True))
    if whole <= bound.value * PG_PER_UG:
        return
    needed = -(-whole // PG_PER_UG)
    text = f"{bound.name} of {needed} instead of {bound.value} {bound.unit} [{bound.origin}]"
    less = _smaller(prescription, limits, each, bound.value * PG_PER_UG)
    volume = sum(int(one.volume_nl) for one in products)
    saved = min((one.now - one.needed for one in less), default=volume)
    raise Infeasible(
        f"{ml(volume)} hold {needed} ug of {name}, more than may be given in one session",
        zone=None,
        volume_nl=volume,
        volume_nl_max=volume - saved,
        binding=bound,
        changes=(*less, Change("cap", bound.name, bound.value, needed, bound.unit, text)),
    )


def _smaller(
    prescription: Prescription, limits: Limits, each: Sequence[int], most: int
) -> list[Change]:
    """Say how far each product's volume alone must fall so that `each` of its nL add up to less."""
    products, grain = prescription.products, grain_nl(prescription, limits.of(STEP).value)
    whole = sum(int(one.volume_nl) * part for one, part in zip(products, each, strict=True))
    changes = []
    for product, part in zip(products, each, strict=True):
        now = int(product.volume_nl)
        fits = (most - whole + now * part) // part // grain * grain if part else 0
        if fits > 0:
            of_it = f" of {product.name!r}" if len(products) > 1 else ""
            text = f"a volume of {ml(fits)}{of_it}"
            changes.append(Change("volume", "volume_nl", now, fits, "nl", text))
    return changes


def grain_nl(prescription: Prescription, step_nl: int) -> int:
    """Return what volumes are multiples of: a step, or what a shot of the only head adds."""
    heads = prescription.heads
    return lcm(step_nl, len(heads[0].needles)) if len(heads) == 1 else step_nl


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
    step = order.limits.of(STEP)
    return PlanError(
        f"zone {order.zone.name!r}: no dose is possible: doses are multiples of "
        f"{ml(step.value)} [{step.origin}], at least {ml(low.value)} [{low.origin}] and at most "
        f"{ml(high.value)} [{high.origin}]"
    )


def orders_of(prescription: Prescription, limits: Limits, areas_um2: Sequence[int]) -> list[Order]:
    """Return what each zone is asked to hold: its product's volume by shares, or else by area.

    Raises:
        PlanError: the shares make no sense, a spacing or a dose asked is beyond its bounds, or no
            dose is possible at all.
    """
    step = limits.of(STEP).value
    grain = grain_nl(prescription, step)
    heads = prescription.heads
    quantum = grain // len(heads[0].needles) if len(heads) == 1 else step
    shared = _shared(prescription, grain, areas_um2)
    asked = []
    for index, zone in enumerate(prescription.zones):
        cap = limits.of("dose_nl_max", index).value // quantum
        least = max(1, -(-limits.of("dose_nl_min", index).value // quantum))
        volume, share = shared[index]
        doses = Doses(
            volume // quantum,
            max(least, min(int(zone.dose_nl_usual) // quantum, cap)),
            cap,
            least,
            limits.of("area_dose_nl_per_cm2_max", index).value // quantum,
        )
        low, high = _spacings(zone, index, limits)
        session = int(prescription.products[zone.product].volume_nl)
        one = Order(zone, index, limits, doses, quantum, low, high, session, share, grain)
        if least > cap:
            raise no_dose(one)
        refuse_asked_dose(one)
        asked.append(one)
    return asked


def _shared(
    prescription: Prescription, grain: int, areas_um2: Sequence[int]
) -> dict[int, tuple[int, tuple[int, int]]]:
    """Return each zone's volume in nL and its part of its product's volume as a fraction."""
    shared = {}
    for which, product in enumerate(prescription.products):
        mine = [k for k, zone in enumerate(prescription.zones) if zone.product == which]
        zones = [prescription.zones[k] for k in mine]
        weights = _weights(zones, [areas_um2[k] for k in mine])
        parts = split(int(product.volume_nl) // grain, weights)
        for k, part, weight in zip(mine, parts, weights, strict=True):
            shared[k] = part * grain, (weight, sum(weights))
    return shared


def _weights(zones: Sequence[Zone], areas_um2: Sequence[int]) -> Sequence[int]:
    """Return what a product's volume is divided by: the shares, or else the areas to treat."""
    given = [zone.share_ppm for zone in zones if zone.share_ppm is not None]
    if not given:
        return areas_um2
    if len(given) < len(zones):
        without = [zone.name for zone in zones if zone.share_ppm is None]
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
