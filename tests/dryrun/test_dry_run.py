"""A dry run as its caller sees it; what faults do to it is in tests/simulation."""

from __future__ import annotations

from pathlib import Path

import pytest

from firmware_protocol.frame import decode_body
from firmware_protocol.messages import Hello, Shot, from_frame
from mesogun.device import PistolPort
from mesogun.dryrun import PARTS_MAX, Delivery, Faults, dry_run, serve
from mesogun.errors import LinkError, RecordError
from mesogun.record import Connected, Opened, read
from mesogun.session import Progress
from tests.simulation.tiny import tiny_plan


def test_the_record_is_that_of_the_journal(tmp_path: Path) -> None:
    plan = tiny_plan(3)
    record = dry_run(
        plan,
        tmp_path / "journal",
        seed=7,
        prescription_sha256="ab" * 32,
        versions=(("mesogun", "1"),),
    )
    opened = read(tmp_path / "journal")[0]
    assert isinstance(opened, Opened)
    assert record.plan_digest == opened.plan_digest == plan.digest
    assert record.prescription_sha256 == "ab" * 32
    assert record.session.versions == (("mesogun", "1"),)
    assert record.session.seed == 7
    assert record.session.simulated
    assert record.session.pistol_uid.startswith("51")


def test_the_wall_clock_is_nine_o_clock_of_the_session_s_day_and_virtual(tmp_path: Path) -> None:
    record = dry_run(tiny_plan(3), tmp_path / "journal")
    assert record.session.started == "2026-11-21T09:00:00.000Z"
    assert record.session.ended is not None
    assert "2026-11-21T09:00:01" < record.session.ended < "2026-11-21T09:00:03"


def test_progress_counts_every_shot(tmp_path: Path) -> None:
    seen: list[Progress] = []
    dry_run(tiny_plan(5), tmp_path / "journal", progress=seen.append)
    assert [(one.shots_done, one.shots_total) for one in seen] == [(k + 1, 5) for k in range(5)]
    assert [one.at_us for one in seen] == sorted(one.at_us for one in seen)


def test_the_truth_is_told_at_each_delivery(tmp_path: Path) -> None:
    ghost: list[Delivery] = []
    record = dry_run(tiny_plan(5), tmp_path / "journal", on_delivery=ghost.append)
    assert [one.dose_nl for one in ghost] == [one.dose_nl_given for one in record.pricks]


def test_shots_are_dated_to_when_they_happened(tmp_path: Path) -> None:
    ghost: list[Delivery] = []
    plan = tiny_plan(5)
    record = dry_run(plan, tmp_path / "journal", on_delivery=ghost.append)
    for prick, truth in zip(record.pricks, ghost, strict=True):
        assert prick.at_us is not None
        # The ghost tells when the plunger stopped: needle in (10 ms), settled, dose given (0.1 s).
        assert 100_000 < truth.at_us - prick.at_us < 140_000


def test_the_capture_sees_every_frame(tmp_path: Path) -> None:
    asked: list[object] = []

    def watch(direction: int, body: bytes, _at_us: int) -> None:
        if direction == 0:
            asked.append(from_frame(decode_body(body)))

    dry_run(tiny_plan(3), tmp_path / "journal", on_body=watch)
    assert isinstance(asked[0], Hello)
    assert len([one for one in asked if isinstance(one, Shot)]) == 3


def test_a_journal_that_exists_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "journal").write_bytes(b"precious")
    with pytest.raises(RecordError):
        dry_run(tiny_plan(3), tmp_path / "journal")
    assert (tmp_path / "journal").read_bytes() == b"precious"


def test_a_restarted_host_knows_only_what_the_disk_says(tmp_path: Path) -> None:
    path = tmp_path / "journal"
    sizes: list[int] = []

    def watch(direction: int, body: bytes, _at_us: int) -> None:
        if direction == 0 and isinstance(from_frame(decode_body(body)), Hello):
            sizes.append(len(read(path)))

    dry_run(tiny_plan(4), path, faults=Faults.parse(["host-restart@2"]), on_body=watch)
    meetings = [one for one in read(path) if isinstance(one, Connected)]
    assert len(sizes) == len(meetings) == 2
    assert sizes[1] > sizes[0]
    assert [one.part for one in meetings] == [1, 2]


def test_a_session_is_resumed_twenty_times_at_most(tmp_path: Path) -> None:
    restarts = [f"host-restart@{number}" for number in range(1, 40)]
    record = dry_run(tiny_plan(30), tmp_path / "journal", faults=Faults.parse(restarts))
    assert record.parts == PARTS_MAX == 20
    assert record.outcome == "interrupted"


@pytest.mark.parametrize("address", ["9000", "here:", "here:x", ":9000", "here:70000"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(LinkError, match="HOST:PORT"):
        serve(address)


def test_whoever_watches_can_abort_and_the_record_says_so(tmp_path: Path) -> None:
    pistols: list[PistolPort] = []

    def stop_after_two(now: Progress) -> None:
        if now.shots_done == 2:
            pistols[-1].abort()

    record = dry_run(
        tiny_plan(5), tmp_path / "journal", progress=stop_after_two, on_start=pistols.append
    )
    assert (record.outcome, record.why) == ("aborted", "stopped by the operator")
    assert 2 <= record.count("given") <= 3
    assert len(pistols) == 1
