"""A prescription that is in order, and the means to spoil it in one place."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import read_prescription
from mesogun.planning.prescription import Prescription

Tree = dict[str, Any]

QUESTIONS = [
    "pregnancy",
    "breast_feeding",
    "menstruation",
    "allergy",
    "acute_infection",
    "inflamed_skin",
    "keloid_tendency",
    "clotting_disorder",
    "blood_thinners",
    "cardiovascular_disease",
    "tumour",
    "renal_failure",
    "diabetes",
    "autoimmune_disease",
    "recent_surgery",
    "cholelithiasis",
    "pathological_oedema",
]

IN_ORDER: Tree = {
    "format": "mesogun-prescription/1",
    "patient": {"id": "p-0042", "sex": "female", "age_years": 42, "weight_kg": 61.0},
    "session": {
        "date": "2026-11-21",
        "number": 2,
        "previous": ["2026-11-10"],
        "regimen": "face",
    },
    "screening": dict.fromkeys(QUESTIONS, False),
    "product": {
        "name": "hyaluronic acid 1 %",
        "volume_ml": 2.0,
        "lot": "A123",
        "expiry": "2027-11-30",
        "components": [{"name": "hyaluronic acid", "concentration_mg_per_ml": 10.0}],
    },
    "device": {"head": "single", "needle": "30g-4mm", "syringe": "3ml"},
    "zones": [
        {
            "name": "left cheek",
            "area": "cheek",
            "technique": "papule",
            "outline_mm": [[0, 0], [48, 0], [56, 30], [30, 52], [2, 40]],
            "exclusions_mm": [[[20, 18], [26, 18], [26, 24], [20, 24]]],
        }
    ],
}


@pytest.fixture
def tree() -> Tree:
    """A prescription in order, to be spoilt at will."""
    return copy.deepcopy(IN_ORDER)


@pytest.fixture
def zone(tree: Tree) -> Tree:
    """The only zone of `tree`."""
    found: Tree = tree["zones"][0]
    return found


@pytest.fixture
def read(tmp_path: Path, tree: Tree) -> Callable[[], Prescription]:
    """Reads `tree` as it stands."""

    def read_tree() -> Prescription:
        path = tmp_path / "rx.json"
        path.write_text(json.dumps(tree), encoding="utf-8")
        return read_prescription(path)

    return read_tree


@pytest.fixture
def refusal(read: Callable[[], Prescription], tmp_path: Path) -> Callable[[], list[str]]:
    """Reads `tree`, which must be refused: the lines, without the folder."""

    def read_lines() -> list[str]:
        with pytest.raises(PrescriptionError) as refused:
            read()
        lines = str(refused.value).replace(f"{tmp_path}/", "").splitlines()
        assert all(line.startswith("rx.json: ") for line in lines), lines
        return [line.removeprefix("rx.json: ") for line in lines]

    return read_lines


@pytest.fixture
def refused_file(tmp_path: Path) -> Callable[[str, bytes], str]:
    """Writes a file of any bytes, which must be refused as a prescription: the message."""

    def write(name: str, data: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(PrescriptionError) as refused:
            read_prescription(path)
        return str(refused.value).replace(f"{tmp_path}/", "")

    return write
