"""Which heads are on the pistol: of the catalogue, or a pattern of the user's own."""

from __future__ import annotations

from mesogun.intake.catalogue import Catalogue
from mesogun.intake.equipment_form import Head as KnownHead
from mesogun.intake.prescription_form import DeviceForm
from mesogun.intake.refusal import Problems, unknown
from mesogun.planning.prescription import Head

PRESCRIBED = "prescription"
SINGLE = "single"


def read_heads(device: DeviceForm, catalogue: Catalogue, problems: Problems) -> tuple[Head, ...]:
    """Return the heads in the order of their use; none for a single needle alone.

    Returns nothing, with the reason in `problems`, for a head that cannot be used.
    """
    if device.pattern is not None:
        head = _own(device, catalogue, problems)
    else:
        head = _known(device, catalogue, problems)
    if head is None:
        return ()
    if len(head.needles) == 1:
        _refuse_needless(device, problems)
        return ()
    if device.finish is None:
        return (head,)
    known = catalogue.heads[SINGLE].needles
    told = PRESCRIBED if known is None else known.told()
    return (head, Head(SINGLE, ((0, 0),), 0, told))


def _own(device: DeviceForm, catalogue: Catalogue, problems: Problems) -> Head | None:
    pattern = device.pattern
    assert pattern is not None
    if pattern.name in catalogue.heads:
        problems.add(
            "device.pattern.name",
            f"found {pattern.name!r}, a head of the catalogue: give your own another name",
        )
    elif device.head != pattern.name:
        problems.add(
            "device.head",
            f"found {device.head!r}, but device.pattern describes {pattern.name!r}: give that name",
        )
    elif device.head_pitch_mm is not None:
        problems.add("device.head_pitch_mm", "stands beside device.pattern.pitch_mm: delete it")
    else:
        return Head(pattern.name, pattern.needles, pattern.pitch_mm, PRESCRIBED)
    return None


def _known(device: DeviceForm, catalogue: Catalogue, problems: Problems) -> Head | None:
    head = catalogue.heads.get(device.head)
    if head is None:
        problems.add(
            "device.head", unknown(device.head, catalogue.heads, "head") + "; or add device.pattern"
        )
        return None
    if head.refused is not None:
        usable = [name for name, one in catalogue.heads.items() if one.refused is None]
        problems.add(
            "device.head",
            f"found {device.head!r}: {head.refused}: give {' or '.join(map(repr, usable))}",
        )
        return None
    if head.pattern is None and head.strokes is not None:
        problems.add(
            "device.head",
            f"found {device.head!r}: it needles without an injection: give technique 'needling' in "
            f"every zone, or another head",
        )
        return None
    if head.pattern is None:
        return Head(device.head, ((0, 0),), 0, PRESCRIBED)
    return _pitched(device, head, head.pattern, problems)


def _pitched(
    device: DeviceForm, head: KnownHead, needles: tuple[tuple[int, int], ...], problems: Problems
) -> Head | None:
    asked_um, pitch = device.head_pitch_mm, head.pitch
    if asked_um is not None:
        return Head(device.head, needles, asked_um, PRESCRIBED)
    if pitch is None:
        problems.add(
            "device.head_pitch_mm",
            f"is missing: no source gives the pitch of the head {device.head!r}: measure it from "
            f"needle to needle and give it",
        )
        return None
    return Head(device.head, needles, pitch.value, pitch.told())


def _refuse_needless(device: DeviceForm, problems: Problems) -> None:
    """A key that would have no effect is a slip."""
    for key, given in (("head_pitch_mm", device.head_pitch_mm), ("finish", device.finish)):
        if given is not None:
            problems.add(
                f"device.{key}", "is for a head of several needles, and this one has one: delete it"
            )
