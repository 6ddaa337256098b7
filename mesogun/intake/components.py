"""What of a component one patient may get: the volume that holds as much of it as is allowed."""

from __future__ import annotations

import re
from collections.abc import Mapping

from mesogun.intake.catalogue_form import ComponentLimit
from mesogun.intake.figures import Figure
from mesogun.intake.prescription_form import PatientForm, ProductForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems
from mesogun.planning.prescription import Limit

ML, KG, MG = 1_000_000, 1_000, 1_000
NL_PER_ML = 1_000_000


def component_limits(
    product: ProductForm,
    patient: PatientForm,
    known: Mapping[str, ComponentLimit],
    problems: Problems,
    warnings: list[str],
) -> tuple[Limit, ...]:
    """Return the volumes that bounded components allow; what exceeds them goes to `problems`."""
    if not product.components:
        warnings.append("no components are listed: nothing is checked by component")
    made = []
    for bound in known.values():
        ug_per_ml = sum(
            one.concentration_mg_per_ml
            for one in product.components
            if set(re.findall(r"\w+", one.name.casefold())) & set(bound.also)
        )
        if ug_per_ml:
            made.append(_limit(bound, ug_per_ml, product, patient, problems, warnings))
    return tuple(made)


def _limit(
    bound: ComponentLimit,
    ug_per_ml: int,
    product: ProductForm,
    patient: PatientForm,
    problems: Problems,
    warnings: list[str],
) -> Limit:
    by_weight = bound.mass_per_weight_max.value * patient.weight_kg // KG
    mass_ug, figure = min(
        (by_weight, bound.mass_per_weight_max),
        (bound.mass_max.value, bound.mass_max),
        key=lambda one: one[0],
    )
    volume_nl = mass_ug * NL_PER_ML // ug_per_ml
    origin = f"component {bound.name.lower()} at {in_unit(patient.weight_kg, KG)} kg"
    given_ug = product.volume_ml * ug_per_ml // NL_PER_ML
    said = f"{in_unit(product.volume_ml, ML)} mL hold {in_unit(given_ug, MG)} mg"
    if product.volume_ml > volume_nl:
        problems.add(
            "product.volume_ml",
            f"{said} of {bound.name.lower()}, above the cap of {in_unit(mass_ug, MG)} mg "
            f"[{origin}; {figure.told()}]: give {in_unit(volume_nl, ML)} mL or less, or thin it",
        )
    else:
        _warn(bound.mass_per_weight_warn, given_ug, f"{said} of {origin}", patient, warnings)
    return Limit("volume_nl_max", volume_nl, "nL", None, origin, figure.told())


def _warn(
    usual: Figure, given_ug: int, said: str, patient: PatientForm, warnings: list[str]
) -> None:
    if given_ug * KG > usual.value * patient.weight_kg:
        warnings.append(f"{said}: more than {in_unit(usual.value, MG)} mg/kg [{usual.told()}]")
