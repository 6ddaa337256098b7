"""`mesogun service`: what comes out is told, asked for first, and never given to anybody."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from firmware_protocol.messages import Outcome
from mesogun.device import NotServed, Pistol, service_arm

Call = Callable[..., Any]


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    return tmp_path / "truth.jsonl"


@pytest.fixture
def url(tmp_path: Path, truth: Path) -> str:
    """A twin that remembers, with a person at it."""
    return f"mesosim://?seed=7&memory={tmp_path / 'nvm'}&truth={truth}&service_button=1"


def given(truth: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in truth.read_text().splitlines()]


def test_a_prime_is_given_into_the_vessel_and_told(call: Call, url: str, truth: Path) -> None:
    for _ in range(2):
        ran = call("service", "prime", "--ul", "50", "--port", url, "--yes")
        assert ran.code == 0, ran.err
        assert "SIMULATED" in ran.out
        assert "left the needle" in ran.out
    first, second = given(truth)
    assert first["service"] is second["service"] is True
    assert (first["depth_um"], first["contact"]) == (0, False)
    assert first["shot_id"] < second["shot_id"]


def test_a_session_s_record_and_report_tell_the_prime_before_it(
    call: Call, url: str, truth: Path, small: Path, tmp_path: Path
) -> None:
    assert call("service", "prime", "--ul", "50", "--port", url, "--yes").code == 0
    treated = url.replace("service_button=1", "service_button=0")
    ran = call("run", small, "--port", treated, "--out", "out", "--yes")
    assert ran.code == 0, ran.err
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    (primed,) = record["served"]
    assert (primed["served_as"], primed["outcome"]) == ("prime", "fired")
    assert primed["dose_nl_given"] == given(truth)[0]["dose_nl"]
    assert record["totals"]["dose_nl_given"] == sum(one["dose_nl"] for one in given(truth)[1:])
    assert "Given into a vessel" in (tmp_path / "out" / "report.html").read_text()


def test_without_a_person_nothing_comes_out(call: Call, url: str, truth: Path) -> None:
    alone = url.replace("service_button=1", "service_button=0")
    ran = call("service", "prime", "--ul", "50", "--port", alone, "--yes")
    assert ran.code == 1
    assert "service button" in ran.err
    assert given(truth) == []


def test_nobody_who_can_be_asked_means_nothing_moves(call: Call, url: str, truth: Path) -> None:
    for rest in (("prime", "--ul", "50"), ("home",), ("jog", "--um", "900")):
        ran = call("service", *rest, "--port", url)
        assert ran.code == 2
        assert "--yes" in ran.err


def test_home_and_a_self_test_end_well(call: Call, url: str) -> None:
    ran = call("service", "home", "--port", url, "--yes")
    assert (ran.code, "where it begins" in ran.out) == (0, True)
    ran = call("service", "self-test", "--port", url)
    assert (ran.code, "Sound" in ran.out) == (0, True)


def test_a_jog_goes_out_and_home_dry_and_no_deeper_than_allowed(
    call: Call, url: str, truth: Path
) -> None:
    ran = call("service", "jog", "--um", "2500", "--hold-ms", "200", "--port", url, "--yes")
    assert (ran.code, "was 2500 um out" in ran.out) == (0, True)
    ran = call("service", "jog", "--um", "10001", "--port", url, "--yes")
    assert (ran.code, "at most 10000" in ran.err) == (2, True), ran.err
    alone = url.replace("service_button=1", "service_button=0")
    ran = call("service", "jog", "--um", "900", "--port", alone, "--yes")
    assert (ran.code, "service button" in ran.err) == (1, True)
    assert given(truth) == []


def test_ctrl_c_in_a_jog_is_an_abort_and_no_mere_end_of_the_program(
    mesogun: Callable[..., Any],
) -> None:
    twin = mesogun("simulate", "--tcp", "127.0.0.1:0", "--service-button")
    port = twin.stdout.readline().removeprefix("listening on ").strip()
    words = ("--um", "2000", "--hold-ms", "5000", "--port", port, "--yes")
    ran = mesogun("service", "jog", *words)
    while "moves" not in ran.stdout.readline():
        assert ran.poll() is None, ran.stderr.read()
    ran.send_signal(signal.SIGINT)
    out, err = ran.communicate(timeout=60)
    assert (ran.returncode, "ABORTED" in out) == (3, True), err
    with Pistol.open(port) as pistol:
        assert pistol.status().state.name == "ABORTED"


def test_who_says_no_gets_nothing_and_the_pistol_is_free_again(url: str, truth: Path) -> None:
    with Pistol.open(url) as pistol:
        with pytest.raises(NotServed, match="nobody confirmed"):
            service_arm(pistol, lambda _: False, volume_nl_max=50_000)
        assert pistol.status().state.name == "SAFE"
        with service_arm(pistol, lambda _: True, volume_nl_max=90_000, shots_max=3) as service:
            assert service.dispense(20_000).outcome is Outcome.FIRED
            assert service.prime(30_000).outcome is Outcome.FIRED
            with pytest.raises(NotServed, match="budget"):
                service.prime(40_001)
        assert pistol.status().state.name == "SAFE"
    assert [one["service"] for one in given(truth)] == [True, True]


def test_a_pistol_that_is_not_safe_is_refused(url: str) -> None:
    with Pistol.open(url) as pistol:
        pistol.hello()
        pistol.stop()
        with pytest.raises(NotServed, match="ABORTED"):
            service_arm(pistol, lambda _: True, volume_nl_max=50_000)
