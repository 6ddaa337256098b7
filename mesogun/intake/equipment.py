"""Needle, syringe and pistol: what they allow, and whether the products suit them."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_protocol.units import NanolitresPerSecond
from mesogun.intake.catalogue import Catalogue
from mesogun.intake.catalogue_form import Regimen
from mesogun.intake.equipment_form import Needle, Syringe
from mesogun.intake.figures import Figure
from mesogun.intake.form import Table
from mesogun.intake.prescription_form import DeviceForm, ProductForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems, unknown
from mesogun.planning.prescription import HAND, Limit, Motion

ML, UL = 1_000_000, 1_000
PISTOL = "reference"


class Equipment(Table):
    """What of the catalogue is in the pistol, or in a person's hand."""

    needle_id: str
    needle: Needle
    syringe_id: str
    syringe: Syringe
    step: Figure
    """Doses and volumes are multiples of it."""
    by_hand: bool = False

    @property
    def step_of(self) -> str:
        """Name what sets the step, for a reader."""
        what = "marks of the" if self.by_hand else "dose step of the"
        return f"{what} syringe {self.syringe_id}"


def limit(name: str, figure: Figure, zone: int | None, origin: str) -> Limit:
    """Return a figure of the catalogue as a limit; a clinic's own says so in its origin."""
    told = f"{origin}, {figure.by}" if figure.by else origin
    return Limit(name, figure.value, figure.unit, zone, told, figure.cited())


def read_equipment(
    device: DeviceForm, catalogue: Catalogue, problems: Problems
) -> Equipment | None:
    """Return needle and syringe; None, with the reason in `problems`, if they cannot be used."""
    for key, given in (("needle", device.needle), ("syringe", device.syringe)):
        if given is None:
            problems.add(f"device.{key}", "is missing: add it")
    if device.needle is None or device.syringe is None:
        return None
    needle = catalogue.needles.get(device.needle)
    if needle is None:
        problems.add("device.needle", unknown(device.needle, catalogue.needles, "needle"))
    syringe = catalogue.syringes.get(device.syringe)
    if syringe is None:
        problems.add("device.syringe", unknown(device.syringe, catalogue.syringes, "syringe"))
    if needle is None or syringe is None:
        return None
    by_hand = device.head == HAND
    step = syringe.marks if by_hand else syringe.quantum
    if step is None:
        problems.add(
            "device.syringe",
            f"found {device.syringe!r}: no source gives the marks of its scale, and a dose given "
            f"by hand is a whole number of them: take another syringe",
        )
        return None
    return Equipment(
        needle_id=device.needle,
        needle=needle,
        syringe_id=device.syringe,
        syringe=syringe,
        step=step,
        by_hand=by_hand,
    )


def check_volumes(
    products: Sequence[tuple[str, ProductForm]],
    equipment: Equipment | None,
    regimen: Regimen | None,
    catalogue: Catalogue,
    problems: Problems,
    warnings: list[str],
) -> None:
    """Add to `problems` volumes that the session or the step of a dose forbids.

    Each product comes with its key in the file. More than one filling of the syringe is no fault:
    the plan stops for a refill. Without equipment the products go onto the skin: no dose has steps.
    """
    volume, most = sum(one.volume_ml for _, one in products), catalogue.session.volume_max
    if volume > most.value:
        what = "" if len(products) == 1 else ", all products together,"
        problems.add(
            f"{products[0][0]}.volume_ml",
            f"{in_unit(volume, ML)} mL{what} is above the cap of a session, "
            f"{in_unit(most.value, ML)} mL [{most.told()}]: give {in_unit(most.value, ML)} mL or "
            f"less",
        )
    if equipment is not None:
        for key, one in products:
            _check_step(f"{key}.volume_ml", one.volume_ml, equipment, problems)
    if regimen is not None:
        _warn_of_volume(volume, regimen, warnings)


