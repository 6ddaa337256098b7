"""`mesogun calibration`: what a pistol was calibrated with, and how a new one is put into it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import click

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.keys import Keys
from mesogun.cli import show
from mesogun.cli.files import write_file
from mesogun.cli.pistols import json_option, key_option, port_option
from mesogun.device import CALIBRATION_BYTES_MAX, Calibrated, Pistol
from mesogun.errors import WrongUsage
from mesogun.intake.files import read_bounded

DAY_0 = date(1970, 1, 1)
U32_MAX = 2**32 - 1
CALIBRATION_HELP = """Show the calibration that a pistol holds, or put another one into it.

\b
Examples:
  mesogun calibration show --port /dev/ttyACM0
  mesogun calibration upload needle.cal --until 2027-05-31 --shots 50000 --port /dev/ttyACM0

A pistol keeps its calibration through power cuts, counts the shots that were begun with it, and
cannot be armed for more than it has left. Nothing moves.
"""
SHOW_HELP = """Show the calibration in force: its number, hash, last day and shots.

\b
Examples:
  mesogun calibration show --port /dev/ttyACM0
  mesogun calibration show --port /dev/ttyACM0 --content held.cal
"""
UPLOAD_HELP = """Put the calibration in FILE in force, after both sides were shown.

\b
Examples:
  mesogun calibration upload needle.cal --until 2027-05-31 --shots 50000 --port /dev/ttyACM0
  mesogun calibration upload needle.cal --until never --shots 500 --id 12 --port /dev/ttyACM0

FILE has 1 to 1,024 bytes; what they mean is between who made it and the pistol's firmware. The
pistol must be at rest and not armed. It compares the hash before anything is in force.
"""


@click.group("calibration", help=CALIBRATION_HELP)
def calibration_group() -> None:
    """Show or upload a calibration."""


@calibration_group.command("show", help=SHOW_HELP)
@click.option("--content", "copy", metavar="FILE", help="Write its content to FILE.")
@port_option
@key_option
@json_option
def show_command(copy: str | None, url: str, keys: Keys, as_json: bool) -> None:
    """Show."""
    with Pistol.open(url, keys=keys) as pistol:
        held = pistol.calibration()
    if copy is not None:
        write_file(Path(copy), held.content)
    if as_json:
        show.echo_json(_facts(held))
        return
    click.echo("\n".join(_lines(held, _today())))


@calibration_group.command("upload", help=UPLOAD_HELP)
@click.argument("file", metavar="FILE")
@click.option("--until", required=True, metavar="DATE", help="Its last day, YYYY-MM-DD, or never.")
@click.option(
    "--shots",
    type=click.IntRange(1, U32_MAX),
    required=True,
    help="After so many shots it is spent.",
)
@click.option(
    "--id",
    "ident",
    type=click.IntRange(1, U32_MAX),
    help="Its number; else one above that of the pistol's.",
)
@port_option
@key_option
@click.option("--yes", is_flag=True, help="Put it in force without asking.")
def upload_command(
    file: str, until: str, shots: int, ident: int | None, url: str, keys: Keys, yes: bool
) -> None:
    """Upload."""
    content = read_bounded(file, CALIBRATION_BYTES_MAX, "calibration")
    if not content:
        raise WrongUsage(f"{file}: it is empty: a calibration has 1 byte or more")
    not_after_day = _day(until, _today())
    if not yes and not sys.stdin.isatty():
        raise WrongUsage("nobody can be asked here: run it in a terminal, or add --yes")
    with Pistol.open(url, keys=keys) as pistol:
        before = pistol.calibration()
        number = ident or before.id % U32_MAX + 1
        if number == before.id:
            raise WrongUsage(f"--id: {number} is in force already: give the new one another number")
        hashed = sha256(content).hexdigest()
        after = Calibrated(number, hashed, not_after_day, shots, 0, content)
        click.echo(_side_by_side(before, after))
        if not yes:
            click.confirm("Put this calibration in force?", abort=True)
        pistol.set_calibration(
            content, calibration_id=number, not_after_day=not_after_day, shots_max=shots
        )
        held = pistol.calibration()
    if held != after:
        raise RemoteProtocolError(
            f"the pistol holds calibration {held.id}, and not what was put into it: look with "
            "`mesogun calibration show`"
        )
    click.echo(f"Calibration {number} is in force at {url}.")


def _facts(held: Calibrated) -> dict[str, Any]:
    return {
        "id": held.id,
        "sha256": held.sha256,
        "not_after": _date(held.not_after_day) if held.not_after_day else None,
        "shots_max": held.shots_max,
        "shots_used": held.shots_used,
        "bytes": len(held.content),
    }


_ROWS: tuple[tuple[str, Callable[[Calibrated], str]], ...] = (
    ("number", lambda one: str(one.id) if one.id else "never calibrated"),
    ("last day", lambda one: _date(one.not_after_day) if one.not_after_day else "no expiry"),
    ("shots", lambda one: f"{one.shots_used} of {one.shots_max} begun"),
    ("content", lambda one: f"{len(one.content)} bytes"),
    ("sha256", lambda one: one.sha256),
)


def _lines(held: Calibrated, today: date) -> list[str]:
    if not held.id:
        return ["This pistol was never calibrated."]
    lines = [f"{name:10}{told(held)}" for name, told in _ROWS]
    if held.not_after_day and held.not_after_day < (today - DAY_0).days:
        lines.append("  ! its last day is over: no session arms this pistol")
    if held.shots_used >= held.shots_max:
        lines.append("  ! it is spent: this pistol cannot be armed until it is calibrated anew")
    return lines


def _side_by_side(before: Calibrated, after: Calibrated) -> str:
    rows = [(name, told(before) if before.id else "-", told(after)) for name, told in _ROWS]
    return show.table(("calibration", "now", "new"), rows)


def _day(text: str, today: date) -> int:
    if text == "never":
        return 0
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise WrongUsage(f"--until: found {text!r}: give a day as 2027-05-31, or never") from None
    if day < today:
        raise WrongUsage(f"--until: {text} is over: no session would arm the pistol with it")
    return (day - DAY_0).days


def _date(day: int) -> str:
    if day > (date.max - DAY_0).days:
        return f"day {day} since {DAY_0}"  # beyond every calendar, but a pistol may say so
    return date.fromordinal(DAY_0.toordinal() + day).isoformat()


def _today() -> date:
    return datetime.now().astimezone().date()
