"""Small verified plans, for whoever wants a session without a prescription's file."""

from __future__ import annotations

from functools import cache

from mesogun.planning import (
    Limit,
    Motion,
    Prescription,
    Product,
    TriggerMode,
    VerifiedPlan,
    Zone,
    plan,
    verify,
)

DOSE_NL = 10_000
PITCH_UM = 5_000
MARGIN_UM = 1_000


def _limit(name: str, value: int, unit: str) -> Limit:
    return Limit(name, value, unit, None, "test", "test")


@cache
def tiny_plan(
    pricks: int = 12, *, trigger: TriggerMode = "press", interval_ms: int = 0, dwell_ms: int = 50
) -> VerifiedPlan:
    """Plan about `pricks` pricks of 10 microlitres, 1 mm deep, in one row on a strip of belly."""
    right = 2 * MARGIN_UM + (pricks - 1) * PITCH_UM + 200
    high = 2 * MARGIN_UM + 500
    zone = Zone(
        name="strip",
        area="belly",
        technique="papule",
        outline_um=((0, 0), (right, 0), (right, high), (0, high)),
        exclusions_um=(),
        margin_um=MARGIN_UM,
        spacing_um=PITCH_UM,
        dose_nl_usual=DOSE_NL,
        dose_asked=True,
        depth_um=1000,
        share_ppm=None,
        rate_nl_per_s=100_000,
        dwell_ms=dwell_ms,
        interval_ms=interval_ms,
        trigger=trigger,
    )
    limits = (
        _limit("dose_nl_max", 2 * DOSE_NL, "nl"),
        _limit("dose_nl_min", DOSE_NL // 2, "nl"),
        _limit("depth_um_max", 2_000, "um"),
        _limit("spacing_um_min", 3_000, "um"),
        _limit("spacing_um_max", 40_000, "um"),
        _limit("margin_um_min", 1_000, "um"),
        _limit("area_dose_nl_per_cm2_max", 1_000_000, "nl/cm2"),
        _limit("volume_nl_max", 20_000_000, "nl"),
        _limit("dose_quantum_nl_min", 10, "nl"),
        _limit("needle_depth_um_max", 4_000, "um"),
        _limit("syringe_volume_nl_max", 20_000_000, "nl"),
        _limit("pricks_max", 5_000, "1"),
    )
    product = Product("saline", pricks * DOSE_NL, "L1", "2030-01-01", None, ())
    prescription = Prescription(
        name="tiny",
        patient_id="p-1",
        sex="female",
        age_years=40,
        weight_g=60_000,
        session_date="2026-11-21",
        session_number=1,
        previous_dates=(),
        regimen="body",
        screening=(),
        screening_overrides=(),
        product=product,
        head="single",
        needle="30g-4mm",
        syringe="20ml",
        zones=(zone,),
        limits=limits,
        motion=Motion(100_000, 50_000, 60_000, "test"),
        warnings=(),
    )
    return verify(plan(prescription))
