"""The shape of the catalogue's files on needles, syringes, heads and pistols.

Annotations are values here, not texts: evaluating texts took longer than reading the files.
"""

from typing import Literal

from mesogun.intake.figures import Count, Duration, Frequency, Length, Speed, Volume, in_order
from mesogun.intake.form import Table
from mesogun.intake.values import Needles


class Needle(Table):
    """One needle."""

    name: str
    length: Length
    outer: Length
    bore: Length
    bore_tolerance: Length
    bevel: Length | None = None
    """Length of the opening along the needle."""

    def check(self) -> None:
        in_order(bore_tolerance=self.bore_tolerance, bore=self.bore, outer=self.outer)


class NeedlesFile(Table):
    """needles.toml"""

    format: Literal["mesogun-needles/1"]
    sources: dict[str, str]
    needles: dict[str, Needle]


class Syringe(Table):
    """One syringe."""

    name: str
    volume: Volume
    bore: Length
    quantum: Volume
    """The step of a dose that a pistol gives from it."""
    marks: Volume | None = None
    """From one line of its printed scale to the next: the step of a dose given by hand."""

    def check(self) -> None:
        in_order(quantum=self.quantum, volume=self.volume)
        in_order(marks=self.marks, volume=self.volume)


class SyringesFile(Table):
    """syringes.toml"""

    format: Literal["mesogun-syringes/1"]
    sources: dict[str, str]
    syringes: dict[str, Syringe]


class Strokes(Table):
    """What is known of a head that needles while a hand moves it."""

    by: Literal["pen", "roller"]
    cycles: Frequency | None = None
    """How often its needles go in."""
    width: Length | None = None
    """Of the tip, across its strokes."""
    depth_max: Length | None = None
    depth_step: Length | None = None

    def check(self) -> None:
        in_order(depth_step=self.depth_step, depth_max=self.depth_max)


class Head(Table):
    """One arrangement of needles; `refused` says why it cannot be planned.

    `pattern` is each needle's place in steps of a triangular lattice, [0, 0] among them, and
    `pitch` one step; without a pitch the prescription has to give it. A single needle has neither.
    """

    name: str
    kind: Literal["pistol", "needling", "hand"]
    """What it is used with: an injection pistol, a device that needles, or the hand alone."""
    needles: Count | None = None
    refused: str | None = None
    pattern: Needles | None = None
    pitch: Length | None = None
    strokes: Strokes | None = None
    """With the technique needling; a head of this kind alone has it."""

    def check(self) -> None:
        if self.strokes is not None and self.kind != "needling":
            raise ValueError("strokes are those of a head that needles (kind needling)")
        told = None if self.needles is None else self.needles.value
        if self.pattern is not None and len(self.pattern) != told:
            raise ValueError(f"pattern has {len(self.pattern)} needles, needles says {told}")
        usable = self.refused is not None or self.pattern is not None or self.strokes is not None
        if told != 1 and not usable:
            raise ValueError("it needs a pattern, or `refused` that says why it cannot be planned")


class HeadsFile(Table):
    """heads.toml"""

    format: Literal["mesogun-heads/1"]
    sources: dict[str, str]
    heads: dict[str, Head]


class Pistol(Table):
    """How fast needle and hand move."""

    name: str
    needle_speed: Speed
    hand_travel: Speed
    settle: Duration
    needle_settle: Duration


class PistolsFile(Table):
    """pistols.toml"""

    format: Literal["mesogun-pistols/1"]
    sources: dict[str, str]
    pistols: dict[str, Pistol]
