"""What must hold between the keys of a plan file before anything may look at its rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from mesogun.planning import LAYERS, Column, Pause, Plan, Prescription, PrickTable

if TYPE_CHECKING:
    from mesogun.planning import Settled

DIRECTION = ("nx", "ny", "nz", "face")
HEAD = ("head", "needle")


def faults(plan: Plan) -> Iterator[str]:
    """Tell, one by one, which keys name what does not exist, or stand without each other."""
    prescription, table = plan.prescription, plan.pricks
    yield from _faults_of_prescription(prescription)
    zones = len(prescription.zones)
    if len(plan.zones) != zones:
        yield f"zones has {len(plan.zones)} entries, the prescription {zones}"
    yield from _faults_of_columns(prescription, table)
    for one in (*plan.limits, *prescription.limits):
        if one.zone is not None and not 0 <= one.zone < zones:
            yield f"the limit {one.name} names zone {one.zone}: there are {zones}"
    shots = int(table.shot[-1]) + 1 if len(table) else 0
    yield from _faults_of_pauses(plan.pauses, shots)
    if plan.settled is not None:
        yield from _faults_of_settled(plan.settled, len(table))


def _faults_of_prescription(prescription: Prescription) -> Iterator[str]:
    products, surface = len(prescription.products), prescription.surface
    faces = 0 if surface is None else len(surface.faces)
    for index, zone in enumerate(prescription.zones):
        key = f"prescription.zones[{index}]"
        if not 0 <= zone.product < products:
            yield f"{key}.product is {zone.product}: there are {products}"
        if bool(zone.faces) == (surface is None) or bool(zone.faces) == bool(zone.outline_um):
            yield f"{key} needs an outline, or faces of a surface that is there, and not both"
        if zone.faces and not (min(zone.faces) >= 0 and max(zone.faces) < faces):
            yield f"{key}.faces names a face that does not exist: there are {faces}"
    for index, head in enumerate(prescription.heads):
        if (0, 0) not in head.needles or len(set(head.needles)) != len(head.needles):
            yield f"prescription.heads[{index}].needles needs (0, 0), and each place once"
    if surface is None:
        return
    corners = [one for face in surface.faces for one in face]
    if corners and not (min(corners) >= 0 and max(corners) < len(surface.vertices_um)):
        yield "prescription.surface.faces names a vertex that does not exist"
    for name, values in (("skin_um", surface.skin_um), ("weights", surface.weights)):
        if values and len(values) != len(surface.vertices_um):
            yield f"prescription.surface.{name} is not as long as vertices_um"


def _faults_of_columns(prescription: Prescription, table: PrickTable) -> Iterator[str]:
    there = dict(table.columns())
    for together in (DIRECTION, HEAD):
        given = [name for name in together if name in there]
        if given and len(given) < len(together):
            yield f"pricks has {', '.join(given)} without the others of {', '.join(together)}"
    surface, heads = prescription.surface, prescription.heads
    counts = {
        "zone": len(prescription.zones),
        "layer": len(LAYERS),
        "head": max(1, len(heads)),
        "face": 0 if surface is None else len(surface.faces),
    }
    wrong = [name for name, count in counts.items() if _is_outside(there.get(name), count)]
    for name in wrong:
        yield f"pricks.{name} names a {name} that does not exist: there are {counts[name]}"
    yield from _faults_of_shots(there["shot"])
    if {*HEAD} <= there.keys() and "head" not in wrong:
        held = np.array([len(head.needles) for head in heads] or [1])
        needle = there["needle"]
        if ((needle < 0) | (needle >= held[there["head"]])).any():
            yield "pricks.needle names a needle that its head does not have"


def _is_outside(column: Column | None, count: int) -> bool:
    if column is None or not len(column):
        return False
    return not (int(column.min()) >= 0 and int(column.max()) < count)


def _faults_of_shots(shot: Column) -> Iterator[str]:
    if not len(shot):
        return
    steps = np.diff(shot.astype(np.int64), prepend=0)
    if int(shot[0]) != 0 or int(steps.min()) < 0 or int(steps.max()) > 1:
        yield "pricks.shot does not count up from 0 by one"


def _faults_of_pauses(pauses: Sequence[Pause], shots: int) -> Iterator[str]:
    for index, one in enumerate(pauses):
        if not 0 <= one.shot < shots:
            yield f"pauses[{index}] comes before shot {one.shot}: there are {shots}"
        if (one.wait_us > 0) != (one.kind == "rest"):
            yield f"pauses[{index}] of kind {one.kind} waits {one.wait_us} us: only a rest waits"


def _faults_of_settled(settled: Settled, rows: int) -> Iterator[str]:
    if len(settled.rows) != len(settled.given_nl):
        yield "settled.rows and settled.given_nl differ in length"
    rising = all(one < other for one, other in zip(settled.rows, settled.rows[1:], strict=False))
    if not rising or any(not 0 <= one < rows for one in settled.rows):
        yield f"settled.rows must rise, within the {rows} pricks"
    if any(one < 0 for one in settled.given_nl):
        yield "settled.given_nl is below 0"
