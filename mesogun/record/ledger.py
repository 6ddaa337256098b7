"""What became of each shot id and of each planned shot, from intents and outcomes alone.

It never guesses in favour of "not given": an intent without an outcome, outcomes that contradict
each other, and a dose measured for a shot that "was not fired" are in doubt.
"""

from __future__ import annotations

from dataclasses import dataclass

from mesogun.record.entries import Corrected, Intent, Outcome
from mesogun.record.record import Alarm, PrickState

NEVER_ASKED = "never asked of the pistol"
NO_OUTCOME = "asked of the pistol; what became of it is not known"
NOT_REACHED = "not reached"
UNANSWERED = "shown to the operator, who did not say whether it was given"
CONTRADICTED = "what the journal says of it contradicts itself"


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of one shot id, or of one planned shot over all its ids."""

    shot_id: int | None
    state: PrickState
    dose_nl: int | None
    """Of the whole shot; None unless given."""
    depth_um: int | None
    at_us: int | None
    why: str


class Ledger:
    """Intents and outcomes of one session, in any order and told any number of times."""

    def __init__(self, shots: int, *, by_hand: bool = False, noun: str = "prick") -> None:
        """`by_hand`: a person said what became of each, not a pistol, and calls it `noun`."""
        self._by_hand, self._noun = by_hand, noun
        self._never = NOT_REACHED if by_hand else NEVER_ASKED
        self._open = UNANSWERED if by_hand else NO_OUTCOME
        self._alarms: list[Alarm] = []
        self._ids_of: dict[int, list[int]] = {shot: [] for shot in range(shots)}
        self._intents: dict[int, Intent] = {}
        self._outcomes: dict[int, Outcome] = {}
        self._contradicted: set[int] = set()

    def intend(self, entry: Intent) -> None:
        """Take in that a shot was about to be asked."""
        known = self._intents.setdefault(entry.shot_id, entry)
        ids = self._ids_of.get(entry.shot)
        if ids is None:
            self._contradict(entry.at_us, entry.shot_id, f"there is no planned shot {entry.shot}")
        elif known.shot != entry.shot:
            text = f"asked for the planned shots {known.shot} and {entry.shot}"
            self._contradict(entry.at_us, entry.shot_id, text)
            ids.append(entry.shot_id)
        elif entry.shot_id not in ids:
            ids.append(entry.shot_id)

    def settle(self, entry: Outcome | Corrected) -> None:
        """Take in what the pistol told of a shot, or a person, and what a person took back."""
        if isinstance(entry, Corrected):
            self._correct(entry)
            return
        known = self._outcomes.setdefault(entry.shot_id, entry)
        if _essence(known) != _essence(entry):
            text = f"told as {_in_words(known)}, then as {_in_words(entry)}"
            self._contradict(entry.at_us, entry.shot_id, text)
        elif known is entry and entry.outcome == "not_fired" and entry.dose_nl_given > 0:
            self._contradict(entry.at_us, entry.shot_id, f"told as {_in_words(entry)}")
        elif known.fired_at_us is None and entry.fired_at_us is not None:
            self._outcomes[entry.shot_id] = entry

    def _correct(self, entry: Corrected) -> None:
        """A person said otherwise before; an alarm keeps both."""
        known = self._outcomes.get(entry.shot_id)
        said = "not answered" if known is None else _said(known)
        anew = Outcome(
            at_us=entry.at_us,
            shot_id=entry.shot_id,
            outcome=entry.outcome,
            reason="corrected by the operator",
            dose_nl_given=entry.dose_nl_given,
            depth_um_given=entry.depth_um_given,
            fired_at_us=entry.at_us if entry.outcome == "fired" else None,
            pistol_seq=None,
        )
        self._outcomes[entry.shot_id] = anew
        text = f"{self._name(entry.shot_id)}: {said}, corrected by {entry.by} to {_said(anew)}"
        self._alarms.append(Alarm(entry.at_us, "corrected", text))

    def fates(self) -> tuple[tuple[Fate, ...], tuple[Alarm, ...]]:
        """Decide every planned shot, and raise the alarms that follow."""
        alarms = list(self._alarms)
        fates = tuple(self._fate(ids, alarms) for ids in self._ids_of.values())
        for shot_id in self._outcomes.keys() - self._intents.keys():
            entry = self._outcomes[shot_id]
            text = f"shot {shot_id} is not of this session, but the pistol told it as "
            alarms.append(Alarm(entry.at_us, "foreign_shot", text + _in_words(entry)))
        return fates, tuple(sorted(alarms, key=lambda one: (one.at_us, one.kind, one.text)))

    def _fate(self, ids: list[int], alarms: list[Alarm]) -> Fate:
        fates = [self._fate_of_id(one, alarms) for one in ids]
        doubtful = [one for one in fates if one.state == "in_doubt"]
        given = [one for one in fates if one.state == "given"]
        if doubtful:
            return doubtful[-1]
        if len(given) > 1:
            return _twice(given, alarms)
        if given:
            return given[0]
        return fates[-1] if fates else Fate(None, "not_given", None, None, None, self._never)

    def _fate_of_id(self, shot_id: int, alarms: list[Alarm]) -> Fate:
        entry, asked_us = self._outcomes.get(shot_id), self._intents[shot_id].at_us
        if shot_id in self._contradicted:
            return Fate(shot_id, "in_doubt", None, None, None, CONTRADICTED)
        if entry is None:
            alarms.append(Alarm(asked_us, "in_doubt", f"{self._name(shot_id)}: {self._open}"))
            return Fate(shot_id, "in_doubt", None, None, None, self._open)
        if entry.outcome == "indeterminate":
            why = "the pistol does not know whether it was given" + _because(entry)
            alarms.append(Alarm(entry.at_us, "in_doubt", f"shot {shot_id}: {why}"))
            return Fate(shot_id, "in_doubt", None, None, entry.fired_at_us, why)
        if entry.outcome == "not_fired" or (entry.outcome == "partial" and not entry.dose_nl_given):
            why = entry.outcome.replace("_", " ") + _because(entry)
            if self._by_hand:
                why = entry.reason
            return Fate(shot_id, "not_given", None, None, None, why)
        why = ""
        if entry.outcome == "partial":
            why = "stopped before its end" + _because(entry)
            text = f"shot {shot_id} was {why}: {entry.dose_nl_given} nL given"
            alarms.append(Alarm(entry.at_us, "partial", text))
        given = (entry.dose_nl_given, entry.depth_um_given, entry.fired_at_us)
        return Fate(shot_id, "given", *given, why)

    def _name(self, shot_id: int) -> str:
        """A person knows a prick or a stroke by its number, a pistol a shot by its id."""
        if self._by_hand and shot_id in self._intents:
            return f"{self._noun} {self._intents[shot_id].shot + 1}"
        return f"shot {shot_id}"

    def _contradict(self, at_us: int, shot_id: int, text: str) -> None:
        self._contradicted.add(shot_id)
        self._alarms.append(Alarm(at_us, "contradiction", f"shot {shot_id}: {text}"))


def _twice(given: list[Fate], alarms: list[Alarm]) -> Fate:
    last = given[-1]
    why = f"given {len(given)} times: shots {', '.join(str(one.shot_id) for one in given)}"
    alarms.append(Alarm(last.at_us or 0, "given_twice", f"the same site was {why}"))
    dose_nl = sum(one.dose_nl or 0 for one in given)
    return Fate(last.shot_id, "given", dose_nl, last.depth_um, last.at_us, why)


def _essence(entry: Outcome) -> tuple[str, int, int]:
    # The reason, the time and the record's number depend on which message told it.
    return entry.outcome, entry.dose_nl_given, entry.depth_um_given


def _because(entry: Outcome) -> str:
    """Say the pistol's reason in brackets, where it gave one."""
    return "" if entry.reason in ("", "none") else f" ({entry.reason.replace('_', ' ')})"


def _said(entry: Outcome) -> str:
    return "given" if entry.outcome == "fired" else "not given"


def _in_words(entry: Outcome) -> str:
    return f"{entry.outcome.replace('_', ' ')} with {entry.dose_nl_given} nL"
