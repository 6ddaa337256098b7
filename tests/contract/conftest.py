"""Every kind of pistol that this project can reach, each through the same public port."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

from firmware_protocol.crit import crit
from firmware_protocol.messages import (
    ArmChallenge,
    ArmConfirm,
    ArmReply,
    ArmRequest,
    ClearAbort,
    JournalKind,
    JournalRead,
    JournalRecord,
    JournalRecords,
    Outcome,
    PistolState,
    Poll,
    Shot,
    Status,
    Trigger,
)
from firmware_protocol.units import (
    ArmToken,
    Micrometres,
    Milliseconds,
    Nanolitres,
    NanolitresPerSecond,
    ShotId,
)
from mesogun.device import Pistol
from simulator.mechanics import Delivery
from simulator.twin import now_us

HAND_MS = 30
NO_TOKEN = ArmToken(0)
RATE = NanolitresPerSecond(100_000)
POLL_US = 20_000


@dataclass(frozen=True)
class Reached:
    """A pistol's address, and the file in which the twin behind it tells the truth."""

    url: str
    truth: Path


class Bench:
    """A pistol with a person at it who follows the protocol."""

    def __init__(self, pistol: Pistol, truth: Path) -> None:
        self.pistol = pistol
        self._truth = truth
        self._tick = 0
        self.greeting = pistol.hello()
        self.next_id = self.greeting.shot_id_highest
        self.settle()

    def poll(self, token: ArmToken = NO_TOKEN, ack: int = 0, *, progress: bool = True) -> Status:
        self._tick += progress
        status = self.pistol.ask(Poll(token, self._tick, ack))
        assert isinstance(status, Status)
        return status

    def journal(self, from_seq: int) -> list[JournalRecord]:
        """Read every record from `from_seq` on."""
        records: list[JournalRecord] = []
        while True:
            answer = self.pistol.ask(JournalRead(from_seq + len(records), 3))
            assert isinstance(answer, JournalRecords)
            records += answer.records
            if not answer.records or records[-1].seq == answer.journal_head:
                return records

    def settle(self) -> Status:
        """Read and acknowledge the journal, and clear an abort."""
        status = self.poll()
        if status.journal_head > status.journal_tail:
            self.journal(status.journal_tail + 1)
            status = self.poll(ack=status.journal_head)
        if status.state is PistolState.ABORTED:
            self.pistol.ask(ClearAbort(status.abort_id))
            status = self.poll()
        return status

    def arm_request(self, **changes: int) -> ArmRequest:
        limits = self.pistol.limits()
        request = ArmRequest(
            shots_max=10,
            volume_nl_max=Nanolitres(1_000_000),
            dose_nl_max=Nanolitres(200_000),
            depth_um_max=Micrometres(4_000),
            rate_nl_per_s_max=NanolitresPerSecond(200_000),
            interval_ms_min=Milliseconds(limits.interval_ms_min),
            lease_ms=Milliseconds(1_000),
            limits_revision=limits.revision,
            calibration_id=self.greeting.calibration_id,
            plan_digest=0x0123_4567_89AB_CDEF,
        )
        return request._replace(**changes)  # type: ignore[arg-type]

    def arm(self, **changes: int) -> ArmToken:
        challenge = self.pistol.ask(self.arm_request(**changes))
        assert isinstance(challenge, ArmChallenge)
        reply = self.pistol.ask(ArmConfirm(challenge.nonce))
        assert isinstance(reply, ArmReply)
        return reply.arm_token

    def shot(
        self, token: ArmToken, dose_nl: int = 10_000, rate: int = RATE, ttl_ms: int = 5_000
    ) -> Shot:
        """A shot under a new id."""
        self.next_id = ShotId(self.next_id + 1)
        return Shot(
            shot_id=self.next_id,
            arm_token=token,
            dose_nl=Nanolitres(dose_nl),
            depth_um=Micrometres(1_000),
            rate_nl_per_s=NanolitresPerSecond(rate),
            dwell_ms=Milliseconds(0),
            ttl_ms=Milliseconds(ttl_ms),
            trigger=Trigger.PRESS,
            interval_ms=Milliseconds(110),
            flags=0,
            crit=crit(self.next_id, dose_nl, 1_000, rate),
        )

    def outcome(self, token: ArmToken, shot_id: ShotId) -> JournalRecord:
        """Keep the lease until the journal tells how the shot ended."""
        seen = self.poll(token).journal_tail
        while True:
            for record in self.journal(seen + 1):
                seen = record.seq
                ended = record.kind in (JournalKind.OUTCOME, JournalKind.VOID)
                if ended and record.shot_id == shot_id:
                    assert record.outcome is not Outcome.NONE
                    return record
            self.pistol.wait_until(self.pistol.now_us() + POLL_US)
            assert self.poll(token).state in (
                PistolState.ARMED,
                PistolState.FIRING,
                PistolState.SAFE,
                PistolState.ABORTED,
            )

    def poll_until(self, state: PistolState, token: ArmToken) -> Status:
        while (status := self.poll(token)).state is not state:
            self.pistol.wait_until(self.pistol.now_us() + POLL_US // 4)
        return status

    def deliveries(self, shot_id: ShotId) -> list[dict[str, int]]:
        """What the ghost saw of a shot."""
        lines = self._truth.read_text().splitlines()
        return [one for one in map(json.loads, lines) if one["shot_id"] == shot_id]


def _served(command: list[str], truth: Path) -> Iterator[Reached]:
    command = [*command, "--seed", "7"]
    command += ["--hand-ms", str(HAND_MS), "--truth", str(truth)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            line = server.stdout.readline()
            assert line.startswith("listening on "), line
            yield Reached(line.removeprefix("listening on ").strip(), truth)
        finally:
            server.terminate()


def _core_in_process(truth: Path) -> Iterator[Reached]:
    """The C core behind a terminal that this process serves."""
    kit = pytest.importorskip("tests.c_core_kit")
    truth.touch()

    def tell(delivery: Delivery) -> None:
        with truth.open("a") as file:
            file.write(json.dumps(asdict(delivery)) + "\n")

    core = kit.CoreTwin(
        kit.library(_compiler()),
        seed=7,
        at_us=now_us(),
        on_delivery=tell,
        travel_us=HAND_MS * 1_000,
        settle_us=0,
        jitter_ppm=0,
        refills=True,
    )
    line = kit.CoreOnLine(core, now_us)
    try:
        yield Reached(line.url, truth)
    finally:
        line.close()


def _core_as_process(truth: Path) -> Iterator[Reached]:
    """The C core as a program of its own, behind a pseudo terminal."""
    kit = pytest.importorskip("tests.c_core_kit")
    yield from _served([str(kit.process(_compiler())), "--pty"], truth)


def _compiler() -> str:
    found = shutil.which("gcc") or shutil.which("clang")
    if found is None:
        pytest.skip("neither gcc nor clang is here: the C core was not tested")
    return Path(found).name


@pytest.fixture(scope="module", params=["mesosim", "socket", "pty", "core-cffi", "core-process"])
def reached(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Reached]:
    """One pistol of each kind, for all tests of a file."""
    truth = tmp_path_factory.mktemp(request.param) / "truth.jsonl"
    simulator = [sys.executable, "-m", "simulator"]
    if sys.platform == "win32" and request.param not in ("mesosim", "socket"):
        pytest.skip("no pseudo terminals")
    match request.param:
        case "mesosim":
            # With a memory, or every opening would be another pistol that counts from 1 again.
            options = f"seed=7&hand_ms={HAND_MS}&truth={truth}&memory={truth.with_name('memory')}"
            yield Reached(f"mesosim://?{options}", truth)
        case "socket":
            yield from _served([*simulator, "--tcp", "127.0.0.1:0"], truth)
        case "pty":
            yield from _served([*simulator, "--pty"], truth)
        case "core-cffi":
            yield from _core_in_process(truth)
        case "core-process":
            yield from _core_as_process(truth)


@pytest.fixture
def bench(reached: Reached) -> Iterator[Bench]:
    """A connected, settled, unarmed pistol."""
    with Pistol.open(reached.url) as pistol:
        yield Bench(pistol, reached.truth)
