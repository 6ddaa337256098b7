"""A lattice keeps its pitch by arithmetic, not by measurement."""

from __future__ import annotations

import math

from hypothesis import given, settings
from hypothesis import strategies as st

from mesogun.planning.place.lattice import (
    ANGLES,
    DIRECTIONS,
    NANO,
    Basis,
    lattice,
    pitch_of,
    shortest2_um2,
)


def test_the_table_of_directions_is_right_to_the_last_digit() -> None:
    for k, (cosine, sine) in enumerate(DIRECTIONS):
        assert cosine == round(math.cos(math.radians(5 * k)) * NANO)
        assert sine == round(math.sin(math.radians(5 * k)) * NANO)


def shortest_by_force(basis: Basis, reach: int) -> int:
    vectors = (basis.at(i, j) for i in range(-reach, reach + 1) for j in range(-reach, reach + 1))
    return min(x * x + y * y for x, y in vectors if x or y)


@given(st.integers(1, 30_000), st.integers(0, ANGLES - 1))
@settings(max_examples=300, deadline=None)
def test_no_two_points_of_a_lattice_are_nearer_than_its_pitch(pitch: int, angle: int) -> None:
    basis = lattice(pitch, angle)
    assert shortest_by_force(basis, 3) == shortest2_um2(basis) >= pitch * pitch
    assert pitch <= pitch_of(basis) <= pitch + 2
    if pitch > 1_000:  # and it wastes next to nothing
        assert basis.det <= pitch * pitch * 0.866026 * 1.003


@given(*(st.integers(-40, 40) for _ in range(4)))
@settings(max_examples=200, deadline=None)
def test_the_shortest_vector_of_any_lattice_is_found(ax: int, ay: int, bx: int, by: int) -> None:
    basis = Basis(ax, ay, bx, by)
    if basis.det:
        assert shortest2_um2(basis) == shortest_by_force(basis, 82)
