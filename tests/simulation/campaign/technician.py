"""A technician who calibrates the pistol before or between the parts of a session."""

from __future__ import annotations

from hashlib import sha256

from firmware_protocol.messages import (
    MAJOR,
    MINOR,
    SCHEMA_HASH,
    Byte,
    CalibrationCommit,
    CalibrationCommitted,
    CalibrationStage,
    Hello,
    HelloReply,
)
from mesogun.errors import LinkError
from simulator.pistol import uid_of
from tests.simulation.campaign.field import Calibrated, Field

MANY = 10_000
"""More shots than any session has."""
CONTENT = b"of the campaign."


def calibrate(place: Field, shots_max: int) -> None:
    """Commit a calibration for so many shots, if the pistol takes it; the weather is what it is."""
    world, chance = place.world, place.chance
    place.witness("calibrated", place.bench.state_at(world.now_us))
    pistol = place.taken()
    digest = sha256(CONTENT).digest()
    parts = [int.from_bytes(digest[at : at + 8], "big") for at in (0, 8, 16)]
    ident = len(place.told.calibrations) + 1
    asked, which = 0, 0
    try:
        hello = pistol.ask(Hello(MAJOR, MINOR, SCHEMA_HASH, chance.bits64()))
        if isinstance(hello, HelloReply):
            # The cable may be elsewhere by now: what this session commits, this pistol takes.
            which = int(hello.uid != uid_of(2 * place.draws.seed))
            pistol.ask(CalibrationStage(0, len(CONTENT), tuple(map(Byte, CONTENT))))
            asked = 1
            done = pistol.ask(CalibrationCommit(ident, *parts, 0, shots_max))
            asked = 2 if isinstance(done, CalibrationCommitted) else 0
    except LinkError:
        pass  # whether it was committed, the next greeting tells
    finally:
        pistol.close()
    if asked:
        place.told.calibrations.append(Calibrated(which, world.now_us, shots_max, asked == 2))
