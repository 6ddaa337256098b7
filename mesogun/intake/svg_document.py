"""An SVG file: its scale in millimetres, and its shapes by id with all that moves them.

Only what is needed to know where a shape lies is read, and what could move it unnoticed is
refused: a drawing without physical units, nested drawings, clones, style sheets that transform.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from xml.etree import ElementTree as ET

from mesogun.intake.bounds import IDS_SHOWN_MAX, SCALE_MISMATCH_MAX, XML_DEPTH_MAX
from mesogun.intake.form import Table
from mesogun.intake.quantity import shown
from mesogun.intake.refusal import unknown

SVG = "{http://www.w3.org/2000/svg}"
SHAPES = ("path", "rect", "circle", "ellipse", "polygon", "polyline", "line")
NOT_DRAWN = ("defs", "symbol", "clipPath", "mask", "pattern", "marker")
UM_PER_UNIT: Mapping[str, float] = {"mm": 1000.0, "cm": 10_000.0, "in": 25_400.0}
NUMBER = r"[+-]?(?>[0-9]+\.?[0-9]*|\.[0-9]+)(?>(?:[eE][+-]?[0-9]+)?)"
GAP = r"[\s,]*+"
TRANSFORM = re.compile(r"\s*([a-zA-Z]+)\s*\(([^()]*)\)[\s,]*")
NUMBERS = re.compile(rf"\s*{NUMBER}(?:{GAP}{NUMBER})*+\s*")

Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f."""


class Shape(Table):
    """One element of the drawing and the way from its coordinates to um on the paper."""

    tag: str
    attributes: Mapping[str, str]
    to_um: Affine


class _Found(Table):
    tag: str
    attributes: Mapping[str, str]
    above: tuple[tuple[str, Mapping[str, str]], ...]
    """The elements around it, the outermost first."""


class Document:
    """A drawing that has been read."""

    def __init__(self, root: Mapping[str, str], shapes: dict[str, list[_Found]]) -> None:
        self._paper = _paper(root)
        self._shapes = shapes

    def shape(self, wanted: str) -> Shape:
        """Return the shape with the id `wanted`.

        Raises:
            ValueError: there is none, or more than one, or it cannot be told where it lies.
        """
        found = self._shapes.get(wanted)
        if found is None:
            shown = list(self._shapes)[:IDS_SHOWN_MAX]
            more = ", ..." if len(self._shapes) > len(shown) else ""
            raise ValueError(unknown(wanted, self._shapes, "id", shown) + more)
        if len(found) > 1:
            raise ValueError(f"the id {wanted!r} stands {len(found)} times: give each its own")
        (one,) = found
        where = self._paper
        for tag, attributes in (*one.above, (one.tag, one.attributes)):
            if tag in NOT_DRAWN:
                raise ValueError(f"{wanted!r} is a definition inside <{tag}>, not a drawn shape")
            if tag == "svg":
                raise ValueError(f"{wanted!r} is in a drawing within the drawing: move it out")
            if "transform" in attributes.get("style", "") or "transform-origin" in attributes:
                raise ValueError(
                    f"{wanted!r} is moved by a style: use the attribute transform instead"
                )
            where = times(where, parse_transform(attributes.get("transform", "")))
        return Shape(tag=one.tag, attributes=one.attributes, to_um=where)


def parse_document(text: str) -> Document:
    """Return the drawing in `text`.

    Raises:
        ValueError: no SVG, or none whose size in the real world is known.
    """
    if re.search(r"<!\s*(?:DOCTYPE|ENTITY)", text, re.IGNORECASE):
        raise ValueError("has a DOCTYPE, which is refused: save it as plain or Inkscape SVG")
    builder = _Builder()
    parser = ET.XMLParser(target=builder)
    try:
        parser.feed(text)
        parser.close()
    except ET.ParseError as error:
        raise ValueError(f"is not valid XML: {error}") from None
    if builder.root is None:
        raise ValueError("is no SVG: its first element is not <svg> with SVG's namespace")
    if builder.moved_by_sheet:
        raise ValueError("has a style sheet that transforms: use the attribute transform instead")
    return Document(builder.root, builder.shapes)


class _Builder:
    """Listens to the parser; keeps no tree."""

    def __init__(self) -> None:
        self.root: Mapping[str, str] | None = None
        self.shapes: dict[str, list[_Found]] = {}
        self.moved_by_sheet = False
        self._open: list[tuple[str, Mapping[str, str]]] = []
        self._started = False

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        local = tag.removeprefix(SVG)
        if not self._started:
            self._started = True
            self.root = attributes if tag == f"{SVG}svg" else None
        elif "id" in attributes and (local in SHAPES or local == "use"):
            found = _Found(tag=local, attributes=attributes, above=tuple(self._open[1:]))
            self.shapes.setdefault(attributes["id"], []).append(found)
        self._open.append((local, attributes))
        if len(self._open) > XML_DEPTH_MAX:
            raise ValueError(f"has more than {XML_DEPTH_MAX} groups inside groups: ungroup some")

    def end(self, _tag: str) -> None:
        self._open.pop()

    def data(self, text: str) -> None:
        if self._open and self._open[-1][0] == "style" and "transform" in text:
            self.moved_by_sheet = True

    def close(self) -> Any:
        return None


