"""A prescription file becomes a Prescription: whole numbers, every limit, every warning."""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from mesogun.errors import PrescriptionError
from mesogun.intake.bounds import PRESCRIPTION_BYTES_MAX
from mesogun.intake.catalogue import Catalogue, catalogue
from mesogun.intake.catalogue_form import Regimen
from mesogun.intake.components import component_limits
from mesogun.intake.course import check_course, check_expiry, session_at, with_earlier
from mesogun.intake.equipment import (
    Equipment,
    check_volumes,
    motion,
    needle_limits,
    read_equipment,
    session_limits,
)
from mesogun.intake.files import parse_json, parse_toml, read_bounded, text_of
from mesogun.intake.form import Table, read
from mesogun.intake.heads import read_heads
from mesogun.intake.indications import check_indication
from mesogun.intake.maps import Maps
from mesogun.intake.mixtures import Knowledge, check_contraindications, check_mixtures
from mesogun.intake.needling import StrokeReader, makes_strokes
from mesogun.intake.places import Places
from mesogun.intake.prescription_form import FORMAT, NOTHING, PatientForm, PrescriptionForm
from mesogun.intake.products import Keyed, check_products, made_product, products_of
from mesogun.intake.quantity import in_unit
from mesogun.intake.quantity import shown as as_shown
from mesogun.intake.refusal import Problems, unknown
from mesogun.intake.screening import Screening, read_screening
from mesogun.intake.vials import check_vials
from mesogun.intake.zones import ZoneReader
from mesogun.planning.prescription import (
    Finding,
    Head,
    Limit,
    Needling,
    Prescription,
    Surface,
    Zone,
)

WHAT = "prescription"
KG = 1_000


def prescription_bytes(path: str | os.PathLike[str]) -> bytes:
    """Return the bytes of a prescription file, as they are kept beside a record.

    Raises:
        PrescriptionError: the file is missing, unreadable or too large; nothing is kept.
    """
    return read_bounded(path, PRESCRIPTION_BYTES_MAX, WHAT)


def read_prescription(
    path: str | os.PathLike[str],
    *,
    held: Sequence[date] = (),
    folders: tuple[Path, ...] = (),
) -> Prescription:
    """Return the prescription of a TOML or JSON file, or refuse it with every problem found.

    `held` are days of earlier sessions that records tell of; they join those that the file names.
    `folders` are the clinic's own catalogues, laid over the one that ships.

    Raises:
        CatalogueError: one of `folders` does not hold together.
        PrescriptionError: one line a problem: file, key, what was found, what to do; nothing
            is kept.
    """
    shown, file = os.fspath(path), Path(path)
    form = _read_form(prescription_bytes(path), shown, file.suffix.lower())
    problems = Problems(shown)
    made = _convert(with_earlier(form, held), file, catalogue(folders), problems)
    problems.raise_any()
    if made is None:
        raise PrescriptionError(f"{shown}: cannot be read, and no reason was noted: report this")
    return made


def _read_form(data: bytes, shown: str, suffix: str) -> PrescriptionForm:
    match suffix:
        case ".toml":
            tree: Any = parse_toml(text_of(data, shown, WHAT), shown)
        case ".json":
            tree = parse_json(text_of(data, shown, WHAT), shown)
        case _:
            raise PrescriptionError(
                f"{shown}: ends in {suffix or 'no suffix'}: a prescription is a .toml or .json file"
            )
    problems = Problems(shown)
    found = tree.get("format") if isinstance(tree, dict) else None
    if found != FORMAT:
        # Of a file of another kind nothing else is worth telling.
        problems.add("format", f"found {as_shown(found)}: a prescription begins with {FORMAT!r}")
        problems.raise_any()
    form, mistakes = read(PrescriptionForm, tree)
    problems.note(mistakes)
    problems.raise_any()
    if form is None:
        raise PrescriptionError(f"{shown}: cannot be read, and no reason was noted: report this")
    return form


