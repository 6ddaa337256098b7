"""Which tests reach which line of the planner, and how long each takes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

ROOT = Path(__file__).parents[2]
TESTS = ROOT / "tests" / "planning"
TESTS_S_MAX = 25.0
"""Of the tests that reach a line, the quickest that take so long together."""
QUICK_S = 0.02
"""Tests that take no longer come first: hundreds of them take less than a few of the others."""
FIRST = ("test_a_plan_has_the_digest_it_always_had", "golden", "always")
"""Words of tests that tell any change of a plan at once: they come next."""


@dataclass(frozen=True)
class Reach:
    """What one run of the tests told.

    Attributes:
        lines: the tests that reach a line, by file and line.
        files: the tests that reach any line of a file.
        took_s: how long a test takes.
    """

    lines: dict[tuple[str, int], list[str]]
    files: dict[str, list[str]]
    took_s: dict[str, float]

    def tests_of(self, name: str, line: int) -> list[str]:
        """Return what reaches a line; what runs while a module is loaded is reached by all.

        Of a module that does nothing else those of the modules beside it.
        """
        found = self.lines.get((name, line)) or self.files.get(name, [])
        if not found:
            folder = name.rpartition("/")[0]
            beside = [some for one, some in self.files.items() if one.rpartition("/")[0] == folder]
            found = sorted(set().union(*beside))
        return found

    def chosen(self, name: str, line: int, known: list[str]) -> list[str]:
        """Return the tests to run, in their order: `known` first, as long as time allows."""
        tests = self.tests_of(name, line)
        rank = {one: k for k, one in enumerate(known)}
        ranked = sorted(
            tests,
            key=lambda one: (
                rank.get(one, len(rank)),
                self.took_s.get(one, 1.0) > QUICK_S,
                not any(word in one for word in FIRST),
                self.took_s.get(one, 1.0),
                one,
            ),
        )
        spent, some = 0.0, []
        for one in ranked:
            spent += self.took_s.get(one, 1.0)
            if some and spent > TESTS_S_MAX:
                break
            some.append(one)
        return some


def reached(folder: Path) -> Reach:
    """Return what reaches what; measured once and kept in `folder`."""
    kept = folder / "reached.json"
    if not kept.exists():
        _measure(folder)
    told = json.loads(kept.read_text())
    lines = {(name, line): tests for name, line, tests in told["lines"]}
    files: dict[str, set[str]] = defaultdict(set)
    for (name, _), some in lines.items():
        files[name] |= set(some)
    return Reach(lines, {name: sorted(some) for name, some in files.items()}, told["took"])


def _measure(folder: Path) -> None:
    data, took = folder / "coverage.sqlite", folder / "took.xml"
    command = [sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:cacheprovider"]
    command += ["--cov=mesogun.planning", "--cov-context=test", "--cov-report="]
    command += [f"--junitxml={took}", "-o", "junit_family=xunit1", "-n", str(os.cpu_count() or 1)]
    subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "COVERAGE_FILE": str(data)})
    seconds, broken = {}, set()
    for case in ET.parse(took).getroot().iter("testcase"):
        name = f"{case.get('file')}::{case.get('name')}"
        seconds[name] = float(case.get("time", "1"))
        if case.find("failure") is not None or case.find("error") is not None:
            broken.add(name)
    if broken:
        # a test that fails without a mistake would notice every one
        print(f"left out, for they fail as it is: {', '.join(sorted(broken))}", flush=True)
    from coverage import CoverageData

    found = CoverageData(str(data))
    found.read()
    lines: list[list[object]] = []
    for path in found.measured_files():
        name = str(Path(path).relative_to(ROOT))
        for line, contexts in found.contexts_by_lineno(path).items():
            tests = {one.split("|")[0].split("@")[0] for one in contexts if one}
            lines.append([name, line, sorted(tests - broken)])
    (folder / "reached.json").write_text(json.dumps({"lines": sorted(lines), "took": seconds}))  # type: ignore[type-var]
