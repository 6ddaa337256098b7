"""What a session leaves behind: its folder written, read again, and told in a few lines."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from mesogun.cli import show, stroke_record
from mesogun.intake import read_plan
from mesogun.planning import Plan
from mesogun.record import Folder, Note, Record, load_record
from mesogun.record.folder import MAP, REPORT, plan_name

EXIT_OF_OUTCOME = {"complete": 0, "aborted": 3, "fault": 3, "interrupted": 3}
LOUD_ALARMS = 10


@dataclass(frozen=True, slots=True)
class Session:
    """A session's folder, read."""

    folder: Path
    plan: Plan
    record: Record

    def facts(self) -> dict[str, object]:
        """Return the one object that `--json` prints."""
        record = self.record
        return {
            "outcome": record.outcome,
            "why": record.why,
            "simulated": record.session.simulated,
            "pricks_planned": len(record.pricks),
            "pricks_given": record.count("given"),
            "pricks_in_doubt": record.count("in_doubt"),
            "pricks_not_given": record.count("not_given"),
            **stroke_record.facts(record),
            "dose_nl_planned": sum(one.dose_nl_planned for one in record.pricks),
            "dose_nl_given": record.dose_nl_given,
            "duration_s": record.duration_us / 1_000_000,
            "parts": record.parts,
            "plan_digest": record.plan_digest,
            "folder": str(self.folder),
            "report": str(self.folder / REPORT),
        }

    def summary(self) -> str:
        """Say how the session went, as a clinician would ask; every line says if it was a twin."""
        record, rx = self.record, self.plan.prescription
        doubt, missing = (stroke_record.count(record, one) for one in ("in_doubt", "not_given"))
        troubles = (f"{doubt} IN DOUBT" if doubt else "", f"{missing} NOT GIVEN" if missing else "")
        differs = "".join(f", {one}" for one in troubles if one)
        lines = [
            f"{rx.name}: {OUTCOME_WORDS[record.outcome]}{differs}"
            + (f": {record.why}" if record.why else ""),
            *self._given_lines(),
            *(f"product          {one.name}, lot {one.lot}" for one in rx.products),
            f"in doubt         {doubt or 'none'}" + (doubt_words(record) if doubt else ""),
            f"not given        {missing or 'none'}",
            f"duration         {show.clock(record.duration_us)}"
            + (f", in {record.parts} parts" if record.parts > 1 else ""),
            *self._change_lines(),
            *self._alarm_lines(),
            *(f"side effect      {note_text(one)}" for one in record.notes),
            f"report           {self.folder / REPORT}",
        ]
        if record.session.by_hand and record.outcome != "complete":
            lines.append(f"to go on         mesogun pace --resume {self.folder}")
        elif record.outcome == "interrupted":
            lines.append(f"to go on         mesogun resume {self.folder} --port ...")
        mark = "SIMULATED  " if record.session.simulated else ""
        return "\n".join(mark + line for line in lines)

    def _given_lines(self) -> list[str]:
        record = self.record
        if record.strokes:
            return stroke_record.given_lines(record, self.plan)
        ordered = sum(one.dose_nl_planned for one in record.pricks)
        return [
            f"pricks given     {record.count('given')} of {len(record.pricks)}",
            f"volume given     {show.ml(record.dose_nl_given)} of {show.ml(ordered)}, "
            f"{evidence(record)}",
        ]

    def _change_lines(self) -> list[str]:
        lines = []
        for one in self.record.replans:
            lost = sum(1 for _, before, after in one.changes if after < before)
            lines.append(
                f"planned anew     after {lost} lost doses: {len(one.changes) - lost} others "
                f"raised ({one.plan_digest[:15]}…)"
            )
        what = "stroke" if self.record.strokes else "shot"
        for pause in self.record.pauses:
            by = f"confirmed by {pause.confirmed_by}" if pause.confirmed_by else "NOT CONFIRMED"
            lines.append(
                f"pause            before {what} {pause.shot + 1}: {', '.join(pause.kinds)}, {by}"
            )
        return lines

    def _alarm_lines(self) -> list[str]:
        alarms = self.record.alarms
        lines = [f"alarm            {one.text}" for one in alarms[:LOUD_ALARMS]]
        if len(alarms) > LOUD_ALARMS:
            lines.append(f"alarm            and {len(alarms) - LOUD_ALARMS} more: see the report")
        return lines


