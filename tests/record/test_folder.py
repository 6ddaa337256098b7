"""The folder of one session."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mesogun.errors import PlanError, RecordError
from mesogun.record import (
    Entry,
    Folder,
    Journal,
    Opened,
    Replanned,
    load_record,
    read_chained,
    to_json,
    verify_folder,
)
from mesogun.record.folder import plan_name, plans_of

RX = b'format = "mesogun-prescription/1"\n'


@pytest.fixture
def entries(session: tuple[Entry, ...], opened: Opened) -> tuple[Entry, ...]:
    return (replace(opened, prescription_sha256=hashlib.sha256(RX).hexdigest()), *session[1:])


@pytest.fixture
def finished(tmp_path: Path, entries: tuple[Entry, ...], opened: Opened) -> Path:
    """A folder as a whole session leaves it."""
    path = tmp_path / "out"
    with Folder.create(path) as folder, folder.create_journal(sync=lambda _: None) as journal:
        folder.write("prescription.toml", RX)
        folder.write("plan.json", json.dumps({"digest": opened.plan_digest}).encode())
        journal.append(*entries)
        folder.write_record()
    return path


def test_a_finished_folder_has_no_problem(finished: Path, opened: Opened) -> None:
    assert verify_folder(finished) == []
    assert verify_folder(finished, plan_digest=lambda _: opened.plan_digest) == []
    assert (finished / "record.json").read_bytes() == to_json(load_record(finished))


@pytest.mark.parametrize("name", ["journal.mgj", "record.json", "prescription.toml", "plan.json"])
def test_any_one_changed_byte_of_a_file_is_noticed(
    finished: Path, opened: Opened, name: str
) -> None:
    data = (finished / name).read_bytes()

    def digest(path: Path) -> str:
        # Stands for the planner, which reads the file anew: another file, another digest.
        return opened.plan_digest if path.read_bytes() == data else "sha256:other"

    for at in range(0, len(data), 1 if len(data) < 500 else 37):
        (finished / name).write_bytes(data[:at] + bytes((data[at] ^ 1,)) + data[at + 1 :])
        problems = verify_folder(finished, plan_digest=digest)
        assert name in {one.file for one in problems}, at


@pytest.mark.parametrize("name", ["journal.mgj", "record.json", "prescription.toml", "plan.json"])
def test_a_missing_file_is_a_problem(finished: Path, name: str) -> None:
    (finished / name).unlink()
    assert [one.file for one in verify_folder(finished)] == [name]


def test_a_journal_cut_at_a_line_is_noticed_by_its_record(finished: Path) -> None:
    lines = (finished / "journal.mgj").read_bytes().splitlines(keepends=True)
    (finished / "journal.mgj").write_bytes(b"".join(lines[:-1]))
    problems = verify_folder(finished)
    assert "its end was cut off" in str(problems[0])
    with Folder.open(finished) as folder, pytest.raises(RecordError, match="its end was cut off"):
        folder.reopen_journal()


def test_a_record_older_than_the_journal_is_a_problem(
    finished: Path, entries: tuple[Entry, ...]
) -> None:
    with Folder.open(finished) as folder:
        journal, found = folder.reopen_journal()
        assert found == entries
        with journal:
            journal.append(replace(entries[1], at_us=9_000))  # type: ignore[call-arg]
        assert "goes on for 1 entries" in str(verify_folder(finished)[0])
        folder.write_record()
    assert verify_folder(finished) == []


def test_a_digest_that_cannot_be_computed_is_a_problem(finished: Path) -> None:
    def refuse(path: Path) -> str:
        raise PlanError(f"{path.name}: unknown key")

    assert [str(one) for one in verify_folder(finished, plan_digest=refuse)] == [
        "plan.json: plan.json: unknown key"
    ]


@pytest.mark.parametrize(
    "told", [b"", b"[]", b"{}", b"\xff", b'{"chain": {"entries": "1", "head": 2}}', b"[" * 99_999]
)
def test_a_record_that_is_none_is_a_problem_and_stops_a_resume(finished: Path, told: bytes) -> None:
    (finished / "record.json").write_bytes(told)
    assert [one.file for one in verify_folder(finished)] == ["record.json"]
    with Folder.open(finished) as folder, pytest.raises(RecordError):
        folder.reopen_journal()


def test_a_folder_with_something_in_it_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("x")
    with pytest.raises(RecordError, match=r"not empty \(letter.txt\)"):
        Folder.create(tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["letter.txt"]


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("x")
    for path in (tmp_path / "out", tmp_path / "out" / "deeper"):
        with pytest.raises(RecordError, match="cannot make the folder"):
            Folder.create(path)


def test_a_folder_without_a_journal_is_not_opened(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match=r"no journal\.mgj"):
        Folder.open(tmp_path)


def test_two_hosts_never_hold_one_folder(finished: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from mesogun.record import Folder\n"
        "try: Folder.open(Path(sys.argv[1]))\n"
        "except Exception as error: print(type(error).__name__, error)\n"
        "else: print('held')"
    )
    command = [sys.executable, "-c", code, str(finished)]
    with Folder.open(finished):
        with pytest.raises(RecordError, match="another program"):
            Folder.open(finished)
        ran = subprocess.run(command, capture_output=True, text=True, check=True)
        assert ran.stdout.startswith("RecordError")
    ran = subprocess.run(command, capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "held"


def test_a_file_is_replaced_whole_or_not_at_all(finished: Path) -> None:
    with Folder.open(finished) as folder:
        before = (finished / "record.json").read_bytes()
        (finished / ".record.json.new").mkdir()  # in the way of the new one
        with pytest.raises(RecordError, match="cannot write"):
            folder.write("record.json", b"new")
        assert (finished / "record.json").read_bytes() == before
        (finished / ".record.json.new").rmdir()
        folder.write("record.json", b"new")
        assert (finished / "record.json").read_bytes() == b"new"
    assert not list(finished.glob(".*.new"))


@pytest.fixture
def without_rights() -> Iterator[None]:
    """Run the rest of the test without root's rights."""
    is_root = os.name == "posix" and os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)


