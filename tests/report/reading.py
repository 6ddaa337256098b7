"""Reads a page as a browser does, for the tests of this folder."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta"}
APART = {"td", "th", "tr", "p", "li", "dt", "dd", "div", "a", "text", "caption"}


@dataclass
class Node:
    """One element, with the text right inside it and below."""

    tag: str
    attributes: dict[str, str | None]
    inside: list[Node | str] = field(default_factory=list)

    @property
    def children(self) -> list[Node]:
        return [one for one in self.inside if isinstance(one, Node)]

    def walk(self) -> list[Node]:
        """This element and all below, in the page's order."""
        return [self, *(node for child in self.children for node in child.walk())]

    def text(self) -> str:
        """All text inside, white space made plain, cells and lines apart."""
        return " ".join(self._raw().split())

    def _raw(self) -> str:
        apart = " " if self.tag in APART else ""
        return "".join(one if isinstance(one, str) else one._raw() for one in self.inside) + apart

    def named(self, name: str) -> Node:
        """The one element with this id."""
        (found,) = (one for one in self.walk() if one.attributes.get("id") == name)
        return found

    def tagged(self, *tags: str) -> list[Node]:
        return [one for one in self.walk() if one.tag in tags]


class Reader(HTMLParser):
    """Builds the tree and refuses tags that do not close in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("#page", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, dict(attrs))
        assert len(node.attributes) == len(attrs), f"an attribute of <{tag}> is given twice"
        self._open[-1].inside.append(node)
        if tag not in VOID:
            self._open.append(node)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._open[-1].inside.append(Node(tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().tag == tag

    def handle_data(self, data: str) -> None:
        self._open[-1].inside.append(data)


def read(page: str) -> Node:
    """The page as a tree; an AssertionError if it is not well-formed."""
    reader = Reader()
    reader.feed(page)
    reader.close()
    assert [one.tag for one in reader.root.children] == ["html"]
    return reader.root
