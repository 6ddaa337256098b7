"""`python -m tests.mutation`: how many mistakes in the planner do its tests notice?

First the tests run once and tell which of them reach which line. Then each mutant drawn is put in
place, in a process of its own, and the tests that reach its line run, the quickest first, until one
fails. A mutant that no test notices is named, for a person to judge.
"""

from __future__ import annotations

import argparse
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter, defaultdict
from pathlib import Path

from tests.mutation.mutants import Mutant, mutants_of, mutated

ROOT = Path(__file__).parents[2]
ROOM = ROOT / "mesogun" / "planning"
TESTS = ROOT / "tests" / "planning"
OPTIONS = ["-x", "-q", "-p", "no:cacheprovider", "--no-header"]
# hypothesis is loaded before pytest could rewrite its assertions: no mistake of a mutant
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
SECONDS_MAX = 90
TESTS_S_MAX = 25.0
"""Of the tests that reach a line, the quickest that take so long together."""
FIRST = ("test_a_plan_has_the_digest_it_always_had", "golden")
"""What tells any change of a plan at once comes first."""


def reached(folder: Path) -> tuple[dict[tuple[str, int], list[str]], dict[str, float]]:
    """Return which tests reach which line, and how long each takes; kept in `folder`."""
    kept = folder / "reached.json"
    if not kept.exists():
        _measure(folder)
    told = json.loads(kept.read_text())
    lines: dict[tuple[str, int], list[str]] = {}
    for name, line, tests in told["lines"]:
        lines[name, line] = tests
    return lines, told["took"]


def _measure(folder: Path) -> None:
    data, took = folder / "coverage.sqlite", folder / "took.xml"
    command = [sys.executable, "-m", "pytest", str(TESTS), "-q", "-p", "no:cacheprovider"]
    command += ["--cov=mesogun.planning", "--cov-context=test", "--cov-report="]
    command += [f"--junitxml={took}", "-o", "junit_family=xunit1"]
    subprocess.run(command, cwd=ROOT, check=False, env={**os.environ, "COVERAGE_FILE": str(data)})
    from xml.etree import ElementTree as ET

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
    lines: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name in found.measured_files():
        for line, contexts in found.contexts_by_lineno(name).items():
            lines[str(Path(name).relative_to(ROOT)), line] = sorted(
                {one.split("|")[0] for one in contexts if one} - broken
            )
    told = [[name, line, tests] for (name, line), tests in sorted(lines.items())]
    (folder / "reached.json").write_text(json.dumps({"lines": told, "took": seconds}))


class _InPlace(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module with its mistake; leaves all others alone."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        inside = mutant.path.relative_to(ROOT).with_suffix("").parts
        self.name = ".".join(inside[:-1] if inside[-1] == "__init__" else inside)

    def find_spec(self, name: str, path: object = None, target: object = None) -> object:
        if name != self.name:
            return None
        is_package = self.mutant.path.name == "__init__.py"
        return importlib.util.spec_from_file_location(
            name,
            self.mutant.path,
            loader=self,
            submodule_search_locations=[str(self.mutant.path.parent)] if is_package else None,
        )

    def exec_module(self, module: object) -> None:
        code = compile(mutated(self.mutant), str(self.mutant.path), "exec")
        exec(code, module.__dict__)


def noticed(mutant: Mutant, tests: list[str], storage: Path) -> bool:
    """Run the tests with the mistake in place, in a process of its own; True: one of them fails."""
    child = os.fork()
    if child == 0:
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(storage)
        signal.alarm(SECONDS_MAX)  # a mistake that never ends is noticed, too
        code = 1
        try:
            with open(os.devnull, "w") as nowhere:  # noqa: PTH123
                os.dup2(nowhere.fileno(), 1)
                os.dup2(nowhere.fileno(), 2)
            sys.meta_path.insert(0, _InPlace(mutant))
            import pytest

            code = int(pytest.main([*OPTIONS, *tests]))
        finally:
            os._exit(code)
    _, status = os.waitpid(child, 0)
    return status != 0


def chosen(tests: list[str], took: dict[str, float]) -> list[str]:
    """Return the tests to run: golden plans first, then the quickest, as long as time allows."""
    ranked = sorted(
        tests, key=lambda one: (not any(word in one for word in FIRST), took.get(one, 1.0), one)
    )
    spent, some = 0.0, []
    for one in ranked:
        spent += took.get(one, 1.0)
        if some and spent > TESTS_S_MAX:
            break
        some.append(one)
    return some


def main() -> int:
    """Draw mutants, see which are noticed, and write the list."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="mutants to draw; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--part", default="0/1", help="k/n: the k-th of n equal parts")
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "mutation")
    told = parser.parse_args()
    told.out.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    lines, took = reached(told.out)
    every = [
        one
        for path in sorted(ROOM.rglob("*.py"))
        if told.only in str(path.relative_to(ROOT))
        for one in mutants_of(path)
    ]
    drawn = random.Random(told.seed).sample(every, min(told.sample or len(every), len(every)))
    part, of = map(int, told.part.split("/"))
    drawn = drawn[part::of]
    import hypothesis  # noqa: F401
    import numpy as np  # noqa: F401
    import pytest  # noqa: F401

    of_file: dict[str, list[str]] = defaultdict(list)
    for (name, _), some in lines.items():
        of_file[name] = sorted({*of_file[name], *some})
    counts: Counter[str] = Counter()
    survivors = []
    begun = time.monotonic()
    for number, one in enumerate(drawn, start=1):
        name = str(one.path.relative_to(ROOT))
        # what runs while a module is loaded is reached by all that use the module
        tests = lines.get((name, one.line)) or of_file[name]
        quick = chosen(tests, took)
        killed = bool(quick) and noticed(one, quick, told.out / "examples")
        counts["killed" if killed else "survived" if quick else "not reached"] += 1
        if not killed:
            survivors.append((name, one.line, one.what, len(tests)))
            print(f"{name}:{one.line}: {one.what} ({len(tests)} tests)", flush=True)
        if number % 25 == 0:
            print(
                f"  {number}/{len(drawn)} {dict(counts)} {time.monotonic() - begun:.0f} s",
                flush=True,
            )
    share = counts["killed"] / max(1, len(drawn))
    print(f"{len(drawn)} of {len(every)} mutants, {100 * share:.1f} % noticed: {dict(counts)}")
    (told.out / f"survivors-{part}-{of}.json").write_text(json.dumps(survivors, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
