"""From a verified plan to a record: one shot at a time, written before sent, each given once."""

from mesogun.session.model import Ended, Progress
from mesogun.session.orders import Orders, ShotOrder, opening, orders_of
from mesogun.session.resume import Past, past_of
from mesogun.session.runner import Confirm, run

__all__ = [
    "Confirm",
    "Ended",
    "Orders",
    "Past",
    "Progress",
    "ShotOrder",
    "opening",
    "orders_of",
    "past_of",
    "run",
]
