"""The models hold within their bounds, and each wrong one is rejected by a shortest story."""

from __future__ import annotations

import ast
import re
from dataclasses import replace
from pathlib import Path

import pytest

from firmware_protocol import messages
from mesogun.session import model as session
from tests.model import shots_host, shots_pistol
from tests.model.bounds import LARGE, QUICK, WRONG, Bound, Wrong, explored

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "model.md").read_text(encoding="utf-8")
PLACE = re.compile(r"`([\w/]+\.py)::([\w.]+)`")


@pytest.mark.parametrize("bound", QUICK, ids=lambda one: one.name)
def test_nothing_is_broken_and_nothing_gets_stuck_within_these_bounds(bound: Bound) -> None:
    told = explored(bound.model)
    assert told.exhaustive, told.tell()
    assert not told.broken, told.tell()
    assert bound.row(told) in PAGE, "docs/model.md is stale: make model"


@pytest.mark.parametrize("wrong", WRONG, ids=lambda one: " and ".join(one.model.wrong))
def test_what_is_built_wrong_is_rejected_with_a_shortest_story(wrong: Wrong) -> None:
    told = explored(wrong.model, whole=False)
    assert (told.broken, len(told.story)) == (wrong.what, wrong.steps), told.tell()
    assert wrong.row in PAGE, "docs/model.md is stale: make model"


def right_ones() -> list[Bound]:
    """The bounds of the wrong models with nothing wrong, where no table has them already."""
    explored_anyway = [one.model for one in (*QUICK, *LARGE)]
    right = dict.fromkeys(replace(one.model, wrong=frozenset()) for one in WRONG)
    return [Bound(one) for one in right if one not in explored_anyway]


@pytest.mark.parametrize("bound", right_ones(), ids=lambda one: one.name)
def test_where_the_wrong_ones_are_rejected_the_right_one_holds(bound: Bound) -> None:
    told = explored(bound.model)
    assert told.exhaustive, told.tell()


def test_the_page_names_the_larger_bounds() -> None:
    for bound in LARGE:
        assert f"| {bound.name} |" in PAGE


def defined_in(file: Path) -> set[str]:
    """The functions and methods of a file, methods as Class.method."""
    found = set()
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        found |= {node.name} if isinstance(node, ast.FunctionDef | ast.ClassDef) else set()
        if isinstance(node, ast.ClassDef):
            inner = (one for one in node.body if isinstance(one, ast.FunctionDef))
            found |= {f"{node.name}.{one.name}" for one in inner}
    return found


def test_every_step_of_the_models_names_code_that_exists() -> None:
    named = set(PLACE.findall(PAGE))
    assert len(named) > 40
    for path, name in sorted(named):
        assert name in defined_in(ROOT / path), f"docs/model.md: {path} has no {name}"


def test_the_models_speak_of_the_messages_and_phases_that_the_code_has() -> None:
    source = Path(shots_host.__file__).read_text(encoding="utf-8")
    phases = set(re.findall(r'_ask\(state, [\w.()= ]+, "(\w+)"', source)) | {"Greeting"}
    assert len(phases) > 8
    assert all(hasattr(session, one) for one in phases)
    requests = set(re.findall(r'^    "(\w+)": _', Path(shots_pistol.__file__).read_text(), re.M))
    assert len(requests) == 9
    assert all(hasattr(messages, one) for one in requests)
    for one in phases | requests:
        assert f"`{one}`" in PAGE, f"docs/model.md does not say what `{one}` stands for"
