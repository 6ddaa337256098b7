"""Detection power, small: some seeded mistakes are found, and nothing is without them."""

from __future__ import annotations

import pytest

from simulator import gate
from tests.simulation.defects.listed import DEFECTS, parts
from tests.simulation.defects.search import search
from tests.simulation.defects.substitute import Instead, in_place

QUICK = {
    "intent after firing": 200,
    "outcome not written": 20,
    "limit off by one": 200,
    "abort leaves the token": 200,
    "contact unchecked": 50,
    "crit unchecked": 50,
    "CRC off": 50,
    "any answer": 20,
    "no sync": 20,
    "retry under a new id": 50,
    "end not written down": 20,
    "echo believed": 20,
}
"""How many seeds each may take; all are in `make defects`."""


@pytest.mark.parametrize("name", QUICK)
def test_a_seeded_mistake_is_found(name: str) -> None:
    defect = next(one for one in DEFECTS if one.name == name)
    found = search(parts(defect), 1_000_000, most=QUICK[name], safety=bool(defect.without))
    assert found.seeds <= QUICK[name]
    assert found.oracle != "crash", found.text


def test_a_mistake_is_taken_out_again() -> None:
    before = gate.RELEASE
    with in_place(Instead(gate, "RELEASE", lambda _: ())):
        assert gate.RELEASE == ()
    assert gate.RELEASE is before


def test_there_are_enough_mistakes_and_each_has_its_own_name() -> None:
    assert len({one.name for one in DEFECTS}) == len(DEFECTS) >= 25
