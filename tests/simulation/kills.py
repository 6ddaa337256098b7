"""SIGKILL at random moments: real `mesogun run` against a twin in a process of its own.

    python -m tests.simulation.kills --kills 1000 --lanes 2

Each lane serves one twin over TCP. A session is begun, killed, resumed, killed again, until it is
done; then what the twin really did, what its journal says and what the record says are compared.
Nine commands in ten are forked from a process that has the program loaded already; they run the
same code from `run_cli` on. Every tenth is a fresh `python -m mesogun.cli`.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from firmware_protocol.messages import JournalKind, JournalRead, JournalRecords, Outcome
from mesogun.cli.main import run_cli
from mesogun.device import Pistol
from mesogun.errors import RecordError
from mesogun.record import Intent, SessionOutcome, fold, read_chained, verify_folder
from mesogun.record.journal import parse

ROOT = Path(__file__).parents[2]
FRESH_EVERY = 10
KILLS_PER_SESSION = (5, 16)
"""From, below: after so many kills a session is let run to its end."""
WARM_FROM = 20
"""With so many kills it pays to measure first how long a whole session takes."""
LESS, MORE = 0.7, 1.05
"""How the span of time in which a kill comes follows the machine: after a miss, after a hit."""
ANYWHEN = 0.1
"""Of the kills so many come at any moment from the start of the command on."""
SOON_S = 120.0
SCREENING = (
    "pregnancy breast_feeding menstruation allergy acute_infection inflamed_skin keloid_tendency "
    "clotting_disorder blood_thinners cardiovascular_disease tumour renal_failure diabetes "
    "autoimmune_disease recent_surgery cholelithiasis pathological_oedema"
).split()
PRESCRIPTION = (
    """format = "mesogun-prescription/1"
[patient]
id = "p-1"
sex = "female"
age_years = 42
weight_kg = 61.0
[session]
date = 2026-11-21
number = 1
previous = []
regimen = "face"
[screening]
"""
    + "".join(f"{name} = false\n" for name in SCREENING)
    + """[product]
name = "hyaluronic acid 1 %"
volume_ml = 0.12
lot = "A123"
expiry = 2027-11-30
[[product.components]]
name = "hyaluronic acid"
concentration_mg_per_ml = 10.0
[device]
head = "single"
needle = "30g-4mm"
syringe = "3ml"
[[zones]]
name = "left cheek"
area = "cheek"
technique = "papule"
outline_mm = [[0, 0], [40, 0], [40, 30], [0, 30]]
"""
)


@dataclass
class Figures:
    """What came of it."""

    kills: int = 0
    """That met a session under way: its journal was open, and not complete."""
    early: int = 0
    """Before the journal had its opening."""
    late: int = 0
    """After everything was given; only the report was missing."""
    missed: int = 0
    """The command had ended before it was killed."""
    fresh: int = 0
    """Of the kills: those of a command that was started anew and not forked."""
    sessions: int = 0
    shots: int = 0
    """Deliveries that the twin made."""
    twice: int = 0
    """Sites that took two doses."""
    lost: int = 0
    """Deliveries that the record does not tell, or that it tells and that never were."""
    in_doubt: int = 0
    differing: int = 0
    """Deliveries that the pistol's journal tells otherwise."""
    broken: int = 0
    """Folders that do not verify, and sessions that did not end complete."""

    @property
    def bad(self) -> int:
        """How many of the figures that must be 0 are not, all told."""
        return self.twice + self.lost + self.differing + self.broken + self.in_doubt

    def __add__(self, other: Figures) -> Figures:
        mine, theirs = asdict(self), asdict(other)
        return Figures(**{one.name: mine[one.name] + theirs[one.name] for one in fields(Figures)})


