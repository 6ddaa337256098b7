"""The page's sections on where everything comes from: limits, warnings, product, patient, proof."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.planning.plan import Plan, needles_used
from mesogun.planning.prescription import Limit, Prescription, Product
from mesogun.record.record import CONFIRMED, Record
from mesogun.report import figures
from mesogun.report.findings import findings, overridden
from mesogun.report.markup import Markup, element, join
from mesogun.report.rows import Row
from mesogun.report.tables import Column, Line, bullets, facts, section, table

_LIMIT_COLUMNS = (
    Column("Limit"),
    Column("Value", figure=True),
    Column("Zones"),
    Column("Set by"),
    Column("Source", wide=True),
)


def limits_section(plan: Plan) -> Markup:
    """Return the limits in force, zones that share one as one line, each with who set it."""
    merged: dict[Key, list[int | None]] = {}
    for one in plan.limits:
        key = (one.name, one.value, one.unit, one.origin, one.source)
        merged.setdefault(key, []).append(one.zone)
    lines = [
        Line((*_limit(name, value, unit), _where(plan, zones), origin, _source(source)))
        for (name, value, unit, origin, source), zones in _by_name(merged)
    ]
    unproven = sum(1 for one in plan.limits if _unproven(one))
    told = f"The tightest of each kind was in force. {_count_unproven(unproven, len(plan.limits))}"
    made = table("Limits in force", _LIMIT_COLUMNS, lines, "stack")
    return section("limits", "Limits", element("p", None, told), made)


Key = tuple[str, int, str, str, str]
"""Name, value, unit, origin, source."""


def _by_name(merged: dict[Key, list[int | None]]) -> list[tuple[Key, list[int | None]]]:
    """Limits of one name together, else as the plan has them."""
    names = list(dict.fromkeys(key[0] for key in merged))
    return sorted(merged.items(), key=lambda one: names.index(one[0][0]))


def _limit(name: str, value: int, unit: str) -> tuple[str, str]:
    return figures.limit_name(name), figures.limit_value(value, unit)


def _where(plan: Plan, zones: Sequence[int | None]) -> str:
    named = [plan.zones[one].name for one in zones if one is not None]
    if not named:
        return "session"
    return "all" if len(named) == len(plan.zones) and len(named) > 1 else ", ".join(named)


def _unproven(limit: Limit) -> bool:
    return _weak(limit.source)


def _weak(source: str) -> bool:
    """Whether the strength that a source begins with leaves its figure in doubt."""
    return source.casefold().startswith(("unverified", "weak"))


def _count_unproven(unproven: int, of: int) -> str:
    if not unproven:
        return ""
    return f"{figures.count(unproven)} of {figures.count(of)} rest on unverified or weak figures."


def _source(source: str) -> str:
    if not _weak(source):
        return source
    return element("span", {"class": "warn"}, source)


def warnings_section(plan: Plan) -> Markup:
    """Return what planning noticed and a person must read."""
    if not plan.warnings:
        return section("warnings", "Warnings of the plan", element("p", None, "No warning."))
    return section("warnings", "Warnings of the plan", bullets(plan.warnings, "warnings"))


def products_section(plan: Plan, rows: Sequence[Row]) -> Markup:
    """Return what was in each syringe and how much of each substance was given."""
    given = plan.prescription
    of = [one.product for one in given.zones]
    parts: list[Markup] = []
    for index, product in enumerate(given.products):
        mine = (row.dose_nl_given or 0 for row in rows if of[row.zone] == index)
        parts += _product(product, sum(mine))
    return section("product", "Products" if given.further_products else "Product", *parts)


def spread_section(plan: Plan, spread_nl: Sequence[int]) -> Markup:
    """Return what was for the skin, and how much a person said was spread; zone by zone."""
    given = plan.prescription
    parts: list[Markup] = []
    for index, product in enumerate(given.products):
        mine = (nl for nl, one in zip(spread_nl, given.zones, strict=True) if one.product == index)
        parts += _product(product, sum(mine), "spread on the skin, as confirmed")
    return section("product", "Products" if given.further_products else "Product", *parts)


def _product(product: Product, given_nl: int, how: str = "given") -> list[Markup]:
    viscosity = product.viscosity_upa_s
    pairs = [
        ("Product", product.name),
        ("Lot", product.lot),
        ("Expiry", product.expiry),
        ("Volume prescribed", figures.volume(product.volume_nl)),
        (f"Volume {how}", figures.volume(given_nl)),
    ]
    if product.opened:
        pairs.append(("Opened", product.opened))
    if (blood := product.autologous) is not None:
        drawn = f"{figures.volume(blood.blood_nl)}, {blood.drawn_at.replace('T', ' at ')}"
        pairs += [
            ("Donor (the patient)", blood.donor_id),
            ("Blood drawn", drawn),
            ("Yielded", figures.volume(blood.yield_nl)),
        ]
    if viscosity is not None:
        pairs.append(("Viscosity", figures.trimmed(viscosity, 1000, 2) + f"{figures.APART}mPa·s"))
    columns = (
        Column("Component"),
        Column("Concentration, mg/mL", figure=True),
        Column(f"{how[0].upper()}{how[1:]}, mg", figure=True),
    )
    lines = [
        # pg per nL is ug per mL; times nL it is pg, of which 10^9 are a milligram
        Line(
            (
                one.name,
                figures.trimmed(one.concentration_pg_per_nl, 1000, 3),
                figures.fixed(one.concentration_pg_per_nl * given_nl, 10**9, 3),
            )
        )
        for one in product.components
    ]
    parts = [facts(pairs, "two")]
    if lines:
        parts.append(table("Components", columns, lines, "stack narrow"))
    return parts


def patient_section(plan: Plan) -> Markup:
    """Return whom and which session the plan is for, and what the screening found."""
    given = plan.prescription
    previous = ", ".join(given.previous_dates) or "none"
    pairs = [
        ("Patient (pseudonym)", given.patient_id),
        ("Sex, age, weight", f"{given.sex}, {given.age_years} years, {_weight(given.weight_g)}"),
        ("Session", f"number {given.session_number} on {_when(given)}, {given.regimen}"),
        *([("Given for", given.indication.replace("_", " "))] if given.indication else []),
        ("Sessions before", previous),
        *_equipment(plan),
        ("Screening", _screening(given.screening)),
    ]
    kind = "loud" if overridden(given) else ""
    told = (facts(pairs, "two"), *findings(given))
    return section("patient", "Patient and session", *told, kind=kind)


def _equipment(plan: Plan) -> list[tuple[str, str]]:
    given = plan.prescription
    if given.needling is not None:
        wide = figures.trimmed(given.needling.width_um, figures.UM_PER_MM, 2)
        needles = figures.counted(given.needling.needles, "needle")
        return [("Head", f"{given.head}, {needles}, {wide}{figures.APART}mm wide")]
    return [
        ("Head, needle, syringe", f"{_heads(given)}, {given.needle}, {given.syringe}"),
        ("Needles by the plan", _needles(plan)),
    ]


def _needles(plan: Plan) -> str:
    """How many needles the plan takes, and after how many pricks one is changed at the latest."""
    bound = next((one for one in plan.limits if one.name == "needle_pricks_max"), None)
    told = figures.count(needles_used(plan))
    if bound is None:
        return told
    most = figures.counted(bound.value, "prick")
    strength, _, _ = bound.source.partition(":")
    return f"{told}; a new one after {most} at most ({strength})"


def _when(given: Prescription) -> str:
    """Return the session's day, and the time of day where it was told."""
    return given.session_at.replace("T", " at ") or given.session_date


