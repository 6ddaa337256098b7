"""How every number on a page is written: rounded once, with its unit, thousands set apart.

Whole numbers in, text out; the arithmetic is exact, half rounds away from zero. "µL" is for prose
and pictures. Where a person may copy a drug quantity by hand the tables say "mcL": a handwritten
"µ" has been read as "m".
"""

from __future__ import annotations

APART = "\u202f"
"""Narrow no-break space: between thousands, and between a figure and its unit."""
MINUS = "\u2212"
NL_PER_ML = 1_000_000
NL_PER_UL = 1_000
UM_PER_MM = 1_000
UM2_PER_CM2 = 100_000_000


def fixed(value: int, per_unit: int, decimals: int) -> str:
    """Return `value` / `per_unit` with so many decimals: fixed(14_573, 1_000, 2) is "14.57"."""
    scaled = (abs(value) * 10**decimals * 2 + per_unit) // (2 * per_unit)
    whole, part = divmod(scaled, 10**decimals)
    sign = MINUS if value < 0 and scaled else ""
    tail = f".{part:0{decimals}d}" if decimals else ""
    return sign + count(whole) + tail


def trimmed(value: int, per_unit: int, decimals: int) -> str:
    """Return what `fixed` does, without zeros at the end: "0.6" and "10", not "0.600"."""
    text = fixed(value, per_unit, decimals)
    return text.rstrip("0").rstrip(".") if "." in text else text


def count(value: int) -> str:
    """Return a whole number with its thousands set apart."""
    return f"{value:,}".replace(",", APART).replace("-", MINUS)


def counted(value: int, singular: str, plural: str = "") -> str:
    """Return "1 prick" or "2 pricks"."""
    return f"{count(value)} {singular if value == 1 else plural or singular + 's'}"


def volume(nl: int) -> str:
    """Return a volume in millilitres to the microlitre: "2.000 mL"."""
    return fixed(nl, NL_PER_ML, 3) + APART + "mL"


def dose(nl: int) -> str:
    """Return the dose of a prick for prose and pictures: "14.57 µL"."""
    return fixed(nl, NL_PER_UL, 2) + APART + "µL"


def dose_mcl(nl: int) -> str:
    """Return the dose of a prick where it may be copied by hand, the unit in the column's head."""
    return fixed(nl, NL_PER_UL, 2)


def depth(um: int) -> str:
    """Return a depth: "0.60 mm"."""
    return fixed(um, UM_PER_MM, 2) + APART + "mm"


def length(um: int) -> str:
    """Return a length on the skin: "10.4 mm"."""
    return fixed(um, UM_PER_MM, 1) + APART + "mm"


def area(um2_doubled: int) -> str:
    """Return an area, given twice over as the shoelace formula yields it: "21.4 cm²"."""
    return fixed(um2_doubled, 2 * UM2_PER_CM2, 1) + APART + "cm²"


def density(nl_per_cm2: int) -> str:
    """Return a dose per area: "14.6 µL/cm²"."""
    return fixed(nl_per_cm2, NL_PER_UL, 1) + APART + "µL/cm²"


def share(part: int, whole: int) -> str:
    """Return how far `part` is off, in percent of `whole` and with its sign: "+1.8 %"."""
    if whole == 0:
        return ""
    text = fixed(part * 100, whole, 1)
    sign = "" if text.startswith(MINUS) or text == "0.0" else "+"
    return sign + text + APART + "%"


def duration(us: int) -> str:
    """Return a time a person waited: "12.4 s", "3 min 12 s", "1 h 02 min"."""
    if us < 59_950_000:
        return fixed(us, 1_000_000, 1) + APART + "s"
    seconds = (us + 500_000) // 1_000_000
    minutes, rest = divmod(seconds, 60)
    if minutes < 60:
        return f"{minutes}{APART}min\u00a0{rest:02d}{APART}s"
    return f"{minutes // 60}{APART}h\u00a0{minutes % 60:02d}{APART}min"


def clock(us: int) -> str:
    """Return a moment of the session: "1:23.4", minutes and seconds since it began."""
    tenths = (us + 50_000) // 100_000
    minutes, rest = divmod(tenths, 600)
    return f"{count(minutes)}:{rest // 10:02d}.{rest % 10}"


_LIMIT_UNITS = {
    "nl": (NL_PER_UL, 2, "mcL"),
    "um": (UM_PER_MM, 2, "mm"),
    "um/s": (UM_PER_MM, 2, "mm/s"),
    "nl/cm2": (NL_PER_UL, 2, "mcL/cm²"),
    "nl_per_cm2": (NL_PER_UL, 2, "mcL/cm²"),
    "": (1, 0, ""),
    "1": (1, 0, ""),
}
_LARGE_NL = 500_000
"""From here on a volume reads better in millilitres."""


def limit_value(value: int, unit: str) -> str:
    """Return a limit in the unit a clinician thinks in; an unknown unit stays as it is."""
    key = unit.casefold()
    if key == "nl" and value >= _LARGE_NL:
        return volume(value)
    per_unit, decimals, shown = _LIMIT_UNITS.get(key, (1, 0, unit))
    return trimmed(value, per_unit, decimals) + (APART + shown if shown else "")


_LIMIT_NAMES = {
    "dose_nl": "dose of a prick",
    "depth_um": "depth",
    "spacing_um": "spacing of pricks",
    "margin_um": "margin to outline and exclusions",
    "area_dose_nl_per_cm2": "dose per cm²",
    "volume_nl": "volume of the session",
    "dose_quantum_nl": "step of a dose",
    "needle_depth_um": "depth the needle allows",
    "syringe_volume_nl": "volume of one filling",
    "needle_pricks": "pricks with one needle",
    "pricks": "pricks of the session",
    "hand_um_per_s": "speed of the hand",
    "passes": "passes over a zone",
}
_BOUNDS = {"max": "at most", "min": "at least"}


def limit_name(name: str) -> str:
    """Return a limit's name in words: "dose of a prick, at most"."""
    stem, _, bound = name.rpartition("_")
    if bound not in _BOUNDS:
        return name.replace("_", " ")
    return f"{_LIMIT_NAMES.get(stem, stem.replace('_', ' '))}, {_BOUNDS[bound]}"


def spans(numbers: list[int]) -> str:
    """Return rising numbers as ranges: [1, 2, 3, 7] is "1–3, 7"."""
    found: list[list[int]] = []
    for number in numbers:
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(str(a) if a == b else f"{a}–{b}" for a, b in found)
