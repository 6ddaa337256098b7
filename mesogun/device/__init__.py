"""The pistol as the host sees it: the link's arithmetic, and the port that carries it."""

from mesogun.device.ask import PistolPort
from mesogun.device.link import FROM_PISTOL, TO_PISTOL, Link, OnBody

__all__ = ["FROM_PISTOL", "TO_PISTOL", "Link", "OnBody", "PistolPort"]
