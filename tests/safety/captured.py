"""Runs that really happened: run what the requirements name, and keep what came of it."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from tests.contract.every_wrong import EVERY_WRONG
from tests.model.bounds import QUICK, WRONG, explored
from tests.safety.named import digest_of_proof, proof_mistake, proving
from tests.safety.strength import Runs
from tests.safety.told import HERE, ROOT, Requirement, Slip, recalls, slips
from tests.simulation.defects.listed import DEFECTS, parts
from tests.simulation.defects.search import SEEDS_MAX, search

KEPT = HERE / "captured.json"
RECALLED = "tests/recall/test_recalls.py::test_what_happened_there_is_stopped_here"
NOTICED = (
    "tests/contract/test_wrong_pistols.py"
    "::test_a_mistake_is_noticed_by_the_requirement_that_it_breaks"
)
FIRST_SEED = 1_000_000
FAILED = 1
"""How pytest ends when tests failed, and not for want of one."""


def kept(path: Path = KEPT) -> Runs:
    """Return what was captured."""
    told = json.loads(path.read_text("utf-8"))
    return Runs(**{name: told[name] for name in Runs._fields})


def asked_when_kept(path: Path = KEPT) -> str:
    """Return the digest of what was asked when it was captured."""
    return str(json.loads(path.read_text("utf-8"))["asked"])


def asked_of(told: Iterable[Requirement]) -> str:
    """Return a digest of all that is to be run: a run of other names or slips is none of these."""
    listed = [sorted(names(told, kind)) for kind in ("tests", "mistakes", "models", "proofs")]
    said = repr((listed, slips(), [one.name for one in recalls()]))
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def names(told: Iterable[Requirement], kind: str) -> set[str]:
    """Return all names of a kind that any requirement has."""
    return {one for each in told for part in each.parts for one in getattr(part, kind)}


class Tally:
    """A plugin of pytest that counts what passed."""

    def __init__(self) -> None:
        self.passed: Counter[str] = Counter()
        self.failed: set[str] = set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Count one phase of one case."""
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.passed and report.when == "call":
            self.passed[report.nodeid] += 1

    def of(self, test: str) -> int:
        """Return how many cases of a test passed; 0 if one failed."""
        if any(one.partition("[")[0] == test for one in self.failed):
            return 0
        return sum(n for one, n in self.passed.items() if one.partition("[")[0] == test)

    def cases(self, test: str) -> list[str]:
        """Return the parameters of the cases of a test that passed."""
        good = sorted(set(self.passed) - self.failed)
        return [one[len(test) + 1 : -1] for one in good if one.startswith(f"{test}[")]


def run(told: tuple[Requirement, ...], before: dict[str, Any]) -> dict[str, Any]:
    """Run all that is named, but proofs and what `before` has already; return what came of it."""
    wanted, tests = names(told, "mistakes"), names(told, "tests")
    had = {one: n for one, n in before.get("tests", {}).items() if n and one in tests}
    found = {one: by for one, by in before.get("mistakes", {}).items() if one in wanted}
    same = before.get("slips", {})
    changed = [one for one in slips() if same.get(one.name) != digest_of(one)]
    for one in changed:
        found.pop(f"slip: {one.name}", None)
    left = wanted - set(found)
    tally = Tally()
    asked = [*sorted(tests - set(had)), RECALLED]
    asked += [NOTICED] if any(one.startswith("pistol: ") for one in left) else []
    calm = ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # much is imported already
    pytest.main(["-q", "-p", "no:xdist", "-p", "no:cacheprovider", *calm, *asked], plugins=[tally])
    for wrong in EVERY_WRONG:
        if f"pistol: {wrong.what}" in left and wrong.what in tally.cases(NOTICED):
            found[f"pistol: {wrong.what}"] = wrong.noticed_by
    found |= _models(left) | _slips(left) | _campaign(left)
    return {
        "asked": asked_of(told),
        "tests": {one: had.get(one) or tally.of(one) for one in sorted(tests)},
        "mistakes": {one: found[one] for one in sorted(found)},
        "slips": {one.name: digest_of(one) for one in slips()},
        "models": _explored(names(told, "models")),
        "recalls": tally.cases(RECALLED),
    }


