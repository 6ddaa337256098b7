"""What lies near a place, while things are put down one by one: cells in a dictionary."""

from __future__ import annotations

from itertools import product

from mesogun.planning.prescription import Point3

STRIDE = 1 << 20
"""Cells in a row, with room on both sides: three coordinates make one whole number of 60 bits."""
Held = tuple[int, int, int, int]
"""Three coordinates and the number of the thing there."""


class Cells:
    """Numbered things by place, in squares or cubes of `side_um`.

    Public for a hot path: `held.get(name + step, ())` for each of `steps(reach_um)` gives, besides
    others, all that lies within reach of a place, where `name` is `named(place)`.
    """

    __slots__ = ("_flat", "held", "side_um")

    def __init__(self, side_um: int, *, flat: bool) -> None:
        """Make empty cells; `flat` ones hold places with z = 0 only."""
        self.side_um = side_um
        self.held: dict[int, list[Held]] = {}
        self._flat = flat

    def steps(self, reach_um: int) -> tuple[int, ...]:
        """Return the way from a cell's name to those of all cells within reach, its own too."""
        far = -(-reach_um // self.side_um)
        there = range(-far, far + 1)
        layers = (0,) if self._flat else there
        return tuple(
            (layer * STRIDE + row) * STRIDE + cell
            for layer, row, cell in product(layers, there, there)
        )

    def named(self, place: Point3) -> int:
        """Return the name of the cell that holds `place`."""
        x, y, z = place
        side = self.side_um
        return (z // side * STRIDE + y // side) * STRIDE + x // side

    def add(self, place: Point3, number: int) -> None:
        """Put `number` down at `place`."""
        name = self.named(place)
        if name in self.held:
            self.held[name].append((*place, number))
        else:
            self.held[name] = [(*place, number)]

    def remove(self, place: Point3, number: int) -> None:
        """Take away what was put down there."""
        self.held[self.named(place)].remove((*place, number))
