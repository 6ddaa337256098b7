"""The journal: append-only lines, each chained to the one before by SHA-256, durable when told.

A line is the 64 hex digits of `sha256(hex digits of the line before + body)`, a space, the body in
canonical JSON and one newline byte. The first line is a header that names the format; the "line
before" of the header is 64 zeros. Lines are bytes and only the byte 0x0A ends one.

The chain makes every changed, removed, added or moved line visible, except a cut at the end of a
line: that shows against the count and head that `record.json` and the pistol's own journal keep.
"""

from __future__ import annotations

import errno
import hashlib
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from mesogun.errors import RecordError
from mesogun.record.entries import Entry, canonical, decode, encode
from mesogun.record.loading import load

JOURNAL_FORMAT = "mesogun-journal/1"
JOURNAL_BYTES_MAX = 256 * 1024 * 1024
HASH_BEFORE_FIRST = "0" * 64

if sys.platform == "win32":
    _BINARY = os.O_BINARY  # else Windows writes two bytes for a newline
else:
    _BINARY = 0

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG) if sys.platform != "win32" else (errno.ENOSPC,)
Sync = Callable[[int], None]
Write = Callable[[int, bytes], int]


def make_durable(descriptor: int) -> None:
    """Return once the file's bytes survive a loss of power, as far as the platform promises it."""
    if sys.platform == "darwin":
        import fcntl

        # On macOS fsync stops at the drive's cache; only this goes through it.
        fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
    elif sys.platform == "win32":
        os.fsync(descriptor)
    else:
        os.fdatasync(descriptor)


def sync_folder(folder: Path) -> None:
    """Make the names in `folder` durable, where the platform can open a folder."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Chain:
    """How far a journal goes: what `record.json` keeps to notice a cut."""

    entries: int
    """Number of entries, the header not counted."""
    head: str
    """Hash of the last line, 64 hex digits."""

    def line(self, body: bytes) -> tuple[Chain, bytes]:
        """Chain one more entry: the new chain and the line to write."""
        head = hashlib.sha256(self.head.encode("ascii") + body).hexdigest()
        return Chain(self.entries + 1, head), b"%s %s\n" % (head.encode("ascii"), body)


def _header() -> tuple[Chain, bytes]:
    chain, line = Chain(-1, HASH_BEFORE_FIRST).line(canonical({"format": JOURNAL_FORMAT}))
    return chain, line


class Journal:
    """A journal open for writing, by one thread of one process (see `folder.Folder` for the lock).

    The first failure closes it for good: after a failed sync nobody knows which bytes are on the
    disk, and the only honest way on is to stop and read the file again later.
    """

    def __init__(
        self, path: Path, descriptor: int, chain: Chain, size: int, sync: Sync, write: Write
    ) -> None:
        self.path = path
        self._descriptor: int | None = descriptor
        self._chain = chain
        self._size = size
        self._sync = sync
        self._write = write

    @classmethod
    def create(cls, path: Path, *, sync: Sync = make_durable, write: Write = os.write) -> Journal:
        """Begin a journal in a new file.

        Raises:
            RecordError: the file exists already or cannot be written; a file begun is left behind
                and can be deleted.
        """
        try:
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | _BINARY
            descriptor = os.open(path, flags, 0o644)
        except OSError as cause:
            raise RecordError(_cannot(path, "create", cause)) from cause
        chain, line = _header()
        journal = cls(path, descriptor, chain, 0, sync, write)
        journal._put(line)
        try:
            sync_folder(path.parent)
        except OSError as cause:
            journal.close()
            raise RecordError(_cannot(path, "create", cause)) from cause
        return journal

    @classmethod
    def reopen(
        cls,
        path: Path,
        *,
        through: Chain | None = None,
        sync: Sync = make_durable,
        write: Write = os.write,
    ) -> tuple[Journal, tuple[Entry, ...]]:
        """Open a journal that another process left, and return it with every whole entry.

        Bytes after the last newline are a write that power or disk cut short: they are kept in a
        side file (`NAME.torn`) and cut off. A line that ends in a newline but breaks the chain is
        no such thing and is refused, and so is a journal that does not pass `through` the chain
        that an earlier record kept.

        Raises:
            RecordError: not a journal, changed, or not writable; no whole line was touched.
        """
        data = _load(path)
        whole = data[: data.rfind(b"\n") + 1]
        entries, chain = parse(whole, str(path), through)
        descriptor = -1
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | _BINARY)
            if len(whole) < len(data):
                _keep_torn(path, data[len(whole) :], sync)
                os.ftruncate(descriptor, len(whole))
            # Also without a torn tail: the last lines may never have been synced.
            sync(descriptor)
        except OSError as cause:
            if descriptor >= 0:
                os.close(descriptor)
            raise RecordError(_cannot(path, "reopen", cause)) from cause
        return cls(path, descriptor, chain, len(whole), sync, write), entries

    @property
    def chain(self) -> Chain:
        """How far the journal goes, counting only what is durable."""
        return self._chain

    def append(self, *entries: Entry) -> None:
        """Write entries with one write and one sync; on return they are durable.

        Raises:
            RecordError: not durable. The journal is closed for good; what was there before is
                intact, and of these entries each may or may not be found by `reopen`.
        """
        chain, lines = self._chain, []
        for entry in entries:
            chain, line = chain.line(encode(entry))
            lines.append(line)
        self._put(b"".join(lines))
        self._chain = chain

    def _put(self, data: bytes) -> None:
        descriptor = self._descriptor
        if descriptor is None:
            raise RecordError(
                f"{self.path}: the journal is closed; no shot may be fired without it"
            )
        try:
            written = self._write(descriptor, data)
        except OSError as cause:
            self._cut_back(descriptor)
            raise RecordError(_cannot(self.path, "write", cause)) from cause
        if written != len(data):
            self._cut_back(descriptor)
            full = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            raise RecordError(_cannot(self.path, "write", full))
        try:
            self._sync(descriptor)
        except OSError as cause:
            self.close()
            raise RecordError(_cannot(self.path, "sync", cause)) from cause
        self._size += written

    def _cut_back(self, descriptor: int) -> None:
        # A line begun would be cut by `reopen` anyway; without it the file reads strictly at once.
        with suppress(OSError):
            os.ftruncate(descriptor, self._size)
        self.close()

    def close(self) -> None:
        """Close the file; what was appended is durable already. Closing twice does no harm."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            os.close(descriptor)

    def __enter__(self) -> Journal:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def parse(data: bytes, name: str, through: Chain | None = None) -> tuple[tuple[Entry, ...], Chain]:
    """Read a journal's bytes strictly: every byte must be as it was written.

    With `through`, the chain must pass through that count and head: a journal that was cut at the
    end of a line, or written anew from some line on, does not.

    Raises:
        RecordError: naming the first line (from 1) that is not, and why.
    """
    *lines, torn = data.split(b"\n")
    chain, header = _header()
    if not lines or lines[0] + b"\n" != header:
        raise RecordError(f"{name}: line 1 is not the header of a {JOURNAL_FORMAT} file")
    entries: list[Entry] = []
    for number, line in enumerate(lines[1:], start=2):
        _compare(chain, through, name)
        body = line[65:]
        chain, wanted = chain.line(body)
        if line + b"\n" != wanted:
            raise RecordError(
                f"{name}: line {number} does not continue the chain: "
                "it was changed, or a line before it was changed, moved or taken away"
            )
        try:
            entry = decode(body)
        except RecordError as cause:
            raise RecordError(f"{name}: line {number}: {cause}") from cause
        entries.append(entry)
    if torn:
        raise RecordError(
            f"{name}: line {len(lines) + 1} has no end: its writing was cut short "
            "(`mesogun resume` cuts it off and keeps it beside the journal)"
        )
    _compare(chain, through, name)
    if through is not None and chain.entries < through.entries:
        raise RecordError(
            f"{name}: {chain.entries} entries are left of the {through.entries} that record.json "
            "counted: its end was cut off"
        )
    return tuple(entries), chain


