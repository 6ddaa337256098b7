"""`mesogun run` and `mesogun resume`: a session on the pistol at a port.

An operator's Ctrl-C (or a SIGTERM) stops the pistol first; then the record is closed and reads
"aborted". Nothing is asked before the pistol stands still.
"""

from __future__ import annotations

import hashlib
import secrets
import signal
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.keys import Keys
from firmware_protocol.messages import ArmChallenge, Hazard
from mesogun.cli import show
from mesogun.cli.avoid import Avoid, avoid_options, kept_away
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.hand import demand_pistol
from mesogun.cli.output import EXIT_OF_OUTCOME, Session, finish
from mesogun.cli.pistols import json_option, key_option, port_option
from mesogun.cli.plans import Plans, changes_text
from mesogun.cli.progress import Bar, bar
from mesogun.cli.stopping import Stoppable, stopped_by_signals
from mesogun.device import BAUD, SPEEDS, Capture, Pistol, Search
from mesogun.intake import prescription_bytes, read_prescription
from mesogun.planning import plan, to_json, verify
from mesogun.record import Connected, Entry, Folder, Journal, ending_of
from mesogun.record.folder import PLAN, PRESCRIPTION, WIRE
from mesogun.session import Briefing, Progress, opening, run

RUN_HELP = """Run the prescription RX on the pistol at a port, and keep the record in a folder.

\b
Examples:
  mesogun run examples/face.toml --port /dev/ttyACM0 --out out/first
  mesogun run examples/face.toml --port socket://127.0.0.1:9000 --out out/second --yes

Before the pistol is armed it echoes what it will enforce; you confirm that echo, or --yes does.
Ctrl-C stops the pistol at once. Exit code 0: every prick was given; 3: ended early, and the
summary says how to go on.
"""

RESUME_HELP = """Continue the interrupted session in the folder RECORD. No prick is given twice.

\b
Examples:
  mesogun resume out/first --port /dev/ttyACM0

The pistol's own journal says which shots were fired; what it cannot say stays in doubt, counts as
given, and nothing more is fired there. Where doses were lost, what is left is planned anew within
every limit, and you see the change before you confirm.
"""

PACKAGES = ("mesogun", "numpy", "pyserial")
PARTS_MAX = 8
"""How often one command connects, before it leaves the rest to `resume`."""
BACK_OFF_US = 500_000
"""Before the second connection; as much longer each time."""
FIND_S_MAX = 3600
yes_option = click.option("--yes", is_flag=True, help="Confirm the pistol's echo without asking.")
# Disks and schedulers stall for hundreds of milliseconds. With one shot outstanding at a time, a
# longer lease lets nothing more be fired; the pistol's own limits may shorten it.
lease_option = click.option(
    "--lease-ms",
    type=click.IntRange(100, 1000),
    default=1000,
    show_default=True,
    help="The pistol stops itself after so long without this program.",
)
reconnect_option = click.option(
    "--reconnect-s",
    type=click.IntRange(0, FIND_S_MAX),
    default=30,
    show_default=True,
    help="How long to look for a pistol whose port went away, here or under another name.",
)


baud_option = click.option(
    "--baud",
    type=click.Choice([str(one) for one in SPEEDS]),
    default=str(BAUD),
    show_default=True,
    help="Let a serial line run faster; both ends go back by themselves where it does not.",
)


@click.command("run", help=RUN_HELP)
@click.argument("rx")
@port_option
@key_option
@click.option("--out", required=True, metavar="DIR", help="A new folder for this session.")
@yes_option
@lease_option
@reconnect_option
@baud_option
@avoid_options
@catalogue_option
@json_option
def run_command(
    rx: str,
    url: str,
    keys: Keys,
    out: str,
    yes: bool,
    lease_ms: int,
    reconnect_s: int,
    baud: str,
    as_json: bool,
    away: Avoid | None,
    folders: Folders,
) -> int:
    """Run a prescription on a pistol."""
    _demand_somebody_to_confirm(yes)
    made = plan(kept_away(read_prescription(rx, folders=folders), away))
    demand_pistol(made)
    checked = verify(made)
    given = prescription_bytes(rx)
    if not as_json:
        show.say(show.plan_summary(made, folders))
    with _Port(url, keys, baud) as port, Folder.create(Path(out)) as folder:
        folder.write(PRESCRIPTION, given)
        folder.write(PLAN, to_json(made))
        port.capture_to(folder)
        opened = opening(
            checked,
            session_id=secrets.token_hex(8),
            started=_wall(),
            prescription_sha256=hashlib.sha256(given).hexdigest(),
            versions=tuple((name, version(name)) for name in PACKAGES),
            simulated=url.startswith("mesosim:"),
        )
        journal = folder.create_journal()
        journal.append(opened)
        manner = _Manner(yes, as_json, lease_ms, reconnect_s)
        return _play(Plans(folder, checked), port, folder, journal, (opened,), manner)