def _paper(root: Mapping[str, str]) -> Affine:
    """Return the way from user units of the outermost drawing to um."""
    if "transform" in root or "transform" in root.get("style", ""):
        raise ValueError("has a transform on its <svg>: put it on a group instead")
    size = [_physical(name, root.get(name, "")) for name in ("width", "height")]
    box = root.get("viewBox")
    if box is None:
        raise ValueError("has no viewBox, so its scale is unknown: set the document's scale to mm")
    numbers = parse_numbers(box)
    if len(numbers) != 4 or min(numbers[2:]) <= 0:
        raise ValueError(f"has the viewBox {box!r}: it needs four numbers, the last two above 0")
    left, top, wide, high = numbers
    across, down = size[0] / wide, size[1] / high
    if abs(across - down) > SCALE_MISMATCH_MAX * max(across, down):
        raise ValueError(
            f"has another scale across ({across / 1000:.6g} mm a unit) than down "
            f"({down / 1000:.6g}): make width and height fit the viewBox"
        )
    return (across, 0.0, 0.0, down, -left * across, -top * down)


def _physical(name: str, text: str) -> float:
    found = re.fullmatch(rf"\s*({NUMBER})\s*([a-zA-Z%]*)\s*", text)
    number = float(found.group(1)) if found else math.nan
    if found is None or found.group(2) not in UM_PER_UNIT:
        raise ValueError(
            f"has {name} = {text!r}, which is no length in the real world: set the document's "
            f"units to mm (Inkscape: File, Document Properties)"
        )
    if not math.isfinite(number) or number <= 0:
        raise ValueError(f"has {name} = {text!r}: it must be above 0")
    return number * UM_PER_UNIT[found.group(2)]


def parse_numbers(text: str) -> list[float]:
    """Return the numbers of a list such as SVG writes it.

    Raises:
        ValueError: there is something else among them, or one is not finite.
    """
    if not NUMBERS.fullmatch(text):
        raise ValueError(f"found {shown(text)}: give plain numbers")
    numbers = [float(one) for one in re.findall(NUMBER, text)]
    if not all(map(math.isfinite, numbers)):
        raise ValueError(f"found {shown(text)}: a number is too large")
    return numbers


def parse_transform(text: str) -> Affine:
    """Return the matrix of a `transform` attribute; every part must be understood.

    Raises:
        ValueError: a part is not.
    """
    made: Affine = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)
    place = 0
    if not text.strip():
        return made
    while place < len(text):
        found = TRANSFORM.match(text, place)
        if found is None:
            raise ValueError(f"found transform {shown(text)}: it cannot be understood")
        made = times(made, _function(found.group(1), parse_numbers(found.group(2))))
        place = found.end()
    return made


def _function(name: str, numbers: list[float]) -> Affine:
    match name, numbers:
        case "matrix", [a, b, c, d, e, f]:
            return (a, b, c, d, e, f)
        case "translate", [x]:
            return (1.0, 0.0, 0.0, 1.0, x, 0.0)
        case "translate", [x, y]:
            return (1.0, 0.0, 0.0, 1.0, x, y)
        case "scale", [x]:
            return (x, 0.0, 0.0, x, 0.0, 0.0)
        case "scale", [x, y]:
            return (x, 0.0, 0.0, y, 0.0, 0.0)
        case "rotate", [degrees]:
            cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
            return (cos, sin, -sin, cos, 0.0, 0.0)
        case "rotate", [degrees, x, y]:
            back = times(_function("rotate", [degrees]), (1.0, 0.0, 0.0, 1.0, -x, -y))
            return times((1.0, 0.0, 0.0, 1.0, x, y), back)
        case "skewX", [degrees]:
            return (1.0, 0.0, math.tan(math.radians(degrees)), 1.0, 0.0, 0.0)
        case "skewY", [degrees]:
            return (1.0, math.tan(math.radians(degrees)), 0.0, 1.0, 0.0, 0.0)
        case _:
            raise ValueError(f"found the transform {name} with {len(numbers)} numbers: unknown")


def times(outer: Affine, inner: Affine) -> Affine:
    """Return the map that applies `inner` first, then `outer`."""
    a, b, c, d, e, f = outer
    g, h, i, j, k, m = inner
    return (
        a * g + c * h,
        b * g + d * h,
        a * i + c * j,
        b * i + d * j,
        a * k + c * m + e,
        b * k + d * m + f,
    )
