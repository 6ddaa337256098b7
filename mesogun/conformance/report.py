"""What the suite found: a table for a person, and a report that a firmware author hands in."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_protocol import messages as m
from mesogun.conformance.suite import Findings, Result, Verdict

REPORT_FORMAT = "mesogun-conformance/1"
MARKS = {Verdict.PASSED: "pass", Verdict.FAILED: "FAIL", Verdict.NOT_TESTABLE: "n/t"}


@dataclass(frozen=True, slots=True)
class Maker:
    """Who made a report, and when; the shell knows."""

    version: str
    made_at: str
    """An ISO 8601 time with its offset."""
    port: str


def firmware_version(of: m.HelloReply) -> str:
    """Return the firmware's version as its author writes it."""
    told = of.firmware_version
    return f"{told >> 16}.{told >> 8 & 255}.{told & 255}"


def document(findings: Findings, maker: Maker) -> dict[str, object]:
    """Return the report: the same findings and maker give the same document."""
    of = findings.greeting
    return {
        "format": REPORT_FORMAT,
        "tool": {"name": "mesogun", "version": maker.version},
        "made_at": maker.made_at,
        "port": maker.port,
        "protocol": {
            "version": f"{m.MAJOR}.{m.MINOR}",
            "schema_hash": f"{m.SCHEMA_HASH:08x}",
            "actuating_hash": f"{m.ACTUATING_HASH:08x}",
        },
        "firmware": {
            "uid": f"{of.uid:016x}",
            "version": firmware_version(of),
            "protocol": f"{of.major}.{of.minor}",
            "schema_hash": f"{of.schema_hash:08x}",
            "actuating_hash": f"{of.actuating_hash:08x}",
            "simulated": bool(of.features & m.Feature.SIMULATED),
            "boot_count": of.boot_count,
            "limits_revision": of.limits_revision,
            "calibration_id": of.calibration_id,
        },
        "conforms": findings.conforms,
        "counts": {verdict.value: count for verdict, count in findings.count().items()},
        "requirements": [_told(one) for one in findings.results],
    }


def _told(result: Result) -> dict[str, object]:
    return {
        "id": result.case.id,
        "required": result.case.required,
        "result": result.verdict.value,
        "seen": result.seen,
        "took_ms": result.took_us // 1_000,
    }


def row(result: Result) -> str:
    """Return a requirement's line, and what was seen on a second one."""
    line = f"{MARKS[result.verdict]:4}  {result.case.id:10}  {result.case.required}"
    return f"{line}\n      {'':10}  {result.seen}" if result.seen else line


def summary(findings: Findings) -> str:
    """Return the last line: how many came to what."""
    count = findings.count()
    return (
        f"{count[Verdict.PASSED]} passed, {count[Verdict.FAILED]} failed, "
        f"{count[Verdict.NOT_TESTABLE]} not testable on this kind"
    )
