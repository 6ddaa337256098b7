"""What of a component one patient may get in a session, over all products."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from mesogun.intake.figures import Figure
from mesogun.intake.knowledge_form import KnownComponent, Maxima
from mesogun.intake.prescription_form import PatientForm, ProductForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems
from mesogun.planning.limits import COMPONENT
from mesogun.planning.prescription import Limit

ML, KG, MG = 1_000_000, 1_000, 1_000
NL_PER_ML = 1_000_000

Keyed = Sequence[tuple[str, ProductForm]]


def bound_of(name: str, known: Mapping[str, KnownComponent]) -> str | None:
    """Return the id of the bound that holds for a component of this name, if there is one."""
    words = set(re.findall(r"\w+", name.casefold()))
    bounded = ((each, one) for each, one in known.items() if one.plain is not None)
    return next((each for each, bound in bounded if words & set(bound.also)), None)


def component_limits(
    products: Keyed,
    patient: PatientForm,
    known: Mapping[str, KnownComponent],
    problems: Problems,
    warnings: list[str],
) -> tuple[Limit, ...]:
    """Return how much of each bounded component may be given; an excess goes to `problems`."""
    for _, product in products:
        if not product.components:
            what = "" if len(products) == 1 else f"{product.name}: "
            warnings.append(f"{what}no components are listed: nothing is checked by component")
    made = []
    for name, bound in known.items():
        held = [(key, one, _ug_per_ml(one, name, known)) for key, one in products]
        if bound.plain is not None and any(ug_per_ml for _, _, ug_per_ml in held):
            made.append(_limit(name, bound.name, bound.plain, held, patient, problems, warnings))
    return tuple(made)


def _ug_per_ml(product: ProductForm, name: str, known: Mapping[str, KnownComponent]) -> int:
    parts = product.components
    return sum(one.concentration_mg_per_ml for one in parts if bound_of(one.name, known) == name)


def _limit(
    name: str,
    called: str,
    bound: Maxima,
    held: Sequence[tuple[str, ProductForm, int]],
    patient: PatientForm,
    problems: Problems,
    warnings: list[str],
) -> Limit:
    mass_ug, figure = _most(bound, patient)
    origin = f"component {called.lower()} at {in_unit(patient.weight_kg, KG)} kg"
    with_it = [one for one in held if one[2]]
    # Rounded up: a part of a microgram counts as a whole one.
    given_ug = -(-sum(one.volume_ml * ug for _, one, ug in with_it) // NL_PER_ML)
    volume = sum(one.volume_ml for _, one, _ in with_it)
    said = f"{in_unit(volume, ML)} mL hold {in_unit(given_ug, MG)} mg"
    if given_ug > mass_ug:
        key, _, ug_per_ml = with_it[0]
        least = f"{in_unit(mass_ug * NL_PER_ML // ug_per_ml, ML)} mL or less"
        mend = f"give {least}" if len(with_it) == 1 else "give less of these products"
        problems.add(
            f"{key}.volume_ml",
            f"{said} of {called.lower()}, above the cap of {in_unit(mass_ug, MG)} mg "
            f"[{origin}; {figure.told()}]: {mend}, or thin it",
        )
    elif bound.mass_per_weight_warn is not None:
        _warn(bound.mass_per_weight_warn, given_ug, f"{said} of {origin}", patient, warnings)
    return Limit(f"{COMPONENT}{name}", mass_ug, "ug", None, origin, figure.told())


def _most(bound: Maxima, patient: PatientForm) -> tuple[int, Figure]:
    """Return the tightest of a component's maxima, and the figure that it comes from."""
    by_weight, whole = bound.mass_per_weight_max, bound.mass_max
    told = [] if by_weight is None else [(by_weight.value * patient.weight_kg // KG, by_weight)]
    if whole is not None:
        told.append((whole.value, whole))
    return min(told, key=lambda one: one[0])


def _warn(
    usual: Figure, given_ug: int, said: str, patient: PatientForm, warnings: list[str]
) -> None:
    if given_ug * KG > usual.value * patient.weight_kg:
        warnings.append(f"{said}: more than {in_unit(usual.value, MG)} mg/kg [{usual.told()}]")
