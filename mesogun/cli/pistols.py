"""`mesogun devices`, `info`, `monitor`, `abort`, `simulate`: find, watch, stop, serve pistols."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NoReturn

import click

from firmware_protocol.description import differences, own, side_to_update
from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.keys import NO_KEYS, Keys
from firmware_protocol.messages import SCHEMA_HASH, Feature, HelloReply, Status
from firmware_protocol.messages import Limits as PistolLimits
from mesogun.cli import show
from mesogun.device import Calibrated, Pistol, find, read_keys
from mesogun.errors import LinkError

PORT_HELP = "Serial port or URL: /dev/ttyACM0, COM3, socket://HOST:PORT, mesosim://?seed=7"
KEY_HELP = "File with the pistol's key (`mesogun key new` makes one); over a network needed."
port_option = click.option("--port", "url", required=True, metavar="URL", help=PORT_HELP)


def _keys_from(_: click.Context, __: click.Parameter, path: str | None) -> Keys:
    return NO_KEYS if path is None else read_keys(Path(path))


def key_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add `--key FILE`: the command gets its `keys`, none where it was not named."""
    added = click.option("--key", "keys", metavar="FILE", callback=_keys_from, help=KEY_HELP)
    return added(command)


json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

DEVICES_HELP = """List the serial ports of this machine on which a pistol may be.

\b
Examples:
  mesogun devices
  mesogun devices --json

A simulated pistol is never listed: name it yourself (`--port mesosim://?seed=7`).
"""

INFO_HELP = """Describe the pistol at a port: who it is, what it may do, what it holds.

\b
Examples:
  mesogun info --port /dev/ttyACM0
  mesogun info --port "mesosim://?seed=7" --json
  mesogun info --port socket://pistol-3.clinic:9000 --key pistols.toml
"""

MONITOR_HELP = """Watch the pistol at a port until Ctrl-C. Watching arms nothing.

\b
Examples:
  mesogun monitor --port socket://127.0.0.1:9000
  mesogun monitor --port socket://127.0.0.1:9000 --count 5 --json
"""

ABORT_HELP = """Stop the pistol at a port now, and wait until it says that it stands still.

\b
Examples:
  mesogun abort --port /dev/ttyACM0

No question is asked, and no key is needed: a pistol stops for anybody. With --key it must also
prove that it is the one, and at rest. While `mesogun run` holds the port, press Ctrl-C there
instead: it stops the pistol first. Exit code 0: the pistol has said that it is at rest.
"""

SIMULATE_HELP = """Serve a simulated pistol that any serial program can open, until Ctrl-C.

\b
Examples:
  mesogun simulate --tcp 127.0.0.1:9000
  mesogun simulate --pty --seed 7
  mesogun simulate --tcp 127.0.0.1:9000 --memory pistol.nvm --truth truth.jsonl
  mesogun simulate --tcp 0.0.0.0:9000 --key pistols.toml

Its hand holds contact and trigger by itself. --truth appends one line for every physical delivery.
With --key it obeys only who has the same key; to be reached from other machines it needs one.
"""


@click.command("devices", help=DEVICES_HELP)
@json_option
def devices_command(as_json: bool) -> None:
    """List serial ports."""
    found = find()
    if as_json:
        show.echo_json(
            {
                "devices": [
                    {
                        "port": one.device,
                        "description": one.description,
                        "serial_number": one.serial_number,
                        "usb": one.usb,
                        "accessible": one.accessible,
                        "advice": one.advice,
                    }
                    for one in found
                ]
            }
        )
        return
    if not found:
        click.echo(
            "No serial port found. Connect the pistol's cable and switch it on; to try without\n"
            'hardware, name the simulated pistol yourself: --port "mesosim://?seed=7"'
        )
        return
    rows = [
        (one.device, one.description, one.serial_number, "yes" if one.accessible else "no")
        for one in found
    ]
    click.echo(show.table(("port", "description", "serial number", "accessible"), rows))
    for one in found:
        if one.advice:
            click.echo(f"  ! {one.device}: {one.advice}")


def _hello_facts(hello: HelloReply) -> dict[str, object]:
    firmware = hello.firmware_version
    return {
        "simulated": bool(hello.features & Feature.SIMULATED),
        "authenticated": bool(hello.features & Feature.AUTHENTICATION),
        "uid": f"{hello.uid:016x}",
        "protocol": f"{hello.major}.{hello.minor}",
        "firmware": f"{firmware >> 16}.{firmware >> 8 & 255}.{firmware & 255}",
        "boot_count": hello.boot_count,
        "calibration_id": hello.calibration_id,
        "limits_revision": hello.limits_revision,
        "journal_head": hello.journal_head,
        "journal_acknowledged": hello.journal_tail,
        "shot_id_highest": hello.shot_id_highest,
    }


def _status_facts(status: Status) -> dict[str, object]:
    facts: dict[str, object] = dict(status._asdict())
    facts["state"] = status.state.name
    facts["abort_cause"] = status.abort_cause.name
    facts["fault"] = status.fault.name
    return facts


_DAY_0 = date(1970, 1, 1)


def _calibration_facts(held: Calibrated) -> dict[str, object]:
    last = f"day {held.not_after_day}"  # beyond what a calendar of four digits has
    if held.not_after_day <= (date.max - _DAY_0).days:
        last = str(_DAY_0 + timedelta(held.not_after_day)) if held.not_after_day else "no expiry"
    return {
        "id": held.id,
        "sha256": held.sha256 if held.id else "",
        "not_after": last if held.id else "",
        "shots_max": held.shots_max,
        "shots_used": held.shots_used,
        "bytes": len(held.content),
    }


