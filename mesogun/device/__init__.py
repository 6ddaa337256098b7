"""The pistol as the host sees it: the link's arithmetic, and the port that carries it."""

from mesogun.device.again import Search
from mesogun.device.ask import PistolPort
from mesogun.device.calibrated import Calibrated
from mesogun.device.capture import Capture
from mesogun.device.discovery import Found, find
from mesogun.device.keys import read_keys
from mesogun.device.link import FROM_PISTOL, TO_PISTOL, Link, OnBody
from mesogun.device.pistol import CALIBRATION_BYTES_MAX, Pistol
from mesogun.device.raw import RawPort
from mesogun.device.sealing import Sealing
from mesogun.device.service import Given, NotServed, ServiceArm, home, jog, self_test, service_arm
from mesogun.device.speed import BAUD, SPEEDS

__all__ = [
    "BAUD",
    "CALIBRATION_BYTES_MAX",
    "FROM_PISTOL",
    "SPEEDS",
    "TO_PISTOL",
    "Calibrated",
    "Capture",
    "Found",
    "Given",
    "Link",
    "NotServed",
    "OnBody",
    "Pistol",
    "PistolPort",
    "RawPort",
    "Sealing",
    "Search",
    "ServiceArm",
    "find",
    "home",
    "jog",
    "read_keys",
    "self_test",
    "service_arm",
]
