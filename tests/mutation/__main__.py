"""`python -m tests.mutation`: how many mistakes in the planner do its tests notice?

First the tests run once and tell which of them reach which line. Then each mutant drawn is put in
place, in a process of its own, and the tests that reach its line run until one fails: first those
that noticed others of the same file, then the quickest, then the golden plans, then the rest. A
mutant that no test notices is named, for a person to judge; `judged.toml` holds what was judged,
and why.

The tests are collected once. A mistake inside a function is given to the functions already loaded;
one elsewhere (a constant, a default) needs its module to be loaded anew, by a pytest of its own.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import time
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.mutation.judged import Judged, read_judged
from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.reach import ROOT, TESTS, Reach, reached
from tests.mutation.replace import Swap, load_with, planning_loaded

ROOM = ROOT / "mesogun" / "planning"
OPTIONS = ["-x", "-q", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", "--no-header"]
# hypothesis is loaded before pytest could rewrite its assertions: no mistake of a mutant
OPTIONS += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]
SECONDS_MAX = 90
"""Of a processor's time."""
FAILED = 3
"""What a process says whose tests noticed the mistake."""


@dataclass
class Count:
    """What became of the mutants so far."""

    drawn: int
    told: Counter[str] = field(default_factory=Counter)
    survivors: list[tuple[str, int, str, int, str]] = field(default_factory=list)
    done: int = 0

    def add(self, one: Mutant, fate: str, tests: int, source: str) -> None:
        """Count one, and say it when nothing noticed it."""
        self.told[fate] += 1
        self.done += 1
        if fate != "noticed":
            name = str(one.path.relative_to(ROOT))
            self.survivors.append((name, one.line, one.what, tests, fate))
            print(f"{fate}: {name}:{one.line}: {one.what} ({tests} tests) | {source}", flush=True)


class Run:
    """Collected tests, and the mutants to try on them, some at a time."""

    def __init__(self, drawn: list[Mutant], reach: Reach, judged: Judged, told: argparse.Namespace):
        self.waiting = list(reversed(drawn))
        self.reach, self.judged, self.told = reach, judged, told
        self.count = Count(len(drawn))
        self.killers: dict[str, list[str]] = defaultdict(list)
        self.open: dict[int, tuple[Mutant, list[str], int]] = {}
        self.begun = time.monotonic()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Instead of running the tests once, run some of them for each mutant."""
        items = {one.nodeid: one for one in session.items}
        planning_loaded()
        while self.waiting or self.open:
            while self.waiting and len(self.open) < self.told.workers:
                self._begin(self.waiting.pop(), items)
            if self.open:
                self._end(*os.waitpid(-1, 0))
        return True

    def _begin(self, one: Mutant, items: dict[str, pytest.Item]) -> None:
        name = str(one.path.relative_to(ROOT))
        tests = self.reach.chosen(name, one.line, self.killers[name])
        # a test written since the lines were measured may reach any of them
        new = [test for test in items if test not in self.reach.took_s]
        tests = [*new, *(test for test in tests if test in items)]
        if not tests:
            self._tell(one, "not reached", 0)
            return
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            code = 1
            try:
                code = self._try(one, tests, items, writing)
            finally:
                os._exit(code)
        os.close(writing)
        self.open[child] = (one, tests, reading)

    def _try(self, one: Mutant, tests: list[str], items: dict[str, pytest.Item], out: int) -> int:
        """In the process of one mutant: run tests until one fails."""
        os.environ["HYPOTHESIS_STORAGE_DIRECTORY"] = str(self.told.out / "examples")
        os.setsid()
        # a mistake that never ends is noticed, too; others' work does not count
        signal.signal(signal.SIGPROF, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_PROF, SECONDS_MAX)
        if not self.told.loud:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, 1)
            os.dup2(nowhere, 2)
        swap = Swap(one)
        if not swap.inside or not swap.put():
            return _anew(one, tests)

        class Stop:
            @pytest.hookimpl
            def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
                if report.failed:
                    os.write(out, report.nodeid.encode())
                    os._exit(FAILED)

        run = [items[test] for test in tests]
        run[0].config.pluginmanager.register(Stop())
        for item, after in zip(run, [*run[1:], None], strict=True):
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=after)
        return 0

    def _end(self, child: int, status: int) -> None:
        if child not in self.open:
            return
        one, tests, reading = self.open.pop(child)
        killer = os.read(reading, 4096).decode()
        os.close(reading)
        name = str(one.path.relative_to(ROOT))
        if killer:
            some = self.killers[name]
            if killer in some:
                some.remove(killer)
            some.insert(0, killer)
            del some[12:]
        self._tell(one, "noticed" if status else "survived", len(tests))

    def _tell(self, one: Mutant, fate: str, tests: int) -> None:
        source = one.path.read_text().splitlines()[one.line - 1].strip()
        reason = self.judged.reason(one.path.relative_to(ROOM), source, one.what)
        if fate != "noticed" and reason:
            fate = "judged"
        self.count.add(one, fate, tests, source)
        if self.count.done % 50 == 0:
            spent = time.monotonic() - self.begun
            print(f"  {self.count.done}/{self.count.drawn} {dict(self.count.told)} {spent:.0f} s")
            sys.stdout.flush()


def _anew(one: Mutant, tests: list[str]) -> int:
    """Load everything of ours anew, with the mistake, and run a pytest of its own."""
    for name in list(sys.modules):
        if name.split(".")[0] in ("mesogun", "tests", "simulator"):
            del sys.modules[name]
    load_with(one)
    return FAILED if pytest.main([*OPTIONS, *tests]) else 0


def main() -> int:
    """Draw mutants, see which are noticed, and write the list."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--sample", type=int, default=400, help="mutants to draw; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="files whose path holds this")
    parser.add_argument("--lines", default="", help="FIRST-LAST: mutants of these lines alone")
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--loud", action="store_true", help="show what the tests print")
    parser.add_argument("--out", type=Path, default=ROOT / "out" / "mutation")
    told = parser.parse_args()
    told.out = told.out.resolve()
    told.out.mkdir(parents=True, exist_ok=True)
    os.chdir(ROOT)
    reach, judged = reached(told.out), read_judged()
    low, _, high = told.lines.partition("-")
    every = [
        one
        for path in sorted(ROOM.rglob("*.py"))
        if told.only in str(path.relative_to(ROOT))
        for one in mutants_of(path)
        if not low or int(low) <= one.line <= int(high or low)
    ]
    drawn = random.Random(told.seed).sample(every, min(told.sample or len(every), len(every)))
    run = Run(drawn, reach, judged, told)
    pytest.main([*OPTIONS, str(TESTS)], plugins=[run])
    count = run.count
    noticed, alike = count.told["noticed"], count.told["judged"]
    left = len(drawn) - noticed - alike
    print(
        f"{len(drawn)} of {len(every)} mutants: {noticed} noticed, {alike} survived and judged, "
        f"{left} survived and not; noticed {100 * noticed / max(1, len(drawn)):.1f} % of all, "
        f"{100 * noticed / max(1, len(drawn) - alike):.1f} % without those judged"
    )
    (told.out / "survivors.json").write_text(json.dumps(count.survivors, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
