"""How many seeds it takes to find a defect."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import NamedTuple

from tests.simulation.campaign.many import judged
from tests.simulation.campaign.oracles import SAFETY
from tests.simulation.campaign.play import folder_in_memory
from tests.simulation.defects.substitute import Instead, in_place

SEEDS_MAX = 1000
STRIDE = 7_919
"""Between two repetitions' first seeds."""


class Search(NamedTuple):
    """What it took to find one defect once."""

    seeds: int
    """SEEDS_MAX + 1: not found."""
    oracle: str
    text: str = ""


def search(
    parts: tuple[Instead, ...],
    start: int,
    *,
    most: int = SEEDS_MAX,
    safety: bool = False,
    thorough: bool = False,
) -> Search:
    """Play seeds from `start` on until an oracle is violated; with `safety`, one of those."""
    with in_place(*parts), TemporaryDirectory(dir=folder_in_memory()) as folder:
        for count in range(1, most + 1):
            _, found = judged(start + count - 1, Path(folder), thorough=thorough)
            told = [each for each in found if each[0] in SAFETY or not safety]
            if told:
                return Search(count, *told[0])
    return Search(most + 1, "-")
