"""The errors of the host, sorted by who must act: prescriber, operator, clinic."""

from __future__ import annotations

from dataclasses import dataclass

from firmware_protocol.errors import MesogunError


class PlanError(MesogunError):
    """The prescriber must act: the prescription or the plan cannot be carried out as it stands."""


class PrescriptionError(PlanError):
    """A file was refused: the text says where, what was found and what to do. Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One broken limit, as data."""

    limit: str
    """The limit's name, as in `Plan.limits` ("dose_nl_max")."""
    value: int
    """What was found, in the limit's unit."""
    bound: int
    unit: str
    origin: str
    """Who set the limit."""
    zone: str | None
    pricks: tuple[int, ...]
    """Rows of the PrickTable that break it (the first 100); empty for a limit on a whole."""
    note: str = ""

    def __str__(self) -> str:
        where = f"zone {self.zone!r}: " if self.zone else ""
        who = f", pricks {', '.join(map(str, self.pricks[:5]))}" if self.pricks else ""
        more = f" ({self.note})" if self.note else ""
        return (
            f"{where}{self.limit} is {self.value} {self.unit}, the limit is {self.bound} "
            f"{self.unit} [{self.origin}]{who}{more}"
        )


class LimitsExceeded(PlanError):  # noqa: N818  (the name of the architecture)
    """A plan breaks limits: `violations` has every one. Nothing may be fired from it."""

    def __init__(self, violations: tuple[Violation, ...]) -> None:
        self.violations = violations
        super().__init__("; ".join(map(str, violations)))


class WrongUsage(MesogunError):  # noqa: N818
    """What was named cannot be meant. Nothing was done; the text says what to name instead."""


class MissingPart(MesogunError):  # noqa: N818
    """A part is not installed here. Nothing was done; the text says how to get it."""


class LinkError(MesogunError, OSError):
    """The operator must act: cable or port. The pistol's own lease stops it."""


class LinkTimeout(LinkError, TimeoutError):  # noqa: N818  (the name of the architecture)
    """No answer came: the request may or may not have been obeyed; the pistol's journal knows."""


class WrongPort(LinkError, WrongUsage):  # noqa: N818
    """There can be no such port or address. Nothing was opened."""


class WrongKeys(WrongUsage):
    """A file of keys is refused, or a pistol's key is missing. Nothing was sent; no key is told."""


class RecordError(MesogunError):
    """The clinic must act: the record cannot be trusted or cannot be written."""


class WrongFolder(RecordError, WrongUsage):  # noqa: N818
    """The folder is not one for what was asked. Nothing in it was touched."""
