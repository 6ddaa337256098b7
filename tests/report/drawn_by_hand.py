"""Plans and records drawn by hand, so that the report is tested without planner and pistol."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from firmware_protocol.units import (
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
)
from mesogun.planning.plan import Plan, PlannedZone
from mesogun.planning.prescription import (
    Component,
    Limit,
    Motion,
    Prescription,
    Product,
    Ring,
    Zone,
)
from mesogun.planning.pricks import PrickTable, column
from mesogun.record.record import (
    Alarm,
    PrickRecord,
    PrickState,
    Record,
    SessionFacts,
    SessionOutcome,
)

Fate = tuple[PrickState, int | None, int | None, str]
"""State, dose given in nL, depth given in um, why."""


def zone(
    name: str,
    outline_mm: Sequence[tuple[float, float]],
    exclusions_mm: Sequence[Sequence[tuple[float, float]]] = (),
    *,
    pitch_mm: float = 10.0,
    margin_mm: float = 3.0,
    depth_um: int = 600,
    area: str = "cheek",
    technique: str = "papule",
) -> tuple[PlannedZone, Zone, list[tuple[int, int]]]:
    """A zone with a hexagonal lattice in serpentine order."""
    outline = ring(outline_mm)
    out = tuple(ring(one) for one in exclusions_mm)
    spots = _lattice(outline, out, int(pitch_mm * 1000), int(margin_mm * 1000))
    pitch = int(pitch_mm * 1000)
    margin = Micrometres(int(margin_mm * 1000))
    planned = PlannedZone(
        name, area, technique, outline, out, margin, pitch, pitch, (pitch, 0, 0, pitch), 0, 0
    )
    ordered = Zone(
        name,
        area,
        technique,
        outline,
        out,
        margin,
        None,
        Nanolitres(10_000),
        False,
        Micrometres(depth_um),
        None,
        NanolitresPerSecond(50_000),
        Milliseconds(50),
        Milliseconds(200),
        "press",
    )
    return planned, ordered, spots


def ring(points_mm: Sequence[tuple[float, float]]) -> Ring:
    return tuple((round(x * 1000), round(y * 1000)) for x, y in points_mm)


def _lattice(outline: Ring, out: Sequence[Ring], pitch: int, margin: int) -> list[tuple[int, int]]:
    xs, ys = [x for x, _ in outline], [y for _, y in outline]
    spots: list[tuple[int, int]] = []
    step = int(pitch * 0.8667)
    for line, y in enumerate(range(min(ys) + margin, max(ys) - margin + 1, step)):
        row = [
            (x, y)
            for x in range(min(xs) + margin + (pitch // 2) * (line % 2), max(xs), pitch)
            if _inside(outline, x, y)
            and _off(outline, x, y) >= margin
            and not any(_inside(one, x, y) or _off(one, x, y) < margin for one in out)
        ]
        spots += row[::-1] if line % 2 else row
    return spots


def _inside(outline: Ring, x: int, y: int) -> bool:
    inside = False
    for (ax, ay), (bx, by) in zip(outline, (*outline[1:], outline[0]), strict=True):
        if (ay > y) != (by > y) and x < ax + (y - ay) * (bx - ax) / (by - ay):
            inside = not inside
    return inside


def _off(outline: Ring, x: int, y: int) -> float:
    least = 1e18
    for (ax, ay), (bx, by) in zip(outline, (*outline[1:], outline[0]), strict=True):
        long = (bx - ax) ** 2 + (by - ay) ** 2
        along = ((x - ax) * (bx - ax) + (y - ay) * (by - ay)) / long if long else 0.0
        part = min(max(along, 0.0), 1.0)
        near = ((ax + part * (bx - ax) - x) ** 2 + (ay + part * (by - ay) - y) ** 2) ** 0.5
        least = min(least, near)
    return least


def plan(
    name: str,
    zones: Sequence[tuple[PlannedZone, Zone, list[tuple[int, int]]]],
    volume_nl: int,
    *,
    overrides: tuple[tuple[str, str, str], ...] = (),
    warnings: tuple[str, ...] = (),
    product: str = "hyaluronic acid 1 %",
    patient: str = "p-0042",
) -> Plan:
    """A plan of these zones, its volume spread evenly to the nanolitre."""
    spots = [(x, y, index) for index, one in enumerate(zones) for x, y in one[2]]
    depths = [int(zones[index][1].depth_um) for _, _, index in spots]
    whole, rest = divmod(volume_nl // 100, max(len(spots), 1))
    doses = [(whole + (1 if at < rest else 0)) * 100 for at in range(len(spots))]
    table = PrickTable(
        x_um=column([x for x, _, _ in spots]),
        y_um=column([y for _, y, _ in spots]),
        z_um=column([0] * len(spots)),
        depth_um=column(depths),
        dose_nl=column(doses),
        zone=column([index for _, _, index in spots]),
        shot=column(range(len(spots))),
    )
    ordered = _prescription(name, tuple(one[1] for one in zones), volume_nl)
    planned = tuple(_counted(one[0], at, spots, doses) for at, one in enumerate(zones))
    given = _with(ordered, overrides, product, patient)
    limits = _limits(len(zones))
    return Plan(given, limits, planned, table, 190_000_000, 1_480_000, warnings)


def _counted(
    zone: PlannedZone, at: int, spots: list[tuple[int, int, int]], doses: list[int]
) -> PlannedZone:
    mine = [dose for (_, _, index), dose in zip(spots, doses, strict=True) if index == at]
    return PlannedZone(
        zone.name,
        zone.area,
        zone.technique,
        zone.outline_um,
        zone.exclusions_um,
        zone.margin_um,
        zone.spacing_um_min,
        zone.pitch_um,
        zone.basis_um,
        len(mine),
        sum(mine),
    )


def _limits(zones: int) -> tuple[Limit, ...]:
    lab = "published: https://example.org/skin-thickness?a=1&b=2"
    own = "unverified: general knowledge"
    found = [
        Limit("volume_nl_max", 5_000_000, "nL", None, "regimen face", lab),
        Limit("dose_quantum_nl_min", 100, "nL", None, "pistol", own),
        Limit("needle_depth_um_max", 4_000, "um", None, "needle 30g-4mm", "maker's length"),
        Limit("pricks_max", 1_000, "1", None, "session", own),
        Limit("area_dose_nl_per_cm2_max", 200_000, "nL/cm2", None, "session", lab),
    ]
    for index in range(zones):
        found += [
            Limit("dose_nl_max", 20_000, "nL", index, "technique papule", lab),
            Limit("depth_um_max", 900, "um", index, "area cheek (female)", lab),
            Limit("spacing_um_min", 5_000 + 5_000 * (index % 2), "um", index, "technique", own),
            Limit("margin_um_min", 3_000, "um", index, "technique papule", own),
        ]
    return tuple(found)


def _prescription(name: str, zones: tuple[Zone, ...], volume_nl: int) -> Prescription:
    asked = ("pregnancy", "allergy", "acute_infection", "clotting_disorder", "diabetes")
    return Prescription(
        name=name,
        patient_id="p-0042",
        sex="female",
        age_years=42,
        weight_g=61_000,
        session_date="2026-11-21",
        session_number=2,
        previous_dates=("2026-11-10",),
        regimen="face",
        screening=tuple((one, False) for one in asked),
        screening_overrides=(),
        product=Product(
            "hyaluronic acid 1 %",
            Nanolitres(volume_nl),
            "A123",
            "2027-11-30",
            60_000,
            (Component("hyaluronic acid", 10_000),),
        ),
        head="single",
        needle="30g-4mm",
        syringe="3ml",
        zones=zones,
        limits=_limits(len(zones)),
        motion=Motion(20_000, 60_000, 150_000, "unverified"),
        warnings=(),
    )


def _with(
    given: Prescription, overrides: tuple[tuple[str, str, str], ...], product: str, patient: str
) -> Prescription:
    flagged = {one[0] for one in overrides}
    return Prescription(
        **{
            **{name: getattr(given, name) for name in Prescription.__slots__},
            "screening": tuple((name, name in flagged) for name, _ in given.screening),
            "screening_overrides": overrides,
            "patient_id": patient,
            "product": Product(
                product,
                given.product.volume_nl,
                given.product.lot,
                given.product.expiry,
                given.product.viscosity_upa_s,
                given.product.components,
            ),
        }
    )


def face(**more: object) -> Plan:
    """Forehead, cheeks and chin; papules."""
    eye = [(24.0, 84.0), (34, 76), (48, 76), (58, 84), (48, 91), (34, 91)]
    zones = [
        zone(
            "forehead",
            [(30, 14), (60, 4), (90, 4), (120, 14), (126, 40), (104, 52), (46, 52), (24, 40)],
            area="forehead",
            depth_um=500,
        ),
        zone(
            "left cheek",
            [(14, 70), (66, 70), (64, 112), (52, 140), (36, 150), (18, 118)],
            [eye, [(40, 118), (46, 118), (46, 124), (40, 124)]],
        ),
        zone(
            "right cheek",
            [(136, 70), (84, 70), (86, 112), (98, 140), (114, 150), (132, 118)],
            [[(150 - x, y) for x, y in eye]],
        ),
        zone(
            "chin",
            [(54, 158), (96, 158), (92, 184), (75, 192), (58, 184)],
            [[(60, 158.5), (90, 158.5), (88, 168), (62, 168)]],
        ),
    ]
    return plan("face", zones, 1_500_000, **more)  # type: ignore[arg-type]


def thighs(pitch_mm: float = 11.0, **more: object) -> Plan:
    """Two thighs side by side; several hundred pricks."""
    left = [
        (4.0, 20.0),
        (24, 10),
        (56, 3),
        (92, 0),
        (128, 5),
        (156, 16),
        (157, 60),
        (153, 110),
        (147, 160),
        (138, 205),
        (129, 238),
        (102, 241),
        (68, 241),
        (30, 236),
        (22, 200),
        (14, 160),
        (7, 110),
        (3, 60),
    ]
    vein = [
        (58.0, 62.0),
        (70, 60),
        (76, 84),
        (74, 108),
        (82, 132),
        (84, 158),
        (74, 170),
        (66, 160),
        (69, 136),
        (61, 110),
        (63, 86),
    ]
    zones = [
        zone(
            "left thigh",
            left,
            [vein],
            pitch_mm=pitch_mm,
            area="thigh",
            technique="point_by_point",
            depth_um=4_000,
        ),
        zone(
            "right thigh",
            [(360 - x, y) for x, y in left],
            pitch_mm=pitch_mm,
            area="thigh",
            technique="point_by_point",
            depth_um=4_000,
        ),
    ]
    return plan("cellulite", zones, 10_000_000, **more)  # type: ignore[arg-type]


def record(
    planned: Plan,
    *,
    outcome: SessionOutcome = "complete",
    why: str = "",
    fate: Callable[[int, int, int], Fate] | None = None,
    alarms: tuple[Alarm, ...] = (),
    simulated: bool = True,
    calibration_id: int = 12,
    parts: int = 1,
    ended: str | None = "2026-11-21T09:03:12Z",
) -> Record:
    """A record of `planned`; `fate` gets index, dose and depth of each prick."""
    decide = fate or as_ordered
    made = []
    for index, (dose, depth) in enumerate(
        zip(planned.pricks.dose_nl.tolist(), planned.pricks.depth_um.tolist(), strict=True)
    ):
        state, given, deep, because = decide(index, dose, depth)
        asked = state != "not_given"
        made.append(
            PrickRecord(
                index,
                1_001 + index if asked else None,
                state,
                dose,
                given,
                depth,
                deep,
                1_200_000 + 1_391_000 * index if asked else None,
                because,
            )
        )
    facts = SessionFacts(
        id="s-20261121-0001",
        started="2026-11-21T09:00:00Z",
        ended=ended,
        simulated=simulated,
        pistol_uid="5100000000000007" if simulated else "00a1000000000042",
        firmware="1.0.0",
        calibration_id=calibration_id,
        limits_revision=1,
        seed=7 if simulated else None,
        versions=(("mesogun", "0.1.0"), ("numpy", "2.4.6"), ("python", "3.11.2")),
    )
    return Record(
        facts,
        outcome,
        why,
        planned.digest(),
        "cd" * 32,
        tuple(made),
        alarms,
        192_040_000,
        parts,
        4 * len(made) + 9,
        "ef" * 32,
    )


def as_ordered(index: int, dose: int, depth: int) -> Fate:
    """Given, with the small errors of a real pistol."""
    return "given", dose + (index * 37 % 19 - 9) * dose // 1000, depth + index * 13 % 9 - 4, ""


def patch(name: str = "patch", **more: object) -> Plan:
    """One small zone with an exclusion and a handful of pricks."""
    hole = [(20.0, 20.0), (26, 20), (26, 26)]
    zones = [zone(name, [(0, 0), (40, 0), (40, 40), (0, 40)], [hole], pitch_mm=12.0)]
    return plan("patch", zones, 100_000, **more)  # type: ignore[arg-type]


DOUBTFUL, MORE, STOPPED = 40, 77, 78
MISSING = (85, 86, 87)


def every_state(index: int, dose: int, depth: int) -> Fate:
    """Given but for one in doubt, one with more, one stopped, and some at the end not given."""
    if index == DOUBTFUL:
        return "in_doubt", None, None, "the pistol does not know whether it was given (POWER)"
    if index == MORE:
        return "given", dose * 112 // 100, depth, ""
    if index == STOPPED:
        return "given", dose * 6 // 10, depth, "stopped before its end (ABORTED)"
    if index in MISSING:
        return "not_given", None, None, "not fired (EXPIRED)"
    return as_ordered(index, dose, depth)
