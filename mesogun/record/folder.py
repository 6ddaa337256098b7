"""The folder of one session: its files, the lock that one host holds, and the check of the whole.

Files other than the journal are written beside their place and moved there, so a reader finds the
old one or the new one, never half of one.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

from firmware_protocol.errors import MesogunError
from mesogun.errors import RecordError, WrongFolder
from mesogun.record.entries import Entry, Opened, Replanned
from mesogun.record.folding import fold
from mesogun.record.journal import Chain, Journal, Sync, make_durable, read_chained, sync_folder
from mesogun.record.loading import load
from mesogun.record.record import Record
from mesogun.record.show import to_json

PRESCRIPTION, PLAN, JOURNAL, RECORD = "prescription.toml", "plan.json", "journal.mgj", "record.json"
REPORT, MAP, WIRE = "report.html", "map.svg", "wire.pcap"
LOCK = ".lock"
FILE_BYTES_MAX = 256 * 1024 * 1024


def plan_name(number: int) -> str:
    """Return the file of a session's k-th plan: `plan.json`, then `plan-2.json` and so on."""
    return PLAN if number == 1 else f"plan-{number}.json"


def plans_of(history: Sequence[Entry]) -> int:
    """Return how many plans a session has had: the number of the one in force."""
    return 1 + sum(isinstance(one, Replanned) for one in history)


class Folder:
    """A session's folder, held by this process alone until it is closed."""

    def __init__(self, path: Path, lock: int) -> None:
        self.path = path
        self._lock: int | None = lock

    @classmethod
    def create(cls, path: Path) -> Folder:
        """Make the folder, or take an empty one, and hold it.

        Raises:
            RecordError: not empty, or not writable; nothing in it was touched.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            _refuse_content(path)
        except OSError as cause:
            raise RecordError(f"{path}: cannot make the folder: {_reason(cause)}") from cause
        folder = cls(path, _hold(path))
        try:
            _refuse_content(path)
        except RecordError:
            folder.close()
            raise
        return folder

    @classmethod
    def open(cls, path: Path) -> Folder:
        """Hold the folder of a session that was begun before.

        Raises:
            RecordError: it is none, or another host holds it.
        """
        demand_session(path)
        return cls(path, _hold(path))

    def create_journal(self, *, sync: Sync = make_durable) -> Journal:
        """Begin the session's journal.

        Raises:
            RecordError: as `Journal.create`.
        """
        return Journal.create(self.path / JOURNAL, sync=sync)

    def reopen_journal(self) -> tuple[Journal, tuple[Entry, ...]]:
        """Open the session's journal to go on; it must contain what `record.json` last knew.

        Raises:
            RecordError: as `Journal.reopen`.
        """
        return Journal.reopen(self.path / JOURNAL, through=_known_chain(self.path))

    def write(self, name: str, data: bytes) -> Path:
        """Put a file in the folder, whole and durable, in place of one of that name.

        Raises:
            RecordError: not written; what was there before is still there.
        """
        place, beside = self.path / name, self.path / f".{name}.new"
        try:
            with beside.open("wb") as file:
                file.write(data)
                file.flush()
                make_durable(file.fileno())
            beside.replace(place)
            sync_folder(self.path)
        except OSError as cause:
            with suppress(OSError):
                beside.unlink()
            raise RecordError(f"{place}: cannot write it: {_reason(cause)}") from cause
        return place

    def write_record(self) -> Record:
        """Make `record.json` from the journal as it is on the disk, and return the record.

        Raises:
            RecordError: the journal cannot be trusted, or the file not written.
        """
        record = load_record(self.path)
        self.write(RECORD, to_json(record))
        return record

    def close(self) -> None:
        """Let other programs hold the folder. Closing twice does no harm."""
        lock, self._lock = self._lock, None
        if lock is not None:
            os.close(lock)

    def __enter__(self) -> Folder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def load_record(path: Path) -> Record:
    """Tell what happened in the session of a folder, from its journal alone.

    Raises:
        RecordError: the journal is not there, or cannot be trusted.
    """
    demand_session(path)
    entries, chain = read_chained(path / JOURNAL)
    return fold(entries, chain.entries, chain.head)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a folder is not as it was written."""

    file: str
    text: str

    def __str__(self) -> str:
        return f"{self.file}: {self.text}"


def unwritten(path: Path) -> tuple[Entry, ...]:
    """Return the journal's last entries, those that `record.json` does not know of yet.

    Raises:
        RecordError: the journal cannot be trusted, or there is no `record.json`.
    """
    known = _known_chain(path)
    if known is None:
        raise RecordError(f"{path / RECORD}: missing: the session was not closed")
    entries, _ = read_chained(path / JOURNAL, through=known)
    return entries[known.entries :]


def verify_folder(path: Path, *, plan_digest: Callable[[Path], str] | None = None) -> list[Problem]:
    """Check every file that a record rests on; an empty list means that all agree.

    `plan_digest` computes the digest of a plan file anew; without it, only what the file says of
    itself is compared.

    Raises:
        WrongFolder: there is no such folder.
    """
    if not path.is_dir():
        raise WrongFolder(f"{path}: no such folder: name the folder of a session")
    try:
        entries, chain = read_chained(path / JOURNAL)
        record = fold(entries, chain.entries, chain.head)
    except RecordError as error:
        return [_problem(path, JOURNAL, str(error))]
    opened = next(one for one in entries if isinstance(one, Opened))
    checks: tuple[tuple[str, Callable[[], str | None]], ...] = (
        (RECORD, lambda: _fault_of_record(path, record)),
        (PRESCRIPTION, lambda: _fault_of_prescription(path, opened)),
        *_plan_checks(path, entries, opened, plan_digest),
    )
    problems = []
    for name, check in checks:
        try:
            fault = check()
        except MesogunError as error:
            fault = str(error)
        if fault:
            problems.append(_problem(path, name, fault))
    return problems


