"""From a verified plan to a record: one shot at a time, written before sent, each given once."""

from mesogun.session.counting import by_row
from mesogun.session.interlock import Tracker
from mesogun.session.model import Briefing, Ended, Progress
from mesogun.session.orders import Orders, ShotOrder, opening, orders_of
from mesogun.session.resume import Past, past_of, plan_in_force
from mesogun.session.runner import Confirm, Keep, run

__all__ = [
    "Briefing",
    "Confirm",
    "Ended",
    "Keep",
    "Orders",
    "Past",
    "Progress",
    "ShotOrder",
    "Tracker",
    "by_row",
    "opening",
    "orders_of",
    "past_of",
    "plan_in_force",
    "run",
]
