"""What is in the vial: lot, dates, ampoules, and products of the patient's own blood."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from firmware_protocol.units import Nanolitres
from mesogun.intake.catalogue import catalogue
from mesogun.intake.figures import Figure
from mesogun.intake.prescription_form import (
    AutologousForm,
    PatientForm,
    ProductForm,
    SessionForm,
)
from mesogun.intake.quantity import in_unit
from mesogun.intake.refusal import Problems
from mesogun.intake.vials_form import OwnBlood, ProductsFile
from mesogun.planning.prescription import Autologous, Finding, Product

ML = 1_000_000

Keyed = Sequence[tuple[str, ProductForm]]


class Ampoules(NamedTuple):
    """How many ampoules a product's volume takes."""

    number: int
    each_nl: int
    left_nl: int
    """What is left over in the last one."""
    source: str
    """Where the size of an ampoule comes from."""


def ampoules(product: Product, folders: tuple[Path, ...] = ()) -> Ampoules | None:
    """Return the ampoules that `product` takes; None where it was made from blood.

    `folders` are the clinic's own catalogues.
    What stays behind in needle, tube and syringe is not in it: nobody has measured that.
    """
    if product.autologous is not None:
        return None
    usual, volume = catalogue(folders).products.ampoule.volume, int(product.volume_nl)
    each, source = product.ampoule_nl or usual.value, "prescription"
    if not product.ampoule_nl:
        source = usual.told()
    count = -(-volume // each)
    return Ampoules(count, each, count * each - volume, source)


def least_volume(folders: tuple[Path, ...] = ()) -> Figure:
    """Return the volume below which a session is said to be too small, by one text."""
    return catalogue(folders).products.ampoule.session_volume_least


def check_vials(
    products: Keyed,
    patient: PatientForm,
    session: SessionForm,
    known: ProductsFile,
    problems: Problems,
    warnings: list[str],
) -> tuple[Finding, ...]:
    """Add what forbids a product on the day of the session; return what is found of own blood."""
    findings = []
    for key, product in products:
        blood = product.autologous
        if blood is None:
            _check_shelf(key, product, session, known.vial.shelf_life_max, problems)
        else:
            _check_blood(key, product, blood, patient, session, known.autologous, problems)
            findings.append(_blood_found(product, blood, known.autologous, warnings))
        if product.opened is not None:
            _check_opened(key, product.opened, session, known.vial.opened_days_max, problems)
    _check_tubes(products, problems)
    return tuple(findings)


def _check_shelf(
    key: str, product: ProductForm, session: SessionForm, most: Figure, problems: Problems
) -> None:
    if product.expiry.year - session.date.year > most.value:
        problems.add(
            f"{key}.expiry",
            f"found {product.expiry}, more than {most.value} years after the session of "
            f"{session.date} [{most.told()}]: read it again from the vial",
        )


def _check_opened(
    key: str, opened: date, session: SessionForm, most: Figure, problems: Problems
) -> None:
    days = (session.date - opened).days
    if 0 <= days < most.value:
        return
    after = "after" if days < 0 else "before"
    problems.add(
        f"{key}.opened",
        f"found {opened}, {after} the session of {session.date}: an opened vial is used on the "
        f"day on which it was opened [{most.told()}]: take a new one",
    )


def _check_blood(
    key: str,
    product: ProductForm,
    blood: AutologousForm,
    patient: PatientForm,
    session: SessionForm,
    known: OwnBlood,
    problems: Problems,
) -> None:
    own = f"{key}.autologous"
    if blood.donor != patient.id:
        problems.add(
            f"{own}.donor",
            f"found {blood.donor!r}, and the patient is {patient.id!r}: nobody gets the blood of "
            f"another; take the patient's own tube",
        )
    day = blood.drawn.date()
    last = day + timedelta(days=known.days_max.value - 1)
    if not day <= session.date <= last:
        problems.add(
            f"{own}.drawn",
            f"found {blood.drawn:%Y-%m-%dT%H:%M}, and the session is on {session.date}: blood is "
            f"used on the day on which it was drawn [{known.days_max.told()}]: draw it anew",
        )
    elif session.time is not None and blood.drawn > datetime.combine(session.date, session.time):
        problems.add(
            f"{own}.drawn",
            f"found {blood.drawn:%Y-%m-%dT%H:%M}, after the session begins at "
            f"{session.time:%H:%M}: give the time at which it was drawn, or a later session",
        )
    elif product.expiry > last:
        problems.add(
            f"{key}.expiry",
            f"found {product.expiry}: what was made from blood drawn on {day} keeps until {last} "
            f"[{known.days_max.told()}]: give {last}",
        )
    if blood.yield_ml > blood.blood_ml:
        problems.add(
            f"{own}.yield_ml",
            f"found {in_unit(blood.yield_ml, ML)} mL from {in_unit(blood.blood_ml, ML)} mL of "
            f"blood: measure what was made of it, at most as much as was drawn",
        )


def _check_tubes(products: Keyed, problems: Problems) -> None:
    """What is taken from one tube, by one product or several, is in it."""
    tubes: dict[str, list[tuple[str, ProductForm, AutologousForm]]] = {}
    for key, product in products:
        if product.autologous is not None:
            tubes.setdefault(product.lot, []).append((key, product, product.autologous))
    for lot, taken in tubes.items():
        volume, there = sum(one.volume_ml for _, one, _ in taken), taken[0][2].yield_ml
        key = taken[-1][0]
        if any(vars(blood) != vars(taken[0][2]) for _, _, blood in taken):
            problems.add(f"{key}.autologous", f"differs from what is said of the tube {lot!r}")
        elif volume > there:
            alone = f": give {in_unit(there, ML)} mL or less" if len(taken) == 1 else ""
            problems.add(
                f"{key}.volume_ml",
                f"{in_unit(volume, ML)} mL are more than the {in_unit(there, ML)} mL in the tube "
                f"{lot!r}{alone or ': give less of its products'}",
            )


def _blood_found(
    product: ProductForm, blood: AutologousForm, known: OwnBlood, warnings: list[str]
) -> Finding:
    drawn, usual = in_unit(blood.blood_ml, ML), known.blood_usual
    if blood.blood_ml != usual.value:
        warnings.append(
            f"{product.name}: {drawn} mL of blood were drawn; about {in_unit(usual.value, ML)} mL "
            f"are usual [{usual.told()}]"
        )
    text = (
        f"{product.name}: from {drawn} mL of the patient's own blood, drawn "
        f"{blood.drawn:%Y-%m-%dT%H:%M}, tube {product.lot}: {in_unit(blood.yield_ml, ML)} mL"
    )
    return Finding("product.autologous", text, usual.told())


def made_blood(form: AutologousForm | None) -> Autologous | None:
    """Return what is said of the blood, in whole numbers."""
    if form is None:
        return None
    return Autologous(
        donor_id=form.donor,
        blood_nl=Nanolitres(form.blood_ml),
        yield_nl=Nanolitres(form.yield_ml),
        drawn_at=f"{form.drawn:%Y-%m-%dT%H:%M}",
    )
