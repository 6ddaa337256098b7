"""The PrickTable: one row a prick, in firing order, as read-only whole-number columns."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt

Column = npt.NDArray[np.int32]
"""One-dimensional, C-contiguous, little-endian int32, read-only."""
LAYERS = ("unknown", "epidermis", "dermis", "subcutis")


def column(values: npt.ArrayLike | Iterable[int]) -> Column:
    """Return `values` as a read-only column of its own.

    Raises:
        OverflowError: a value does not fit 32 bits.
        TypeError: the values are no whole numbers.
    """
    wide = np.asarray(values)
    if wide.size and wide.dtype.kind not in "iu":
        raise TypeError(f"a column holds whole numbers, not {wide.dtype}")
    if wide.size and (wide.max() > 2**31 - 1 or wide.min() < -(2**31)):
        raise OverflowError("a value of a prick does not fit 32 bits")
    made = wide.astype("<i4")
    made.setflags(write=False)
    return made


@dataclass(frozen=True, slots=True, eq=False)
class PrickTable:
    """One row a prick, in firing order. Columns are read-only and equally long."""

    x_um: Column
    y_um: Column
    z_um: Column
    depth_um: Column
    dose_nl: Column
    zone: Column
    """Index into the plan's zones."""
    shot: Column
    """Pricks of one shot share it (a head of n needles); rises by one from 0."""
    layer: Column | None = None
    """What the needle's tip reaches: an index into `LAYERS`. Absent: not known anywhere."""
    head: Column | None = None
    """Index into the prescription's heads. Absent: the single needle."""
    needle: Column | None = None
    """Which needle of the head. Absent: the single one."""
    nx: Column | None = None
    """The direction in which the needle goes in, in millionths; on surfaces, with `ny`, `nz` and
    `face`. Absent: straight down."""
    ny: Column | None = None
    nz: Column | None = None
    face: Column | None = None
    """The surface's face that the prick lies on."""

    def __post_init__(self) -> None:
        lengths = {len(one) for _, one in self.columns()}
        if len(lengths) != 1:
            raise ValueError(f"the columns of a PrickTable differ in length: {sorted(lengths)}")

    def __len__(self) -> int:
        return len(self.x_um)

    def columns(self) -> list[tuple[str, Column]]:
        """Return the columns that are there, by name."""
        named = [(one.name, getattr(self, one.name)) for one in fields(self)]
        return [(name, values) for name, values in named if values is not None]

    def digest(self) -> str:
        """Name these very pricks: equal tables, and only those, share a digest."""
        sha = hashlib.sha256(f"pricks/1 {len(self)}".encode())
        for name, values in self.columns():
            sha.update(f" {name} ".encode())
            sha.update(np.ascontiguousarray(values, dtype="<i4").data)
        return "sha256:" + sha.hexdigest()
