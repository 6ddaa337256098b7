"""A refusal that helps: which limit binds, the largest volume that fits, what would make it fit."""

from __future__ import annotations

from typing import Literal, NamedTuple

from mesogun.errors import PlanError
from mesogun.planning.prescription import Limit

Kind = Literal["volume", "cap", "spacing", "region", "margin", "share"]


class Change(NamedTuple):
    """The smallest change of one kind that would make the prescription fit."""

    kind: Kind
    name: str
    """What is to be changed: "volume_nl", "dose_nl_max", "spacing_um_min", "pricks"."""
    now: int
    needed: int
    unit: str
    text: str
    """The same for a reader."""
    together_with: tuple[Change, ...] = ()
    """What must be changed as well: alone this would not help."""

    def __str__(self) -> str:
        return " together with ".join((self.text, *map(str, self.together_with)))


class Infeasible(PlanError):  # noqa: N818  (an outcome, named as the documents name it)
    """The prescription cannot be planned as it stands; every field says what would help.

    Nothing has been planned.
    """

    def __init__(
        self,
        problem: str,
        *,
        zone: str | None,
        volume_nl: int,
        volume_nl_max: int,
        binding: Limit | None,
        changes: tuple[Change, ...],
        volume_nl_min: int = 0,
    ) -> None:
        self.zone = zone
        self.volume_nl = volume_nl
        self.volume_nl_max = volume_nl_max
        """The largest volume that fits the zone (or the session, where `zone` is None)."""
        self.volume_nl_min = volume_nl_min
        """The smallest that does."""
        self.binding = binding
        self.changes = changes
        where = f"zone {zone!r}: " if zone is not None else ""
        by = ""
        if binding is not None:
            by = f" The limit that binds is {binding.name} = {binding.value} {binding.unit}"
            by += f" [{binding.origin}]."
        help_ = ""
        if changes:
            help_ = " Any one of these would help: " + "; ".join(map(str, changes)) + "."
        super().__init__(f"{where}{problem}.{by}{help_}")


class Undecided(PlanError):  # noqa: N818  (an outcome, as above)
    """Nobody knows whether the prescription fits: no doses were found, and none were ruled out.

    Nothing has been planned.
    """

    def __init__(
        self, problem: str, *, zone: str, volume_nl: int, volume_nl_found: int, binding: Limit
    ) -> None:
        self.zone = zone
        self.volume_nl = volume_nl
        self.volume_nl_found = volume_nl_found
        """The largest volume for which doses were found."""
        self.binding = binding
        super().__init__(
            f"zone {zone!r}: {problem}. The limit in question is {binding.name} = {binding.value} "
            f"{binding.unit} [{binding.origin}]. Doses were found for {ml(volume_nl_found)}; more "
            "effort is spent where scipy is installed (the extra `exact`)."
        )


def ml(volume_nl: int) -> str:
    """Write a volume for a reader: 2000000 is "2 mL", 15000 is "15 uL", 500 is "0.5 uL"."""
    name, each, digits = ("mL", 1_000_000, 6) if volume_nl >= 1_000_000 else ("uL", 1_000, 3)
    whole, rest = divmod(volume_nl, each)
    text = f"{whole}" + (f".{rest:0{digits}d}".rstrip("0") if rest else "")
    return f"{text} {name}"
