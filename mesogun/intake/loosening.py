"""Which way a bound of the catalogue is loose: what a clinic may change only with a name to it.

A figure that is no bound (a usual dose, a measured bore, an estimate) may be changed either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Literal

from mesogun.intake.bounds import MAGNITUDE_MAX
from mesogun.intake.figures import UNITS

Way = Literal["up", "down"]
Place = tuple[str, ...]

UP = {
    *("mass_per_weight_warn", "volume_warn_above", "sessions_usual", "components_warn_from"),
    *("pricks_per_needle_prompt", "dermis", "epidermis"),
    *("thick_fluid.rate", "thick_fluid.viscosity", "thick_fluid.needle_length", "sessions.max"),
}
"""Keys beside those that end in _max: a higher figure is the looser one."""
DOWN = {
    *("margin", "interval_usual", "volume_warn_below", "dermis_sd", "quantum"),
    *("session_volume_least", "thick_fluid.needle_bore", "interval.min", "maintenance.min"),
}
"""Keys beside those that end in _min: a lower figure is the looser one."""
FOR_READERS = {"known", "measured"}
"""What is shown and nobody plans from."""
DECIDING = {"group", "layer", "kind", "spacing", "when"}
"""Words that decide which bounds hold: one cannot be said to be tighter than the other."""
TIGHTEST = {"kind": "absolute"}
"""But of these words one is the tightest."""
SWITCHES = {"asked": False}
"""Switches and how they are loose."""
COMPLETE = {
    *("incompatible_with", "contraindications", "classes", "durations", "says", "dangers"),
    "also",
}
"""Lists that may only grow."""
FOR_ALL = {"areas", "components"}
"""Lists of a care rule that narrow it; an empty one holds for all."""
DEFAULTS: dict[str, Any] = {"asked": True, "areas": [], "components": []}
"""What holds where one of these keys does not stand."""
OPENING = {"subcutis_depth_max", "with_epinephrine"}
"""Keys that allow, by standing there, what is otherwise forbidden."""
FREE = {"indications", "effects", "lasting", "sources", "pistols"}
"""Parts of the catalogue that bound nothing."""
KIN = {"techniques": "layer", "areas": "group", "groups": "", "regimens": "", "syringes": ""}
"""A new entry of these may not go beyond the loosest of its kind: of those that share this key."""


def way(place: Place) -> Way | None:
    """Return which way the figure at `place` is loose; None: it is no bound."""
    if place[0] in FREE or FOR_READERS & {*place}:
        return None
    key, pair = place[-1], ".".join(place[-2:])
    if key.endswith("_max") or key in UP or pair in UP:
        return "up"
    if key.endswith("_min") or key in DOWN or pair in DOWN:
        return "down"
    return None


def whole_units(figure: Any) -> Decimal | None:
    """Return a figure's value in whole units; None where it is none, which its form will tell."""
    if not isinstance(figure, dict):
        return None
    value, unit = figure.get("value"), figure.get("unit")
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    if not isinstance(unit, str) or unit not in UNITS:
        return None
    number = Decimal(value)
    if not number.is_finite() or abs(number.adjusted()) > MAGNITUDE_MAX:
        return None
    return number * UNITS[unit][1]


def is_looser(place: Place, before: Any, after: Any) -> bool:
    """Tell whether `after` allows what `before` does not."""
    if place[0] in FREE or FOR_READERS & {*place}:
        return False
    key = place[-1]
    if isinstance(before, dict):
        old, new, loose = whole_units(before), whole_units(after), way(place)
        if old is None or new is None or loose is None:
            return False
        return new > old if loose == "up" else new < old
    if isinstance(before, list):
        return isinstance(after, list) and _leaves_out(place, before, after)
    if key in SWITCHES:
        return bool(after == SWITCHES[key] != before)
    return key in DECIDING and before != after and after != TIGHTEST.get(key)


def _leaves_out(place: Place, before: list[Any], after: list[Any]) -> bool:
    key = place[-1]
    if place[0] == "care" and key in FOR_ALL:
        return bool(after) and (not before or any(one not in after for one in before))
    return key in COMPLETE and any(one not in after for one in before)


def loosest(place: Place, found: Sequence[Any]) -> Any | None:
    """Return the loosest of several figures for `place`; None where none of them is a bound."""
    loose = way(place)
    known = [(value, one) for one in found if (value := whole_units(one)) is not None]
    if loose is None or not known:
        return None
    best = max if loose == "up" else min
    return best(known, key=lambda one: one[0])[1]


def told(found: Any, like: Any = None) -> str:
    """Return a value of the catalogue for a reader, in the unit of the figure `like` if it can."""
    value, other = whole_units(found), whole_units(like)
    if value is not None and other is not None:
        unit = like["unit"]
        return told({"value": f"{(value / UNITS[unit][1]).normalize():f}", "unit": unit})
    match found:
        case {"value": value, "unit": "1"}:
            return str(value)
        case {"value": value, "unit": unit}:
            return f"{value} {unit}"
        case list():
            return f"a list of {len(found)}"
        case bool():
            return str(found).lower()
        case dict():
            return "what it says"
        case _:
            return str(found)
