"""What the guide by hand says: each step in words, and what an answer's letters mean."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

from mesogun.cli import show
from mesogun.planning import Plan
from mesogun.planning.rows import MARK_NL, fillings_of, rows_of
from mesogun.session import Amended, Answer, Given, Quit, Shown, Skipped, Standing

KEYS = """\
  Enter      what is shown was given (or done)
  N          given up to prick N
  s          the next prick is skipped: not given, and not offered again
  s N        skipped up to prick N
  c N given  prick N was given after all; c N skipped: it was not
  q          stop; what is shown was not given
  ?          this list"""
UNKNOWN = "not understood; ? lists what can be answered"


def answer_of(text: str) -> Answer | None:
    """Return what a line means; None: nothing."""
    match text.strip().lower().split():
        case []:
            return Given()
        case [number] if _is_number(number):
            return Given(int(number))
        case ["s"]:
            return Skipped()
        case ["s", number] if _is_number(number):
            return Skipped(int(number))
        case ["c", number, ("given" | "skipped") as said] if _is_number(number):
            return Amended(int(number), said == "given")
        case ["q"]:
            return Quit()
        case _:
            return None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 8


class Words:
    """What is said of one plan of pricks."""

    keys = KEYS

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows = rows_of(plan)
        self._fillings = fillings_of(plan)
        self._dose: list[int] = plan.pricks.dose_nl.tolist()
        self._depth: list[int] = plan.pricks.depth_um.tolist()

    def of(self, shown: Shown) -> str:
        """Say what is to be done now."""
        now = shown.standing
        match now.phase:
            case "begin":
                return self._begin(now)
            case "stop":
                notes = "; ".join(one.note for one in now.task.due(now.next))
                return f"STOP before prick {now.next + 1}: {notes}\nEnter when it is done"
            case "close":
                count = sum(1 for one in now.fates.values() if not one.given)
                skipped = f", {count} of them NOT GIVEN" if count else ""
                return (
                    f"All {now.task.pricks} pricks are settled{skipped}. c N corrects one; Enter "
                    "closes the record"
                )
            case _:
                return self._step(now)

    def _begin(self, now: Standing) -> str:
        plan, rx = self._plan, self._plan.prescription
        products = " and ".join(f"{one.name}, lot {one.lot}" for one in rx.products)
        done = f"; {now.next} of them are settled" if now.next else ""
        return "\n".join(
            (
                f"{rx.name}, by hand: {len(plan.pricks)} pricks in {len(self._rows)} rows, about "
                f"{show.clock(plan.duration_us)} at the plan's pace{done}",
                f"patient {rx.patient_id}, session {rx.session_number} on {rx.session_date}",
                f"product: {products}; needle {rx.needle}, syringe {rx.syringe}",
                KEYS,
                f"Prime the needle; the plunger then stands at {_read(self._held(now))} mL. Enter "
                "to begin",
            )
        )

    def _held(self, now: Standing) -> int:
        """Return what the syringe holds before the next prick, nL: what was skipped is still in."""
        filling = next(one for one in self._fillings if now.next < one.stop)
        given = (
            self._dose[prick] for prick in range(filling.first, now.next) if now.fates[prick].given
        )
        return filling.volume_nl - sum(given)

    def _step(self, now: Standing) -> str:
        first, stop = now.next, now.until
        row = next(one for one in self._rows if one.first <= first < one.stop)
        zone = self._plan.zones[row.zone]
        pricks = f"prick {first + 1}" if stop == first + 1 else f"pricks {first + 1} to {stop}"
        lines = [
            f"row {row.number} of {len(self._rows)}, {zone.name}: {pricks}, "
            f"{self._alike(self._depth, first, stop, show.mm)} deep, "
            f"{self._alike(self._dose, first, stop, show.ul)} each",
            f"  plunger {self._plunger(now)}",
        ]
        if now.shown_before:
            lines.insert(
                0,
                "SHOWN BEFORE THE INTERRUPTION: what was given of it already is not given again, "
                "only confirmed",
            )
        return "\n".join(lines)

    def _alike(self, column: list[int], first: int, stop: int, told: Callable[[int], str]) -> str:
        """Say what most have, and which have something else."""
        some = column[first:stop]
        usual, _ = Counter(some).most_common(1)[0]
        odd = [f"prick {first + k + 1}: {told(one)}" for k, one in enumerate(some) if one != usual]
        return told(usual) + (f" ({', '.join(odd)})" if odd else "")

    def _plunger(self, now: Standing) -> str:
        """Say where the plunger stands before and after, and at the marks in between."""
        left = before = self._held(now)
        marks = []
        for prick in range(now.next, now.until):
            after = left - self._dose[prick]
            if -(-after // MARK_NL) < -(-left // MARK_NL) and prick < now.until - 1:
                marks.append(f"{_read(after)} after {prick + 1}")
            left = after
        on_the_way = f": {', '.join(marks)}" if marks else ""
        return f"{_read(before)} -> {_read(left)} mL{on_the_way}"


def _read(left_nl: int) -> str:
    """Write a syringe's reading: two decimals, three where they are needed."""
    text = f"{left_nl / show.NL_PER_ML:.3f}"
    return text[:-1] if text.endswith("0") else text
