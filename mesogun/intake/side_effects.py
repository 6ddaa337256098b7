"""The side effects that can be noted after a session, as the catalogue lists them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mesogun.errors import WrongUsage
from mesogun.intake.catalogue import catalogue
from mesogun.intake.refusal import unknown
from mesogun.intake.values import text as line_of_text


def checked_effect(
    effect: str, zone: str, zones: Sequence[str], folders: tuple[Path, ...] = ()
) -> None:
    """Make sure that an effect is known and was seen where the plan has a zone.

    `folders` are the clinic's own catalogues.

    Raises:
        WrongUsage: it is not; the text lists what there is.
        CatalogueError: a catalogue does not hold together.
    """
    known = catalogue(folders).side_effects.effects
    if effect not in known:
        raise WrongUsage(f"--effect: {unknown(effect, known, 'side effect')}")
    if zone and zone not in zones:
        raise WrongUsage(f"--zone: {unknown(zone, zones, 'zone of this plan')}")
    if not zone and not known[effect].general:
        raise WrongUsage(
            f"--zone: {known[effect].name} is in a zone: give one of {', '.join(zones)}"
        )


def checked_remark(option: str, text: str) -> str:
    """Return a remark as it is, one line of bounded length; empty: none was given.

    Raises:
        WrongUsage: it is no such text.
    """
    try:
        return line_of_text(text, None) if text else ""
    except ValueError as error:
        raise WrongUsage(f"{option}: {error}") from error
