"""The pricks of one zone on their way through the planner: places first, then in firing order."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from mesogun.planning.place.fit import Placed
from mesogun.planning.place.lattice import pitch_of
from mesogun.planning.place.raster import Integers


@dataclass(frozen=True, slots=True, eq=False)
class Spots:
    """Where a zone's pricks are. Columns are equally long, whole numbers, one row a prick."""

    x_um: Integers
    y_um: Integers
    z_um: Integers
    shot: Integers
    """Which shot of the zone gives the prick, from 0."""
    pitch_um: int
    """No two of them are nearer to each other."""
    lattice: Placed | None = None
    """The lattice that every one of them lies on, row for row; None: free points."""
    head: Integers | None = None
    """Index into the prescription's heads; None: a single needle everywhere."""
    needle: Integers | None = None
    """Which needle of the head."""
    face: Integers | None = None
    """On a surface: the face that the prick lies on."""
    nx: Integers | None = None
    """On a surface: the direction in which the needle goes in, in millionths."""
    ny: Integers | None = None
    nz: Integers | None = None
    prick_bound: int = 0
    """No placement at this spacing holds more; 0: not told."""
    area_um2: int = 0
    coverage_um: int = 0
    """No place to treat is farther from a prick than about this; 0: not told."""

    def __len__(self) -> int:
        return len(self.x_um)

    @property
    def basis_um(self) -> tuple[int, int, int, int]:
        """The lattice's vectors, or zeros where there is none."""
        if self.lattice is None:
            return 0, 0, 0, 0
        ax, ay, bx, by = self.lattice.basis
        return ax, ay, bx, by

    def taken(self, rows: Integers) -> Spots:
        """Return these rows, in this order; shots keep their numbers."""
        lattice = self.lattice
        if lattice is not None:
            lattice = Placed(
                lattice.pitch_um, lattice.basis, lattice.origin, lattice.i[rows], lattice.j[rows]
            )
        return replace(
            self,
            x_um=self.x_um[rows],
            y_um=self.y_um[rows],
            z_um=self.z_um[rows],
            shot=self.shot[rows],
            lattice=lattice,
            head=None if self.head is None else self.head[rows],
            needle=None if self.needle is None else self.needle[rows],
            face=None if self.face is None else self.face[rows],
            nx=None if self.nx is None else self.nx[rows],
            ny=None if self.ny is None else self.ny[rows],
            nz=None if self.nz is None else self.nz[rows],
        )


def on_lattice(placed: Placed) -> Spots:
    """Return the pricks of a lattice, each a shot of a single needle."""
    count = len(placed)
    zeros = np.zeros(count, dtype=np.int64)
    return Spots(placed.x_um, placed.y_um, zeros, np.arange(count), pitch_of(placed.basis), placed)


def of_points(x_um: Integers, y_um: Integers, z_um: Integers, pitch_um: int) -> Spots:
    """Return free points, each a shot of a single needle."""
    return Spots(x_um, y_um, z_um, np.arange(len(x_um)), pitch_um)