def _check_step(key: str, volume: int, equipment: Equipment, problems: Problems) -> None:
    step = equipment.step
    if volume % step.value:
        below = volume - volume % step.value
        nearest = [in_unit(one, ML) for one in (below, below + step.value) if one > 0]
        problems.add(
            key,
            f"{in_unit(volume, ML)} mL is no multiple of the {equipment.step_of}, "
            f"{in_unit(step.value, UL)} uL [{step.told()}]: give {' or '.join(nearest)} mL",
        )


def _warn_of_volume(volume: int, regimen: Regimen, warnings: list[str]) -> None:
    above, below = regimen.volume_warn_above, regimen.volume_warn_below
    found, origin = in_unit(volume, ML), f"regimen {regimen.name.lower()}"
    if volume > above.value:
        warnings.append(
            f"{found} mL is more than the usual {in_unit(above.value, ML)} mL "
            f"[{origin}; {above.told()}]"
        )
    elif below is not None and volume < below.value:
        warnings.append(
            f"{found} mL is less than the usual {in_unit(below.value, ML)} mL "
            f"[{origin}; {below.told()}]"
        )


def needle_limits(
    device: DeviceForm, catalogue: Catalogue, problems: Problems
) -> tuple[Limit, ...]:
    """Return after how many pricks the needle is changed: as usual, or sooner where asked."""
    usual, asked = catalogue.session.pricks_per_needle_prompt, device.needle_pricks
    made = limit("needle_pricks_max", usual, None, "session")
    if asked is None:
        return (made,)
    if not 0 < asked <= usual.value:
        problems.add(
            "device.needle_pricks",
            f"found {asked}: a needle is changed after {usual.value} pricks at most "
            f"[{usual.told()}]: give 1 to {usual.value}, or leave it out",
        )
    return (made, Limit(made.name, asked, made.unit, None, "prescription", "prescription"))


def session_limits(equipment: Equipment, catalogue: Catalogue) -> tuple[Limit, ...]:
    """Return the limits that hold for the session as a whole."""
    session = catalogue.session
    needle, syringe = f"needle {equipment.needle_id}", f"syringe {equipment.syringe_id}"
    return (
        limit("volume_nl_max", session.volume_max, None, "session"),
        limit("syringe_volume_nl_max", equipment.syringe.volume, None, syringe),
        limit(
            "dose_quantum_nl_min",
            equipment.step,
            None,
            f"marks of {syringe}" if equipment.by_hand else syringe,
        ),
        limit("needle_depth_um_max", equipment.needle.length, None, needle),
        limit("depth_um_max", session.depth_max, None, "session"),
        limit("dose_nl_min", session.dose_min, None, "session"),
        limit("area_dose_nl_per_cm2_max", session.area_dose_max, None, "session"),
        limit("pricks_max", session.pricks_max, None, "session"),
    )


def motion(catalogue: Catalogue, *, by_hand: bool = False) -> Motion:
    """Return how pistol and hand move, or the hand alone."""
    pistol = catalogue.pistols[HAND if by_hand else PISTOL]
    return Motion(
        needle_um_per_s=pistol.needle_speed.value,
        travel_um_per_s=pistol.hand_travel.value,
        settle_us=pistol.settle.value,
        needle_settle_us=pistol.needle_settle.value,
        source=pistol.needle_speed.told(),
    )


def rate_for(
    usual: Figure, viscosity_upa_s: int | None, needle: Needle, catalogue: Catalogue
) -> NanolitresPerSecond:
    """Return the technique's rate, slowed down so far that a thick fluid needs no more pressure.

    The pressure of a laminar flow is proportional to viscosity, rate and length, and to the bore
    to the power of minus four; the catalogue has one flow that is held bearable.
    """
    if viscosity_upa_s is None:
        return NanolitresPerSecond(usual.value)
    known = catalogue.thick_fluid
    bearable = (
        known.rate.value
        * (known.viscosity.value * known.needle_length.value * needle.bore.value**4)
        // (viscosity_upa_s * needle.length.value * known.needle_bore.value**4)
    )
    return NanolitresPerSecond(max(1, min(usual.value, bearable)))