class Lane:
    """One twin, and the sessions on it one after the other."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.figures = Figures()
        self._folder = folder
        self._chance = random.Random(seed)
        self._truth = folder / "truth.jsonl"
        self._rx = folder / "rx.toml"
        self._rx.write_text(PRESCRIPTION)
        self._commands = 0
        self._took_s = 1.0
        self._span_s = 0.3
        self._shots_of: dict[int, tuple[str, int]] = {}
        self._twin = subprocess.Popen(
            [
                *(sys.executable, "-m", "simulator", "--tcp", "127.0.0.1:0"),
                *("--seed", str(seed), "--hand-ms", "2"),
                *("--truth", str(self._truth), "--memory", str(folder / "memory")),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._twin.stdout is not None
        self.url = self._twin.stdout.readline().removeprefix("listening on ").strip()

    def close(self) -> None:
        """Stop the twin."""
        self._twin.kill()
        self._twin.wait()
        assert self._twin.stdout is not None
        self._twin.stdout.close()

    def play(self, kills: int) -> None:
        """Play sessions until so many kills met one under way, then compare."""
        if kills > WARM_FROM:
            self._session("warm", 0)
        while self.figures.kills < kills:
            number = f"s{self.figures.sessions}"
            left = kills - self.figures.kills
            self._session(number, min(left, self._chance.randrange(*KILLS_PER_SESSION)))
        self._compare_with_the_pistol()

    def _session(self, name: str, kills: int) -> None:
        out = self._folder / name
        while kills > 0:
            resuming = _entries(out) is not None
            if not resuming:
                shutil.rmtree(out, ignore_errors=True)
            if not self._command(out, resuming, killed=True):
                self.figures.missed += 1
                self._span_s *= LESS
                break
            kills -= self._count_kill(out)
        for _ in range(5):
            entries = _entries(out)
            if entries is None:
                shutil.rmtree(out, ignore_errors=True)
            began_s = time.monotonic()
            self._command(out, entries is not None, killed=False)
            if self._is_done(out):
                break
        if name == "warm":
            self._took_s = time.monotonic() - began_s
        self._compare(name, out)

    def _command(self, out: Path, resuming: bool, *, killed: bool) -> bool:
        """Run or resume a session; True: it was killed before it ended by itself."""
        self._commands += 1
        arguments = ["resume", str(out)] if resuming else ["run", str(self._rx), "--out", str(out)]
        arguments += ["--port", self.url, "--yes", "--json"]
        fresh = self._commands % FRESH_EVERY == 0
        before = _size(out)
        pid = _started(arguments) if fresh else _forked(arguments)
        watch = os.pidfd_open(pid)
        self._let_run(watch, out, before, killed=killed)
        if not _ended(watch, 0.0):
            os.kill(pid, signal.SIGKILL)
        os.close(watch)
        status = os.waitpid(pid, 0)[1]
        was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        self.figures.fresh += was_killed and fresh
        return was_killed

    def _let_run(self, watch: int, out: Path, before: int, *, killed: bool) -> None:
        """Return when the command has ended, or at the moment that was drawn for its end."""
        if not killed:
            _ended(watch, SOON_S)
        elif self._chance.random() < ANYWHEN:
            _ended(watch, self._chance.uniform(0.0, self._took_s))
        else:
            # The moment counts from when it began to write: most of a start is loading.
            while _size(out) <= before and not _ended(watch, 0.002):
                pass
            _ended(watch, self._chance.uniform(0.0, self._span_s))

    def _count_kill(self, out: Path) -> int:
        entries = _entries(out)
        if entries is None:
            self.figures.early += 1
            return 0
        if _outcome(out) == "complete":
            self.figures.late += 1
            return 0
        self.figures.kills += 1
        self._span_s *= MORE
        return 1

    def _is_done(self, out: Path) -> bool:
        return (out / "record.json").exists() and _outcome(out) == "complete"

    def _compare(self, name: str, out: Path) -> None:
        """Hold a session's record against what the twin did meanwhile."""
        if not self._is_done(out):
            self.figures.broken += 1
            return
        self.figures.broken += bool(verify_folder(out))
        entries, chain = read_chained(out / "journal.mgj")
        record = fold(entries, chain.entries, chain.head)
        asked = {one.shot_id: one.shot for one in entries if isinstance(one, Intent)}
        for shot_id, shot in asked.items():
            self._shots_of[shot_id] = (name, shot)
        truth = [one for one in _deliveries(self._truth) if one in asked]
        given = Counter(asked[shot_id] for shot_id in truth)
        told = {one.index for one in record.pricks if one.state == "given"}
        self.figures.sessions += 1
        self.figures.shots += len(truth)
        self.figures.twice += sum(times - 1 for times in given.values())
        self.figures.lost += len(told ^ given.keys())
        self.figures.in_doubt += record.count("in_doubt")

    def _compare_with_the_pistol(self) -> None:
        """Hold every delivery against the records and the pistol's journal."""
        truth = Counter(_deliveries(self._truth))
        self.figures.twice += sum(times - 1 for times in truth.values())
        self.figures.lost += len(truth.keys() - self._shots_of.keys())
        fired: set[int] = set()
        oldest = 1
        with Pistol.open(self.url) as pistol:
            head = pistol.hello().journal_head
            while oldest <= head:
                reply = pistol.ask(JournalRead(oldest, 3))
                if not isinstance(reply, JournalRecords):
                    oldest = reply.detail  # type: ignore[union-attr]  # of JOURNAL_GAP
                    continue
                for one in reply.records:
                    oldest = one.seq + 1
                    if one.kind is JournalKind.OUTCOME and one.outcome is Outcome.FIRED:
                        fired.add(int(one.shot_id))
        kept = {one for one in truth if one >= min(fired, default=0)}
        self.figures.differing += len(fired ^ kept)


