"""Plain tables and sentences for the terminal. Numbers become millilitres and millimetres here."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence

import click
import numpy as np
import numpy.typing as npt

from mesogun.cli import preparing
from mesogun.cli.catalogues import Folders
from mesogun.planning import HAND, LAYERS, Limit, Plan

ZONE_COLUMNS = (
    *("zone", "technique", "pricks", "volume", "dose"),
    *("depth", "layer", "spacing", "filled"),
)
NL_PER_ML = UM_PER_M = 1_000_000


def ml(volume_nl: int) -> str:
    """Write a volume in millilitres, to the microlitre."""
    return f"{volume_nl / 1_000_000:.3f} mL"


def ul(dose_nl: int) -> str:
    """Write a dose in microlitres, as `mcL`: a drug quantity must not be misread."""
    return f"{dose_nl / 1000:g} mcL"


def mm(length_um: int) -> str:
    """Write a length in millimetres."""
    return f"{length_um / 1000:g} mm"


def clock(duration_us: int) -> str:
    """Write a duration as minutes and seconds."""
    seconds = round(duration_us / 1_000_000)
    return f"{seconds // 60} min {seconds % 60:02d} s" if seconds >= 60 else f"{seconds} s"


def table(head: Sequence[str], rows: Sequence[Sequence[object]], *, indent: str = "  ") -> str:
    """Set `rows` under `head` in columns; numbers to the right."""
    cells = [list(map(str, row)) for row in rows]
    widths = [max(len(row[k]) for row in [list(head), *cells]) for k in range(len(head))]
    right = [bool(cells) and all(row[k][:1].isdigit() for row in cells) for k in range(len(head))]

    def line(row: Sequence[str]) -> str:
        parts = [
            cell.rjust(width) if to_right else cell.ljust(width)
            for cell, width, to_right in zip(row, widths, right, strict=True)
        ]
        return (indent + "  ".join(parts)).rstrip()

    return "\n".join([line(head), line(["-" * width for width in widths]), *map(line, cells)])


def say(text: str = "", *, err: bool = False) -> None:
    """Print a line; where nobody listens any more, the work goes on without it."""
    try:
        click.echo(text, err=err)
    except OSError:
        # Else the interpreter would fail once more on this stream when it ends.
        stream = sys.stderr if err else sys.stdout
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def echo_json(told: Mapping[str, object]) -> None:
    """Print one JSON object on one line."""
    say(json.dumps(told, ensure_ascii=False))


def limit_value(limit: Limit) -> str:
    """Write a limit's value in the unit that people use."""
    match limit.unit:
        case "nL":
            return ml(limit.value) if limit.value >= NL_PER_ML else ul(limit.value)
        case "nL/cm2":
            return f"{limit.value / 1000:g} mcL/cm2"
        case "um":
            return mm(limit.value)
        case "um/s":
            return f"{mm(limit.value)}/s"
        case "1":
            return str(limit.value)
        case _:
            return f"{limit.value} {limit.unit}"


def limit_rows(plan: Plan) -> list[tuple[str, str, str, str]]:
    """Set the limits in rows; those that several zones share stand once."""
    zones: dict[tuple[str, str, str], list[str]] = {}
    for one in plan.limits:
        name = "session" if one.zone is None else plan.zones[one.zone].name
        zones.setdefault((one.name, limit_value(one), one.origin), []).append(name)
    everywhere = len(plan.zones)
    return [
        (name, value, "every zone" if len(held) == everywhere > 1 else ", ".join(held), origin)
        for (name, value, origin), held in zones.items()
    ]


def plan_summary(plan: Plan, folders: Folders = ()) -> str:
    """Say what a plan does: zones, limits with their origin, warnings."""
    parts = [
        *(_strokes(plan) if plan.strokes else _pricks(plan)),
        *_pauses(plan),
        *preparing.told(plan, folders),
        *preparing.findings_told(plan.prescription),
        "",
        "Limits in force:",
        table(("limit", "value", "where", "origin"), limit_rows(plan)),
    ]
    if plan.warnings:
        parts += ["", "Warnings:", *(f"  ! {text}" for text in plan.warnings)]
    return "\n".join(parts)


