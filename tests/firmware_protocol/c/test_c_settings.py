"""What a clinic sets, in the C core: at every power cut the same as in the twin, and never half."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from firmware_protocol import messages as m
from simulator.limits import factory_limits
from simulator.memory import COPIES, LIMITS_BYTES
from tests.pair_kit import Host, Pair

FACTORY = m.LimitsStage(*factory_limits()[2:])
COPY_BYTES = 46


def committed(host: Host, revision: int, **changes: int) -> Any:
    staged = host.ask(FACTORY._replace(**changes))  # type: ignore[arg-type]
    return host.ask(m.LimitsCommit(revision, staged.crc))


def in_force(host: Host) -> Any:
    return host.ask(m.LimitsGet(m.LimitLayer.EFFECTIVE))


def test_a_power_cut_at_every_byte_of_a_commit_leaves_the_same_in_both(one_core: Any) -> None:
    revisions = []
    for count in range(COPIES * COPY_BYTES + 1):
        host = Host(Pair(one_core, 3))
        host.hello()
        assert committed(host, 2, shots_max=9) == m.LimitsCommitted(2)
        staged = host.ask(FACTORY._replace(shots_max=7))
        host.step("tear", count)
        assert host.ask(m.LimitsCommit(3, staged.crc)) is None
        host.step("on")
        host.hello()
        limits = in_force(host)
        assert (limits.revision, limits.shots_max) in ((2, 9), (3, 7))
        revisions.append(limits.revision)
    assert revisions == [2] * COPY_BYTES + [3] * (COPY_BYTES + 1)


def test_a_power_cut_while_a_copy_is_mended_loses_nothing(one_core: Any) -> None:
    for count in range(COPY_BYTES):
        host = Host(Pair(one_core, 3))
        host.hello()
        staged = host.ask(FACTORY._replace(shots_max=7))
        host.step("tear", COPY_BYTES)  # the second copy is blank
        host.ask(m.LimitsCommit(2, staged.crc))
        host.step("tear", count)
        host.step("on")
        assert not host.pair.twin.is_powered
        host.step("on")
        host.hello()
        assert (in_force(host).revision, in_force(host).shots_max) == (2, 7)


def calibrated(host: Host, content: bytes, ident: int) -> m.CalibrationCommit:
    """Stage the content; return its commit."""
    for at in range(0, len(content), 32):
        piece = tuple(map(m.Byte, content[at : at + 32]))
        assert host.ask(m.CalibrationStage(at, len(piece), piece)).size == at + len(piece)
    digest = sha256(content).digest()
    first, second, third = (int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16))
    return m.CalibrationCommit(ident, first, second, third, not_after_day=9, shots_max=50)


@pytest.mark.parametrize("size", [1, 55, 56, 63, 64, 65, 119, 120, 128, 1_024])
def test_both_hash_a_content_of_any_size_alike(one_core: Any, size: int) -> None:
    host = Host(Pair(one_core, 3))
    host.hello()
    commit = calibrated(host, bytes(range(256)) * 4 if size == 1_024 else bytes(size), 5)
    wrong = commit._replace(sha256_2=commit.sha256_2 ^ 1)
    assert host.ask(wrong).code is m.ErrorCode.WRONG_HASH
    assert host.ask(commit) == m.CalibrationCommitted(5)
    assert host.ask(m.CalibrationGet(0)).size == size


def test_a_power_cut_in_a_calibration_s_commit_leaves_the_same_in_both(one_core: Any) -> None:
    found = []
    for count in (0, 1, 3, 4, 55, 56, 70, 1_080, 1_083, 1_084, 1_085, 1_700, 2_167, 2_168):
        host = Host(Pair(one_core, 3))
        host.hello()
        assert host.ask(calibrated(host, b"old", 1)) == m.CalibrationCommitted(1)
        commit = calibrated(host, bytes(1_024), 2)
        host.step("tear", count)
        assert host.ask(commit) is None
        host.step("on")
        host.hello()
        told = host.ask(m.CalibrationGet(0))
        assert (told.id, told.size) in ((1, 3), (2, 1_024))
        found.append(told.id)
    assert found == [1] * 9 + [2] * 5


@pytest.mark.parametrize("damaged", [(0,), (1,), (0, 1)])
def test_a_damaged_copy_is_mended_and_two_are_a_fault(
    one_core: Any, damaged: tuple[int, ...]
) -> None:
    from tests.c_core_kit import CoreTwin

    host = Host(Pair(one_core, 3))
    host.hello()
    committed(host, 2, shots_max=7)
    memory = host.pair.twin.memory
    image = bytearray(memory.image())
    for copy in damaged:
        image[memory.settings + copy * LIMITS_BYTES + 20] ^= 1
    core = CoreTwin(one_core, seed=3, records=memory.records, image=bytes(image))
    kept = core.image()[memory.settings :]
    if len(damaged) == COPIES:
        assert core.state is m.PistolState.FAULT
        assert core.image() == bytes(image), "nothing is written any more"
    else:
        assert core.state is m.PistolState.SAFE
        assert kept == memory.image()[memory.settings :]