def _entries(out: Path) -> int | None:
    """How many whole entries a journal holds; None: not even its opening."""
    try:
        data = (out / "journal.mgj").read_bytes()
        entries, _ = parse(data[: data.rfind(b"\n") + 1], "journal")
    except (OSError, RecordError):
        return None
    return len(entries) or None


def _size(out: Path) -> int:
    try:
        return (out / "journal.mgj").stat().st_size
    except OSError:
        return 0


def _ended(watch: int, wait_s: float) -> bool:
    return bool(select.select([watch], [], [], wait_s)[0])


def _outcome(out: Path) -> SessionOutcome:
    data = (out / "journal.mgj").read_bytes()
    entries, chain = parse(data[: data.rfind(b"\n") + 1], "journal")
    return fold(entries, chain.entries, chain.head).outcome


def _deliveries(truth: Path) -> list[int]:
    return [int(json.loads(line)["shot_id"]) for line in truth.read_text().splitlines()]


def _forked(arguments: Sequence[str]) -> int:
    pid = os.fork()
    if pid:
        return pid
    try:  # the child never returns
        nowhere = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nowhere, descriptor)
        code = run_cli(list(arguments))
    except BaseException:  # noqa: BLE001  (whatever it is, it must not run the lane's code)
        code = 70
    os._exit(code)


def _started(arguments: Sequence[str]) -> int:
    nowhere = os.open(os.devnull, os.O_RDWR)
    command = [sys.executable, "-m", "mesogun.cli", *arguments]
    where = [(os.POSIX_SPAWN_DUP2, nowhere, one) for one in (0, 1, 2)]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pid = os.posix_spawn(sys.executable, command, environment, file_actions=where)
    os.close(nowhere)
    return pid


def play_lane(kills: int, seed: int) -> Figures:
    """Play one lane to its end, in a folder of its own that is removed if all is well."""
    folder = Path(tempfile.mkdtemp(prefix="mesogun-kills-"))
    lane = Lane(folder, seed)
    try:
        lane.play(kills)
    finally:
        lane.close()
    if lane.figures.bad:
        sys.stderr.write(f"kept for looking at: {folder}\n")
    else:
        shutil.rmtree(folder)
    return lane.figures


def play_lanes(kills: int, lanes: int, seed: int) -> Figures:
    """Play so many kills, shared among lanes, each in a process of its own."""
    shares = [kills // lanes + (one < kills % lanes) for one in range(lanes)]
    processes = [
        subprocess.Popen(
            [
                *(sys.executable, "-m", "tests.simulation.kills", "--lane"),
                *("--kills", str(share), "--seed", str(seed + 1000 * number)),
            ],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        for number, share in enumerate(shares)
    ]
    told = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise SystemExit("a lane did not come to its end: see above")
    return sum((Figures(**json.loads(one)) for one in told), Figures())


def main() -> int:
    """Kill, compare, and tell; 1 if anything was given twice, lost, or does not agree."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation.kills")
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--lanes", type=int, default=2)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--lane", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.lane:
        print(json.dumps(asdict(play_lane(asked.kills, asked.seed))))
        return 0
    began_s = time.monotonic()
    figures = play_lanes(asked.kills, asked.lanes, asked.seed)
    for name, value in asdict(figures).items():
        print(f"{name:12}{value:8}")
    print(f"{time.monotonic() - began_s:.0f} s, seed {asked.seed}")
    return 1 if figures.bad else 0


if __name__ == "__main__":
    sys.exit(main())
