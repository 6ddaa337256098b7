"""Which serial ports this machine has: real ones only, a twin is never offered."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass
from pathlib import Path

from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo

from mesogun.device.port import how_to_get_access


@dataclass(frozen=True, slots=True)
class Found:
    """One serial port."""

    device: str
    description: str
    serial_number: str
    """As the USB device tells it; empty where there is none."""
    usb: str
    """Vendor and product id, "2e8a:000a"; empty where it is no USB device."""
    accessible: bool
    advice: str
    """What to do where it is not accessible; else empty."""


def find() -> list[Found]:
    """List the serial ports of this machine, by name. Nothing is opened and nothing is sent."""
    return sorted(map(describe, list_ports.comports()), key=lambda one: one.device)


def describe(port: ListPortInfo) -> Found:
    """Tell what pyserial found of one port, and whether this user may open it."""
    accessible = sys.platform == "win32" or os.access(port.device, os.R_OK | os.W_OK)
    described = port.description if port.description not in (None, "n/a") else ""
    return Found(
        device=port.device,
        description=described,
        serial_number=port.serial_number or "",
        usb="" if port.vid is None else f"{port.vid:04x}:{port.pid:04x}",
        accessible=accessible,
        advice="" if accessible else how_to_get_access(Path(port.device)),
    )
