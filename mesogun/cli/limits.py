"""`mesogun limits`: what a pistol allows, layer by layer, and how a clinic changes its own."""

from __future__ import annotations

import sys

import click

from firmware_protocol.keys import Keys
from firmware_protocol.messages import LimitId, LimitLayer, Limits
from mesogun.cli import show
from mesogun.cli.pistols import json_option, key_option, port_option
from mesogun.device import Pistol
from mesogun.errors import WrongUsage
from mesogun.intake.pistol_limits import NAMES, PistolLimits, read_pistol_limits

LIMITS_HELP = """Show the limits that a pistol enforces, in all their layers; or set the clinic's.

\b
Examples:
  mesogun limits --port /dev/ttyACM0
  mesogun limits set clinic.toml --port /dev/ttyACM0
  mesogun limits set clinic.toml --port "mesosim://?seed=7&memory=pistol.nvm" --yes

Each layer may only tighten the one below: factory, clinic, session (what a plan arms).
"""

SET_HELP = """Put the clinic's limits from FILE in force, after both sides were shown.

\b
  format = "mesogun-limits/1"
  revision = 2              # above the one in force
  dose_nl_min = 1000
  ...                       # every limit that `mesogun limits` shows

None may be wider than the factory's. One that is looser than the clinic's so far needs a person who
holds the pistol's service button. The pistol must be at rest and not armed.
"""


@click.group("limits", help=LIMITS_HELP, invoke_without_command=True)
@click.option("--port", "url", metavar="URL", help="Serial port or URL of the pistol.")
@key_option
@json_option
@click.pass_context
def limits_group(context: click.Context, url: str | None, keys: Keys, as_json: bool) -> None:
    """Show limits."""
    if context.invoked_subcommand is not None:
        if url is not None or keys or as_json:
            raise click.UsageError(f"give options behind `{context.invoked_subcommand}`")
        return
    if url is None:
        raise click.UsageError("--port is missing: which pistol's limits?")
    with Pistol.open(url, keys=keys) as pistol:
        layers = _layers(pistol)
    if as_json:
        show.echo_json({name: _facts(one) for name, one in layers.items()})
        return
    tables = [one._asdict() for one in layers.values()]
    rows = [(name, *(one[name] for one in tables)) for name in ("revision", *NAMES)]
    click.echo(show.table(("limit", *layers), rows))
    click.echo("  session: none while nothing is armed; a plan may only tighten what is in force")


@limits_group.command("set", help=SET_HELP)
@click.argument("file", metavar="FILE")
@port_option
@key_option
@click.option("--yes", is_flag=True, help="Commit without asking.")
def set_command(file: str, url: str, keys: Keys, yes: bool) -> None:
    """Set the clinic's limits."""
    asked = read_pistol_limits(file)
    if not yes and not sys.stdin.isatty():
        raise WrongUsage("nobody can be asked here: run it in a terminal, or add --yes")
    with Pistol.open(url, keys=keys) as pistol:
        layers = _layers(pistol)
        click.echo(_side_by_side(layers, asked))
        staged = pistol.stage_limits(asked.limits)
        if staged.loosens is not LimitId.NONE:
            click.echo(
                f"  ! {staged.loosens.name.lower()} becomes looser than {staged.in_force}: hold "
                "the pistol's service button until this command has ended"
            )
        if not yes:
            click.confirm("Put these limits in force?", abort=True)
        pistol.commit_limits(asked.revision, staged)
    click.echo(f"The limits of revision {asked.revision} are in force at {url}.")


def _layers(pistol: Pistol) -> dict[str, Limits]:
    return {
        "factory": pistol.limits(LimitLayer.FACTORY),
        "clinic": pistol.limits(LimitLayer.CLINIC),
        "in force": pistol.limits(LimitLayer.EFFECTIVE),
    }


def _facts(limits: Limits) -> dict[str, int]:
    return {name: value for name, value in limits._asdict().items() if name != "layer"}


def _side_by_side(layers: dict[str, Limits], asked: PistolLimits) -> str:
    factory, now = layers["factory"]._asdict(), layers["clinic"]._asdict()
    new = asked.limits._asdict()
    rows: list[tuple[str, int, int, int, str]] = [
        ("revision", factory["revision"], now["revision"], asked.revision, "")
    ]
    rows += [
        (name, factory[name], now[name], new[name], _change(name, now[name], new[name]))
        for name in NAMES
    ]
    return show.table(("limit", "factory", "now", "new", "change"), rows)


def _change(name: str, now: int, new: int) -> str:
    if now == new:
        return ""
    rises_tighter = name.endswith("_min")
    return "tighter" if (new > now) is rises_tighter else "LOOSER"
