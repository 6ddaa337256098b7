"""Python twin, C core on this machine and C core on ARM, asked the same by an adversary.

Replies, memory, state, deliveries, and when something happens next: equal to the byte, each step.
"""

from __future__ import annotations

import os
import shutil
from functools import partial
from typing import Any

import pytest

from firmware_protocol.seal import Key
from tests.adversary_kit import Adversary
from tests.pair_kit import Pair

SEEDS = int(os.environ.get("ARM_SEEDS", "12"))
STEPS = int(os.environ.get("ARM_STEPS", "250"))
FIRST = int(os.environ.get("ARM_FIRST_SEED", "0"))
SECRET = bytes(range(32))


@pytest.mark.parametrize("secret", [b"", SECRET], ids=["without a key", "with a key"])
def test_twin_core_and_core_on_arm_are_equal_to_the_byte_whatever_comes(
    program: Any, secret: bytes
) -> None:
    from tests.embedded.unicorn_kit import CoreOnArm

    kit = pytest.importorskip("tests.c_core_kit")
    library = kit.library("gcc" if shutil.which("gcc") else "clang")
    key = Key(secret) if secret else None
    frames = deliveries = 0
    for seed in range(FIRST, FIRST + SEEDS):
        three = Pair(library, seed, secret, also=partial(CoreOnArm, program))
        adversary = Adversary(seed, key=key, body=True)
        try:
            for step in adversary.steps(STEPS):
                back = three.take(step)
                due = three.twin.next_event_us()
                adversary.heard(back, next_us=due, is_powered=three.twin.is_powered)
                frames += step.what == "bytes"
        except AssertionError as differ:
            pytest.fail(f"ARM_FIRST_SEED={seed} ARM_SEEDS=1 ARM_STEPS={STEPS}\n{differ}")
        deliveries += len(three.told[2])
    assert frames > SEEDS * STEPS // 2
    assert deliveries > 0
