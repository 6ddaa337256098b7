"""Our reading of SVG paths and that of svgelements, an independent one, are the same."""

from __future__ import annotations

import math

import pytest
import svgelements
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from mesogun.intake.svg_path import Arc, Outline, Xy, outlines

NUMBERS = st.integers(-400, 400).map(lambda n: str(n / 4))
RADII = st.integers(1, 200).map(lambda n: str(n / 4))
FLAG = st.sampled_from("01")
MIXED = ("QS", "TS", "CT", "ST")
"""There svgelements takes the other curve's control point, against the standard."""


def command(letters: str, *parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(letters), *parts).map(" ".join)


COMMANDS = st.one_of(
    command("MmLlTt", NUMBERS, NUMBERS),
    command("HhVv", NUMBERS),
    command("Cc", *[NUMBERS] * 6),
    command("SsQq", *[NUMBERS] * 4),
    command("Aa", RADII, RADII, NUMBERS, FLAG, FLAG, NUMBERS, NUMBERS),
    st.sampled_from("Zz"),
)


def halfway(outline: Outline) -> list[Xy]:
    """The middle of every segment, by its own formula."""
    made, at = [], outline.start
    for one in outline.segments:
        if isinstance(one, Arc):
            t = one.first + one.sweep / 2
            cos, sin = math.cos(t), math.sin(t)
            made.append(
                (
                    one.center[0] + one.along[0] * cos + one.across[0] * sin,
                    one.center[1] + one.along[1] * cos + one.across[1] * sin,
                )
            )
            at = one.end
            continue
        weights = {1: (1, 1), 2: (1, 2, 1), 3: (1, 3, 3, 1)}[len(one)]
        points = (at, *one)
        total = sum(weights)
        made.append(
            (
                sum(w * p[0] for w, p in zip(weights, points, strict=True)) / total,
                sum(w * p[1] for w, p in zip(weights, points, strict=True)) / total,
            )
        )
        at = one[-1]
    return made


@settings(max_examples=100)
@given(st.lists(COMMANDS, min_size=1, max_size=8))
def test_every_segment_lies_where_another_reader_sees_it(commands: list[str]) -> None:
    letters = "M" + "".join(one[0].upper() for one in commands)
    assume(not any(pair in letters for pair in MIXED))
    d = "M 1,2 " + " ".join(commands)
    ours = [point for outline in outlines(d) for point in halfway(outline)]
    theirs = [
        segment.point(0.5)
        for segment in svgelements.Path(d)
        if not isinstance(segment, svgelements.Move | svgelements.Close)
        and not (isinstance(segment, svgelements.Arc) and segment.start == segment.end)
    ]
    assert len(ours) == len(theirs)
    for mine, other in zip(ours, theirs, strict=True):
        assert mine == pytest.approx((other.x, other.y), rel=1e-6, abs=1e-4)
