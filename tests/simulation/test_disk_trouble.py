"""A disk that fails at any write of a session: it stops there, and goes on when the disk is well.

Whatever the disk did, no shot is fired that was not durable before, nothing is given twice, and
what was given is in the record.
"""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from firmware_protocol.messages import AbortCause, JournalKind, PistolState
from mesogun.errors import RecordError
from mesogun.record import Intent, Journal, read_chained
from simulator.journal import Journal as OfPistol
from tests.simulation.kills import PRESCRIPTION
from tests.simulation.one_pistol import Bench
from tests.simulation.tiny import tiny_plan

PRICKS = 3
ROOT = Path(__file__).parents[2]


class Disk:
    """Writes and flushes of a journal; the k-th fails in its own way, and so do all after it."""

    def __init__(self, kind: str, fail_at: int) -> None:
        self._kind = kind
        self._left = fail_at
        self._durable = 0
        self._path: Path | None = None

    @property
    def failed(self) -> bool:
        """Whether the moment has come."""
        return self._left <= 0

    def write(self, descriptor: int, data: bytes) -> int:
        """Write as the system does, until it fails."""
        self._left -= not self._kind.startswith("flush")
        if self.failed and not self._kind.startswith("flush"):
            if self._kind == "short":
                return os.write(descriptor, data[: len(data) // 2])
            number = int(vars(errno)[self._kind])
            raise OSError(number, os.strerror(number))
        return os.write(descriptor, data)

    def sync(self, descriptor: int) -> None:
        """Make durable, until it fails; with "flush lost" what was not durable is gone then."""
        self._left -= self._kind.startswith("flush")
        size = os.fstat(descriptor).st_size
        if self._kind.startswith("flush") and self.failed:
            if self._kind == "flush lost":
                os.ftruncate(descriptor, self._durable)
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        self._durable = size


def played(bench: Bench, disk: Disk) -> str:
    """Play the session on that disk; return what the clinic is told, or nothing."""
    try:
        bench.play("one", write=disk.write, sync=disk.sync)
    except RecordError as error:
        return str(error)
    return ""


def asked(bench: Bench) -> set[int]:
    """The ids of which the journal on the disk has the intent."""
    journal, entries = Journal.reopen(bench.folder / "one", sync=lambda _: None)
    journal.close()
    return {one.shot_id for one in entries if isinstance(one, Intent)}


def stops(bench: Bench) -> list[AbortCause]:
    """What stopped the pistol, by its own memory."""
    kept = OfPistol(bench.world.twin.memory, 0)
    return [one.cause for one in kept.read(1, kept.head) if one.kind is JournalKind.ABORT]


@pytest.mark.parametrize(
    "kind", ["ENOSPC", "EIO", "EROFS", "EDQUOT", "short", "flush", "flush lost"]
)
def test_a_disk_that_fails_at_any_write_stops_the_pistol_and_loses_nothing(
    tmp_path: Path, kind: str
) -> None:
    stopped = fired = 0
    for fail_at in range(3, 40):  # the first two are the header and the opening
        folder = tmp_path / str(fail_at)
        folder.mkdir()
        bench, disk = Bench(tiny_plan(PRICKS), folder), Disk(kind, fail_at)
        said = played(bench, disk)
        if not disk.failed:
            break
        assert "`mesogun resume`" in said, "the text says what to do"
        stopped += 1
        assert bench.world.twin.state in (PistolState.SAFE, PistolState.ABORTED)
        # By the host, at once: nobody waits until the lease is over.
        assert set(stops(bench)) == {AbortCause.FRAME}
        given = {one.shot_id for one in bench.ghost}
        assert given <= asked(bench), "fired without a durable intent"
        fired += len(given)
        if bench.record("one").outcome != "complete":  # the last line was whole, only not durable
            bench.play("one")
        entries, _ = read_chained(folder / "one")
        shots = {one.shot_id: one.shot for one in entries if isinstance(one, Intent)}
        assert sorted(shots[one.shot_id] for one in bench.ghost) == list(range(PRICKS))
        assert bench.record("one").outcome == "complete"
        assert bench.record("one").count("given") == PRICKS
    else:
        raise AssertionError("the session has more writes than this test looks at")
    assert stopped > PRICKS
    assert fired > PRICKS


@pytest.mark.skipif(sys.platform != "linux", reason="file systems of one's own")
def test_a_real_disk_that_is_full_ends_with_code_1_and_says_what_to_do(tmp_path: Path) -> None:
    if subprocess.run(
        ["unshare", "-rm", "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False
    ).returncode:
        pytest.skip("this user may mount nothing")
    (tmp_path / "rx.toml").write_text(PRESCRIPTION)
    script = (
        "mount -t tmpfs -o size=32k none /mnt && "
        f"{sys.executable} -m mesogun.cli run {tmp_path}/rx.toml --port 'mesosim://?hand_ms=5' "
        f"--out /mnt/out --yes; code=$?; cp -r /mnt/out {tmp_path}/out; exit $code"
    )
    ran = subprocess.run(
        ["unshare", "-rm", "sh", "-c", script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ran.returncode == 1, ran.stdout + ran.stderr
    assert "No space left on device" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert "Make room" in ran.stderr