class _Work(NamedTuple):
    """What is read from, and where what is wrong is told."""

    form: PrescriptionForm
    folder: Path
    presets: Catalogue
    knowledge: Knowledge
    products: Keyed
    """None, where a prescription goes without."""
    regimen: Regimen | None
    problems: Problems
    warnings: list[str]


class _Read(Table):
    """What was read of zones and equipment."""

    equipment: Equipment | None
    """None: strokes of a pen or a roller."""
    heads: tuple[Head, ...]
    needling: Needling | None
    zones: tuple[Zone, ...]
    limits: tuple[Limit, ...]
    surface: Surface | None


def _convert(
    form: PrescriptionForm, file: Path, presets: Catalogue, problems: Problems
) -> Prescription | None:
    warnings = [one.told() for one in presets.approvals]
    knowledge = Knowledge(presets.components, presets.component_classes)
    screening = read_screening(form.screening, presets.questions, problems)
    _check_patient(form.patient, presets, problems)
    products = [one for one in products_of(form) if one[1] is not NOTHING]
    for key, product in products:
        check_expiry(key, product, form.session, problems)
    blood = check_vials(products, form.patient, form.session, presets.products, problems, warnings)
    ruled = (
        *check_contraindications(products, knowledge, screening, problems),
        *check_mixtures(
            products, knowledge, presets.products.mixture.components_warn_from, problems, warnings
        ),
    )
    regimen = presets.regimens.get(form.session.regimen)
    if regimen is None:
        problems.add("session.regimen", unknown(form.session.regimen, presets.regimens, "regimen"))
    else:
        check_course(form.session, regimen, problems, warnings)
    check_indication(form.session, products, presets, knowledge, problems, warnings)
    work = _Work(form, file.parent, presets, knowledge, products, regimen, problems, warnings)
    strokes = makes_strokes(form, presets, problems)
    done = _with_strokes(work) if strokes else _with_needles(work)
    if done is None:
        return None
    if problems:
        return None
    findings = (*screening.findings, *ruled, *blood)
    return _assemble(form, file.stem, done, screening, findings, knowledge, presets, warnings)


def _with_needles(work: _Work) -> _Read | None:
    """Read what a pistol or a hand gives prick by prick."""
    form, presets, problems, warnings = work.form, work.presets, work.problems, work.warnings
    if form.product is NOTHING:
        problems.add("product", "is missing: add it")
    heads = read_heads(form.device, presets, problems)
    equipment = read_equipment(form.device, presets, problems)
    if equipment is None:
        return None
    check_volumes(work.products, equipment, work.regimen, presets, problems, warnings)
    bounded = _components(work, equipment.syringe.quantum.value)
    places = Places(work.folder, form.surface, presets.extent, problems, warnings)
    reader = _zone_reader(form, presets, equipment, heads, places, work.folder, problems, warnings)
    zones, limits = _read_zones(form, reader, problems)
    return _Read(
        equipment=equipment,
        heads=heads,
        needling=None,
        zones=zones,
        limits=(*limits, *bounded),
        surface=places.surface,
    )


def _with_strokes(work: _Work) -> _Read:
    """Read what a pen or a roller goes over."""
    form, presets, problems, warnings = work.form, work.presets, work.problems, work.warnings
    check_volumes(work.products, None, None, presets, problems, warnings)
    bounded = _components(work, 1)
    places = Places(work.folder, None, presets.extent, problems, warnings)
    reader = StrokeReader(
        form=form, catalogue=presets, places=places, problems=problems, warnings=warnings
    )
    _check_names(form, problems)
    needling, zones, limits = reader.read(check_products(form, problems))
    return _Read(
        equipment=None,
        heads=(),
        needling=needling,
        zones=zones,
        limits=(*limits, *bounded),
        surface=None,
    )


def _components(work: _Work, step_nl: int) -> tuple[Limit, ...]:
    return component_limits(
        work.products, work.form.patient, work.knowledge, step_nl, work.problems, work.warnings
    )


