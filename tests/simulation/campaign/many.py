"""Many seeds, one after the other: what they violated, what they met, how long they took."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from mesogun.errors import RecordError
from tests.simulation.campaign.draws import Draws
from tests.simulation.campaign.field import Played
from tests.simulation.campaign.oracles import judge, judge_chain
from tests.simulation.campaign.play import folder_in_memory, play
from tests.simulation.campaign.witnesses import Witnesses

TWICE_EVERY = 50
"""One seed in so many is played twice (O13), with another clock on the wall (O8)."""
EDITED_EVERY = 20
"""The journal of one seed in so many is edited (O10)."""
LATER = "2031-02-29T23:59:60.000Z"
"""No such day, and none of anybody's business."""


@dataclass
class Tally:
    """What many seeds came to."""

    seeds: int = 0
    shots: int = 0
    parts: int = 0
    played_us: int = 0
    """Virtual time."""
    treated_us: int = 0
    """Of it, the time with a host at work."""
    twice: int = 0
    """So many seeds were played twice."""
    cpu_s: float = 0.0
    outcomes: Counter[str] = field(default_factory=Counter)
    violations: list[tuple[int, str, str]] = field(default_factory=list)
    """(seed, oracle, text)."""
    witnesses: Witnesses = field(default_factory=Counter)

    def add(self, other: Tally) -> None:
        """Take in what others came to."""
        self.seeds += other.seeds
        self.shots += other.shots
        self.parts += other.parts
        self.played_us += other.played_us
        self.treated_us += other.treated_us
        self.twice += other.twice
        self.cpu_s += other.cpu_s
        self.outcomes += other.outcomes
        self.violations += other.violations
        self.witnesses += other.witnesses


def tally(seeds: Iterable[int]) -> Tally:
    """Play and judge seeds."""
    total = Tally()
    with TemporaryDirectory(dir=folder_in_memory()) as folder:
        for seed in seeds:
            one, found = judged(seed, Path(folder))
            total.seeds += 1
            total.twice += seed % TWICE_EVERY == 0
            total.violations += [(seed, *each) for each in found]
            if one is not None:
                total.shots += len(one.truths)
                total.parts += len(one.outcomes)
                total.played_us += one.ended_us
                total.treated_us += one.treated_us
                total.outcomes[one.outcomes[-1]] += 1
                total.witnesses += one.witnesses
    return total


def judged(
    seed: int, folder: Path, *, thorough: bool = True, draws: Draws | None = None
) -> tuple[Played | None, list[tuple[str, str]]]:
    """Play one seed, as it draws now or with `draws`; return it with what it violated.

    A program that breaks is a violation too, of the oracle "crash"; there is nothing else then.
    """
    try:
        one = play(seed, folder, draws=draws)
        found = judge(one)
        if thorough:
            found += [*_again(one, seed, folder), *_edited(one, seed)]
    except RecordError as refused:
        return None, [("O10", f"the journal cannot be read any more: {refused}")]
    except Exception as broken:  # noqa: BLE001  (whatever it is, the campaign goes on)
        return None, [("crash", f"{type(broken).__name__}: {broken}")]
    return one, found


def _again(one: Played, seed: int, folder: Path) -> Iterator[tuple[str, str]]:
    if seed % TWICE_EVERY == 0:
        again = play(seed, folder, draws=one.draws)
        if (again.data, again.digest) != (one.data, one.digest):
            yield "O13", "played again, another thing happens"
        if play(seed, folder, wall=LATER, draws=one.draws).digest != one.digest:
            yield "O8", "with another clock on the wall, another thing happens"


def _edited(one: Played, seed: int) -> Iterator[tuple[str, str]]:
    if seed % EDITED_EVERY == 0:
        yield from judge_chain(one, seed)


def command(seed: int) -> str:
    """Return the one line that plays a seed again."""
    return f"{Path(sys.executable).name} -m tests.simulation.campaign --replay {seed}"
