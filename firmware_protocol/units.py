"""Types that keep a depth out of a dose: every quantity on the wire and inside is a whole number.

The names of fields carry the unit as well (`dose_nl`, `depth_um`); these types make mypy refuse
the wrong one. They cost nothing at run time.
"""

from typing import NewType

Nanolitres = NewType("Nanolitres", int)
NanolitresPerSecond = NewType("NanolitresPerSecond", int)
Micrometres = NewType("Micrometres", int)
Microseconds = NewType("Microseconds", int)
Milliseconds = NewType("Milliseconds", int)
ShotId = NewType("ShotId", int)
ArmToken = NewType("ArmToken", int)
