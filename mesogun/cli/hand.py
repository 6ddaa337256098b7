"""Which plans a pistol gives, and which a person's hand: neither is given by the other."""

from __future__ import annotations

from mesogun.errors import WrongUsage
from mesogun.planning import HAND, Plan


def demand_pistol(plan: Plan, record: str | None = None) -> None:
    """Make sure that a pistol gives `plan`; `record` is the folder of its session, if it has one.

    Raises:
        WrongUsage: it is given by hand; the text says how.
    """
    name = plan.prescription.name
    if not plan.strokes and plan.prescription.head != HAND:
        return
    if record is not None:
        raise WrongUsage(
            f"{record}: this session is given by hand, and no pistol goes on with it: "
            f"`mesogun pace --resume {record}` does"
        )
    if plan.strokes:
        raise WrongUsage(
            f"{name}: its head is {plan.prescription.head!r}, which a hand moves over the skin in "
            f"strokes: no pistol gives them. `mesogun plan RX --picture FILE.svg` draws them, "
            f"`mesogun pace PLAN` guides and keeps the record"
        )
    raise WrongUsage(
        f"{name}: its head is {HAND!r}: it is given by hand, not by a pistol. `mesogun plan RX -o "
        f"PLAN --map FILE.pdf` prints the map, `mesogun pace PLAN` guides and keeps the record"
    )


def demand_hand(plan: Plan) -> None:
    """Make sure that `plan` is given by hand: pricks of a needle, or strokes of a pen or a roller.

    Raises:
        WrongUsage: it is for a pistol.
    """
    if not plan.strokes and plan.prescription.head != HAND:
        raise WrongUsage(
            f"{plan.prescription.name}: its head is {plan.prescription.head!r}: a pistol gives it "
            f"(`mesogun run`), and its doses are no whole marks of a syringe: plan it with "
            f"head = {HAND!r} to give it by hand"
        )
