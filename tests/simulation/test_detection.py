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
    "intent after firing": (1_000_024, "O1"),
    "intent after sending": (1_000_000, "O2"),
    "outcome not written": (1_000_000, "O4"),
    "CRC off": (1_000_003, "O5"),
    "echo believed": (1_000_000, "O6"),
    "limit off by one": (1_000_000, "O7"),
    "abort leaves the token": (1_000_016, "O7"),
    "abort never cleared": (1_000_004, "O9"),
    "contact unchecked": (1_000_001, "O12"),
    "depth not verified": (1_007_919, "O11"),
    "seal counter unchecked": (1_000_000, "O6"),
    "nonce not fresh": (1_007_919, "O6"),
}
"""A seed from which on each is soon found, and the oracle that finds it."""
SOON = 30


@pytest.mark.parametrize("name", QUICK)
def test_a_seeded_mistake_is_found(name: str) -> None:
    defect = next(one for one in DEFECTS if one.name == name)
    start, oracle = QUICK[name]
    found = search(parts(defect), start, most=SOON, safety=bool(defect.without))
    assert found.seeds <= SOON
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