def _compare(chain: Chain, through: Chain | None, name: str) -> None:
    if through is not None and chain.entries == through.entries and chain != through:
        raise RecordError(
            f"{name}: entry {chain.entries} is not the one that record.json knows by its hash: "
            "the journal was written anew, or it is that of another session"
        )


def read(path: Path) -> list[Entry]:
    """Read a journal strictly, without opening it for writing.

    Raises:
        RecordError: not readable, or any byte is not as it was written.
    """
    return list(read_chained(path)[0])


def read_chained(path: Path, through: Chain | None = None) -> tuple[tuple[Entry, ...], Chain]:
    """Read a journal strictly, with the count and head of its chain; `through` as in `parse`.

    Raises:
        RecordError: as `read`.
    """
    return parse(_load(path), str(path), through)


def _load(path: Path) -> bytes:
    try:
        data = load(path, JOURNAL_BYTES_MAX)
    except OSError as cause:
        raise RecordError(_cannot(path, "read", cause)) from cause
    if len(data) > JOURNAL_BYTES_MAX:
        raise RecordError(f"{path}: longer than {JOURNAL_BYTES_MAX} bytes: no journal of ours")
    return data


def _keep_torn(path: Path, torn: bytes, sync: Sync) -> None:
    descriptor = os.open(
        path.with_name(path.name + ".torn"), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644
    )
    try:
        os.write(descriptor, torn)
        sync(descriptor)
    finally:
        os.close(descriptor)


def _cannot(path: Path, what: str, cause: OSError) -> str:
    reason = f"{path}: cannot {what} the journal: {cause.strerror or cause}"
    advice = what_to_do(cause)
    return f"{reason}. {advice}" if what in ("write", "sync") and advice else reason


def what_to_do(cause: OSError) -> str:
    """Tell the clinic how to go on after a disk has failed; empty where there is nothing to say."""
    if cause.errno in _FULL:
        return "Make room on that disk, then `mesogun resume` the folder: it is whole up to here"
    if cause.errno == errno.EROFS:
        return (
            "The disk takes no more writes, most often because it has failed: copy the folder to "
            "another disk, and `mesogun resume` the copy"
        )
    return (
        "Nobody knows what that disk still holds. Look at it, copy the folder to a sound one, and "
        "`mesogun resume` it: what the pistol has given is in its own journal"
    )
