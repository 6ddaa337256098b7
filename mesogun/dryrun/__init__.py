"""The dry run: the real session and the real bytes against the twin, on one virtual clock."""

from mesogun.dryrun.play import NO_FAULTS, PARTS_MAX, dry_run
from mesogun.dryrun.serving import serve
from mesogun.dryrun.virtual import HostRestart, VirtualPistol
from mesogun.dryrun.world import World
from simulator.faults import Faults
from simulator.mechanics import Delivery

__all__ = [
    "NO_FAULTS",
    "PARTS_MAX",
    "Delivery",
    "Faults",
    "HostRestart",
    "VirtualPistol",
    "World",
    "dry_run",
    "serve",
]