def note_text(one: Note) -> str:
    """Say on one line which side effect was seen, when and where."""
    seen = one.seen[:16].replace("T", " ") + " " + one.seen[19:]
    parts = [one.effect.replace("_", " "), one.severity, *([one.zone] if one.zone else [])]
    said = (f": {one.text}" if one.text else "") + (f" (by {one.by})" if one.by else "")
    return f"{seen}, {after_text(one.after_s)} after the session: {', '.join(parts)}{said}"


def after_text(seconds: int) -> str:
    """Write how long after a session something was seen, rounded down: "5 d 3 h"."""
    minutes = seconds // 60
    days, hours = minutes // 1440, minutes // 60 % 24
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes % 60} min" if hours else f"{minutes} min"


def evidence(record: Record) -> str:
    """Say what the doses of a record rest on."""
    if not record.session.by_hand:
        return "as measured"
    return f"as confirmed by {record.session.confirmed_by}; not measured"


def doubt_words(record: Record) -> str:
    """Say what pricks in doubt mean."""
    if record.session.by_hand:
        return ": shown, and nobody said whether they were given; going on asks first"
    return ": count as given, and nothing more may be fired there"


OUTCOME_WORDS = {
    "complete": "COMPLETE",
    "aborted": "ABORTED",
    "fault": "ENDED BY A FAULT",
    "interrupted": "INTERRUPTED",
}


def read_session(folder: Path) -> Session:
    """Read a session's plan and journal.

    Raises:
        WrongFolder: the folder holds no session.
        RecordError: its journal cannot be trusted.
        PlanError: its plan cannot be read.
    """
    record = load_record(folder)
    return Session(folder, read_plan(folder / plan_name(1 + len(record.replans))), record)


def plan_digest_of(path: Path) -> str:
    """Compute the digest of a plan file anew."""
    return read_plan(path).digest()


def finish(folder: Folder, plan: Plan) -> Session:
    """Write record, report and map from the journal on the disk, and return what they say."""
    record = folder.write_record()
    for name, data in pages(record, plan).items():
        folder.write(name, data)
    return Session(folder.path, plan, record)


def pages(record: Record, plan: Plan) -> dict[str, bytes]:
    """Make report and map: functions of plan and record alone, so that they can be checked."""
    from mesogun.report import page, treatment_map

    notes = [one.wall for one in record.notes]
    made_at = max([record.session.ended or record.session.started, *notes[-1:]])
    return {
        REPORT: page(record, plan, generated_at=made_at).encode(),
        MAP: treatment_map(plan, record).encode(),
    }


def maker_of(record: Record) -> str | None:
    """Return which mesogun made report and map: of the last note, or of the session."""
    if record.notes:
        return record.notes[-1].version
    return dict(record.session.versions).get("mesogun")


def changed_pages(session: Session) -> tuple[list[str], list[str]]:
    """Make report and map anew, and compare: they are functions of the plan and the journal.

    Returns what is wrong, and what could not be compared.
    """
    made_by, ours = maker_of(session.record), version("mesogun")
    if made_by != ours:
        return [], [
            f"report and map were not compared: mesogun {made_by} made them, this is {ours}"
        ]
    changed = [
        f"{name}: missing, or not what the journal and the plan say"
        for name, data in pages(session.record, session.plan).items()
        if not (session.folder / name).is_file() or (session.folder / name).read_bytes() != data
    ]
    return changed, []


def free_folder(name: str) -> Path:
    """Return the first of out/NAME-001, out/NAME-002, … that does not exist."""
    return next(
        path for k in range(1, 1_000_000) if not (path := Path("out") / f"{name}-{k:03d}").exists()
    )
