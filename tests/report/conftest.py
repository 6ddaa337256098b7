"""Plans drawn by hand that many tests of this room read; nothing changes them."""

from __future__ import annotations

import pytest

from mesogun.planning.plan import Plan
from mesogun.record.record import Record
from tests.report import drawn_by_hand as drawn


@pytest.fixture(scope="session")
def face() -> Plan:
    return drawn.face()


@pytest.fixture(scope="session")
def thighs() -> Plan:
    return drawn.thighs()


@pytest.fixture(scope="session")
def patch() -> Plan:
    """One small zone with an exclusion and a handful of pricks."""
    return drawn.patch()


@pytest.fixture(scope="session")
def complete(face: Plan) -> Record:
    return drawn.record(face)


@pytest.fixture(scope="session")
def mixed(face: Plan) -> Record:
    """Every state that a prick can end in."""
    return drawn.record(face, fate=drawn.every_state, parts=2)
