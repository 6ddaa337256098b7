"""`mesogun plan` and `mesogun verify`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Literal

import click

from mesogun.cli import preparing, show
from mesogun.cli.avoid import Avoid, avoid_options, kept_away
from mesogun.cli.catalogues import Folders, catalogue_option
from mesogun.cli.files import write_file
from mesogun.cli.pictures import check_map, check_picture, demand_map, map_bytes, picture_bytes
from mesogun.errors import LimitsExceeded
from mesogun.intake import read_any_plan, read_prescription
from mesogun.planning import Plan, plan, to_json, verify

PLAN_HELP = """Plan the prescription RX and verify the plan.

\b
Examples:
  mesogun plan examples/face.toml
  mesogun plan examples/face.toml -o plan.json --picture plan.svg
  mesogun plan examples/face.toml --picture depths.png --colour-by depth
  mesogun plan examples/hand-thighs.toml -o plan.json --map thighs.pdf
  mesogun plan examples/face.toml --json
  mesogun plan examples/face.toml --avoid out/first --avoid-mm 5 --avoid-days 14

Prints the zones, the limits in force with who set them, and the warnings. The same prescription
gives the same bytes on every machine. --map is the map at life size, to print and to lay beside the
patient. Exit code 2: refused, with the reason and the mend.
"""

VERIFY_HELP = """Check the plan file PLAN by code that shares nothing with the planner.

\b
Examples:
  mesogun verify plan.json
  mesogun verify plan.json --json

A plan of another planner is verified as well, in the same format; it is never run.

Exit code 0: no limit is broken. Exit code 2: every violation, with prick, value, limit and origin.
"""


def _plan_facts(made: Plan, digest: str, file: str | None, folders: Folders) -> dict[str, object]:
    return {
        "digest": digest,
        "pricks": len(made.pricks),
        "dose_nl": sum(map(int, made.pricks.dose_nl)),
        "duration_s": made.duration_us / 1_000_000,
        "travel_mm": made.travel_um / 1000,
        "zones": [
            {
                "name": zone.name,
                "pricks": zone.prick_count,
                "dose_nl": zone.dose_nl_total,
                "spacing_um_min": zone.spacing_um_min,
                "pitch_um": zone.pitch_um,
            }
            for zone in made.zones
        ],
        "limits": [
            {
                "name": one.name,
                "value": one.value,
                "unit": one.unit,
                "zone": one.zone,
                "origin": one.origin,
                "source": one.source,
            }
            for one in made.limits
        ],
        **_needled(made),
        "findings": preparing.findings_facts(made.prescription),
        "to_have_ready": preparing.facts(made, folders),
        "warnings": list(made.warnings),
        "approvals": [asdict(one) for one in made.prescription.approvals],
        "file": file,
    }


def _needled(made: Plan) -> dict[str, object]:
    if not made.strokes:
        return {}
    from mesogun.cli import strokes  # loaded here: most plans are of pricks

    return {"needling": strokes.facts(made)}


@click.command("plan", help=PLAN_HELP)
@click.argument("rx")
@click.option("-o", "--output", "output", metavar="PLAN", help="Write the plan (JSON) here.")
@click.option("--picture", metavar="FILE", help="Write a map of the plan here: .svg or .png.")
@click.option(
    "--colour-by",
    type=click.Choice(["dose", "depth"]),
    default="dose",
    help="What the colours of the picture mean.",
)
@click.option("--map", "map_file", metavar="FILE", help="Write the map at life size: .pdf or .svg.")
@click.option(
    "--paper",
    type=click.Choice(["a4", "letter"]),
    default="a4",
    show_default=True,
    help="Of the pages of a map in PDF.",
)
@avoid_options
@catalogue_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan_command(
    rx: str,
    output: str | None,
    picture: str | None,
    colour_by: Literal["dose", "depth"],
    map_file: str | None,
    paper: str,
    as_json: bool,
    away: Avoid | None,
    folders: Folders,
) -> None:
    """Plan a prescription and verify the plan."""
    check_picture(picture)
    check_map(map_file)
    for target in (output, picture, map_file):
        if target is not None and Path(target).resolve() == Path(rx).resolve():
            raise click.UsageError(f"{target} is the prescription itself: name another file")
    asked = read_prescription(rx, folders=folders)
    if map_file is not None:
        demand_map(asked)
    made = plan(kept_away(asked, away))
    checked = verify(made)
    printed = b"" if map_file is None else map_bytes(made, map_file, paper)
    if output is not None:
        write_file(Path(output), to_json(made))
    if picture is not None:
        from mesogun.report import treatment_map

        drawn = treatment_map(made, None, colour_by=colour_by)
        write_file(Path(picture), picture_bytes(drawn, picture))
    if map_file is not None:
        write_file(Path(map_file), printed)
    if as_json:
        show.echo_json(_plan_facts(made, checked.digest, output, folders))
        return
    click.echo(show.plan_summary(made, folders))
    click.echo(f"\nVerified: no limit is broken. {checked.digest}")
    for kind, file in (("Plan", output), ("Picture", picture), ("Map", map_file)):
        if file is not None:
            click.echo(f"{kind}: {file}")


@click.command("verify", help=VERIFY_HELP)
@click.argument("plan_file", metavar="PLAN")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def verify_command(plan_file: str, as_json: bool) -> int:
    """Check a plan file independently."""
    made, notes = read_any_plan(plan_file)
    for note in notes:
        click.echo(f"{plan_file}: {note}", err=True)
    try:
        checked = verify(made)
    except LimitsExceeded as refused:
        return _tell_violations(refused, plan_file, as_json)
    if as_json:
        show.echo_json({"ok": True, "digest": checked.digest, "violations": []})
    else:
        what = f"{len(made.pricks)} pricks, {show.ml(sum(map(int, made.pricks.dose_nl)))}"
        if made.strokes:
            what = f"{len(made.strokes)} strokes"
        click.echo(f"{plan_file}: {what}: no limit is broken. {checked.digest}")
    return 0


def _tell_violations(refused: LimitsExceeded, plan_file: str, as_json: bool) -> int:
    if as_json:
        told = [
            {
                "limit": one.limit,
                "value": one.value,
                "bound": one.bound,
                "unit": one.unit,
                "origin": one.origin,
                "zone": one.zone,
                "pricks": list(one.pricks),
                "note": one.note,
            }
            for one in refused.violations
        ]
        show.echo_json({"ok": False, "digest": None, "violations": told})
    else:
        count = len(refused.violations)
        click.echo(f"{plan_file}: {count} violation{'s' if count > 1 else ''}", err=True)
        for one in refused.violations:
            click.echo(f"  {one}", err=True)
    return 2
