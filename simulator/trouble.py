"""What can be wrong with the pistol's body, as long as nobody mends it."""

from __future__ import annotations

from enum import Enum


class Trouble(Enum):
    """One part that does not do what it should. Each shows at the next shot or jog."""

    NONE = "all is sound"
    NEEDLE_STANDS = "the needle comes half as deep as it should, and no deeper"
    NEEDLE_STAYS_IN = "the needle does not come out again"
    PLUNGER_STANDS = "the plunger stands still in the middle of the dose, as before a clog"
