"""What happened to other devices, played against the host, the planner and whole sessions."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from firmware_protocol.messages import JournalKind, JournalRecord, Outcome
from mesogun.dryrun import World
from mesogun.errors import PrescriptionError
from mesogun.intake import read_prescription
from mesogun.intake.quantity import in_unit, whole
from tests.hostile_kit import Rewriting, meet
from tests.simulation.campaign.many import judged
from tests.simulation.ghost import hold_against_the_ghost, played_by_hand
from tests.simulation.one_pistol import Bench
from tests.simulation.tiny import DOSE_NL, tiny_plan

EXAMPLE = Path(__file__).parents[2] / "examples" / "face.toml"
ML = 10**6


def a_false_stop(folder: Path) -> None:
    """Pumps stopped for a door that was closed: an honest pistol is never stopped."""
    bench = Bench(tiny_plan(40), folder)
    bench.play("calm")
    record = bench.record("calm")
    assert (record.outcome, record.parts, record.count("given")) == ("complete", 1, 40)
    assert bench.alarms("calm") == []


def an_interrupted_bolus_resumed(folder: Path) -> None:
    """An interrupted bolus was resumed after a prime and gave too much: none is gone on with."""
    met = 0
    for step in range(24):

        def prepare(world: World, at_us: int = 60_000 + step * 40_011) -> None:
            world.abort_at(at_us)

        one = played_by_hand(
            tiny_plan(3), folder / str(step), prepare=prepare, resumed=("interrupted", "aborted")
        )
        hold_against_the_ghost(one, 3)
        assert sum(each.dose_nl for each in one.ghost) <= 3 * DOSE_NL * 102 // 100
        cut = [each for each in one.record.pricks if "stopped" in each.why]
        for each in cut:
            assert len([given for given in one.ghost if given.shot_id == each.shot_id]) == 1
        met += len(cut)
    assert met > 0


def a_point_that_was_not_read(folder: Path) -> None:
    """A bolus of .5 was read as 5: one way to write a number, its unit in the key."""
    text = EXAMPLE.read_text("utf-8")
    assert "volume_ml = 2.0" in text
    for wrong in (".5", "0,5", "5.", "05", "٥", "0.5 ml", '"0.5"', "0x5", "nan"):
        path = folder / "order.toml"
        path.write_text(text.replace("volume_ml = 2.0", f"volume_ml = {wrong}", 1), "utf-8")
        with pytest.raises(PrescriptionError):
            read_prescription(path)
    for nl in (1, 5, 499_999, 500_000, 5_000_000):
        assert whole(Decimal(in_unit(nl, ML)), ML, "mL", "nL") == nl
    assert (in_unit(500_000, ML), in_unit(5_000_000, ML)) == ("0.5", "5")


def another_dose_than_shown(folder: Path) -> None:
    """A pump displayed what was prescribed and dispensed another dose."""

    def doubled(record: JournalRecord) -> JournalRecord:
        if record.kind is not JournalKind.OUTCOME or record.outcome is not Outcome.FIRED:
            return record
        return record._replace(dose_nl_given=record.dose_nl_given * 2)  # type: ignore[arg-type]

    met = meet(tiny_plan(3), folder / "j", Rewriting(doubled))
    assert met.record.outcome == "fault"
    assert met.alarms("contradiction")
    assert len(met.ghost) == 1
    met.hold()


def the_usual_troubles(folder: Path) -> None:
    """The most frequent causes of 56,000 reports: software, power, lines, people, over-delivery."""
    for seed in range(5_000_000, 5_000_020):
        assert judged(seed, folder)[1] == [], seed