def _heads(given: Prescription) -> str:
    return " then ".join(one.name for one in given.heads) or given.head


def _weight(grams: int) -> str:
    return figures.trimmed(grams, 1000, 1) + f"{figures.APART}kg"


def _screening(answers: Sequence[tuple[str, bool]]) -> str:
    found = [name.replace("_", " ") for name, answer in answers if answer]
    asked = figures.counted(len(answers), "question")
    return f"{asked} answered, " + (f"yes to: {', '.join(found)}" if found else "no to all")


def provenance_section(record: Record, plan: Plan, generated_at: str) -> Markup:
    """Return which pistol, plan, versions and journal this page is made from."""
    met = record.session
    never = element("strong", {"class": "alarm"}, "0: never calibrated, doses are unproven")
    hosts = "without interruption" if record.parts == 1 else f"in {record.parts} parts"
    entries = figures.counted(record.chain_entries, "entry", "entries")
    pairs: list[tuple[str, str]] = [
        ("Pistol", _pistol(record)),
        ("Firmware", met.firmware),
        ("Calibration", never if met.calibration_id == 0 else str(met.calibration_id)),
        ("Limits revision", str(met.limits_revision)),
    ]
    if met.by_hand:
        tool = "" if met.device == "hand" else f" with a {met.device}"
        by = f"a person's hand{tool}, no pistol: {CONFIRMED}"
        pairs = [("Given by", by), ("Confirmed by", met.confirmed_by)]
    pairs += [
        ("Outcome", f"{record.outcome}{': ' + record.why if record.why else ''}"),
        ("Session", met.id),
        ("Time", f"{met.started} to {met.ended or 'not closed'}, {hosts}"),
        ("Estimated by the plan", figures.duration(plan.duration_us)),
        ("Plan", _code(record.plan_digest)),
        ("Prescription", _code(_sha(record.prescription_sha256))),
        ("Journal", join((f"{entries}, head ", _code(record.chain_head)))),
        ("Versions", ", ".join(f"{name} {version}" for name, version in met.versions)),
        ("Page made", generated_at),
    ]
    return section("provenance", "Provenance", facts(pairs))


def _pistol(record: Record) -> Markup:
    met = record.session
    if not met.simulated:
        return _code(met.pistol_uid)
    seed = "" if met.seed is None else f", seed {met.seed}"
    return join((_code(met.pistol_uid), f" · simulated twin{seed}"))


def _sha(text: str) -> str:
    return text if text.startswith("sha256:") else f"sha256:{text}"


def _code(text: str) -> Markup:
    return element("code", None, text)