def _limits_facts(limits: PistolLimits) -> dict[str, object]:
    facts: dict[str, object] = dict(limits._asdict())
    facts["layer"] = limits.layer.name
    return facts


def _refuse_stranger(pistol: Pistol, hello: HelloReply) -> NoReturn:
    """Name what the pistol's messages differ in: nothing else that it says can be relied on."""
    known = f"schema {SCHEMA_HASH:08x}, the pistol {hello.schema_hash:08x}"
    if not hello.features & Feature.DESCRIBE:
        raise RemoteProtocolError(f"this program has {known}, which it cannot describe: update it")
    described = pistol.description()
    lines = "\n  ".join(differences(described, own()))
    side = side_to_update(described, own())
    raise RemoteProtocolError(f"this program has {known}. Update {side}:\n  {lines}")


@click.command("info", help=INFO_HELP)
@port_option
@key_option
@json_option
def info_command(url: str, keys: Keys, as_json: bool) -> None:
    """Describe a pistol."""
    with Pistol.open(url, keys=keys) as pistol:
        hello = pistol.hello()
        if hello.schema_hash != SCHEMA_HASH:
            _refuse_stranger(pistol, hello)
        limits = pistol.limits()
        status = pistol.status()
        calibration = pistol.calibration()
    facts = {
        "pistol": _hello_facts(hello),
        "calibration": _calibration_facts(calibration),
        "status": _status_facts(status),
        "limits": _limits_facts(limits),
    }
    if as_json:
        show.echo_json(facts)
        return
    mark = "SIMULATED  " if hello.features & Feature.SIMULATED else ""
    for title, group in facts.items():
        click.echo(f"{mark}{title}")
        for name, value in group.items():
            click.echo(f"{mark}  {name:24} {value}")
    if hello.calibration_id == 0:
        click.echo(f"{mark}  ! this pistol was never calibrated")


@click.command("monitor", help=MONITOR_HELP)
@port_option
@key_option
@click.option("--count", type=click.IntRange(min=1), help="Stop after this many lines.")
@click.option(
    "--every-ms", type=click.IntRange(20, 60_000), default=500, show_default=True, help="Pace."
)
@json_option
def monitor_command(url: str, keys: Keys, count: int | None, every_ms: int, as_json: bool) -> None:
    """Watch a pistol."""
    with Pistol.open(url, keys=keys) as pistol:
        hello = pistol.hello()
        mark = "SIMULATED  " if hello.features & Feature.SIMULATED else ""
        for k in itertools.count():
            if count is not None and k >= count:
                return
            began = pistol.now_us()
            status = pistol.status()
            if as_json:
                facts = {"simulated": bool(mark), **_status_facts(status)}
                show.echo_json(facts)
            else:
                click.echo(_status_line(mark, status))
            if count is None or k + 1 < count:
                pistol.wait_until(began + every_ms * 1000)


def _status_line(mark: str, status: Status) -> str:
    return (
        f"{mark}{status.uptime_us / 1e6:10.3f} s  {status.state.name:10} "
        f"queue {status.queue}  journal {status.journal_tail}/{status.journal_head}  "
        f"last shot {status.shot_id_last}  syringe {show.ml(status.volume_nl_left)}  "
        f"depth {status.depth_um} um  {status.pressure_pa} Pa  errors {status.receive_errors}"
    )


@click.command("abort", help=ABORT_HELP)
@port_option
@key_option
def abort_command(url: str, keys: Keys) -> None:
    """Stop a pistol."""
    try:
        with Pistol.open(url, keys=keys, only_to_stop=True) as pistol:
            reply = pistol.stop()
    except LinkError as failed:
        raise LinkError(
            f"THE PISTOL WAS NOT STOPPED BY THIS COMMAND: {failed}. Press Ctrl-C in the program "
            "that holds the port, or the button on the pistol"
        ) from failed
    open_shot = f", shot {reply.shot_id_open} is open" if reply.shot_id_open else ""
    click.echo(f"The pistol at {url} is at rest (abort {reply.abort_id}{open_shot}).")


@click.command("simulate", help=SIMULATE_HELP)
@click.option("--tcp", metavar="HOST:PORT", help="Serve on this address.")
@click.option("--pty", is_flag=True, help="Serve on a new pseudo-terminal.")
@click.option("--seed", type=click.IntRange(0, 2**63 - 1), default=0, show_default=True)
@click.option("--truth", metavar="FILE", help="Append one JSON line for every physical delivery.")
@click.option("--memory", metavar="FILE", help="Keep the non-volatile memory in this file.")
@click.option("--hand-ms", type=click.IntRange(min=1), help="Time of the hand between two pricks.")
@click.option("--service-button", is_flag=True, help="A person holds it: limits may be loosened.")
@key_option
def simulate_command(
    tcp: str | None,
    pty: bool,
    seed: int,
    truth: str | None,
    memory: str | None,
    hand_ms: int | None,
    service_button: bool,
    keys: Keys,
) -> None:
    """Serve a twin."""
    from mesogun.dryrun import serve

    if (tcp is None) == (not pty):
        raise click.UsageError("name one of --tcp HOST:PORT and --pty")
    serve(
        tcp,
        seed=seed,
        truth=truth,
        memory=memory,
        hand_ms=hand_ms,
        service_button=service_button,
        keys=keys,
    )
