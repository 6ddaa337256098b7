"""The entry point: commands by name, loaded when asked for, and errors turned into exit codes.

Exit codes: 0 complete, 1 error (cable, disk, bug), 2 refused input or usage, 3 ended early,
4 a pistol's firmware does not conform.
"""

from __future__ import annotations

import gc
import importlib
import os
import sys
from typing import NoReturn

import click

from firmware_protocol.errors import MesogunError
from mesogun.errors import MissingPart, PlanError, WrongUsage

GARBAGE_THRESHOLD = 100_000
COMPILED = "MESOGUN_COMPILED"
"""auto (compile where it pays), never or always: a plan is the same, only sooner or later there."""
EXIT_OK, EXIT_ERROR, EXIT_REFUSED, EXIT_EARLY, EXIT_NOT_CONFORMING = 0, 1, 2, 3, 4

# name -> (module, attribute, one line of help); the modules are imported only when they are used,
# because the start of `mesogun plan` is mostly imports.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "plan": ("mesogun.cli.planning", "plan_command", "Plan a prescription and verify the plan."),
    "verify": ("mesogun.cli.planning", "verify_command", "Check a plan file independently."),
    "course": ("mesogun.cli.course", "course_command", "Show a course: done, and dates to come."),
    "care": ("mesogun.cli.care", "care_command", "Show what a patient does before and after."),
    "dry-run": ("mesogun.cli.dry_run", "dry_run_command", "Plan, verify and run on the twin."),
    "run": ("mesogun.cli.running", "run_command", "Run a prescription on a pistol."),
    "resume": ("mesogun.cli.running", "resume_command", "Continue an interrupted session."),
    "pace": ("mesogun.cli.pacing", "pace_command", "Guide a hand through a plan, and record it."),
    "replan": ("mesogun.cli.replanning", "replan_command", "Tell what is left of a session."),
    "abort": ("mesogun.cli.pistols", "abort_command", "Stop a pistol now."),
    "devices": ("mesogun.cli.pistols", "devices_command", "List the serial ports of this machine."),
    "info": ("mesogun.cli.pistols", "info_command", "Describe the pistol at a port."),
    "limits": ("mesogun.cli.limits", "limits_group", "Show or set what a pistol allows."),
    "calibration": (
        "mesogun.cli.calibration",
        "calibration_group",
        "Show or upload a pistol's calibration.",
    ),
    "service": (
        "mesogun.cli.service",
        "service_group",
        "Prime or test a pistol.",
    ),
    "monitor": ("mesogun.cli.pistols", "monitor_command", "Watch the pistol at a port."),
    "key": ("mesogun.cli.keys", "key_group", "Make the key of a pistol."),
    "simulate": ("mesogun.cli.pistols", "simulate_command", "Serve a simulated pistol."),
    "conformance": (
        "mesogun.cli.conformance",
        "conformance_command",
        "Hold a pistol's firmware against every requirement.",
    ),
    "catalogue": (
        "mesogun.cli.catalogue",
        "catalogue_command",
        "List and search what is known, with sources.",
    ),
    "record": ("mesogun.cli.records", "record_group", "Show, verify, export or add to a record."),
}


class RoomGroup(click.Group):
    """A group whose commands are imported when they are asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name the commands in the order of the work."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return one command; None if there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        found = vars(importlib.import_module(module))[attribute]
        assert isinstance(found, click.Command)
        return found

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command, or refuse with the nearest name."""
        if args and args[0] not in COMMANDS and not args[0].startswith("-"):
            import difflib

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            hint = f" Did you mean '{near[0]}'?" if near else ""
            ctx.fail(f"no command '{args[0]}'.{hint} The commands: {', '.join(COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, told[2]) for name, told in COMMANDS.items()])


@click.group(
    cls=RoomGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`mesogun COMMAND --help` shows examples. "
    "Engineering software, not a certified medical device.",
)
@click.version_option(package_name="mesogun", prog_name="mesogun")
def cli() -> None:
    """Plan, verify, dry-run, run and record mesotherapy sessions on an injection pistol.

    \b
    Start here:  mesogun dry-run examples/face.toml
    """
    wish = os.environ.get(COMPILED)
    if wish is not None:
        _choose_compiled(wish)


def _choose_compiled(wish: str) -> None:
    """Obey the environment: whether the planner's inner loops are compiled."""
    from mesogun.planning import fast

    modes: dict[str, fast.Mode] = {"auto": "auto", "never": "never", "always": "always"}
    if wish not in modes:
        raise WrongUsage(f"{COMPILED} is {wish!r}; it can be {', '.join(modes)}")
    try:
        fast.use(modes[wish])
    except ModuleNotFoundError as missing:
        raise MissingPart(
            f"{COMPILED} is 'always', and numba is not installed: "
            "install mesogun[fast], or set it to 'auto'"
        ) from missing


def _say(text: str) -> None:
    try:
        click.echo(text, err=True)
    except OSError:
        pass  # nobody listens any more; the exit code still tells


def _unexpected(error: BaseException) -> int:
    """Keep the traceback of a bug in a log file, and show one line."""
    import tempfile
    import traceback

    try:
        handle, name = tempfile.mkstemp(prefix="mesogun-", suffix=".log")
        with os.fdopen(handle, "w", encoding="utf-8") as log:
            traceback.print_exception(error, file=log)
        _say(f"mesogun: a fault of this program: {type(error).__name__}: {error}. Details: {name}")
    except OSError:
        _say(f"mesogun: a fault of this program: {type(error).__name__}: {error}")
    return EXIT_ERROR


def run_cli(arguments: list[str]) -> int:
    """Run one command and return its exit code. Never raises, never shows a traceback."""
    try:
        answer = cli.main(args=arguments, prog_name="mesogun", standalone_mode=False)
        return answer if isinstance(answer, int) else EXIT_OK
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except click.ClickException as refused:
        refused.show()
        return EXIT_REFUSED
    except (click.Abort, KeyboardInterrupt):
        _say("mesogun: stopped by the operator")
        return EXIT_EARLY
    except (PlanError, WrongUsage) as refused_input:
        _say(f"mesogun: refused: {refused_input}")
        return EXIT_REFUSED
    except MesogunError as error:
        _say(f"mesogun: {error}")
        return EXIT_ERROR
    except BrokenPipeError:
        # the reader of our output went away: point stdout elsewhere so that exit stays silent
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return EXIT_ERROR
    except OSError as error:
        where = f": {error.filename}" if isinstance(error.filename, str) else ""
        _say(f"mesogun: {error.strerror or error}{where}")
        return EXIT_ERROR
    except Exception as error:  # noqa: BLE001  (the last wall: a bug becomes a line and a log)
        return _unexpected(error)


def main() -> NoReturn:
    """Run the command line of this process and exit."""
    # Nearly all that a short command allocates lives until its end: looking through it again and
    # again for garbage took a fifteenth of its time, and a last time when it ended another tenth.
    gc.set_threshold(GARBAGE_THRESHOLD)
    # Nothing here multiplies matrices; the threads that numpy would start for it wait in a loop.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    code = run_cli(sys.argv[1:])
    gc.freeze()
    sys.exit(code)
