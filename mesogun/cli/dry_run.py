"""`mesogun dry-run`: the main job, on the simulated pistol."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import click

from firmware_protocol.errors import MesogunError
from mesogun.cli import show
from mesogun.cli.avoid import Avoid, avoid_options, kept_away
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.hand import demand_pistol
from mesogun.cli.output import finish, free_folder
from mesogun.cli.plans import Plans
from mesogun.cli.progress import Bar, bar
from mesogun.cli.running import PACKAGES, tell
from mesogun.cli.stopping import stopped_by_signals
from mesogun.device import Capture
from mesogun.dryrun import Delivery, Faults, dry_run
from mesogun.errors import RecordError
from mesogun.intake import prescription_bytes, read_prescription
from mesogun.planning import plan, to_json, verify
from mesogun.record import Folder
from mesogun.record.folder import JOURNAL, PLAN, PRESCRIPTION, WIRE
from mesogun.session import Progress

SEED_MAX = 2**63 - 1
HELP = """Plan the prescription RX, verify the plan, and run it on the simulated pistol.

\b
Examples:
  mesogun dry-run examples/face.toml
  mesogun dry-run examples/cellulite.toml --seed 1 --json
  mesogun dry-run examples/scalp.toml --fault drop:0.1 --fault host-restart@20
  mesogun dry-run examples/face.toml --realtime

The session, the link and the bytes are those of a real run; only the time is virtual. One seed
gives one run, byte for byte.

\b
Faults (repeat --fault for several; N is the number of the shot, P a probability per chunk):
  drop:P  corrupt:P  duplicate:P  delay:MS  host-restart@N  power-cut@N  abort@N

After a restart or a power cut the session is resumed as an operator would. Exit code 0: complete;
3: ended early.
"""


@click.command("dry-run", help=HELP)
@click.argument("rx")
@click.option("--out", metavar="DIR", help="A new folder for the output [default: out/NAME-001 …].")
@click.option("--seed", type=click.IntRange(0, SEED_MAX), default=1, show_default=True)
@click.option("--fault", "faults", multiple=True, metavar="FAULT", help="See above.")
@click.option("--realtime", is_flag=True, help="Play at true speed.")
@click.option("--truth", metavar="FILE", help="Append one JSON line for every physical delivery.")
@avoid_options
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def dry_run_command(
    rx: str,
    out: str | None,
    seed: int,
    faults: tuple[str, ...],
    realtime: bool,
    truth: str | None,
    as_json: bool,
    away: Avoid | None,
    folders: Folders,
) -> int:
    """Plan, verify and run on the twin."""
    try:
        chosen = Faults.parse(faults)
    except MesogunError as wrong:
        raise click.UsageError(f"--fault: {wrong}") from wrong
    made = plan(kept_away(read_prescription(rx, folders=folders), away))
    demand_pistol(made)
    checked = verify(made)
    given = prescription_bytes(rx)
    where = free_folder(made.prescription.name) if out is None else Path(out)
    with Folder.create(where) as folder:
        if not as_json:
            show.say(show.plan_summary(made, folders))
            show.say("\nVerified: no limit is broken. Now on the SIMULATED pistol:", err=True)
        folder.write(PRESCRIPTION, given)
        folder.write(PLAN, to_json(made))
        plans = Plans(folder, checked)
        with (
            _truth(truth) as on_delivery,
            Capture(folder.path / WIRE) as capture,
            bar(f"SIMULATED {made.prescription.name}", quiet=as_json) as shown,
            stopped_by_signals() as stop,
        ):
            dry_run(
                checked,
                folder.path / JOURNAL,
                seed=seed,
                faults=chosen,
                prescription_sha256=hashlib.sha256(given).hexdigest(),
                versions=tuple((name, version(name)) for name in PACKAGES),
                progress=_watcher(shown),
                on_delivery=on_delivery,
                on_body=capture.write,
                pace=_true_speed() if realtime else None,
                on_start=stop,
                keep=plans.keep,
            )
            session = finish(folder, plans.in_force.plan)
    if not as_json:
        show.say()
    return tell(session, as_json)


def _watcher(shown: Bar) -> Callable[[Progress], None]:
    def watch(now: Progress) -> None:
        shown.advance(now.shots_done, now.shots_total, now.at_us)

    return watch


def _true_speed() -> Callable[[int], None]:
    began = time.monotonic()

    def wait(at_us: int) -> None:
        time.sleep(max(0.0, began + at_us / 1_000_000 - time.monotonic()))

    return wait


@contextmanager
def _truth(file: str | None) -> Iterator[Callable[[Delivery], None] | None]:
    """Append the twin's physical deliveries to a file, each the moment it happens."""
    if file is None:
        yield None
        return
    try:
        lines = Path(file).open("a", encoding="utf-8")  # noqa: SIM115  (closed below)
    except OSError as cause:
        raise RecordError(f"{file}: cannot write the truth there: {cause.strerror}") from cause

    def write(one: Delivery) -> None:
        told = {
            "shot_id": one.shot_id,
            "dose_nl": one.dose_nl,
            "depth_um": one.depth_um,
            "at_us": one.at_us,
            "contact": one.contact,
        }
        lines.write(json.dumps(told) + "\n")
        lines.flush()

    with lines:
        yield write