def _strokes(plan: Plan) -> list[str]:
    from mesogun.cli import strokes  # loaded here: most plans are of pricks

    zones = table(strokes.HEAD, strokes.rows(plan))
    return [strokes.opening(plan, clock(plan.duration_us)), "", zones, *strokes.notes(plan)]


def _pricks(plan: Plan) -> list[str]:
    rx, volume = plan.prescription, ml(sum(map(int, plan.pricks.dose_nl)))
    products = " and ".join(one.name for one in rx.products)
    return [
        f"{rx.name}: {len(plan.pricks)} pricks, {volume} of {products}, "
        f"about {clock(plan.duration_us)}, hand travel {plan.travel_um / UM_PER_M:.2f} m",
        "",
        table(
            (
                "zone",
                "technique",
                "pricks",
                "volume",
                "dose",
                "depth",
                "layer",
                "spacing",
                "filled",
            ),
            [_zone_row(plan, k) for k in range(len(plan.zones))],
        ),
        *_filled(plan),
        *_by_hand(plan),
    ]


def _zone_row(plan: Plan, index: int) -> tuple[object, ...]:
    zone = plan.zones[index]
    mine = plan.pricks.zone == index
    doses = plan.pricks.dose_nl[mine]
    depths = plan.pricks.depth_um[mine]
    low, high = (int(doses.min()), int(doses.max())) if len(doses) else (0, 0)
    deepest = int(depths.max()) if len(depths) else 0
    dose = ul(low) if low == high else f"{low / 1000:g} to {ul(high)}"
    shallowest = int(depths.min()) if len(depths) else 0
    return (
        zone.name,
        zone.technique,
        zone.prick_count,
        ml(zone.dose_nl_total),
        dose,
        mm(deepest) if shallowest == deepest else f"{shallowest / 1000:g} to {mm(deepest)}",
        _layers(plan, mine),
        f"{zone.pitch_um / 1000:.2f} mm",
        f"{zone.prick_count * 100 // zone.prick_bound} %" if zone.prick_bound else "",
    )


def _layers(plan: Plan, mine: npt.NDArray[np.bool_]) -> str:
    """Name the layers that a zone's pricks reach."""
    if plan.pricks.layer is None:
        return "unknown"
    reached = sorted(set(plan.pricks.layer[mine].tolist()))
    return ", ".join(LAYERS[one] for one in reached)


def _filled(plan: Plan) -> list[str]:
    """Say what "filled" means, and how far from a prick a place on a surface may be."""
    if plan.prescription.surface is None:
        return ["  filled: of the pricks that no placement at this spacing exceeds"]
    farthest = ", ".join(
        f"{zone.name} {zone.coverage_um / 1000:.1f} mm" for zone in plan.zones if zone.coverage_um
    )
    return [
        "  filled: of the pricks that a flat lattice of this spacing and area would hold",
        *([f"  farthest from a prick, as sampled: {farthest}"] if farthest else []),
    ]


def _by_hand(plan: Plan) -> list[str]:
    """Say that a person's hand gives these pricks, and with what help."""
    if plan.prescription.head != HAND:
        return []
    return [
        "",
        "By hand: no pistol gives these pricks. Doses are whole marks of the syringe.",
        "  mesogun plan RX -o PLAN --map FILE.pdf   the map, at life size",
        "  mesogun pace PLAN                        the guide, which keeps the record",
    ]


def _pauses(plan: Plan) -> list[str]:
    """Tell where a person is asked, and how long the skin rests."""
    asked = [one for one in plan.pauses if one.kind != "rest"]
    rests = [one.wait_us for one in plan.pauses if one.kind == "rest"]
    told = [f"  before shot {one.shot + 1}: {one.note}" for one in asked]
    if rests:
        told.append(f"  {len(rests)} rests, {clock(sum(rests))} in all")
    return ["", "Pauses:", *told] if told else []
