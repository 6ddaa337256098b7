"""Which names exist: tests, places, seeded mistakes, explored models, proofs."""

from __future__ import annotations

import ast
import hashlib
import importlib.util
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import ModuleType

from tests.contract.every_wrong import EVERY_WRONG
from tests.model.bounds import QUICK, WRONG
from tests.safety.told import ROOT, Part, Requirement, Slip, slips
from tests.simulation.defects.listed import DEFECTS

CORE = ROOT / "firmware_protocol" / "c"
GENERATED = "mesogun_protocol.h"
"""Made from the schema: a proof does not go stale with each new message."""


@cache
def proving() -> ModuleType:
    """Return the program that runs the proofs: what it proves, and which cores it must reject."""
    spec = importlib.util.spec_from_file_location("prove_run", CORE / "prove" / "run.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def mistakes() -> frozenset[str]:
    """Return all seeded mistakes, as `kind: name`."""
    return frozenset(
        [f"campaign: {one.name}" for one in DEFECTS]
        + [f"model: {' and '.join(sorted(one.model.wrong))}" for one in WRONG]
        + [f"pistol: {one.what}" for one in EVERY_WRONG]
        + [proof_mistake(one) for one in proving().MUTANTS]
        + [f"slip: {one.name}" for one in slips()]
    )


def proof_mistake(mutant: object) -> str:
    """Return the name of a core that a proof must reject."""
    told = mutant.proof, mutant.file, mutant.old  # type: ignore[attr-defined]
    return "proof: {}, {}: {}".format(*told)


def models() -> frozenset[str]:
    """Return the bounds that are explored with every run of the tests."""
    return frozenset(one.name for one in QUICK)


def proofs() -> frozenset[str]:
    """Return what CBMC is asked to prove."""
    return frozenset(one.name for one in proving().PROOFS)


def digest_of_proof(name: str) -> str:
    """Return what names the very text that a proof is about: harness, files, headers, checks."""
    told = proving()
    proof = next(one for one in told.PROOFS if one.name == name)
    paths = [CORE / "prove" / f"{name}.c", *(CORE / one for one in proof.files)]
    seen: dict[Path, bytes] = {}
    while paths:
        path = paths.pop()
        if path in seen or path.name == GENERATED or not path.is_file():
            continue
        seen[path] = path.read_bytes()
        included = re.findall(rb'^#include "([\w./]+)"', seen[path], re.MULTILINE)
        paths += [base / one.decode() for one in included for base in (path.parent, CORE)]
    whole = hashlib.sha256(repr((proof, told.CHECKS)).encode())
    for path in sorted(seen):
        whole.update(seen[path])
    return whole.hexdigest()[:16]


@cache
def defined_in(path: Path) -> frozenset[str]:
    """Return functions, classes, methods (as Class.method) and constants of a Python file."""
    found = set()
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found.add(node.name)
        if isinstance(node, ast.ClassDef):
            inner = [one for one in node.body if isinstance(one, ast.FunctionDef)]
            found |= {f"{node.name}.{one.name}" for one in inner}
        if isinstance(node, ast.Assign):
            found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


def exists(place: str) -> bool:
    """Say whether a file, or a name within a file, is there."""
    inside, _, name = place.partition("::")
    path = ROOT / inside
    if not path.exists():
        return False
    if not name:
        return True
    if path.suffix == ".py":
        return name in defined_in(path)
    return re.search(rf"\b{re.escape(name)}\b", path.read_text("utf-8")) is not None


def unknown(told: Iterable[Requirement]) -> list[str]:
    """Return every name that is not there, with the requirement that has it."""
    known = mistakes(), models(), proofs()
    return [
        f"{one.number}: no {name}"
        for one in told
        for part in one.parts
        for name in _unknown(part, *known)
    ]


def _unknown(
    part: Part, mistakes: frozenset[str], models: frozenset[str], proofs: frozenset[str]
) -> list[str]:
    return [
        *(one for one in (*part.places, *part.tests) if not exists(one)),
        *(one for one in part.tests if "::test_" not in one),
        *sorted(set(part.mistakes) - mistakes),
        *sorted(set(part.models) - models),
        *sorted(set(part.proofs) - proofs),
    ]


def misplaced(told: Iterable[Slip]) -> list[str]:
    """Return the slips whose text is not there exactly once, or whose tests are gone."""
    wrong = []
    for one in told:
        path = ROOT / one.file
        if not path.is_file() or path.read_text("utf-8").count(one.right) != 1:
            wrong.append(f"{one.name}: not there once in {one.file}: {one.right}")
        wrong += [f"{one.name}: no {test}" for test in one.killed_by if not exists(test)]
    return wrong
