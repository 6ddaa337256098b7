"""Zones from SVG: where a shape lies on the body, to the micrometre, or a refusal."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.intake.flatten import flatten
from mesogun.intake.svg_document import parse_document, parse_transform
from mesogun.planning.prescription import Point, Prescription, Ring

INKSCAPE = 'width="210mm" height="297mm" viewBox="0 0 210 297"'


def drawing(body: str, head: str = INKSCAPE) -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" {head}>{body}</svg>'


def ring_of(body: str, head: str = INKSCAPE, wanted: str = "a") -> Ring:
    return flatten(parse_document(drawing(body, head)).shape(wanted))


def refused(body: str, head: str = INKSCAPE) -> str:
    with pytest.raises(ValueError) as found:
        ring_of(body, head)
    return str(found.value)


def distance_to_chord(x: float, y: float, a: Point, b: Point) -> float:
    dx, dy = b[0] - a[0], b[1] - a[1]
    t = max(0.0, min(1.0, ((x - a[0]) * dx + (y - a[1]) * dy) / (dx * dx + dy * dy)))
    return math.hypot(x - a[0] - t * dx, y - a[1] - t * dy)


def farthest(ring: Ring, curve: list[tuple[float, float]]) -> float:
    """How far the farthest point of `curve` is from the ring."""
    edges = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    return max(min(distance_to_chord(x, y, a, b) for a, b in edges) for x, y in curve)


def circle(x: float, y: float, rx: float, ry: float, count: int = 500) -> list[tuple[float, float]]:
    turns = (math.tau * index / count for index in range(count))
    return [(x + rx * math.cos(turn), y + ry * math.sin(turn)) for turn in turns]


# -- units -----------------------------------------------------------------------------------

SQUARE = '<rect id="a" x="10" y="20" width="30" height="40"/>'


@pytest.mark.parametrize(
    ("head", "ring"),
    [
        (INKSCAPE, ((10_000, 20_000), (40_000, 20_000), (40_000, 60_000), (10_000, 60_000))),
        (
            'width="21cm" height="29.7cm" viewBox="0 0 210 297"',
            ((10_000, 20_000), (40_000, 20_000), (40_000, 60_000), (10_000, 60_000)),
        ),
        (
            'width="1in" height="1in" viewBox="0 0 100 100"',
            ((2_540, 5_080), (10_160, 5_080), (10_160, 15_240), (2_540, 15_240)),
        ),
        (
            'width="100mm" height="200mm" viewBox="-10 -20 50 100"',
            ((40_000, 80_000), (100_000, 80_000), (100_000, 160_000), (40_000, 160_000)),
        ),
    ],
)
def test_the_size_on_paper_and_the_view_box_give_the_scale(head: str, ring: Ring) -> None:
    assert ring_of(SQUARE, head) == ring


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("", "width = '', which is no length in the real world: set the document's units to mm"),
        ('width="210" height="297" viewBox="0 0 210 297"', "width = '210', which is no length"),
        ('width="100%" height="9mm" viewBox="0 0 1 1"', "width = '100%', which is no length"),
        ('width="10px" height="9mm" viewBox="0 0 1 1"', "width = '10px', which is no length"),
        ('width="10mm" height="9px" viewBox="0 0 1 1"', "height = '9px', which is no length"),
        ('width="-10mm" height="9mm" viewBox="0 0 1 1"', "it must be above 0"),
        ('width="1e999mm" height="9mm" viewBox="0 0 1 1"', "it must be above 0"),
        ('width="10mm" height="10mm"', "has no viewBox, so its scale is unknown"),
        ('width="10mm" height="10mm" viewBox="0 0 10"', "needs four numbers"),
        ('width="10mm" height="10mm" viewBox="0 0 0 10"', "needs four numbers"),
        ('width="10mm" height="10mm" viewBox="0 0 a b"', "give plain numbers"),
        ('width="10mm" height="11mm" viewBox="0 0 10 10"', "has another scale across (1 mm a u"),
        (INKSCAPE + ' transform="scale(2)"', "has a transform on its <svg>"),
    ],
)
def test_a_drawing_whose_size_is_unknown_is_refused(head: str, said: str) -> None:
    assert said in refused(SQUARE, head)


# -- transforms ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("groups", "first"),
    [
        (['transform="translate(5)"'], (6_000, 2_000)),
        (['transform="translate(5,-1)"'], (6_000, 1_000)),
        (['transform="scale(2)"'], (2_000, 4_000)),
        (['transform="scale(-1,1)"'], (-1_000, 2_000)),
        (['transform="rotate(90)"'], (-2_000, 1_000)),
        (['transform="rotate(90, 1, 2)"'], (1_000, 2_000)),
        (['transform="matrix(0 1 -1 0 3 4)"'], (1_000, 5_000)),
        (['transform="skewX(45)"'], (3_000, 2_000)),
        (['transform="skewY(45)"'], (1_000, 3_000)),
        (['transform=" translate( 5 5 ) , scale(2)"'], (7_000, 9_000)),
        (['transform="translate(5,5)"', "", 'transform="scale(2)"'], (7_000, 9_000)),
        (['transform="scale(2)"', 'transform="translate(5,5)"'], (12_000, 14_000)),
        (['style="display:none" transform="translate(5)"'], (6_000, 2_000)),
    ],
)
def test_every_group_around_a_shape_moves_it(groups: list[str], first: Point) -> None:
    body = '<path id="a" d="M 1,2 L 3,2 3,4 Z"/>'
    for one in reversed(groups):
        body = f"<g {one}>{body}</g>"
    assert ring_of(body)[0] == first


def test_a_shape_s_own_transform_comes_last() -> None:
    shape = '<path id="a" transform="rotate(90)" d="M 1,2 L 3,2 3,4 Z"/>'
    assert ring_of(f'<g transform="translate(10)">{shape}</g>')[0] == (8_000, 1_000)


@pytest.mark.parametrize(
    "text",
    ["rotate(1,2)", "spin(4)", "scale(1,2,3)", "matrix(1 2 3)", "scale(2", "scale(1e999)", "; x"],
)
def test_a_transform_that_is_not_understood_is_refused(text: str) -> None:
    said = refused(f'<path id="a" transform="{text}" d="M 1,2 L 3,2 3,4 Z"/>')
    assert "transform" in said or "number" in said


@given(st.text(alphabet="rotaecslimx(),. 0123456789-e", max_size=40))
def test_any_text_is_a_transform_or_a_refusal(text: str) -> None:
    with suppress(ValueError):
        assert len(parse_transform(text)) == 6


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ('<g style="transform:scale(2)">{}</g>', "is moved by a style"),
        ("<svg>{}</svg>", "is in a drawing within the drawing"),
        ("<defs>{}</defs>", "is a definition inside <defs>"),
        ("<clipPath>{}</clipPath>", "is a definition inside <clipPath>"),
        ("<style>path {{ transform: scale(2) }}</style>{}", "has a style sheet that transforms"),
        ("{}{}", "the id 'a' stands 2 times"),
    ],
)
def test_what_could_move_a_shape_unnoticed_is_refused(body: str, said: str) -> None:
    shape = '<path id="a" d="M 1,2 L 3,2 3,4 Z"/>'
    assert said in refused(body.format(shape, shape))


# -- shapes and curves -----------------------------------------------------------------------


@pytest.mark.parametrize(
    "shape",
    [
        '<circle id="a" cx="50" cy="60" r="20"/>',
        '<ellipse id="a" cx="50" cy="60" rx="20" ry="20"/>',
        '<path id="a" d="M 70,60 A 20,20 0 0 1 30,60 A 20,20 0 0 1 70,60 Z"/>',
        '<path id="a" d="m 70,60 a 20,20 0 1 0 -40,0 20,20 0 1 0 40,0 z"/>',
        '<path id="a" d="M70 60A20 20 0 0130 60 20 20 0 0170 60z"/>',
        '<rect id="a" x="30" y="40" width="40" height="40" rx="20"/>',
    ],
)
def test_a_circle_is_met_within_twenty_micrometres(shape: str) -> None:
    ring = ring_of(shape)
    assert farthest(ring, circle(50_000, 60_000, 20_000, 20_000)) <= 20
    assert all(abs(math.hypot(x - 50_000, y - 60_000) - 20_000) <= 1 for x, y in ring)


def test_an_ellipse_that_is_turned_and_mirrored_is_met_within_twenty_micrometres() -> None:
    body = '<g transform="scale(-1,1)"><ellipse id="a" cx="0" cy="0" rx="30" ry="10"/></g>'
    ring = ring_of(f'<g transform="translate(50,50) rotate(30)">{body}</g>')
    cos, sin = math.cos(math.pi / 6), math.sin(math.pi / 6)
    true = [
        (50_000 + cos * x - sin * y, 50_000 + sin * x + cos * y)
        for x, y in circle(0, 0, 30_000, 10_000)
    ]
    assert farthest(ring, true) <= 20


@pytest.mark.parametrize(
    ("d", "controls"),
    [
        ("M 0,0 C 0,40 60,-20 60,30 Z", [(0, 0), (0, 40), (60, -20), (60, 30)]),
        ("M 0,0 c 10,90 -20,-90 60,30 z", [(0, 0), (10, 90), (-20, -90), (60, 30)]),
        ("M 0,0 Q 30,90 60,30 Z", [(0, 0), (20, 60), (40, 70), (60, 30)]),
    ],
)
def test_a_bezier_curve_is_met_within_twenty_micrometres(d: str, controls: list[Point]) -> None:
    p, q, r, s = controls
    true = []
    for step in range(501):
        t = step / 500
        u = 1 - t
        w = (u**3, 3 * u * u * t, 3 * u * t * t, t**3)
        true.append(
            tuple(
                1000 * (w[0] * p[axis] + w[1] * q[axis] + w[2] * r[axis] + w[3] * s[axis])
                for axis in (0, 1)
            )
        )
    ring = ring_of(f'<path id="a" d="{d}"/>')
    assert farthest(ring, [(x, y) for x, y in true]) <= 20


@pytest.mark.parametrize(
    ("shape", "most"),
    [
        ('<circle id="a" cx="50" cy="60" r="20"/>', 80),
        ('<path id="a" d="M 0,0 C 0,10 10,10 10,0 Z"/>', 30),
        ('<path id="a" d="M 0,0 Q 5,10 10,0 Z"/>', 20),
        ('<path id="a" d="M 0,0 C 10,0 20,0 30,0 L 30,30 Z"/>', 3),
    ],
)
def test_a_curve_gets_no_more_points_than_it_needs(shape: str, most: int) -> None:
    assert most / 2 <= len(ring_of(shape)) <= most


def test_smooth_and_short_commands_are_followed() -> None:
    long = ring_of('<path id="a" d="M 0,0 C 0,9 9,9 9,0 C 9,-9 20,-9 20,0 L 20,30 L 0,30 Z"/>')
    short = ring_of('<path id="a" d="m0 0c0 9 9 9 9 0s11-9 11 0v30h-20z"/>')
    assert long == short


def test_a_flattened_shape_is_the_same_every_time() -> None:
    shape = '<path id="a" d="M 0,0 C 0,40 60,-20 60,30 Z"/>'
    assert ring_of(shape) == ring_of(shape)


def test_a_polygon_and_a_path_that_ends_where_it_began_are_closed() -> None:
    corners = ((1_000, 2_000), (3_000, 2_000), (3_000, 4_000))
    assert ring_of('<polygon id="a" points="1,2 3,2 3,4"/>') == corners
    assert ring_of('<path id="a" d="M 1,2 L 3,2 3,4 1,2"/>') == corners
    assert ring_of('<path id="a" d="M 1,2 L 3,2 3,2 3,4 1,2 Z"/>') == corners


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ('<path id="a" d="M 1,2 L 3,2 3,4"/>', "is an open line: close the path"),
        ('<path id="a" d="M 1,2 L 3,2 3,4 M 7,7 L 8,8 8,7 Z"/>', "is an open line"),
        ('<polyline id="a" points="1,2 3,2 3,4"/>', "is a polyline, which is not closed"),
        ('<line id="a" x1="1" x2="2"/>', "is a line, which is not closed"),
        ('<use id="a" href="#b"/>', "is a clone: unlink it"),
        ('<path id="a" d="M 0,0 H 9 V 9 Z M 2,2 H 3 V 3 Z"/>', "is made of 2 outlines: break it"),
        ('<path id="a" d="M 0,0 H 9 V 9 Z L 3,3 4,4 Z"/>', "is made of 2 outlines"),
        ('<path id="a" d=""/>', "does not begin with a place"),
        ('<path id="a" d="L 1,2 3,4 Z"/>', "does not begin with a place"),
        ('<path id="a" d="M 1,2 L 3,2 banana Z"/>', "cannot be understood from 'banana Z' on"),
        ('<path id="a" d="M 1,2 L 3 Z"/>', "cannot be understood from 'L 3 Z' on"),
        ('<path id="a" d="M 1,2 A 1,1 0 2 0 3,4 Z"/>', "cannot be understood from 'A 1,1 0 2"),
        ('<path id="a" d="M 1,2 L 1e999,2 3,4 Z"/>', "cannot be understood from 'L 1e999"),
        ('<path id="a" d="M 1,2 C 1e300,2 3,4 5,6 Z"/>', "from 'C 1e300,2"),
        ('<path id="a" d="M 1,2 L 3000,2 3,4 Z"/>', "lies farther than 2000 mm"),
        ('<circle id="a" cx="1" cy="1" r="0"/>', "has r = 0: it encloses nothing"),
        ('<circle id="a" cx="1" cy="1" r="10%"/>', "has r = '10%': turn it into a path"),
        ('<circle id="a" cx="1" cy="1" r="5mm"/>', "has r = '5mm': turn it into a path"),
        ('<rect id="a" width="-5" height="5"/>', "has width = -5: it encloses nothing"),
        ('<polygon id="a" points="1,2 3,2 3"/>', "has an odd number of coordinates"),
        ('<path id="a" d="M 0,0' + " 1,1" * 10_001 + ' Z"/>', "more than 10000 lines"),
    ],
)
def test_a_shape_that_is_no_single_closed_outline_is_refused(shape: str, said: str) -> None:
    assert said in refused(shape)


@given(st.text(alphabet="MmLlHhVvCcSsQqTtAaZz0123456789.,- e", max_size=60))
def test_any_path_is_a_ring_or_a_refusal(d: str) -> None:
    with suppress(ValueError):
        ring = ring_of(f'<path id="a" d="{d}"/>')
        assert all(type(one) is int for point in ring for one in point)


def test_a_long_path_is_checked_in_time_that_grows_with_its_length() -> None:
    said = refused('<path id="a" d="M 0,0 L ' + "1" * 200_000 + ' x"/>')
    assert "cannot be understood" in said


# -- files -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "is not valid XML"),
        ("<svg", "is not valid XML"),
        ("<svg/>", "is no SVG"),
        ("<html xmlns='http://www.w3.org/1999/xhtml'/>", "is no SVG"),
        ("<!DOCTYPE svg><svg/>", "has a DOCTYPE, which is refused"),
        ('<!doctype svg [<!ENTITY a "b">]><svg/>', "has a DOCTYPE, which is refused"),
        (drawing("<g>" * 200 + "</g>" * 200), "has more than 100 groups inside groups"),
    ],
)
def test_what_is_no_drawing_is_refused(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_document(text)


@pytest.fixture
def drawn(
    tmp_path: Path, tree: Any, zone: Any, read: Callable[[], Prescription]
) -> Callable[..., Prescription]:
    """Reads a prescription whose zone is the shape `a` of a drawing beside it."""

    def read_drawn(body: str, **change: Any) -> Prescription:
        (tmp_path / "face.svg").write_text(drawing(body), encoding="utf-8")
        del zone["outline_mm"], zone["exclusions_mm"]
        zone.update({"outline": {"file": "face.svg", "id": "a"}, **change})
        return read()

    return read_drawn


CHEEK = '<rect id="a" x="10" y="10" width="50" height="50"/><circle id="b" cx="30" cy="30" r="3"/>'


def test_outline_and_exclusions_come_from_the_drawing(drawn: Callable[..., Prescription]) -> None:
    made = drawn(CHEEK, exclusions=[{"file": "face.svg", "id": "b"}])
    (zone,) = made.zones
    assert zone.outline_um[0] == (10_000, 10_000)
    assert len(zone.exclusions_um) == 1


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"outline": {"file": "face.svg", "id": "aa"}}, "face.svg: found 'aa', an unknown id: did"),
        ({"outline": {"file": "face.svg"}}, "zones[0].outline.id: is missing: add it"),
        ({"outline": {"file": "no.svg", "id": "a"}}, "no.svg: there is no such file"),
        ({"outline": {"file": "/etc/a.svg", "id": "a"}}, "name a file beside the prescription"),
        ({"outline": {"file": "..\\a.svg", "id": "a"}}, "name a file beside the prescription"),
        ({"outline": {"file": "../a.svg", "id": "a"}}, "leads out of the prescription's folder"),
        ({"outline": {"file": "rx.json", "id": "a"}}, "give a drawing that ends in .svg"),
        ({"outline_mm": [[0, 0], [9, 0], [9, 9]]}, "outline: stands beside outline_mm: give one"),
        (
            {"exclusions": [{"file": "b.svg", "id": "b"}]},
            "exclusions[0].file: found 'b.svg', but the outline is of 'face.svg'",
        ),
        ({"exclusions_mm": [[[0, 0], [1, 0], [1, 1]]]}, "exclusions_mm: is in mm, but the outline"),
        ({"exclusions": [{"file": "face.svg", "id": "c"}]}, "crosses or touches the outline"),
        (
            {"exclusions": [{"file": "face.svg", "id": "d"}]},
            "zones[0].exclusions[0].id: face.svg: 'd' is an open line: close the path",
        ),
        (
            {"exclusions": [{"file": "face.svg", "id": "e"}]},
            "exclusions[0].id: face.svg: found 'e'",
        ),
    ],
)
def test_a_drawing_that_cannot_serve_is_refused(
    drawn: Callable[..., Prescription], refusal: Callable[[], list[str]], change: Any, said: str
) -> None:
    more = '<circle id="c" cx="10" cy="30" r="3"/><path id="d" d="M 20,20 L 30,30 20,30"/>'
    with pytest.raises(Exception, match=r"rx\.json: zones"):
        drawn(CHEEK + more, **change)
    assert any(said in line for line in refusal()), refusal()


def test_exclusions_of_a_drawing_need_an_outline_of_it(
    refusal: Callable[[], list[str]], zone: Any
) -> None:
    zone["exclusions"] = [{"file": "face.svg", "id": "a"}]
    assert "share their origin" in refusal()[0]


def test_a_link_out_of_the_folder_is_not_followed(
    tmp_path: Path, drawn: Callable[..., Prescription], refusal: Callable[[], list[str]]
) -> None:
    outside = tmp_path.parent / "outside.svg"
    outside.write_text(drawing(CHEEK), encoding="utf-8")
    (tmp_path / "link.svg").symlink_to(outside)
    with pytest.raises(Exception, match="leads out"):
        drawn(CHEEK, outline={"file": "link.svg", "id": "a"})


def test_a_drawing_of_a_gigabyte_never_enters_memory(
    tmp_path: Path, zone: Any, refusal: Callable[[], list[str]]
) -> None:
    with (tmp_path / "big.svg").open("wb") as file:
        file.truncate(1 << 30)
    del zone["outline_mm"], zone["exclusions_mm"]
    zone["outline"] = {"file": "big.svg", "id": "a"}
    assert f"has {1 << 30} bytes, a drawing has at most {5 << 20}" in refusal()[0]
