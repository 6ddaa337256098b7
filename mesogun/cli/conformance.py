"""`mesogun conformance`: hold the pistol at a port against every requirement of the protocol."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from importlib.metadata import version
from pathlib import Path

import click

from firmware_protocol.keys import Keys
from firmware_protocol.messages import Feature, HelloReply
from mesogun.cli.main import EXIT_NOT_CONFORMING
from mesogun.cli.pistols import key_option, port_option
from mesogun.conformance import (
    CASES,
    Case,
    Delivered,
    Findings,
    Handles,
    Maker,
    Result,
    document,
    introduce,
    leave,
    row,
    run,
    summary,
)
from mesogun.device import RawPort
from mesogun.errors import WrongUsage

HELP = """Hold the pistol at a port against every requirement, and print what came of each.

\b
Examples:
  mesogun conformance --port "mesosim://?seed=7&memory=pistol.nvm"
  mesogun conformance --port /dev/pts/5 --only ABORT --only LEASE
  mesogun conformance --port /dev/ttyACM0 --report report.json --yes-into-a-vessel

THE NEEDLE MOVES: about fifty shots. A pistol that is not simulated needs --yes-into-a-vessel: foot
on a vessel, trigger held, nobody near it. The steps: docs/how-to/show-that-a-firmware-conforms.md

\b
Exit code 0: nothing that can be tested here failed. 1: cable or port. 2: refused. 3: stopped by
you. 4: the firmware does not conform; its author must act.
"""


@click.command("conformance", help=HELP)
@port_option
@key_option
@click.option("--report", type=click.Path(path_type=Path), help="Write the report as JSON.")
@click.option("--only", multiple=True, metavar="ID", help="Only what begins with this. Repeatable.")
@click.option("--truth", type=click.Path(path_type=Path), help="What `simulate --truth` writes.")
@click.option("--yes-into-a-vessel", "confirmed", is_flag=True, help="The needle may move.")
@click.option("--list", "listed", is_flag=True, help="Only list the requirements; touch nothing.")
def conformance_command(
    url: str,
    keys: Keys,
    report: Path | None,
    only: tuple[str, ...],
    truth: Path | None,
    confirmed: bool,
    listed: bool,
) -> int:
    """Run the suite."""
    cases = _chosen(only)
    if listed:
        for case in cases:
            click.echo(f"{case.id:10}  {case.required}")
        return 0
    if report is not None and report.exists():
        raise WrongUsage(f"{report}: is there already; name a new file")
    with RawPort.open(url, keyed=bool(keys)) as line:
        greeting = introduce(line, keys)
        _allowed(greeting, keys, confirmed)
        if report is not None:
            report.touch(exist_ok=False)  # a report that cannot be written is told before
        click.echo(_heading(greeting, url))
        try:
            findings = Findings(greeting, tuple(_told(cases, line, _handles(truth, line), keys)))
        except BaseException:
            leave(line)
            raise
    click.echo(summary(findings))
    if report is not None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        told = document(findings, Maker(version("mesogun"), now, url))
        report.write_text(json.dumps(told, indent=2) + "\n", "utf-8")
        click.echo(f"report: {report}")
    return 0 if findings.conforms else EXIT_NOT_CONFORMING


def _told(cases: Sequence[Case], line: RawPort, handles: Handles, keys: Keys) -> Iterator[Result]:
    for result in run(cases, line, handles, keys):
        click.echo(row(result))
        yield result


def _chosen(only: tuple[str, ...]) -> Sequence[Case]:
    for name in only:
        if not any(_named(case, name) for case in CASES):
            groups = sorted({case.id.rpartition("-")[0] for case in CASES})
            raise WrongUsage(f"no requirement {name}; the groups are {', '.join(groups)}")
    return [case for case in CASES if not only or any(_named(case, name) for name in only)]


def _named(case: Case, name: str) -> bool:
    return case.id == name.upper() or case.id.startswith(f"{name.upper()}-")


def _allowed(greeting: HelloReply, keys: Keys, confirmed: bool) -> None:
    if greeting.features & Feature.AUTHENTICATION and not keys:
        raise WrongUsage(
            f"pistol {greeting.uid:016x} has a key and obeys only who has the same: name the file "
            "with --key. Nothing was moved"
        )
    if not greeting.features & Feature.SIMULATED and not confirmed:
        raise WrongUsage(
            f"pistol {greeting.uid:016x} is not simulated, and the suite moves its needle. Put its "
            "foot on a vessel, hold the trigger with a clamp, keep people away, and say "
            "--yes-into-a-vessel. Nothing was moved"
        )


def _heading(greeting: HelloReply, url: str) -> str:
    told = greeting.firmware_version
    kind = "SIMULATED  " if greeting.features & Feature.SIMULATED else ""
    number = f"{told >> 16}.{told >> 8 & 255}.{told & 255}"
    return f"{kind}pistol {greeting.uid:016x}, firmware {number}, at {url}"


def _handles(truth: Path | None, line: RawPort) -> Handles:
    return Handles(
        truth=None if truth is None else lambda: _deliveries(truth),
        baud=line.set_baud if line.has_speed else None,
    )


def _deliveries(path: Path) -> Sequence[Delivered]:
    try:
        told = [json.loads(line) for line in path.read_bytes().splitlines()]
        return [Delivered(one["shot_id"], one["dose_nl"], one["contact"]) for one in told]
    except (ValueError, KeyError, TypeError) as cause:
        raise WrongUsage(f"{path}: not what `mesogun simulate --truth` writes ({cause})") from cause
