"""`mesogun service`: prime a pistol, send its needle home, test it; nobody is treated."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from firmware_protocol.keys import Keys
from firmware_protocol.messages import FaultCode, Feature, Hazard, HelloReply, Outcome
from firmware_protocol.messages import ServiceChallenge as Challenge
from mesogun.cli.pistols import key_option, port_option
from mesogun.cli.stopping import stopped_by_signals
from mesogun.device import Pistol, home, jog, self_test, service_arm
from mesogun.errors import LinkError, LinkTimeout, WrongUsage

NL_PER_UL = 1_000
SERVICE_HELP = """Prime a pistol, send its needle home, or let it test itself; nobody is treated.

\b
Examples:
  mesogun service prime --ul 50 --port /dev/ttyACM0
  mesogun service home --port /dev/ttyACM0
  mesogun service jog --um 2500 --port /dev/ttyACM0
  mesogun service self-test --port "mesosim://?seed=7"

The pistol must be SAFE. Each of them ends an arming: a treatment is armed anew afterwards.
"""
PRIME_HELP = """Expel liquid with the needle out, once: it comes out of the needle.

\b
Example:
  mesogun service prime --ul 50 --port /dev/ttyACM0

A person holds the pistol over a vessel, off the skin, with its service button pressed. What
comes out is no dose: the pistol's journal has it as service, and no record of a treatment has it.
"""
HOME_HELP = """Take the needle to where it begins: the needle moves.

\b
Example:
  mesogun service home --port /dev/ttyACM0
"""
JOG_HELP = """Take the needle out to a depth, dry, and home again: to look at it, or measure it.

\b
Examples:
  mesogun service jog --um 2500 --port /dev/ttyACM0
  mesogun service jog --um 2500 --hold-ms 3000 --port /dev/ttyACM0

A person holds the pistol off the skin, with its service button pressed. It goes no deeper than its
limits in force allow. Ctrl-C is an abort: the needle goes home at once.
"""
TEST_HELP = """Let the pistol test itself, and name what failed.

\b
Example:
  mesogun service self-test --port /dev/ttyACM0
"""
yes_option = click.option("--yes", is_flag=True, help="Do it without asking.")


@click.group("service", help=SERVICE_HELP)
def service_group() -> None:
    """Serve a pistol."""


@service_group.command("prime", help=PRIME_HELP)
@click.option("--ul", type=click.IntRange(min=1), required=True, help="How much, in uL.")
@port_option
@key_option
@yes_option
def prime_command(ul: int, url: str, keys: Keys, yes: bool) -> None:
    """Prime."""
    _can_be_asked(yes)

    def confirm(challenge: Challenge) -> bool:
        click.echo(f"{_kind(challenge.hazards & Hazard.SIMULATED)} at {url}: hold it over a vessel")
        if challenge.hazards & Hazard.LOW_VOLUME:
            click.echo("  ! its syringe holds less than that")
        return yes or click.confirm(f"{ul} uL come out of the needle. Go on?")

    with (
        Pistol.open(url, keys=keys) as pistol,
        service_arm(pistol, confirm, volume_nl_max=ul * NL_PER_UL) as service,
        _stoppable(pistol),
    ):
        given = service.prime(ul * NL_PER_UL)
    told = f"{given.dose_nl / NL_PER_UL:.1f} uL left the needle, as the pistol's journal has it"
    if given.outcome is not Outcome.FIRED:
        click.echo(f"{given.outcome.name}: {told}; prime anew if air is left")
        raise SystemExit(3)
    click.echo(f"{told}; no dose of anybody")


@service_group.command("home", help=HOME_HELP)
@port_option
@key_option
@yes_option
def home_command(url: str, keys: Keys, yes: bool) -> None:
    """Home."""
    _can_be_asked(yes)
    with Pistol.open(url, keys=keys) as pistol:
        click.echo(f"{_of(pistol.hello())} at {url}")
        if not yes:
            click.confirm("The needle moves. Go on?", abort=True)
        with _stoppable(pistol):
            home(pistol)
    click.echo("The needle is where it begins.")


@service_group.command("jog", help=JOG_HELP)
@click.option(
    "--um", "depth_um", type=click.IntRange(min=1), required=True, help="How deep, in um."
)
@click.option(
    "--hold-ms",
    "dwell_ms",
    type=click.IntRange(min=0),
    default=500,
    show_default=True,
    help="How long it stays there, in ms.",
)
@port_option
@key_option
@yes_option
def jog_command(depth_um: int, dwell_ms: int, url: str, keys: Keys, yes: bool) -> None:
    """Jog."""
    _can_be_asked(yes)
    with Pistol.open(url, keys=keys) as pistol:
        click.echo(f"{_of(pistol.hello())} at {url}: hold it off the skin")
        if not yes:
            click.confirm(f"The needle comes out {depth_um} um. Go on?", abort=True)
        with _stoppable(pistol):
            click.echo("The needle moves; Ctrl-C sends it home.")
            seen_um = jog(pistol, depth_um, dwell_ms=dwell_ms)
    click.echo(f"The needle was {seen_um} um out, and is where it begins again.")


@service_group.command("self-test", help=TEST_HELP)
@port_option
@key_option
def test_command(url: str, keys: Keys) -> None:
    """Self test."""
    with Pistol.open(url, keys=keys) as pistol:
        click.echo(f"{_of(pistol.hello())} at {url}")
        failed = self_test(pistol)
    if failed is not FaultCode.NONE:
        click.echo(f"FAULT: {failed.name.lower()}; it can only be switched off, and looked at")
        raise SystemExit(3)
    click.echo("Sound.")


class _Stop:
    """A pistol that a signal stops, and whether one did."""

    def __init__(self, pistol: Pistol) -> None:
        self._pistol = pistol
        self.wanted = False

    def abort(self) -> None:
        self.wanted = True
        self._pistol.abort()


@contextmanager
def _stoppable(pistol: Pistol) -> Iterator[None]:
    """While something may move, Ctrl-C or a closed window is an abort, and ends the command."""
    stop = _Stop(pistol)
    with stopped_by_signals() as name:
        name(stop)
        try:
            yield
        except LinkTimeout:
            raise  # nobody said that it stands still: that is no quiet end
        except LinkError:
            if not stop.wanted:
                raise
        if stop.wanted:
            click.echo("Stopped: the pistol is ABORTED; what left it is in its journal.")
            raise SystemExit(3)


def _can_be_asked(yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise WrongUsage("nobody can be asked here: run it in a terminal, or add --yes")


def _of(greeting: HelloReply) -> str:
    return _kind(greeting.features & Feature.SIMULATED)


def _kind(simulated: int) -> str:
    return "SIMULATED pistol" if simulated else "pistol"
