"""The pistol's twin: everything behind the wire, without a needle. It never sees the host.

The core is pure (bytes, times and a seed in; bytes out); `serve` and `url_handlers` are its shells.
"""

from simulator.faults import FaultError, Faults
from simulator.mechanics import Delivery, Mechanics, Motion
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol
from simulator.trouble import Trouble
from simulator.wire import Wire

__all__ = [
    "Delivery",
    "FaultError",
    "Faults",
    "Hand",
    "Mechanics",
    "Memory",
    "Motion",
    "Pistol",
    "Trouble",
    "Wire",
]
