"""Whole sessions from the command line: dry runs, runs on served twins, crashes, and records."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from mesogun.record import Intent, Journal

FAULTS = (
    "drop:0.05",
    "corrupt:0.05",
    "duplicate:0.2",
    "delay:40",
    "host-restart@5",
    "power-cut@5",
    "abort@5",
)


def delivered(truth: Path) -> Counter[int]:
    """Count the twin's physical deliveries by shot id."""
    return Counter(json.loads(line)["shot_id"] for line in truth.read_text().splitlines())


def test_a_dry_run_gives_every_prick_and_leaves_every_file(
    call: Callable, examples: Path, tmp_path: Path
) -> None:
    ran = call(
        "dry-run", examples / "cellulite.toml", "--seed", "1", "--json",
        "--out", "out", "--truth", "truth.jsonl",
    )  # fmt: skip
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["outcome"] == "complete"
    assert told["pricks_given"] == told["pricks_planned"] >= 400
    assert told["pricks_in_doubt"] == 0
    truth = delivered(tmp_path / "truth.jsonl")
    assert len(truth) == told["pricks_planned"]
    assert set(truth.values()) == {1}
    files = "prescription.toml plan.json journal.mgj record.json report.html map.svg wire.pcap"
    assert all((tmp_path / "out" / name).stat().st_size for name in files.split())
    assert call("record", "verify", "out").code == 0


@pytest.mark.parametrize("fault", FAULTS)
def test_with_each_fault_no_prick_is_given_twice_and_each_is_accounted_for(
    fault: str, call: Callable, examples: Path, tmp_path: Path
) -> None:
    ran = call(
        "dry-run", examples / "face.toml", "--seed", "3", "--json", "--fault", fault,
        "--out", "out", "--truth", "truth.jsonl",
    )  # fmt: skip
    told = json.loads(ran.out)
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    truth = delivered(tmp_path / "truth.jsonl")
    states = Counter(one["state"] for one in record["pricks"])
    assert sum(states.values()) == told["pricks_planned"]
    assert set(truth.values()) <= {1}
    given = {one["shot_id"] for one in record["pricks"] if one["state"] == "given"}
    doubt = {one["shot_id"] for one in record["pricks"] if one["state"] == "in_doubt"}
    assert given <= set(truth) <= given | doubt
    if fault.startswith("abort"):
        assert (ran.code, told["outcome"]) == (3, "aborted")
    else:
        assert (ran.code, told["outcome"]) == (0, "complete")
        assert states["not_given"] == 0
        assert states["in_doubt"] == (1 if fault.startswith("power-cut") else 0)


def test_one_seed_writes_the_same_bytes_twice(call: Callable, small: Path, tmp_path: Path) -> None:
    for out in ("a", "b"):
        arguments = ("--seed", "7", "--fault", "drop:0.1", "--fault", "host-restart@4")
        assert call("dry-run", small, "--out", out, *arguments).code == 0
    for name in ("journal.mgj", "record.json", "plan.json", "report.html", "map.svg", "wire.pcap"):
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes(), name


def test_every_line_of_a_dry_run_s_summary_says_simulated(call: Callable, small: Path) -> None:
    out = call("dry-run", small, "--out", "out").out
    summary = out[out.index("SIMULATED") :].strip().splitlines()
    assert len(summary) > 5
    assert all(line.startswith("SIMULATED") for line in summary)


