"""What a guard answers: whether a prick may be given now, and if not, why, in words and as data."""

from __future__ import annotations

from typing import Literal, NamedTuple

from mesogun.planning.infeasible import ml
from mesogun.planning.prescription import Limit

Reason = Literal[
    "allowed",
    "history",
    "prick",
    "given",
    "dose",
    "depth",
    "volume",
    "component",
    "interval",
    "rest",
    "place",
    "spacing",
    "earlier",
    "area_dose",
]


class Verdict(NamedTuple):
    """Whether a prick may be given now; if not, why."""

    allowed: bool
    reason: Reason
    text: str
    wait_until_us: int = 0
    """It may be allowed from then on; 0: waiting does not help."""
    limit: Limit | None = None
    """The plan's limit that it would break, where it is one."""


ALLOWED = Verdict(True, "allowed", "")
UNTOLD = Verdict(
    False, "history", "the guard was not told what was given before: nothing may be given"
)


def broken(reason: Reason, prick: int, what: str, limit: Limit) -> Verdict:
    """Refuse `prick`, because `what` would break `limit`."""
    text = (
        f"prick {prick + 1}: {what} is beyond {limit.name} = {limit.value} {limit.unit} "
        f"[{limit.origin}]"
    )
    return Verdict(False, reason, text, 0, limit)


def beyond(prick: int, what: str, most_nl: int) -> Verdict:
    """Refuse `prick`, because `what` would take more than is planned for it."""
    text = f"prick {prick + 1} would make it more than the {ml(most_nl)} planned for {what}"
    return Verdict(False, "volume", text)