def _check_patient(patient: PatientForm, presets: Catalogue, problems: Problems) -> None:
    known = presets.patient
    if not known.age_min.value <= patient.age_years <= known.age_max.value:
        problems.add(
            "patient.age_years",
            f"found {patient.age_years}: give {known.age_min.value} to {known.age_max.value} "
            f"[{known.age_max.told()}]",
        )
    if not known.weight_min.value <= patient.weight_kg <= known.weight_max.value:
        problems.add(
            "patient.weight_kg",
            f"found {in_unit(patient.weight_kg, KG)}: give {in_unit(known.weight_min.value, KG)} "
            f"to {in_unit(known.weight_max.value, KG)} [{known.weight_max.told()}]",
        )


def _zone_reader(
    form: PrescriptionForm,
    presets: Catalogue,
    equipment: Equipment,
    heads: Sequence[Head],
    places: Places,
    folder: Path,
    problems: Problems,
    warnings: list[str],
) -> ZoneReader:
    if heads and form.surface is not None:
        problems.add(
            "device.head",
            f"found {form.device.head!r}: a head of several needles is for zones drawn flat, not "
            f"for a mesh: give 'single'",
        )
    return ZoneReader(
        catalogue=presets,
        equipment=equipment,
        sex=form.patient.sex,
        viscosities_upa_s=[one.viscosity_mpa_s for _, one in products_of(form)],
        head=heads[0] if heads else None,
        places=places,
        maps=Maps(folder),
        problems=problems,
        warnings=warnings,
    )


def _read_zones(
    form: PrescriptionForm, reader: ZoneReader, problems: Problems
) -> tuple[tuple[Zone, ...], tuple[Limit, ...]]:
    _check_names(form, problems)
    zones, limits = list[Zone](), list(session_limits(reader.equipment, reader.catalogue))
    limits += needle_limits(form.device, reader.catalogue, problems)
    products = check_products(form, problems)
    for index, zone_form in enumerate(form.zones):
        read = reader.read(index, zone_form, products[index])
        if read is not None:
            zones.append(read[0])
            limits.extend(read[1])
    return tuple(zones), tuple(limits)


def _check_names(form: PrescriptionForm, problems: Problems) -> None:
    if not form.zones:
        problems.add("zones", "is empty: give at least one [[zones]]")
    names: dict[str, int] = {}
    for index, zone in enumerate(form.zones):
        if zone.name in names:
            problems.add(
                f"zones[{index}].name",
                f"found {zone.name!r}, the name of zones[{names[zone.name]}] as well: "
                f"give each zone its own",
            )
        names.setdefault(zone.name, index)


def _assemble(
    form: PrescriptionForm,
    name: str,
    made: _Read,
    screening: Screening,
    findings: tuple[Finding, ...],
    knowledge: Knowledge,
    presets: Catalogue,
    warnings: list[str],
) -> Prescription:
    patient, session, device = form.patient, form.session, form.device
    first, *further = [made_product(one, knowledge) for _, one in products_of(form)]
    bevel = None if made.equipment is None else made.equipment.needle.bevel
    by_hand = made.equipment is None or made.equipment.by_hand
    return Prescription(
        name=name,
        patient_id=patient.id,
        sex=patient.sex,
        age_years=patient.age_years,
        weight_g=patient.weight_kg,
        session_date=session.date.isoformat(),
        session_at=session_at(session),
        session_number=session.number,
        previous_dates=tuple(one.isoformat() for one in session.previous),
        regimen=session.regimen,
        screening=screening.answers,
        screening_overrides=screening.overrides,
        product=first,
        head=device.head,
        needle=device.needle or "",
        syringe=device.syringe or "",
        zones=made.zones,
        limits=made.limits,
        motion=motion(presets, by_hand=by_hand),
        warnings=tuple(warnings),
        further_products=tuple(further),
        heads=made.heads,
        seed=session.seed,
        position_um=device.position_mm,
        bevel_um=0 if bevel is None else bevel.value,
        surface=made.surface,
        approvals=presets.approvals,
        indication=session.indication or "",
        findings=findings,
        needling=made.needling,
    )