def test_a_fault_that_does_not_exist_is_refused_with_those_that_do(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    ran = call("dry-run", small, "--out", "out", "--fault", "gremlin@3")
    assert ran.code == 2
    assert "host-restart@N" in ran.err
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_not_written_over(call: Callable, small: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine").write_text("kept")
    ran = call("dry-run", small, "--out", "out")
    assert ran.code == 2
    assert "not empty" in ran.err
    assert [one.name for one in (tmp_path / "out").iterdir()] == ["mine"]


def test_a_changed_byte_of_the_journal_is_noticed(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("dry-run", small, "--out", "out").code == 0
    journal = tmp_path / "out" / "journal.mgj"
    good = journal.read_bytes()
    for at in [*range(0, len(good), len(good) // 60), len(good) - 1]:
        journal.write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        assert call("record", "verify", "out").code == 1, at
    journal.write_bytes(good)
    assert call("record", "verify", "out").code == 0


def test_a_changed_plan_or_prescription_is_noticed(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("dry-run", small, "--out", "out").code == 0
    for name in ("plan.json", "prescription.toml", "record.json", "report.html", "map.svg"):
        file = tmp_path / "out" / name
        good = file.read_bytes()
        at = good.index(b"10")
        file.write_bytes(good[:at] + b"11" + good[at + 2 :])
        assert call("record", "verify", "out").code == 1, name
        file.write_bytes(good)


def test_a_record_is_shown_and_exported(call: Callable, small: Path) -> None:
    call("dry-run", small, "--out", "out")
    shown = call("record", "show", "out", "--pricks")
    assert shown.code == 0
    assert "COMPLETE" in shown.out
    rows = call("record", "export", "out").out.splitlines()
    planned = json.loads(call("record", "show", "out", "--json").out)["totals"]["pricks_planned"]
    assert len(rows) == planned + 1
    for command in ("show", "verify", "export"):
        assert call("record", command, "nowhere").code == 2
    assert call("resume", "nowhere", "--port", "mesosim://", "--yes").code == 2


def test_a_run_without_anybody_to_confirm_is_refused(
    mesogun: Callable, small: Path, tmp_path: Path
) -> None:
    ran = mesogun("run", small, "--port", "mesosim://?seed=1", "--out", tmp_path / "out")
    _, err = ran.communicate(timeout=60)
    assert ran.returncode == 2
    assert "--yes" in err
    assert not (tmp_path / "out").exists()


def test_a_run_on_the_twin_s_url_is_recorded_as_simulated(
    mesogun: Callable, small: Path, tmp_path: Path, call: Callable
) -> None:
    ran = mesogun(
        "run", small, "--port", "mesosim://?seed=1&hand_ms=5",
        "--out", tmp_path / "out", "--yes", "--json",
    )  # fmt: skip
    out, err = ran.communicate(timeout=120)
    assert ran.returncode == 0, err
    told = json.loads(out)
    assert (told["outcome"], told["simulated"]) == ("complete", True)
    assert told["pricks_given"] == told["pricks_planned"]
    assert call("record", "verify", tmp_path / "out").code == 0


@pytest.fixture(params=["tcp", "pty"])
def served(request: pytest.FixtureRequest, mesogun: Callable, tmp_path: Path) -> str:
    """A twin in a process of its own; its truth goes to truth.jsonl."""
    where = ("--tcp", "127.0.0.1:0") if request.param == "tcp" else ("--pty",)
    truth = ("--truth", tmp_path / "truth.jsonl", "--hand-ms", "30")
    process = mesogun("simulate", *where, "--seed", "5", *truth)
    line = process.stdout.readline()
    assert line.startswith("listening on "), process.stderr.read()
    return line.removeprefix("listening on ").strip()


def until_given(truth: Path, count: int, process: subprocess.Popen[str]) -> None:
    """Follow the twin's truth until `count` deliveries are in it, by waiting on its bytes."""
    while process.poll() is None:
        if truth.exists() and len(truth.read_text().splitlines()) >= count:
            return
        try:
            process.wait(timeout=0.02)
        except subprocess.TimeoutExpired:
            continue


def test_after_a_kill_a_resume_gives_every_prick_once(
    served: str, mesogun: Callable, small: Path, tmp_path: Path, call: Callable
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    ran = mesogun("run", small, "--port", served, "--out", out, "--yes")
    for count in (2, 5):
        until_given(truth, count, ran)
        ran.send_signal(signal.SIGKILL)
        ran.wait()
        ran = mesogun("resume", out, "--port", served, "--yes", "--json")
    told_text, err = ran.communicate(timeout=120)
    assert ran.returncode == 0, err
    told = json.loads(told_text)
    assert told["outcome"] == "complete"
    assert told["pricks_given"] == told["pricks_planned"]
    counts = delivered(truth)
    assert len(counts) == told["pricks_planned"]
    assert set(counts.values()) == {1}
    assert call("record", "verify", out).code == 0


def test_ctrl_c_stops_the_pistol_and_the_record_reads_aborted(
    served: str, mesogun: Callable, small: Path, tmp_path: Path, call: Callable
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    ran = mesogun("run", small, "--port", served, "--out", out, "--yes", "--json")
    until_given(truth, 2, ran)
    ran.send_signal(signal.SIGINT)
    told_text, err = ran.communicate(timeout=60)
    assert ran.returncode == 3, err
    assert json.loads(told_text)["outcome"] == "aborted"
    assert "Traceback" not in err
    assert call("record", "verify", out).code == 0


def test_a_full_disk_ends_with_code_1_and_an_intact_journal(
    mesogun: Callable, small: Path, tmp_path: Path
) -> None:
    """A bound on the size of files, set in mid-session, stands for a disk that fills up."""
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    port = f"mesosim://?seed=1&hand_ms=30&truth={truth}"
    ran = mesogun("run", small, "--port", port, "--out", out, "--yes")
    until_given(truth, 3, ran)
    bound = (out / "journal.mgj").stat().st_size + 700
    resource.prlimit(ran.pid, resource.RLIMIT_FSIZE, (bound, bound))
    _, err = ran.communicate(timeout=120)
    assert ran.returncode == 1, err
    assert "Traceback" not in err
    assert "journal.mgj" in err
    journal, entries = Journal.reopen(out / "journal.mgj")
    journal.close()
    asked = {one.shot_id for one in entries if isinstance(one, Intent)}
    assert asked, "the disk was full too early for this test to mean anything"
    assert set(delivered(truth)) <= asked


def test_a_read_only_place_ends_with_code_1(call: Callable, small: Path) -> None:
    ran = call("dry-run", small, "--out", "/proc/mesogun-out")
    assert ran.code == 1
    assert "/proc/mesogun-out" in ran.err


def test_an_empty_port_says_what_to_do(call: Callable, small: Path, tmp_path: Path) -> None:
    for port, code in (
        ("/dev/no-such-port", 1),
        ("socket://127.0.0.1:1", 1),
        ("smoke://signal", 2),
        ("mesosim://?sed=7", 2),
    ):
        ran = call("run", small, "--port", port, "--out", "out", "--yes")
        assert ran.code == code
        assert port in ran.err
        assert not (tmp_path / "out").exists()


def test_a_pistol_is_described_watched_and_stopped(call: Callable) -> None:
    url = "mesosim://?seed=1"
    facts = json.loads(call("info", "--port", url, "--json").out)
    assert facts["pistol"]["simulated"] is True
    assert facts["status"]["state"] == "SAFE"
    watched = call("monitor", "--port", url, "--count", "2", "--every-ms", "20")
    assert watched.out.count("SIMULATED") == 2
    assert call("abort", "--port", url).code == 0


def test_devices_never_offers_a_twin(call: Callable) -> None:
    told = json.loads(call("devices", "--json").out)
    assert all("mesosim" not in one["port"] for one in told["devices"])


def test_ctrl_c_aborts_a_dry_run_at_true_speed(
    mesogun: Callable, small: Path, tmp_path: Path
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    ran = mesogun("dry-run", small, "--realtime", "--json", "--out", out, "--truth", truth)
    until_given(truth, 2, ran)
    ran.send_signal(signal.SIGINT)
    told_text, err = ran.communicate(timeout=60)
    assert ran.returncode == 3, err
    assert json.loads(told_text)["outcome"] == "aborted"


def test_a_host_that_stalls_past_its_lease_connects_again_and_goes_on(
    served: str, mesogun: Callable, small: Path, tmp_path: Path
) -> None:
    """The process is stopped for longer than its lease, as by a disk or a laptop's lid."""
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    ran = mesogun(
        "run", small, "--port", served, "--out", out, "--yes", "--json", "--lease-ms", "500"
    )
    until_given(truth, 2, ran)
    ran.send_signal(signal.SIGSTOP)
    stalled_us = time.monotonic_ns() // 1000
    with pytest.raises(subprocess.TimeoutExpired):
        ran.wait(timeout=1.5)
    went_on_us = time.monotonic_ns() // 1000
    ran.send_signal(signal.SIGCONT)
    told_text, err = ran.communicate(timeout=120)
    assert ran.returncode == 0, err
    told = json.loads(told_text)
    assert told["parts"] > 1
    assert told["pricks_given"] == told["pricks_planned"]
    assert set(delivered(truth).values()) == {1}
    # The twin has this machine's clock. Its lease ended, and what was in motion with it.
    times_us = [json.loads(line)["at_us"] for line in truth.read_text().splitlines()]
    assert not [one for one in times_us if stalled_us + 1_000_000 < one < went_on_us]


@pytest.mark.parametrize(
    "wrong",
    [
        ("--tcp", "nonsense"),
        ("--tcp", "127.0.0.1"),
        ("--tcp", "127.0.0.1:99999"),
        (),
        ("--pty", "--tcp", "127.0.0.1:0"),
    ],
)
def test_a_twin_is_served_in_one_place_or_not_at_all(
    wrong: tuple[str, ...], call: Callable
) -> None:
    assert call("simulate", *wrong).code == 2


def test_a_session_killed_before_it_was_closed_is_closed_by_resume(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("dry-run", small, "--out", "out").code == 0
    for name in ("record.json", "report.html", "map.svg"):
        (tmp_path / "out" / name).unlink()
    rejected = call("record", "verify", "out")
    assert rejected.code == 1
    assert "not closed" in rejected.err
    for _ in range(2):
        ran = call("resume", "out", "--port", "/dev/no-such-port", "--yes", "--json")
        assert ran.code == 0, ran.err
        assert json.loads(ran.out)["outcome"] == "complete"
    assert call("record", "verify", "out").code == 0


@pytest.mark.parametrize("fault", ["drop:1", "corrupt:1"])
def test_a_dry_run_that_never_met_its_twin_is_no_metal(
    fault: str, call: Callable, small: Path, tmp_path: Path
) -> None:
    told = json.loads(call("dry-run", small, "--out", "out", "--fault", fault, "--json").out)
    assert told["outcome"] == "interrupted"
    assert told["simulated"] is True
    assert "SIMULATED" in (tmp_path / "out" / "report.html").read_text()


@pytest.mark.parametrize("second", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_upon_signals_do_not_keep_the_record_from_being_closed(
    second: signal.Signals, served: str, mesogun: Callable, small: Path, tmp_path: Path
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    ran = mesogun("run", small, "--port", served, "--out", out, "--yes", "--json")
    until_given(truth, 2, ran)
    ran.send_signal(signal.SIGHUP)
    for _ in range(3):
        with pytest.raises(subprocess.TimeoutExpired):
            ran.wait(timeout=0.001)
        ran.send_signal(second)
    told_text, err = ran.communicate(timeout=60)
    assert ran.returncode == 3, err
    assert json.loads(told_text)["outcome"] == "aborted"


def test_a_reader_that_goes_away_does_not_stop_a_session(
    served: str, mesogun: Callable, small: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    ran = mesogun("run", small, "--port", served, "--out", out, "--yes")
    ran.stdout.readline()
    ran.stdout.close()
    ran.stderr.close()
    assert ran.wait(timeout=120) == 0
    record = json.loads((out / "record.json").read_text())
    assert record["outcome"] == "complete"


def test_nothing_is_written_over_that_matters(call: Callable, small: Path, tmp_path: Path) -> None:
    text = small.read_bytes()
    assert call("plan", small, "-o", small).code == 2
    assert small.read_bytes() == text
    call("dry-run", small, "--out", "out")
    journal = (tmp_path / "out" / "journal.mgj").read_bytes()
    assert call("record", "export", "out", "-o", "out/journal.mgj").code == 2
    assert (tmp_path / "out" / "journal.mgj").read_bytes() == journal
    assert call("plan", small, "-o", "/dev/null").code == 0
    assert Path("/dev/null").is_char_device()
    (tmp_path / "link.json").symlink_to(tmp_path / "plan.json")
    assert call("plan", small, "-o", "link.json").code == 0
    assert (tmp_path / "link.json").is_symlink()


def test_a_seed_beyond_the_record_s_numbers_is_refused(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("dry-run", small, "--out", "out", "--seed", 2**64).code == 2
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    "port", ["", "socket://127.0.0.1", "socket://127.0.0.1:99999", "socket://127.0.0.1:0"]
)
def test_what_can_be_no_port_is_wrong_usage(port: str, call: Callable) -> None:
    assert call("info", "--port", port).code == 2


def test_an_abort_that_did_not_reach_the_pistol_says_so(call: Callable) -> None:
    ran = call("abort", "--port", "socket://127.0.0.1:1")
    assert ran.code == 1
    assert "NOT STOPPED" in ran.err


def served_on(mesogun: Callable, where: str, folder: Path) -> tuple[subprocess.Popen[str], str]:
    """Serve the pistol whose memory is in `folder`."""
    process = mesogun(
        "simulate", "--tcp", where, "--seed", "5", "--hand-ms", "30",
        "--truth", folder / "truth.jsonl", "--memory", folder / "memory",
    )  # fmt: skip
    line = process.stdout.readline()
    assert line.startswith("listening on "), process.stderr.read()
    return process, line.removeprefix("listening on ").strip()


def test_a_pistol_that_lost_its_power_and_its_port_is_found_and_gone_on_with(
    mesogun: Callable, small: Path, tmp_path: Path, call: Callable
) -> None:
    out, truth = tmp_path / "out", tmp_path / "truth.jsonl"
    twin, url = served_on(mesogun, "127.0.0.1:0", tmp_path)
    ran = mesogun("run", small, "--port", url, "--out", out, "--yes", "--json")
    until_given(truth, 3, ran)
    twin.kill()
    twin.wait()
    served_on(mesogun, url.removeprefix("socket://"), tmp_path)
    told_text, err = ran.communicate(timeout=120)
    assert ran.returncode == 0, err
    told = json.loads(told_text)
    assert told["parts"] > 1
    assert told["pricks_given"] + told["pricks_in_doubt"] == told["pricks_planned"]
    assert set(delivered(truth).values()) == {1}
    assert call("record", "verify", out).code == 0
