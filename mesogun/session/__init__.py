"""From a verified plan to a record: one shot at a time, written before sent, each given once."""

from mesogun.session.by_hand import Amended, Answer, Given, Grain, Lost, Quit, Skipped, Standing
from mesogun.session.counting import by_row
from mesogun.session.guide import Desk, Shown, guide
from mesogun.session.interlock import Tracker
from mesogun.session.model import Briefing, Ended, Progress
from mesogun.session.orders import Orders, ShotOrder, opening, orders_of
from mesogun.session.resume import Past, past_of, plan_in_force
from mesogun.session.runner import Confirm, Keep, run
from mesogun.session.tasks import laid

__all__ = [
    "Amended",
    "Answer",
    "Briefing",
    "Confirm",
    "Desk",
    "Ended",
    "Given",
    "Grain",
    "Keep",
    "Lost",
    "Orders",
    "Past",
    "Progress",
    "Quit",
    "ShotOrder",
    "Shown",
    "Skipped",
    "Standing",
    "Tracker",
    "by_row",
    "guide",
    "laid",
    "opening",
    "orders_of",
    "past_of",
    "plan_in_force",
    "run",
]
