"""HTML and SVG from small pieces, with every foreign text made inert on the way in.

A `Markup` is text that is markup already. Everything else that `element` is given is escaped:
forgetting to escape is not possible, only forgetting to build.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping

_UNFIT = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)
"""What XML forbids, and the marks that turn the reading direction: a zone's name must not be able
to reorder the digits beside it."""


class Markup(str):
    """Text that is markup already and is not escaped again."""

    __slots__ = ()


def clean(text: str) -> str:
    """Return `text` without the characters that no page or picture may hold."""
    return _UNFIT.sub("\ufffd", text)


def escape(text: str) -> Markup:
    """Return `text` as markup that shows it and does nothing else; Markup passes unchanged."""
    return text if isinstance(text, Markup) else Markup(html.escape(clean(text), quote=True))


def join(pieces: Iterable[str], between: str = "") -> Markup:
    """Return the pieces one after the other, each escaped unless it is Markup."""
    return Markup(escape(between).join(escape(one) for one in pieces))


Attributes = Mapping[str, object]
"""Text, whole numbers and floats (written short); None leaves the attribute out."""


def _attributes(given: Attributes) -> str:
    made = []
    for name, value in given.items():
        if value is None:
            continue
        text = number(value) if isinstance(value, float) else str(value)
        made.append(f' {name}="{escape(text)}"')
    return "".join(made)


def element(name: str, attributes: Attributes | None = None, *children: str) -> Markup:
    """Return one HTML element with its end tag."""
    return Markup(f"<{name}{_attributes(attributes or {})}>{join(children)}</{name}>")


def empty(name: str, attributes: Attributes) -> Markup:
    """Return one element without content, closed as XML wants it."""
    return Markup(f"<{name}{_attributes(attributes)}/>")


def number(value: float, decimals: int = 3) -> str:
    """Return a coordinate as short as it can be: "12.5", "0", never "-0" and never "1e-05"."""
    text = f"{value:.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text