def digest_of(slip: Slip) -> str:
    """Return what names a slip's text and tests."""
    return hashlib.sha256(repr(slip).encode()).hexdigest()[:16]


def prove(told: tuple[Requirement, ...], before: dict[str, Any]) -> dict[str, Any]:
    """Prove what is named, unless this very text was proven before; nothing without CBMC."""
    runner, done = proving(), {}
    for one in runner.PROOFS:
        digest = digest_of_proof(one.name)
        if one.name not in names(told, "proofs"):
            continue
        if before.get(one.name, {}).get("of") == digest:
            done[one.name] = before[one.name]
        elif shutil.which("cbmc") is None:
            print(f"cbmc is not installed: {one.name} was NOT proven")
        elif (properties := runner.properties_proven(one)) > 0:
            cores = [each for each in runner.MUTANTS if each.proof == one.name]
            done[one.name] = {
                "of": digest,
                "properties": properties,
                "assertions": one.assertions,
                "rejected": sorted(proof_mistake(each) for each in cores if runner.rejected(each)),
                "by": _said(["cbmc", "--version"]),
            }
    return done


def _campaign(wanted: set[str]) -> dict[str, str]:
    found = {}
    for one in DEFECTS:
        if f"campaign: {one.name}" not in wanted:
            continue
        told = search(parts(one), FIRST_SEED, safety=bool(one.without), thorough=one.thorough)
        if told.seeds <= SEEDS_MAX:
            found[f"campaign: {one.name}"] = f"{told.oracle} after {told.seeds} seeds"
    return found


def _models(wanted: set[str]) -> dict[str, str]:
    found = {}
    for one in WRONG:
        name = f"model: {' and '.join(sorted(one.model.wrong))}"
        if name in wanted:
            told = explored(one.model, whole=False)
            if told.broken == one.what:
                found[name] = f"{told.broken} ({len(told.story)} steps)"
    return found


def _explored(wanted: set[str]) -> dict[str, int]:
    found = {}
    for one in QUICK:
        if one.name in wanted:
            told = explored(one.model)
            found[one.name] = told.states if told.exhaustive and not told.broken else 0
    return found


def _slips(wanted: set[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    asked = [one for one in slips() if f"slip: {one.name}" in wanted]
    if not asked:
        return found
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "copy"
        for inside in _said(["git", "ls-files", "-co", "--exclude-standard"]).splitlines():
            if (ROOT / inside).is_file():
                (copy / inside).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(ROOT / inside, copy / inside)
        if _ended(copy, sorted({test for one in asked for test in one.killed_by})) != 0:
            raise RuntimeError("without a slip these tests fail in the copy: nothing is shown")
        for one in asked:
            if notices(one, copy):
                found[f"slip: {one.name}"] = one.killed_by[0].rpartition("::")[2]
    return found


def notices(slip: Slip, copy: Path) -> bool:
    """Say whether each test that should notice a slip fails with it in a copy of this house."""
    path = copy / slip.file
    right = path.read_text("utf-8")
    path.write_text(right.replace(slip.right, slip.wrong), "utf-8")
    try:
        for test in slip.killed_by:
            if (code := _ended(copy, [test])) != FAILED:
                print(f"NOT NOTICED: {slip.name}: {test} ended with {code}")
                return False
    finally:
        path.write_text(right, "utf-8")
    return True


def _ended(copy: Path, tests: list[str]) -> int:
    command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    ran = subprocess.run([*command, *tests], cwd=copy, capture_output=True, check=False)
    return ran.returncode


def _said(command: list[str]) -> str:
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.strip()
