"""Twins with one mistake each in what stops them: an empty syringe, no fresh pull, a FAULT."""

from __future__ import annotations

from tests.contract.wrong import Wrong

IN_STATES = (
    Wrong(
        "an empty syringe is noticed by nobody",
        "SHOT-14",
        "gate.py",
        "return None if held.dose_nl_worst <= held.syringe_nl else Refused(Refusal.EMPTY)",
        "return None",
    ),
    Wrong(
        "what waits is left out of what the syringe can give",
        "SHOT-14",
        "firmware.py",
        "held.syringe_nl - sum(worst(one.dose_nl) for one in self.shots.pending()),",
        "held.syringe_nl,",
    ),
    Wrong(
        "a trigger that stays pulled gives one shot after the other",
        "SHOT-15",
        "firmware.py",
        "self.board.hand.release_us(shot.trigger, waiting.lamp_us)",
        "self.board.hand.release_us(Trigger.HELD, waiting.lamp_us)",
    ),
    Wrong(
        "an abort leaves FAULT",
        "FAULT-1",
        "firmware.py",
        "        self._stop_motion(reason_of(cause))\n        self.go(PistolEvent.ABORTED)\n",
        "        self._stop_motion(reason_of(cause))\n        self.state = PistolState.ABORTED\n",
    ),
    Wrong(
        "a new session leaves FAULT",
        "FAULT-1",
        "firmware.py",
        "        self.go(PistolEvent.DISARMED)",
        "        self.state = PistolState.SAFE",
    ),
    Wrong(
        "the needle goes home in FAULT",
        "FAULT-1",
        "service.py",
        "return idle and (firmware.state is PistolState.SAFE or in_service)",
        "return idle",
    ),
)
