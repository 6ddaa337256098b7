"""The style sheets keep what the eye was promised: contrast, few sizes, two weights."""

from __future__ import annotations

import re
from importlib import resources

import pytest

SHEETS = ("page.css", "map.css", "simulated.css")
DARK = "@media screen and (prefers-color-scheme: dark)"


def sheet(name: str) -> str:
    return resources.files("mesogun.report").joinpath(name).read_text("utf-8")


def block(text: str, head: str) -> str:
    """What stands between the braces after `head`."""
    at = text.index("{", text.index(head))
    depth, end = 1, at + 1
    while depth:
        depth += {"{": 1, "}": -1}.get(text[end], 0)
        end += 1
    return text[at + 1 : end - 1]


def tokens(text: str) -> dict[str, str]:
    return dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", text))


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        one / 12.92 if one <= 0.03928 else ((one + 0.055) / 1.055) ** 2.4 for one in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


PAIRS = [
    *((ink, "paper") for ink in ("ink", "quiet", "link", "calm", "loud", "amber")),
    *((ink, "loud-tint") for ink in ("ink", "quiet", "loud")),
    *((ink, "amber-tint") for ink in ("ink", "quiet", "amber")),
    ("on-loud", "loud"),
]


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize(("ink", "ground"), PAIRS)
def test_type_stands_out_from_its_ground(dark: bool, ink: str, ground: str) -> None:
    text = sheet("page.css")
    found = tokens(text.split(DARK)[0])
    if dark:
        found |= tokens(block(text, DARK))
    assert contrast(found[ink], found[ground]) >= 4.5


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("kind", ["", ".soft", ".loud"])
def test_type_on_a_map_stands_out_from_its_ground(dark: bool, kind: str) -> None:
    text = sheet("map.css")
    text = block(text, DARK) if dark else text.split(DARK)[0]
    ink = re.search(rf"\.map text{re.escape(kind)}, [^{{]*{{ fill: (#\w+)", text)
    paper = re.search(r"\.paper[^{]*{ fill: (#\w+)", text)
    skin = re.search(r"\.skin { fill: (#\w+)", text)
    assert ink
    assert paper
    assert skin
    full = [one[1] if len(one[1]) == 7 else "#" + one[1][1:] * 2 for one in (ink, paper, skin)]
    assert contrast(full[0], full[1]) >= 4.5
    assert contrast(full[0], full[2]) >= 4.5


def test_the_bar_stands_out() -> None:
    assert contrast("#ffffff", "#8a2d6b") >= 4.5
    assert "background: #8a2d6b; color: #fff" in sheet("simulated.css")


def test_there_are_three_sizes_and_two_weights() -> None:
    screen = sheet("page.css").split("@media print")[0]
    sizes = set(re.findall(r"font-size: ([^;}]+)", screen))
    allowed = {"var(--big)", "var(--body)", "var(--small)"}
    ornaments = {".7em"}
    on_maps = {one for one in sizes if "--unit" in one}
    assert sizes - ornaments - on_maps <= allowed
    weights = set(re.findall(r"font-weight: (\d+)", "".join(map(sheet, SHEETS))))
    assert weights <= {"400", "600"}


@pytest.mark.parametrize("name", [*SHEETS, "map.js"])
def test_nothing_is_fetched(name: str) -> None:
    text = sheet(name)
    for word in ("http", "//", "url(", "@import", "@font-face", "</", "fetch", "innerHTML", "eval"):
        assert word not in text
