"""The journal on the disk: chained, durable, strict."""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mesogun.errors import RecordError
from mesogun.record import Alarmed, Chain, Entry, Intent, Journal, read, read_chained
from mesogun.record.journal import parse

NO_SYNC: Callable[[int], None] = lambda descriptor: None  # noqa: E731


@pytest.fixture
def written(tmp_path: Path, session: tuple[Entry, ...]) -> bytes:
    """The bytes of a journal that holds `session`, appended two by two."""
    path = tmp_path / "written.mgj"
    with Journal.create(path, sync=NO_SYNC) as journal:
        for start in range(0, len(session), 2):
            journal.append(*session[start : start + 2])
    return path.read_bytes()


def test_what_was_appended_is_read_back(written: bytes, session: tuple[Entry, ...]) -> None:
    entries, chain = parse(written, "journal")
    assert entries == session
    assert chain.entries == len(session)
    assert written.splitlines()[-1].startswith(chain.head.encode())


def test_each_line_is_the_hash_of_the_line_before_and_its_body(written: bytes) -> None:
    before = b"0" * 64
    for line in written[:-1].split(b"\n"):
        digest, body = line[:64], line[65:]
        assert digest == hashlib.sha256(before + body).hexdigest().encode()
        assert line[64:65] == b" "
        before = digest


def test_a_file_is_never_begun_twice(tmp_path: Path) -> None:
    Journal.create(tmp_path / "j").close()
    with pytest.raises(RecordError, match="exists"):
        Journal.create(tmp_path / "j")


def test_any_one_changed_byte_is_noticed(written: bytes) -> None:
    for at in range(len(written)):
        for value in {written[at] ^ 1, written[at] ^ 0x20, written[at] ^ 0x80, 0x00, 0x0A, 0x0D}:
            if value != written[at]:
                changed = written[:at] + bytes((value,)) + written[at + 1 :]
                with pytest.raises(RecordError):
                    parse(changed, "journal")


def test_any_byte_taken_away_or_put_in_is_noticed(written: bytes) -> None:
    for at in range(len(written)):
        with pytest.raises(RecordError):
            parse(written[:at] + written[at + 1 :], "journal")
        with pytest.raises(RecordError):
            parse(written[:at] + b"\n" + written[at:], "journal")


def test_a_line_removed_repeated_or_moved_is_noticed(written: bytes) -> None:
    lines = written.splitlines(keepends=True)
    for at in range(len(lines) - 1):
        for other in (
            lines[:at] + lines[at + 1 :],
            [*lines[: at + 1], *lines[at:]],
            [*lines[:at], lines[at + 1], lines[at], *lines[at + 2 :]],
        ):
            with pytest.raises(RecordError):
                parse(b"".join(other), "journal")


@pytest.mark.parametrize("junk", [b"\n", b"\0", b"x", b"0" * 64 + b" {}\n", b"\r\n"])
def test_junk_at_the_end_is_noticed(written: bytes, junk: bytes) -> None:
    with pytest.raises(RecordError):
        parse(written + junk, "journal")


def test_the_text_names_the_line(written: bytes) -> None:
    lines = written.splitlines(keepends=True)
    lines[4] = lines[4].replace(b"armed", b"alarm")
    with pytest.raises(RecordError, match="line 5 does not continue the chain"):
        parse(b"".join(lines), "journal")


def test_a_journal_cut_at_the_end_of_a_line_is_noticed_against_its_chain(written: bytes) -> None:
    _, whole = parse(written, "journal")
    lines = written.splitlines(keepends=True)
    for kept in range(2, len(lines)):
        cut = b"".join(lines[:kept])
        _, chain = parse(cut, "journal")
        assert chain.entries == kept - 1
        with pytest.raises(RecordError, match="its end was cut off"):
            parse(cut, "journal", through=whole)


def test_a_journal_written_anew_from_some_line_on_is_noticed(tmp_path: Path) -> None:
    chains = []
    for text in ("first", "second"):
        with Journal.create(tmp_path / text, sync=NO_SYNC) as journal:
            journal.append(Alarmed(1, "a", text))
            chains.append(journal.chain)
            journal.append(Alarmed(2, "b", "same"))
    with pytest.raises(RecordError, match="entry 1 is not the one"):
        read_chained(tmp_path / "second", through=chains[0])
    lines = (tmp_path / "second").read_bytes().splitlines(keepends=True)
    with pytest.raises(RecordError, match="entry 1 is not the one"):
        parse(b"".join(lines[:2]), "journal", through=chains[0])
    assert read_chained(tmp_path / "first", through=chains[0])[1].entries == 2


def test_a_crash_at_any_byte_loses_no_whole_entry(
    tmp_path: Path, written: bytes, session: tuple[Entry, ...]
) -> None:
    header = written.index(b"\n") + 1
    for length in range(header, len(written) + 1):
        path = tmp_path / f"{length}.mgj"
        path.write_bytes(written[:length])
        journal, entries = Journal.reopen(path, sync=NO_SYNC)
        whole = written[:length].count(b"\n") - 1
        assert entries == session[:whole]
        journal.append(*session[whole:])
        journal.close()
        assert path.read_bytes() == written
        torn = tmp_path / f"{length}.mgj.torn"
        kept = written[:length].rpartition(b"\n")[2]
        assert (torn.read_bytes() if torn.exists() else b"") == kept


def test_a_journal_without_its_header_is_not_reopened(tmp_path: Path, written: bytes) -> None:
    for length in range(written.index(b"\n") + 1):
        (tmp_path / "j").write_bytes(written[:length])
        with pytest.raises(RecordError, match="header"):
            Journal.reopen(tmp_path / "j")


