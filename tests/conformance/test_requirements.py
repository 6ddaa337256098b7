"""The requirements as documents tell them, and the report that is handed in."""

from __future__ import annotations

import re
from pathlib import Path

import simulator
from firmware_protocol import messages as m
from mesogun.conformance import (
    CASES,
    REPORT_FORMAT,
    Failed,
    Findings,
    Handles,
    Maker,
    Result,
    Verdict,
    document,
    introduce,
    play,
    row,
    summary,
)
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case
from tests.virtual_kit import Kind, twin

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
MAKER = Maker("1.2.3", "2026-11-22T10:00:00+01:00", "/dev/ttyACM0")


def kind() -> Kind:
    return twin(simulator)


def test_the_protocol_s_page_lists_every_requirement_as_it_is_tested() -> None:
    found = re.findall(r"^\| ([A-Z]+-\d+) \| (.+) \|$", PROTOCOL.read_text("utf-8"), re.MULTILINE)
    assert found == [(case.id, case.required) for case in CASES]


def test_a_failure_says_what_was_seen_and_what_cannot_be_tested_says_what_is_missing() -> None:
    def fails(_: Bench) -> None:
        raise Failed("seven were seen")

    def needs(bench: Bench) -> None:
        bench.needed("cut its power", bench.handles.cut)

    line = kind().line
    failed = play(Case("X-1", "Six.", fails), line)
    missing = play(Case("X-2", "Power.", needs), line)
    assert (failed.verdict, failed.seen) == (Verdict.FAILED, "seven were seen")
    assert missing.verdict is Verdict.NOT_TESTABLE
    assert missing.seen == "this kind gives no way to cut its power"
    assert row(failed).splitlines()[0].startswith("FAIL  X-1")
    assert "seven were seen" in row(failed)
    assert "\n" not in row(play(Case("X-3", "None.", lambda _: None), line))


def test_a_pistol_that_is_silent_fails_and_does_not_hang() -> None:
    one = kind()
    one.pistol.power_cut(one.line.now_us())
    result = play(CASES[0], one.line)
    assert (result.verdict, result.seen) == (Verdict.FAILED, "no answer to Hello within 3 s")


def test_a_case_that_leaves_it_armed_and_moving_does_not_spoil_the_next() -> None:
    def leaves(bench: Bench) -> None:
        token = bench.arm()
        bench.accepted(bench.long_shot(token))
        bench.until(m.PistolState.FIRING, token)
        raise Failed("left it so")

    line = kind().line
    assert play(Case("X-1", "Leaves.", leaves), line).verdict is Verdict.FAILED
    assert play(CASES[0], line).verdict is Verdict.PASSED


def test_the_report_names_pistol_protocol_maker_counts_and_every_requirement() -> None:
    one = kind()
    greeting = introduce(one.line)
    results = [play(case, one.line, Handles()) for case in CASES[:3]]
    results.append(Result(CASES[3], Verdict.FAILED, "two", 1_999))
    told = document(Findings(greeting, tuple(results)), MAKER)
    assert told["format"] == REPORT_FORMAT
    assert told["made_at"] == MAKER.made_at
    assert told["tool"] == {"name": "mesogun", "version": "1.2.3"}
    assert told["conforms"] is False
    assert told["counts"] == {"pass": 3, "fail": 1, "not testable": 0}
    firmware = told["firmware"]
    assert isinstance(firmware, dict)
    assert (firmware["uid"], firmware["version"]) == (f"{greeting.uid:016x}", "0.1.0")
    requirements = told["requirements"]
    assert isinstance(requirements, list)
    assert requirements[3] == {
        "id": "FRAME-4",
        "required": CASES[3].required,
        "result": "fail",
        "seen": "two",
        "took_ms": 1,
    }
    assert summary(Findings(greeting, tuple(results))).startswith("3 passed, 1 failed, 0 not")