@click.command("resume", help=RESUME_HELP)
@click.argument("record", metavar="RECORD")
@port_option
@key_option
@yes_option
@lease_option
@reconnect_option
@baud_option
@json_option
def resume_command(
    record: str,
    url: str,
    keys: Keys,
    yes: bool,
    lease_ms: int,
    reconnect_s: int,
    baud: str,
    as_json: bool,
) -> int:
    """Continue an interrupted session."""
    _demand_somebody_to_confirm(yes)
    with Folder.open(Path(record)) as folder:
        journal, history = folder.reopen_journal()
        journal.close()
        plans = Plans.read(folder, history)
        demand_pistol(plans.in_force.plan, record)
        ended = ending_of(history)
        if ended is not None and ended.outcome == "complete":
            # All was given, but the host died before it wrote so: no pistol is needed for that.
            return tell(finish(folder, plans.in_force.plan), as_json)
        with _Port(url, keys, baud) as port:
            port.capture_to(folder)
            journal, history = folder.reopen_journal()
            manner = _Manner(yes, as_json, lease_ms, reconnect_s, resumed=True)
            return _play(plans, port, folder, journal, history, manner)


class _Port:
    """The pistol's port, opened again where it went away; keeps what goes over the wire."""

    def __init__(self, url: str, keys: Keys, baud: str) -> None:
        self._keys = keys
        self._baud = int(baud)
        self._capture: Capture | None = None
        self.pistol = self._open(url)
        self._search = Search(url, self._open)

    def _open(self, url: str) -> Pistol:
        pistol = Pistol.open(url, on_body=self.on_body, keys=self._keys)
        if self._baud != BAUD:
            self._hurry(pistol, url)
        return pistol

    def _hurry(self, pistol: Pistol, url: str) -> None:
        try:
            has = pistol.set_baud(self._baud)
        except RemoteProtocolError as error:
            show.say(f"{url}: the line stays as it is: {error}", err=True)
        except BaseException:
            pistol.close()
            raise
        else:
            if has != self._baud:
                show.say(f"{url}: the line stays at {has} baud", err=True)

    def is_back(
        self, stop: Callable[[Stoppable], None], history: Sequence[Entry], within_s: float
    ) -> bool:
        """Have the pistol of this session at hand again, or not in that time."""
        if self.pistol.can_go_on():
            return True
        self.pistol.close()
        stop(self._search)
        met = [one.pistol_uid for one in history if isinstance(one, Connected)]
        found = self._search.again(met[0] if met else None, within_s)
        if found is None:
            return False
        self.pistol = found
        stop(found)
        if self._search.was_stopped:  # at the very moment when it was found
            found.abort()
        return True

    def capture_to(self, folder: Folder) -> None:
        start_us = int(datetime.now(UTC).timestamp() * 1_000_000)
        self._capture = Capture(folder.path / WIRE, start_us=start_us)

    def on_body(self, direction: int, body: bytes, at_us: int) -> None:
        if self._capture is not None:
            self._capture.write(direction, body, at_us)

    def __enter__(self) -> _Port:
        return self

    def __exit__(self, *_: object) -> None:
        self.pistol.close()
        if self._capture is not None:
            self._capture.close()


@dataclass(frozen=True, slots=True)
class _Manner:
    """How a run talks with its operator, and how long the pistol trusts its silence."""

    yes: bool
    as_json: bool
    lease_ms: int
    reconnect_s: int
    resumed: bool = False


