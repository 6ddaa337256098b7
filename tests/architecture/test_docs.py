"""The documents say only what is there: links, tests, commands, states, messages and rooms."""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from firmware_protocol.messages import PistolState
from firmware_protocol.states import PistolEvent, next_state
from mesogun.cli.main import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
ADR_HEADINGS = ["Context", "Decision", "Consequences", "Rejected options"]
SAFETY = DOCS / "safety.md"

FENCE = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?)\s*$", re.MULTILINE)
NAMED_TEST = re.compile(r"(tests/[\w/]+\.py)::(\w+)")
COMMAND = re.compile(r"(?<![\w./-])mesogun +([a-z][a-z-]*)(?= |`|$)", re.MULTILINE)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    return FENCE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """The fragments that a page's headings can be reached by."""
    plain = (re.sub(r"[`*]|\]\([^)]*\)|!?\[", "", one) for one in HEADING.findall(prose(page)))
    return {re.sub(r"[^\w\- ]", "", one.lower()).replace(" ", "-") for one in plain}


def table_rows(text: str) -> list[list[str]]:
    """The cells of every table row in `text`, without the lines that only draw the table."""
    rows = [line.strip("|").split("|") for line in text.splitlines() if line.startswith("|")]
    cells = [[one.strip() for one in row] for row in rows]
    return [row for row in cells if set("".join(row)) - set("-: ")]


@cache
def functions_in(file: Path) -> frozenset[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    functions = (one for one in ast.walk(tree) if isinstance(one, ast.FunctionDef))
    return frozenset(one.name for one in functions)


def named_tests() -> Iterator[tuple[Path, str]]:
    for page in PAGES:
        for path, test in NAMED_TEST.findall(page.read_text(encoding="utf-8")):
            yield ROOT / path, test


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_to_a_file_or_a_heading_resolves(page: Path) -> None:
    for target in LINK.findall(prose(page)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, fragment = target.partition("#")
        found = (page.parent / path).resolve() if path else page
        assert found.exists(), f"{name_of(page)} links to {target}, which is not there"
        assert found.is_relative_to(ROOT), f"{name_of(page)} links out of the repository: {target}"
        if fragment and found.suffix == ".md":
            assert fragment in anchors(found), f"{name_of(page)}: no heading for {target}"


def test_every_test_that_a_page_names_exists() -> None:
    named = sorted(set(named_tests()))
    assert named
    for file, test in named:
        assert file.is_file(), f"{name_of(file)} is named in the documents and is not there"
        assert test in functions_in(file), f"{name_of(file)} has no {test}"


def test_every_hazard_has_a_rule_a_place_and_a_test() -> None:
    hazards = [row for row in table_rows(SAFETY.read_text(encoding="utf-8")) if row[0][:1] == "H"]
    assert len(hazards) > 20
    assert len({row[0] for row in hazards}) == len(hazards), "a hazard's number is used twice"
    for row in hazards:
        number, hazard, rule, place, shown_by = row
        assert hazard, number
        assert rule, number
        assert place, number
        assert NAMED_TEST.search(shown_by), f"{number}: no test shows it"


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_command_that_a_page_shows_exists(page: Path) -> None:
    for command in COMMAND.findall(page.read_text(encoding="utf-8")):
        assert command in COMMANDS, f"{name_of(page)} shows `mesogun {command}`"


def test_every_command_is_shown_in_the_documents() -> None:
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert set(COMMAND.findall(text)) >= set(COMMANDS)


def test_the_table_of_states_in_the_protocol_is_the_table_of_the_code() -> None:
    rows = table_rows((DOCS / "protocol.md").read_text(encoding="utf-8"))
    start = next(index for index, row in enumerate(rows) if row[0] == "event")
    states = [PistolState[name] for name in rows[start][1:]]
    told = {
        (state, PistolEvent[event]): cell
        for event, *cells in rows[start + 1 : start + 1 + len(PistolEvent)]
        for state, cell in zip(states, cells, strict=True)
    }
    meant = {
        (state, event): after.name if (after := next_state(state, event)) is not None else "·"
        for state in PistolState
        for event in PistolEvent
    }
    assert told == meant


def test_the_protocol_lists_every_message_of_the_schema_with_its_reply() -> None:
    schema = tomllib.loads((ROOT / "firmware_protocol" / "schema.toml").read_text("utf-8"))
    rows = table_rows((DOCS / "protocol.md").read_text(encoding="utf-8"))
    told = {tuple(row[:3]) for row in rows if row[0].startswith("0x")}
    meant = {
        (f"0x{one['id']:04X}", one["name"], one["reply"])
        for one in schema["messages"]
        if not one.get("is_reply")
    }
    assert told == meant | {("0x00FF", "", "ErrorReply")}


def test_every_decision_has_its_number_its_four_parts_and_a_line_in_the_list() -> None:
    decisions = sorted(DOCS.glob("adr/[0-9]*.md"))
    listed = (DOCS / "adr" / "README.md").read_text(encoding="utf-8")
    numbers = [int(page.name[:4]) for page in decisions]
    # A gap is a number that a change on its way holds.
    assert len(set(numbers)) == len(numbers)
    for number, page in zip(numbers, decisions, strict=True):
        text = page.read_text(encoding="utf-8")
        title = text.splitlines()[0].removeprefix(f"# {number:04d}. ")
        assert HEADING.findall(text)[1:] == ADR_HEADINGS, page.name
        assert f"| [{number:04d}]({page.name}) | {title} |" in listed, page.name


def test_the_picture_of_the_architecture_shows_every_room() -> None:
    shown = {text.text for text in ET.parse(DOCS / "architecture.svg").iter() if text.text}
    rooms = {one.parent.name for one in (ROOT / "mesogun").glob("*/__init__.py")}
    assert rooms | {"errors", "simulator", "firmware_protocol"} <= shown


@pytest.mark.parametrize("picture", sorted(ROOT.glob("docs/**/*.svg")), ids=name_of)
def test_a_picture_has_a_title_and_a_description_for_those_who_cannot_see_it(picture: Path) -> None:
    names = {one.tag.rpartition("}")[2] for one in ET.parse(picture).getroot()}
    assert {"title", "desc"} <= names