def test_a_changed_line_is_no_torn_tail(tmp_path: Path, written: bytes) -> None:
    changed = written[:-10] + b"X" + written[-9:]
    (tmp_path / "j").write_bytes(changed)
    with pytest.raises(RecordError, match="does not continue the chain"):
        Journal.reopen(tmp_path / "j")
    assert (tmp_path / "j").read_bytes() == changed


def test_a_torn_tail_is_cut_only_on_reopening(tmp_path: Path, written: bytes) -> None:
    (tmp_path / "j").write_bytes(written[:-5])
    with pytest.raises(RecordError, match="cut short"):
        read(tmp_path / "j")
    assert (tmp_path / "j").read_bytes() == written[:-5]


def test_one_append_is_one_write_and_one_sync(tmp_path: Path) -> None:
    calls: list[str] = []

    def write(descriptor: int, data: bytes) -> int:
        calls.append("write")
        return os.write(descriptor, data)

    with Journal.create(
        tmp_path / "j", sync=lambda _: calls.append("sync"), write=write
    ) as journal:
        calls.clear()
        journal.append(Intent(1, 1, 0), Intent(2, 2, 1), Intent(3, 3, 2))
    assert calls == ["write", "sync"]


class Disk:
    """Writes and syncs that begin to fail when told to."""

    def __init__(self) -> None:
        self.write_error = self.sync_error = 0
        self.room: int | None = None

    def write(self, descriptor: int, data: bytes) -> int:
        if self.write_error:
            raise OSError(self.write_error, os.strerror(self.write_error))
        return os.write(descriptor, data if self.room is None else data[: self.room])

    def sync(self, descriptor: int) -> None:
        if self.sync_error:
            raise OSError(self.sync_error, os.strerror(self.sync_error))


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT])
def test_a_failed_write_closes_the_journal_and_leaves_it_intact(
    tmp_path: Path, session: tuple[Entry, ...], number: int
) -> None:
    disk = Disk()
    journal = Journal.create(tmp_path / "j", sync=disk.sync, write=disk.write)
    journal.append(*session[:4])
    disk.write_error = number
    with pytest.raises(RecordError, match=os.strerror(number)):
        journal.append(*session[4:6])
    disk.write_error = 0
    with pytest.raises(RecordError, match="closed"):
        journal.append(*session[4:6])
    assert read(tmp_path / "j") == list(session[:4])
    assert journal.chain.entries == 4


@pytest.mark.parametrize("room", [0, 1, 64, 100, 150])
def test_a_disk_that_fills_within_a_line_leaves_the_journal_intact(
    tmp_path: Path, session: tuple[Entry, ...], room: int
) -> None:
    disk = Disk()
    journal = Journal.create(tmp_path / "j", sync=disk.sync, write=disk.write)
    journal.append(*session[:4])
    disk.room = room
    with pytest.raises(RecordError, match=r"No space left.*Make room"):
        journal.append(*session[4:6])
    assert read(tmp_path / "j") == list(session[:4])


def test_the_first_failed_sync_is_the_last_append(
    tmp_path: Path, session: tuple[Entry, ...]
) -> None:
    disk = Disk()
    journal = Journal.create(tmp_path / "j", sync=disk.sync, write=disk.write)
    journal.append(*session[:4])
    disk.sync_error = errno.EIO
    with pytest.raises(RecordError, match="sync"):
        journal.append(*session[4:6])
    disk.sync_error = 0
    with pytest.raises(RecordError, match="closed"):
        journal.append(*session[4:6])
    assert journal.chain.entries == 4
    again, entries = Journal.reopen(tmp_path / "j")
    again.close()
    assert entries[:4] == session[:4]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_of_the_system_is_an_error_of_ours(tmp_path: Path) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    try:
        journal = Journal.create(tmp_path / "j", sync=NO_SYNC)
        journal.append(Alarmed(1, "a", "b"))
        journal.close()
        filled, entries = Journal.reopen(
            tmp_path / "j", sync=NO_SYNC, write=lambda _, data: os.write(full, data)
        )
        with pytest.raises(RecordError, match=os.strerror(errno.ENOSPC)):
            filled.append(Alarmed(2, "a", "b"))
    finally:
        os.close(full)
    assert read(tmp_path / "j") == list(entries)


def test_a_folder_that_is_not_there_is_an_error_of_ours(tmp_path: Path) -> None:
    with pytest.raises(RecordError, match="cannot create"):
        Journal.create(tmp_path / "no" / "j")
    with pytest.raises(RecordError, match="cannot read"):
        Journal.reopen(tmp_path / "j")
    with pytest.raises(RecordError, match="cannot read"):
        read(tmp_path)


def test_an_entry_that_cannot_be_written_leaves_the_journal_open(tmp_path: Path) -> None:
    with Journal.create(tmp_path / "j", sync=NO_SYNC) as journal:
        with pytest.raises(RecordError, match="at_us"):
            journal.append(Intent(1, 1, 1), Intent(-1, 2, 2))
        journal.append(Intent(1, 1, 1))
    assert read(tmp_path / "j") == [Intent(1, 1, 1)]


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.binary(max_size=400))
def test_no_bytes_but_a_journal_are_read(data: bytes, written: bytes) -> None:
    for noise in (data, written[:200] + data):
        with pytest.raises(RecordError):
            parse(noise, "journal")


def test_nothing_in_it_depends_on_how_entries_were_grouped(
    tmp_path: Path, written: bytes, session: tuple[Entry, ...]
) -> None:
    with Journal.create(tmp_path / "j", sync=NO_SYNC) as journal:
        journal.append(*session)
        assert journal.chain == Chain(len(session), written.splitlines()[-1][:64].decode())
    assert (tmp_path / "j").read_bytes() == written
