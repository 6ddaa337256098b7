"""Detection power, small: some seeded mistakes are found, and nothing is without them."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import gate
from tests.simulation.campaign.many import judged
from tests.simulation.defects.listed import DEFECTS, parts
from tests.simulation.defects.search import search
from tests.simulation.defects.substitute import Instead, in_place

QUICK = {
    "intent after firing": (200, "O1"),
    "intent after sending": (20, "O2"),
    "retry under a new id": (50, "O1"),
    "resume trusts its own record": (100, "O3"),
    "outcome not written": (20, "O4"),
    "CRC off": (50, "O5"),
    "echo believed": (20, "O6"),
    "limit off by one": (100, "O7"),
    "abort leaves the token": (200, "O7"),
    "abort never cleared": (50, "O9"),
    "contact unchecked": (50, "O12"),
}
"""How many seeds each may take, and the oracle that finds it; all are in `make defects`."""


@pytest.mark.parametrize("name", QUICK)
def test_a_seeded_mistake_is_found(name: str) -> None:
    defect = next(one for one in DEFECTS if one.name == name)
    most, oracle = QUICK[name]
    found = search(parts(defect), 1_000_000, most=most, safety=bool(defect.without))
    assert found.seeds <= most
    assert found.oracle == oracle, found.text


@pytest.mark.parametrize(
    ("name", "seed", "oracle"),
    [
        ("date decides", 1_000_000, "O8"),
        ("token counted on", 1_000_000, "O13"),
        ("hash of half a line", 1_000_020, "O10"),
    ],
)
def test_what_takes_two_looks_is_found(name: str, seed: int, oracle: str, tmp_path: Path) -> None:
    defect = next(one for one in DEFECTS if one.name == name)
    assert judged(seed, tmp_path)[1] == []
    with in_place(*parts(defect)):
        _, found = judged(seed, tmp_path)
    assert oracle in {each for each, _ in found}


def test_a_mistake_is_taken_out_again() -> None:
    before = gate.RELEASE
    with in_place(Instead(gate, "RELEASE", lambda _: ())):
        assert gate.RELEASE == ()
    assert gate.RELEASE is before


def test_there_are_enough_mistakes_and_each_has_its_own_name() -> None:
    assert len({one.name for one in DEFECTS}) == len(DEFECTS) >= 25
