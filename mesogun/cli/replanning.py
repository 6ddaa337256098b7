"""`mesogun replan`: stop here, what is left?"""

from __future__ import annotations

from pathlib import Path

import click

from mesogun.cli import show
from mesogun.cli.files import write_file
from mesogun.cli.hand import demand_pistol
from mesogun.intake import read_plan
from mesogun.planning import Plan, to_json, verify
from mesogun.planning.replan import replan
from mesogun.record import Record, fold, read_chained
from mesogun.record.folder import JOURNAL, demand_session, plan_name, plans_of
from mesogun.session import by_row, orders_of, past_of

CHANGES_SHOWN = 20
HELP = """Plan anew what is left of the session in the folder RECORD; nothing there is changed.

\b
Examples:
  mesogun replan out/face-001
  mesogun replan out/face-001 -o rest.json
  mesogun replan out/face-001 --json

What was given stays as it is. Pricks that were lost give their dose to those that are left, within
every limit; what does not fit is not given. Pricks in doubt count as given. `mesogun resume` does
the same by itself, once the pistol has told what it knows.
"""


@click.command("replan", help=HELP)
@click.argument("record", metavar="RECORD")
@click.option(
    "-o",
    "--output",
    metavar="PLAN",
    help="Write the new plan here, to be read; `resume` is what gives it.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def replan_command(record: str, output: str | None, as_json: bool) -> None:
    """Tell what is left of a session and what would be given now."""
    folder = Path(record)
    demand_session(folder)
    history, chain = read_chained(folder / JOURNAL)
    told = fold(history, chain.entries, chain.head)
    before = verify(read_plan(folder / plan_name(plans_of(history))))
    demand_pistol(before.plan, record)
    past = past_of(history, orders_of(before))
    # An open shot may have been given: only the pistol knows, and here it counts as given.
    left = frozenset(past.left) - {one.shot for one in past.open}
    counted = dict(past.short)
    given = {
        shot: counted.get(shot, int(order.dose_nl))
        for shot, order in enumerate(orders_of(before).shots)
        if shot not in left
    }
    anew = verify(replan(before, by_row(before.plan, given))).plan
    if output is not None:
        write_file(Path(output), to_json(anew))
    facts = _facts(told, before.plan, anew)
    if as_json:
        show.echo_json(facts | {"plan": output})
    else:
        show.say(_text(facts, before.plan, anew))
        if output is not None:
            show.say(f"plan: {output}")


def _facts(told: Record, before: Plan, anew: Plan) -> dict[str, object]:
    settled = anew.settled
    assert settled is not None  # it continues another one
    done = dict(zip(settled.rows, settled.given_nl, strict=True))
    doubtful = {one.index for one in told.pricks if one.state == "in_doubt"}
    left = [int(nl) for row, nl in enumerate(anew.pricks.dose_nl) if row not in done]
    return {
        "parent": settled.parent,
        "digest": anew.digest(),
        "pricks_given": sum(1 for row, nl in done.items() if nl and row not in doubtful),
        "pricks_lost": sum(1 for nl in done.values() if nl == 0),
        "pricks_in_doubt": len(doubtful),
        "pricks_left": len(left),
        "dose_nl_counted": sum(done.values()),
        "dose_nl_left": sum(left),
        "dose_nl_prescribed": sum(int(one.volume_nl) for one in anew.prescription.products),
        "pricks_changed": len(_changes(before, anew)),
    }


def _changes(before: Plan, anew: Plan) -> list[tuple[int, int, int]]:
    """Return (prick, dose before, dose now) of those that are left and have another dose."""
    done = frozenset(anew.settled.rows if anew.settled is not None else ())
    doses = zip(before.pricks.dose_nl.tolist(), anew.pricks.dose_nl.tolist(), strict=True)
    return [
        (row, old, new) for row, (old, new) in enumerate(doses) if old != new and row not in done
    ]


def _text(facts: dict[str, object], before: Plan, anew: Plan) -> str:
    counted, left, asked = (
        int(str(facts[name])) for name in ("dose_nl_counted", "dose_nl_left", "dose_nl_prescribed")
    )
    lines = [
        f"{anew.prescription.name}: what is left",
        f"given            {facts['pricks_given']} pricks",
        f"in doubt         {facts['pricks_in_doubt']} pricks: count as given",
        f"lost             {facts['pricks_lost']} pricks",
        f"left             {facts['pricks_left']} pricks",
        f"given so far     {show.ml(counted)}, those in doubt with all that was asked",
        f"would be given   {show.ml(left)} more, {show.ml(counted + left)} of {show.ml(asked)} "
        "prescribed",
    ]
    changes = _changes(before, anew)
    if not changes:
        return "\n".join([*lines, "doses            as planned"])
    rows = [(row + 1, show.ul(old), show.ul(new)) for row, old, new in changes[:CHANGES_SHOWN]]
    lines += ["", show.table(("prick", "dose so far", "dose now"), rows)]
    if len(changes) > CHANGES_SHOWN:
        lines.append(f"  and {len(changes) - CHANGES_SHOWN} more")
    return "\n".join(lines)
