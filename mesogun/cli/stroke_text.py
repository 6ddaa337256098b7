"""What the guide says of a pen or a roller: each pass in words, its strokes, speed and seconds."""

from __future__ import annotations

from itertools import groupby

from mesogun.cli import show
from mesogun.planning import Plan
from mesogun.planning.passes import Pass, heading_of, length_um, passes_of, stroke_us
from mesogun.session import Shown, Standing

KEYS = """\
  Enter      what is shown was given (or done)
  N          given up to stroke N
  s          the next stroke is skipped: not given, and not offered again
  s N        skipped up to stroke N
  c N given  stroke N was given after all; c N skipped: it was not
  q          stop; what is shown was not given
  ?          this list"""
US_PER_S, UM_PER_MM = 1_000_000, 1_000


class StrokeWords:
    """What is said of one plan of strokes."""

    keys = KEYS

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._passes = passes_of(plan)

    def of(self, shown: Shown) -> str:
        """Say what is to be done now."""
        now = shown.standing
        match now.phase:
            case "begin":
                return self._begin(now)
            case "stop":
                notes = "; ".join(one.note for one in now.task.due(now.next))
                return f"STOP before stroke {now.next + 1}: {notes}\nEnter when it is done"
            case "close":
                count = sum(1 for one in now.fates.values() if not one.given)
                skipped = f", {count} of them NOT GIVEN" if count else ""
                return (
                    f"All {now.task.pricks} strokes are settled{skipped}. c N corrects one; Enter "
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
                f"{rx.name}, with {rx.head}: {len(plan.strokes)} strokes in {len(self._passes)} "
                f"passes, about {show.clock(plan.duration_us)} at the plan's pace{done}",
                f"patient {rx.patient_id}, session {rx.session_number} on {rx.session_date}",
                *([f"onto the skin: {products}"] if products else []),
                "left, right, up and down are those of the map (`mesogun plan --picture`)",
                KEYS,
                "Enter to begin",
            )
        )

    def _step(self, now: Standing) -> str:
        mine = next(one for one in self._passes if one.first <= now.next < one.stop)
        zone = self._plan.zones[mine.zone]
        needled = zone.needled
        assert needled is not None  # every zone of such a plan is needled
        first, stop = now.next, now.until
        strokes = f"stroke {stop}" if stop == first + 1 else f"strokes {first + 1} to {stop}"
        depth = int(self._plan.prescription.zones[mine.zone].depth_um)
        lines = [
            f"pass {mine.turn + 1} of {len(needled.pitch_um)} over {zone.name}: {strokes}, "
            f"{self._ways(first, stop)}",
            f"  needles at {show.mm(depth)}, hand {needled.hand_um_per_s / UM_PER_MM:.1f} mm/s, "
            f"{self._seconds(mine, first, stop)}, "
            f"{needled.pitch_um[mine.turn] / UM_PER_MM:.1f} mm apart",
        ]
        if now.shown_before:
            lines.insert(
                0,
                "SHOWN BEFORE THE INTERRUPTION: what was given of it already is not given again, "
                "only confirmed",
            )
        return "\n".join(lines)

    def _ways(self, first: int, stop: int) -> str:
        """Say which way they go: to and fro, and how the first one does."""
        ways = [heading_of(one) for one in self._plan.strokes[first:stop]]
        runs = [way for way, _ in groupby(ways)]
        if len(runs) == 1:
            return runs[0]
        return f"to and fro, the first {runs[0]}"

    def _seconds(self, mine: Pass, first: int, stop: int) -> str:
        """Say how long a stroke takes: one figure, or the shortest and the longest."""
        taken = [stroke_us(self._plan, index) for index in range(first, stop)]
        low, high = (f"{one / US_PER_S:.1f}" for one in (min(taken), max(taken)))
        longest = max(length_um(self._plan.strokes[index]) for index in range(first, stop))
        seconds = f"{high} s" if low == high else f"{low} to {high} s"
        each = "" if stop == first + 1 else " a stroke"
        return f"{seconds}{each} (up to {longest / UM_PER_MM:.0f} mm)"
