"""What of a component one patient may get in a session, over all products."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from mesogun.intake.figures import Figure
from mesogun.intake.knowledge_form import KnownComponent, Maxima
from mesogun.intake.mixtures import Knowledge
from mesogun.intake.prescription_form import PatientForm, ProductForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems
from mesogun.planning.limits import COMPONENT
from mesogun.planning.prescription import Limit

ML, KG, MG = 1_000_000, 1_000, 1_000
NL_PER_ML = 1_000_000
EPINEPHRINE = "epinephrine"
"""Id of the component beside which more of others may be given."""

Keyed = Sequence[tuple[str, ProductForm]]


class _Held(NamedTuple):
    """A product that holds the component in question."""

    key: str
    product: ProductForm
    ug_per_ml: int


class _Most(NamedTuple):
    """The tightest of a component's maxima for one patient."""

    ug: int
    figure: Figure
    origin: str
    warn: Figure | None


def component_limits(
    products: Keyed,
    patient: PatientForm,
    knowledge: Knowledge,
    step_nl: int,
    problems: Problems,
    warnings: list[str],
) -> tuple[Limit, ...]:
    """Return how much of each bounded component may be given; an excess goes to `problems`.

    An excess names the largest volume that fits, in whole steps of the dose.
    """
    for _, product in products:
        if not product.components and product.autologous is None:
            what = "" if len(products) == 1 else f"{product.name}: "
            warnings.append(f"{what}no components are listed: nothing is checked by component")
    made = []
    for name, bound in knowledge.bounded().items():
        held = [
            _Held(key, one, ug_per_ml)
            for key, one in products
            if (ug_per_ml := _ug_per_ml(one, name, knowledge))
        ]
        if held:
            most = _most(bound, _maxima(bound, held, knowledge), patient)
            _check(bound.name.lower(), most, held, patient, step_nl, problems, warnings)
            told = most.figure.told()
            made.append(Limit(f"{COMPONENT}{name}", most.ug, "ug", None, most.origin, told))
    return tuple(made)


def _ug_per_ml(product: ProductForm, name: str, knowledge: Knowledge) -> int:
    return sum(
        one.concentration_mg_per_ml
        for one in product.components
        if name in knowledge.components_in(one.name)
    )


def _maxima(bound: KnownComponent, held: Sequence[_Held], knowledge: Knowledge) -> Maxima:
    """Return the maxima that hold: more is allowed only if no product is without epinephrine."""
    assert bound.plain is not None
    if bound.with_epinephrine is None:
        return bound.plain
    beside = all(
        any(EPINEPHRINE in knowledge.components_in(part.name) for part in one.product.components)
        for one in held
    )
    return bound.with_epinephrine if beside else bound.plain


def _most(bound: KnownComponent, maxima: Maxima, patient: PatientForm) -> _Most:
    by_weight, whole = maxima.mass_per_weight_max, maxima.mass_max
    told = [] if by_weight is None else [(by_weight.value * patient.weight_kg // KG, by_weight)]
    if whole is not None:
        told.append((whole.value, whole))
    ug, figure = min(told, key=lambda one: one[0])
    beside = " with epinephrine" if maxima is bound.with_epinephrine else ""
    at = f" at {in_unit(patient.weight_kg, KG)} kg" if by_weight is not None else ""
    origin = f"component {bound.name.lower()}{beside}{at}"
    return _Most(ug, figure, origin, maxima.mass_per_weight_warn)


def _check(
    called: str,
    most: _Most,
    held: Sequence[_Held],
    patient: PatientForm,
    step_nl: int,
    problems: Problems,
    warnings: list[str],
) -> None:
    # Rounded up: a part of a microgram counts as a whole one.
    given_ug = -(-_pg(held) // NL_PER_ML)
    volume = sum(one.product.volume_ml for one in held)
    said = f"{in_unit(volume, ML)} mL hold {in_unit(given_ug, MG)} mg"
    if given_ug > most.ug:
        problems.add(
            f"{held[0].key}.volume_ml",
            f"{said} of {called}, above the cap of {in_unit(most.ug, MG)} mg "
            f"[{most.origin}; {most.figure.told()}]: {_mend(most.ug, held, step_nl)}",
        )
    elif most.warn is not None and given_ug * KG > most.warn.value * patient.weight_kg:
        warnings.append(
            f"{said} of {most.origin}: more than {in_unit(most.warn.value, MG)} mg/kg "
            f"[{most.warn.told()}]"
        )


def _pg(held: Sequence[_Held]) -> int:
    return sum(one.product.volume_ml * one.ug_per_ml for one in held)


def _mend(most_ug: int, held: Sequence[_Held], step_nl: int) -> str:
    """Name the largest volume that fits, of each product if the others stay as they are."""
    whole, fits = _pg(held), []
    for one in held:
        room = most_ug * NL_PER_ML - whole + one.product.volume_ml * one.ug_per_ml
        largest = room // one.ug_per_ml // step_nl * step_nl
        if largest > 0:
            of_it = f" of {one.product.name!r}" if len(held) > 1 else ""
            fits.append(f"{in_unit(largest, ML)} mL or less{of_it}")
    if fits:
        return f"give {' or '.join(fits)}, or thin it"
    return "give less of these products, or thin them" if len(held) > 1 else "thin it"
