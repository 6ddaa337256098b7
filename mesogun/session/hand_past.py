"""What the journal of a session by hand says of it: where the guide goes on."""

from __future__ import annotations

from collections.abc import Sequence

from mesogun.errors import RecordError
from mesogun.record import (
    Connected,
    Corrected,
    Entry,
    Guided,
    Intent,
    Opened,
    Outcome,
    Strokes,
    ending_of,
)
from mesogun.session.by_hand import NOT_REACHED, Fate, Grain, Standing
from mesogun.session.tasks import Task


def standing_of(history: Sequence[Entry], task: Task, *, by: str, grain: Grain) -> Standing:
    """Read from a journal what was said of each prick, and what was shown and not answered.

    Raises:
        RecordError: the journal is of another plan, of a pistol, complete, or contradicts itself.
    """
    _refuse_foreign(history, task)
    prick_of: dict[int, int] = {}
    fates: dict[int, Fate] = {}
    for entry in history:
        match entry:
            case Intent():
                if (
                    entry.shot >= task.pricks
                    or prick_of.get(entry.shot_id, entry.shot) != entry.shot
                ):
                    raise RecordError(f"the journal shows shot {entry.shot_id} where none can be")
                prick_of[entry.shot_id] = entry.shot
            case Outcome() | Corrected():
                prick = prick_of.get(entry.shot_id)
                if prick is None:
                    raise RecordError(
                        f"the journal has an answer about shot {entry.shot_id}, never shown"
                    )
                if isinstance(entry, Outcome) and entry.reason == NOT_REACHED:
                    del prick_of[entry.shot_id]
                else:
                    fates[prick] = Fate(entry.shot_id, entry.outcome == "fired")
            case _:
                pass
    settled = {one.shot_id for one in fates.values()}
    waiting = sorted(
        (prick, shot_id) for shot_id, prick in prick_of.items() if shot_id not in settled
    )
    done = len(fates)
    shown = [prick for prick, _ in waiting]
    if set(fates) != set(range(done)) or shown != list(range(done, done + len(shown))):
        raise RecordError("the journal's pricks were not settled one after the other")
    ids = [one.shot_id for one in history if isinstance(one, Intent)]
    return Standing(
        task,
        by,
        grain,
        "begin",
        next=done,
        open=tuple(waiting),
        fates=fates,
        id_next=max(ids, default=0) + 1,
        shown_before=bool(waiting),
    )


def _refuse_foreign(history: Sequence[Entry], task: Task) -> None:
    opened = history[0] if history else None
    if not isinstance(opened, Opened):
        raise RecordError("the journal does not begin with the opening of a session")
    if any(isinstance(one, Connected) for one in history):
        raise RecordError("this session was run on a pistol: `mesogun resume` goes on with it")
    told = next((len(one.depths_um) for one in history if isinstance(one, Strokes)), opened.pricks)
    if opened.plan_digest == task.plan_digest and told != task.pricks:
        raise RecordError(
            "the journal breaks off before its strokes, and nothing was given: begin anew"
        )
    if opened.plan_digest != task.plan_digest:
        raise RecordError(
            f"the journal is of the plan {opened.plan_digest}, not of {task.plan_digest}"
        )
    ended = ending_of(history)
    if ended is not None and ended.outcome == "complete":
        raise RecordError("this session is complete: nothing is left to give")


def parts_of(history: Sequence[Entry]) -> int:
    """Return how often the guide was started for this session."""
    return sum(isinstance(one, Guided) for one in history)
