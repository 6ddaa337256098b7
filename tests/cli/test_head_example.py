"""The head that ships is planned: forehead and cheeks, and nothing near eyes, mouth or nostrils."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np

KEPT_FREE = ("eyes", "mouth", "nostrils", "ears")
MARGIN_MM = 3.0


def vertices_of(path: Path, groups: tuple[str, ...]) -> np.ndarray:
    """Read the corners of some groups of an OBJ file, in mm, without the program's reader."""
    vertices, used, group = [], set(), ""
    for line in path.read_text().splitlines():
        kind, *rest = line.split()
        if kind == "v":
            vertices.append([float(one) for one in rest])
        elif kind == "g":
            group = rest[0]
        elif kind == "f" and group in groups:
            used.update(int(one) - 1 for one in rest)
    return np.array(vertices)[sorted(used)]


def test_the_head_is_planned_and_eyes_mouth_and_nostrils_stay_free(
    call: Callable, examples: Path, tmp_path: Path
) -> None:
    ran = call("plan", examples / "head.toml", "-o", "head.json")
    assert ran.code == 0, ran.err
    pricks = json.loads((tmp_path / "head.json").read_text())["pricks"]
    places = np.array([pricks["x_um"], pricks["y_um"], pricks["z_um"]]).T / 1000
    assert 150 <= len(places) <= 250
    assert sum(pricks["dose_nl"]) == 2_000_000
    free = vertices_of(examples / "head" / "head.obj", KEPT_FREE)
    apart = np.sqrt(((places[:, None] - free[None]) ** 2).sum(axis=2))
    assert apart.min() >= MARGIN_MM - 0.002
    assert call("verify", "head.json").code == 0
