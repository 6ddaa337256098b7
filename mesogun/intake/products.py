"""What is given: one product, or several one after the other, each in zones of its own."""

from __future__ import annotations

from collections.abc import Sequence

from firmware_protocol.units import Nanolitres
from mesogun.intake.mixtures import Knowledge
from mesogun.intake.prescription_form import PrescriptionForm, ProductForm, ZoneForm
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems, unknown
from mesogun.intake.vials import made_blood
from mesogun.planning.prescription import Component, Product

WHOLE_PPM = 1_000_000

Keyed = Sequence[tuple[str, ProductForm]]
"""Each product with its key in the file, in the order in which they are given."""


def products_of(form: PrescriptionForm) -> Keyed:
    """Return all products with their keys."""
    further = [(f"further_products[{n}]", one) for n, one in enumerate(form.further_products)]
    return [("product", form.product), *further]


def made_product(form: ProductForm, knowledge: Knowledge) -> Product:
    """Return one product; a component that is bounded bears the id of its bound."""
    bounded = knowledge.bounded()
    return Product(
        name=form.name,
        volume_nl=Nanolitres(form.volume_ml),
        lot=form.lot,
        expiry=form.expiry.isoformat(),
        viscosity_upa_s=form.viscosity_mpa_s,
        components=tuple(
            Component(name, one.concentration_mg_per_ml)
            for one in form.components
            for name in [each for each in knowledge.components_in(one.name) if each in bounded]
            or [one.name]
        ),
        autologous=made_blood(form.autologous),
        ampoule_nl=form.ampoule_ml or 0,
        opened="" if form.opened is None else form.opened.isoformat(),
    )


def check_products(form: PrescriptionForm, problems: Problems) -> list[int]:
    """Return each zone's product as an index; what is not in order goes to `problems`."""
    products = products_of(form)
    names = [one.name for _, one in products]
    for index, (key, one) in enumerate(products):
        if names.index(one.name) != index:
            problems.add(f"{key}.name", f"found {one.name!r} twice: give each product its own name")
    which = [_index(index, zone, names, problems) for index, zone in enumerate(form.zones)]
    for index in range(1, len(which)):
        if which[index] < which[index - 1]:
            problems.add(
                f"zones[{index}].product",
                f"goes back to {names[which[index]]!r} after {names[which[index - 1]]!r}: give all "
                f"zones of one product together, in the order of the products",
            )
            break
    for index, (key, one) in enumerate(products):
        if form.zones and index not in which:
            problems.add(key, f"{one.name!r} is given in no zone: name it in a zone, or delete it")
        _check_shares(form.zones, which, index, problems)
    return which


def _index(index: int, zone: ZoneForm, names: Sequence[str], problems: Problems) -> int:
    if zone.product is None:
        return 0
    if zone.product not in names:
        problems.add(f"zones[{index}].product", unknown(zone.product, names, "product"))
        return 0
    return names.index(zone.product)


def _check_shares(
    zones: Sequence[ZoneForm], which: Sequence[int], product: int, problems: Problems
) -> None:
    own = [index for index, one in enumerate(which) if one == product]
    given = [share for index in own if (share := zones[index].share) is not None]
    if not given:
        return
    if len(given) < len(own):
        first = next(index for index in own if zones[index].share is None)
        problems.add(
            f"zones[{first}].share",
            "is missing while other zones have one: give every zone its share, or none",
        )
    elif sum(given) != WHOLE_PPM:
        problems.add(
            "zones",
            f"the shares add up to {in_unit(sum(given), WHOLE_PPM)}: let them add up to 1 exactly",
        )