@pytest.fixture
def read_only() -> Iterator[Path]:
    """A folder in which nothing can be made."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o555)
        yield Path(name)
        Path(name).chmod(0o755)


def test_a_read_only_folder_is_an_error_of_ours(read_only: Path, without_rights: None) -> None:
    with pytest.raises(RecordError, match="cannot write in the folder: Permission denied"):
        Folder.create(read_only)
    with pytest.raises(RecordError, match="cannot make the folder: Permission denied"):
        Folder.create(read_only / "out")


def test_a_closed_journal_does_not_stop_the_record(
    tmp_path: Path, entries: tuple[Entry, ...]
) -> None:
    with Folder.create(tmp_path / "out") as folder:
        journal: Journal = folder.create_journal(sync=lambda _: None)
        journal.append(*entries)
        journal.close()
        assert folder.write_record().outcome == "complete"


SECOND = Replanned(2_000, "sha256:" + "cd" * 32, "sha256:" + "ab" * 32, (10_000, 0, 19_000))


@pytest.fixture
def replanned(tmp_path: Path, entries: tuple[Entry, ...]) -> Path:
    """A folder of a session that was planned anew once."""
    path = tmp_path / "anew"
    with Folder.create(path) as folder, folder.create_journal(sync=lambda _: None) as journal:
        folder.write("prescription.toml", RX)
        folder.write("plan.json", json.dumps({"digest": SECOND.parent}).encode())
        told = {"digest": SECOND.plan_digest, "settled": {"parent": SECOND.parent}}
        folder.write("plan-2.json", json.dumps(told).encode())
        journal.append(*entries[:-1], SECOND, entries[-1])
        folder.write_record()
    return path


def test_every_plan_that_was_in_force_is_checked(replanned: Path) -> None:
    assert verify_folder(replanned) == []
    history, _ = read_chained(replanned / "journal.mgj")
    assert plan_name(plans_of(history)) == "plan-2.json"
    (replanned / "plan-2.json").unlink()
    assert [one.file for one in verify_folder(replanned)] == ["plan-2.json"]


@pytest.mark.parametrize(
    "told",
    [
        {"digest": SECOND.plan_digest},
        {"digest": SECOND.plan_digest, "settled": None},
        {"digest": SECOND.plan_digest, "settled": {"parent": SECOND.plan_digest}},
        {"digest": SECOND.parent, "settled": {"parent": SECOND.parent}},
    ],
)
def test_a_plan_that_continues_no_other_is_a_problem(replanned: Path, told: object) -> None:
    (replanned / "plan-2.json").write_text(json.dumps(told))
    assert [one.file for one in verify_folder(replanned)] == ["plan-2.json"]


def test_a_plan_that_the_journal_does_not_name_counts_for_nothing(finished: Path) -> None:
    (finished / "plan-2.json").write_text("{}")
    assert verify_folder(finished) == []