def _play(
    plans: Plans,
    port: _Port,
    folder: Folder,
    journal: Journal,
    history: Sequence[Entry],
    manner: _Manner,
) -> int:
    title = plans.in_force.plan.prescription.name
    with stopped_by_signals() as stop, bar(title, quiet=manner.as_json) as shown:
        stop(port.pistol)

        def progress(now: Progress) -> None:
            shown.advance(now.shots_done, now.shots_total, now.at_us)

        for part in range(1, PARTS_MAX + 1):
            with journal:
                ended = run(
                    plans.in_force,
                    port.pistol,
                    journal,
                    history=history,
                    confirm=_Confirmation(manner.yes, manner.as_json, shown, plans).ask,
                    progress=progress,
                    wall=_wall,
                    nonce=secrets.randbits(64),
                    lease_ms=manner.lease_ms,
                    keep=plans.keep,
                    resumed=manner.resumed,
                )
            shown.pause()
            if not ended.passing or part == PARTS_MAX:
                break
            show.say(f"{title}: {ended.why}; connecting again", err=True)
            port.pistol.wait_until(port.pistol.now_us() + part * BACK_OFF_US)
            if port.pistol.abort_wanted():
                break
            # As after a restart: what the journal on the disk says is all that is known.
            journal, history = folder.reopen_journal()
            if not port.is_back(stop, history, manner.reconnect_s):
                journal.close()
                break
        # Still shielded: a second Ctrl-C must not cut the closing of the record short.
        return tell(finish(folder, plans.in_force.plan), manner.as_json)


def tell(session: Session, as_json: bool) -> int:
    """Print how a session went, and return the exit code that says the same."""
    if as_json:
        show.echo_json(session.facts())
    else:
        show.say(session.summary())
    return EXIT_OF_OUTCOME[session.record.outcome]


def _wall() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


PRIME = "if needle or syringe are new, expel off the skin until there is no air (prime)"


def _demand_somebody_to_confirm(yes: bool) -> None:
    if not yes and not sys.stdin.isatty():
        raise click.UsageError(
            "nobody can confirm what the pistol will enforce: there is no terminal. "
            "Run it in a terminal, or confirm beforehand with --yes"
        )


@dataclass(frozen=True, slots=True)
class _Confirmation:
    """Shows the echo of what will be enforced, and asks."""

    yes: bool
    quiet: bool
    shown: Bar
    plans: Plans

    def ask(self, echo: ArmChallenge, briefing: Briefing) -> str | None:
        """Return who confirmed the echo, and that what is asked at a pause was done, or None."""
        self.shown.pause()
        # A flag set beforehand changes no needle and has seen no alarm: a person answers, but for a
        # twin.
        needed = briefing.pauses or briefing.alarms
        yes = self.yes and (not needed or bool(echo.hazards & Hazard.SIMULATED))
        if not self.quiet or not yes:
            show.say(echo_text(echo), err=self.quiet)
            self._tell(briefing)
        if yes:
            return "--yes"
        if not sys.stdin.isatty():
            show.say("nobody is there to confirm this: resume in a terminal", err=True)
            return None
        # Nothing is armed yet: here Ctrl-C means no, and must not wait for an answer first.
        before = signal.signal(signal.SIGINT, signal.default_int_handler)
        try:
            agreed = click.confirm("Arm the pistol with these values?", err=self.quiet)
        except click.Abort:
            return None
        finally:
            signal.signal(signal.SIGINT, before)
        return "operator at the terminal" if agreed else None

    def _tell(self, briefing: Briefing) -> None:
        for text in briefing.alarms:
            show.say(f"! alarm: {text}", err=self.quiet)
        if briefing.redosed:
            told = changes_text(self.plans.in_force.plan)
            show.say(f"Planned anew: {told} ({self.plans.path.name})", err=self.quiet)
        for one in briefing.pauses:
            show.say(f"Before you confirm: {one.note} ({one.kind})", err=self.quiet)
        if briefing.prime:
            show.say(f"Before you confirm: {PRIME}", err=self.quiet)


def echo_text(echo: ArmChallenge) -> str:
    """Write what the pistol says that it will enforce."""
    mark = "SIMULATED  " if echo.hazards & Hazard.SIMULATED else ""
    rows = [
        ("shots at most", str(echo.shots_max)),
        ("volume at most", show.ml(echo.volume_nl_max)),
        ("dose of a shot at most", show.ul(echo.dose_nl_max)),
        ("depth at most", show.mm(echo.depth_um_max)),
        ("rate at most", f"{echo.rate_nl_per_s_max / 1000:g} mcL/s"),
        ("from shot to shot at least", f"{echo.interval_ms_min} ms"),
        ("stops by itself after", f"{echo.lease_ms} ms without this program"),
        ("calibration", str(echo.calibration_id) if echo.calibration_id else "NEVER CALIBRATED"),
    ]
    if echo.hazards & Hazard.IN_DOUBT:
        rows.append(("! attention", "the pistol holds a shot whose end is in doubt"))
    if echo.hazards & Hazard.LOW_VOLUME:
        rows.append(("! attention", "the syringe may not hold the whole volume"))
    head = f"{mark}The pistol will enforce:"
    return "\n".join([head, *(f"{mark}  {name:28}{value}" for name, value in rows)])