def _problem(path: Path, name: str, fault: str) -> Problem:
    return Problem(name, fault.removeprefix(f"{path / name}: "))


def _fault_of_record(path: Path, record: Record) -> str | None:
    known = _known_chain(path)
    if known is None:
        return "missing: the host stopped before it was written; the journal has everything"
    read_chained(path / JOURNAL, through=known)
    if known.entries < record.chain_entries:
        more = record.chain_entries - known.entries
        return f"the journal goes on for {more} entries after it: it was not written again"
    if _load(path / RECORD) != to_json(record):
        return "it does not say what the journal says"
    return None


def _fault_of_prescription(path: Path, opened: Opened) -> str | None:
    if not opened.prescription_sha256 and not (path / PRESCRIPTION).exists():
        # begun from a plan file alone, which holds the prescription and is checked itself
        return None
    digest = hashlib.sha256(_load(path / PRESCRIPTION)).hexdigest()
    if digest != opened.prescription_sha256.removeprefix("sha256:"):
        return "not the prescription of this session: its SHA-256 differs from the journal's"
    return None


def _plan_checks(
    path: Path,
    entries: Sequence[Entry],
    opened: Opened,
    plan_digest: Callable[[Path], str] | None,
) -> list[tuple[str, Callable[[], str | None]]]:
    """Check every plan that was in force: the fold has shown that each continues the one before."""
    digests = [opened.plan_digest]
    digests += [one.plan_digest for one in entries if isinstance(one, Replanned)]

    def check(name: str, digest: str, parent: str | None) -> tuple[str, Callable[[], str | None]]:
        return name, lambda: _fault_of_plan(path / name, digest, parent, plan_digest)

    parents = [None, *digests]
    return [
        check(plan_name(number), digest, parents[number - 1])
        for number, digest in enumerate(digests, start=1)
    ]


def _fault_of_plan(
    path: Path, digest: str, parent: str | None, plan_digest: Callable[[Path], str] | None
) -> str | None:
    told = _load_object(path)
    said = told.get("digest")
    if said != digest:
        return f"not the plan of this session: its digest is {said!r:.100}, not the journal's"
    if parent is not None:
        match told.get("settled"):
            case {"parent": str(named)} if named == parent:
                pass
            case _:
                return f"it does not say that it continues the plan {parent}"
    if plan_digest is not None and plan_digest(path) != digest:
        return "its content was changed: the digest computed from it is not the one it names"
    return None


def _known_chain(path: Path) -> Chain | None:
    """Read how far `record.json` knew the journal; None: there is no `record.json`."""
    if not (path / RECORD).exists():
        return None
    match _load_object(path / RECORD).get("chain"):
        case {"entries": int(entries), "head": str(head)}:
            return Chain(entries, head)
        case _:
            raise RecordError(f"{path / RECORD}: it does not name the journal's chain")


def _load_object(path: Path) -> dict[str, Any]:
    try:
        told = json.loads(_load(path))
    except (ValueError, RecursionError) as cause:
        raise RecordError(f"{path}: not JSON: {cause}") from cause
    if not isinstance(told, dict):
        raise RecordError(f"{path}: not a JSON object")
    return told


def _load(path: Path) -> bytes:
    try:
        data = load(path, FILE_BYTES_MAX)
    except OSError as cause:
        raise RecordError(f"{path}: cannot read it: {_reason(cause)}") from cause
    if len(data) > FILE_BYTES_MAX:
        raise RecordError(f"{path}: longer than {FILE_BYTES_MAX} bytes")
    return data


def demand_session(path: Path) -> None:
    """Make sure that a folder holds a session.

    Raises:
        WrongFolder: it does not.
    """
    if not (path / JOURNAL).is_file():
        raise WrongFolder(f"{path}: no {JOURNAL} in it: name the folder of a session")


def _refuse_content(path: Path) -> None:
    held = sorted(one.name for one in path.iterdir() if one.name != LOCK)
    if held:
        raise WrongFolder(
            f"{path}: not empty ({', '.join(held[:3])}): a session needs a folder of its own; "
            "name another one, or `mesogun resume` this one"
        )


def _hold(path: Path) -> int:
    try:
        lock = os.open(path / LOCK, os.O_RDWR | os.O_CREAT, 0o644)
    except OSError as cause:
        raise RecordError(f"{path}: cannot write in the folder: {_reason(cause)}") from cause
    try:
        _lock_alone(lock)
    except OSError as cause:
        os.close(lock)
        raise RecordError(
            f"{path}: another program runs this session, or the disk cannot lock files "
            f"({_reason(cause)}): two hosts must never run one session"
        ) from cause
    return lock


def _lock_alone(lock: int) -> None:
    """Lock an open file for this process; the system lets go of it when the process ends."""
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(lock, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _reason(cause: OSError) -> str:
    return cause.strerror or str(cause)
