"""Twins with one mistake each in service: what gives into a vessel, and what moves the needle."""

from __future__ import annotations

from tests.contract.wrong import Wrong

IN_SERVICE = (
    Wrong(
        "service is armed beyond the limits",
        "SERV-2",
        "service.py",
        "if (broken := broken_by(asked, limits)) is not None:",
        "if (broken := broken_by(asked, limits)) is not None and firmware.now_us < 0:",
    ),
    Wrong(
        "a pistol that was stopped tests itself",
        "SERV-8",
        "service.py",
        "if firmware.state is not PistolState.SAFE or not firmware.is_stopped:",
        "if not firmware.is_stopped:",
    ),
    Wrong(
        "a self test does not end in SAFE",
        "SERV-8",
        "service.py",
        "firmware.tested_us = firmware.now_us + firmware",
        "firmware.tested_us = 2**60 + firmware",
    ),
    Wrong(
        "a prime cut off is a shot in doubt",
        "SERV-11",
        "shots.py",
        "kind=END_OF[intent.kind],",
        "kind=JournalKind.OUTCOME,",
    ),
    Wrong(
        "a prime is journalled as a shot that is weighed",
        "SERV-4",
        "shots.py",
        "if shot.flags & PRIMES:",
        "if shot.flags < 0:",
    ),
    Wrong(
        "a jog goes as deep as it is asked",
        "SERV-12",
        "service.py",
        "(LimitId.DEPTH_UM_MAX, request.depth_um, limits.depth_um_max if limits else 0),",
        "(LimitId.DEPTH_UM_MAX, 0, limits.depth_um_max if limits else 0),",
    ),
    Wrong(
        "a jog needs nobody",
        "SERV-12",
        "service.py",
        "    if (refused := nobody_or_skin(firmware)) is not None:\n"
        "        return refused\n"
        "    limits",
        "    limits",
    ),
    Wrong(
        "a jog does not come home",
        "SERV-12",
        "mechanics.py",
        "            rest_us=back_us + needle_us,\n",
        "            rest_us=back_us + 10**12,\n",
    ),
    Wrong(
        "a jog goes on after an abort",
        "SERV-13",
        "firmware.py",
        "        if self.is_homing:\n            actuator.stop(self.now_us)\n",
        "",
    ),
    Wrong(
        "a treatment's arming outlives a jog",
        "SERV-5",
        "service.py",
        "    _end_treatment(firmware)\n    if not _may_be_moved(firmware):\n"
        "        return error(ErrorCode.WRONG_STATE, firmware.state)\n"
        "    if (refused",
        "    if not _may_be_moved(firmware):\n"
        "        return error(ErrorCode.WRONG_STATE, firmware.state)\n"
        "    if (refused",
    ),
)
