"""Twins with one mistake each: how it is put in, and which requirement must notice it."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

import simulator

HOUSE = Path(simulator.__file__).parent


class Wrong(NamedTuple):
    """One mistake: in which file, what stands there, what shall, and who must notice."""

    what: str
    noticed_by: str
    file: str
    right: str
    wrong: str


def package(wrong: Wrong, folder: Path, number: int) -> ModuleType:
    """Return the simulator with the mistake in it, under a name of its own."""
    name = f"wrong_simulator_{number}"
    for path in HOUSE.rglob("*"):
        if path.suffix not in (".py", ".toml"):
            continue
        text = path.read_text("utf-8")
        inside = path.relative_to(HOUSE).as_posix()
        if inside == wrong.file:
            assert text.count(wrong.right) == 1, f"{wrong.what}: not found once in {inside}"
            text = text.replace(wrong.right, wrong.wrong)
        text = text.replace("from simulator", f"from {name}").replace(
            'files("simulator")', f'files("{name}")'
        )
        target = folder / name / inside
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, "utf-8")
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))


WRONG = (
    Wrong(
        "limits are loosened without a person",
        "SET-4",
        "committing.py",
        "if loosened is not None and not firmware.board.hand.holds_service_button:",
        "if loosened is not None and firmware.now_us < 0:",
    ),
    Wrong(
        "a commit leaves the challenge alive",
        "SET-3",
        "firmware.py",
        "        self.disarm(Refusal.VOIDED)\n        keep()",
        "        keep()",
    ),
    Wrong(
        "what is staged is committed whatever its check",
        "SET-1",
        "committing.py",
        "if request.crc != crc_of(staged):",
        "if request.crc == crc_of(staged) ^ 2:",
    ),
    Wrong(
        "a calibration is committed whatever its hash",
        "SET-6",
        "committing.py",
        "if request[1 : 1 + TOLD_WORDS] != _SHA256",
        "if request[1 : 1 + TOLD_WORDS] == _SHA256",
    ),
    Wrong(
        "the factory's limits do not bind the clinic's",
        "SET-2",
        "committing.py",
        "first_wider(settings.factory, asked)) is not None:",
        "first_wider(asked, asked)) is not None:",
    ),
    Wrong(
        "a new speed is kept whether anybody is heard or not",
        "BAUD-2",
        "speed.py",
        "self.baud, self.falls_us = BAUD, None",
        "self.falls_us = None",
    ),
    Wrong(
        "a host that went away leaves its speed",
        "BAUD-4",
        "speed.py",
        "self.falls_us = at_us + SILENCE_US",
        "self.falls_us = None",
    ),
    Wrong(
        "armed, the speed is changed",
        "BAUD-1",
        "speed.py",
        "if state is not PistolState.SAFE or not stopped:",
        "if not stopped:",
    ),
    Wrong(
        "a speed once taken is given up whether somebody is heard or not",
        "BAUD-3",
        "receiver.py",
        "            self._firmware.speed.heard(self._firmware.now_us)",
        "            pass",
    ),
    Wrong(
        "a shot asked again is fired again",
        "SHOT-2",
        "shots.py",
        "        end = self._journal.end_of(shot.shot_id)\n        if end is not None:\n"
        "            fenced",
        "        end = self._journal.end_of(shot.shot_id)\n"
        "        if end is not None and end.outcome is Outcome.FIRED:\n"
        "            return None\n"
        "        if end is not None:\n            fenced",
    ),
    Wrong(
        "an id is known again whatever its content",
        "SHOT-4",
        "shots.py",
        "if fenced or asked == (shot.dose_nl, shot.depth_um):",
        "if fenced or asked:",
    ),
    Wrong(
        "an id below the highest is taken",
        "SHOT-5",
        "shots.py",
        "if shot.shot_id <= self._journal.shot_id_highest:",
        "if shot.shot_id < 0:",
    ),
    Wrong(
        "the check on the numbers is not looked at",
        "SHOT-7",
        "gate.py",
        "return None if shot.crit == own else Refused(Refusal.CRIT)",
        "return None if own >= 0 else Refused(Refusal.CRIT)",
    ),
    Wrong(
        "the check comes before the limits",
        "SHOT-9",
        "gate.py",
        "(_token, _lease, _trigger, _limits, _budget, _syringe, _ttl, _crit)",
        "(_token, _lease, _trigger, _crit, _limits, _budget, _syringe, _ttl)",
    ),
    Wrong(
        "a dose one above the limit is allowed",
        "LIMIT-11",
        "gate.py",
        "0 < shot.dose_nl <= limits.dose_nl_max",
        "0 < shot.dose_nl <= limits.dose_nl_max + 1",
    ),
    Wrong(
        "a rate one above the limit can be armed",
        "LIMIT-4",
        "limits.py",
        "0 < request.rate_nl_per_s_max <= limits.rate_nl_per_s_max,",
        "0 < request.rate_nl_per_s_max <= limits.rate_nl_per_s_max + 1,",
    ),
    Wrong(
        "the depth that was confirmed does not bind",
        "LIMIT-17",
        "limits.py",
        "depth_um_max=Micrometres(request.depth_um_max),",
        "depth_um_max=Micrometres(limits.depth_um_max),",
    ),
    Wrong(
        "a shot is not charged",
        "LIMIT-19",
        "arming.py",
        "self.shots_left -= 1",
        "self.shots_left -= 0",
    ),
    Wrong(
        "every challenge has the same nonce",
        "ARM-4",
        "answers.py",
        "nonce = firmware.chance.bits64()",
        "nonce = 1 + 0 * firmware.chance.bits64()",
    ),
    Wrong(
        "any nonce arms",
        "ARM-3",
        "answers.py",
        "if request.nonce != challenge.nonce:",
        "if request.nonce == 0:",
    ),
    Wrong(
        "unread records do not matter",
        "ARM-6",
        "answers.py",
        "    if journal.tail != journal.head:\n"
        "        return error(ErrorCode.JOURNAL_UNREAD, journal.head)\n    if limits is None:",
        "    if limits is None:",
    ),
    Wrong(
        "a standing application keeps the lease",
        "LEASE-2",
        "arming.py",
        "1 <= (tick - self.last_tick)",
        "0 <= (tick - self.last_tick)",
    ),
    Wrong(
        "an old tick renews",
        "LEASE-5",
        "arming.py",
        "<= TICKS // 2:",
        "<= TICKS:",
    ),
    Wrong(
        "any poll renews",
        "LEASE-3",
        "answers.py",
        "if firmware.arm is not None and request.arm_token == firmware.arm.token:",
        "if firmware.arm is not None:",
    ),
    Wrong(
        "resolving an unknown id does not fence it",
        "RESOLVE-1",
        "shots.py",
        "            end = self._append(void, Outcome.NOT_FIRED, Refusal.VOIDED)",
        "            end = void._replace(outcome=Outcome.NOT_FIRED, reason=Refusal.VOIDED)",
    ),
    Wrong(
        "an abort waits for the shot to end",
        "ABORT-7",
        "firmware.py",
        "        self._stop_motion(reason_of(cause))\n",
        "",
    ),
    Wrong(
        "any id clears an abort",
        "ABORT-11",
        "answers.py",
        "if request.abort_id != journal.abort_id:",
        "if request.abort_id > journal.abort_id + 1:",
    ),
    Wrong(
        "an abort said again after it was acknowledged keeps its id",
        "ABORT-12",
        "firmware.py",
        "repeated = latched and self._abort_seq > self.journal.tail",
        "repeated = latched",
    ),
    Wrong(
        "zeros are noise",
        "ABORT-3",
        "receiver.py",
        "aborts = self._deframer.zero_run_max >= ABORT_ZERO_RUN",
        "aborts = self._deframer.zero_run_max >= 30 * ABORT_ZERO_RUN",
    ),
    Wrong(
        "an abort of another session is dropped",
        "ABORT-2",
        "receiver.py",
        "            case Abort():\n                self._was_heard",
        "            case Abort() if frame.session == self._session:\n"
        "                self._was_heard",
    ),
    Wrong(
        "frames of any session are obeyed",
        "ASK-7",
        "receiver.py",
        "not frame.session == self._session != 0",
        "not frame.session * self._session != 0",
    ),
    Wrong(
        "a repeat is answered anew",
        "ASK-2",
        "receiver.py",
        "if repeated is not None and repeated[:2]",
        "if repeated is not None and repeated[:1]",
    ),
    Wrong(
        "the intent is not written",
        "SHOT-1",
        "firmware.py",
        "                self.shots.write(self.shots.intent(under_way))\n",
        "",
    ),
    Wrong(
        "what nobody can know is denied after a restart",
        "POWER-3",
        "shots.py",
        "outcome=Outcome.INDETERMINATE,\n                    end_us",
        "outcome=Outcome.NOT_FIRED,\n                    end_us",
    ),
    Wrong(
        "the chain holds another CRC",
        "JOURNAL-1",
        "journal.py",
        "self.head, self._crc_last = record.seq, crc",
        "self.head, self._crc_last = record.seq, crc ^ 1",
    ),
    Wrong(
        "a full journal takes shots",
        "JOURNAL-4",
        "gate.py",
        "held.journal_free >= SLOTS_PER_SHOT else",
        "held.journal_free >= -SLOTS_PER_SHOT else",
    ),
    Wrong(
        "pace is forgotten",
        "SHOT-11",
        "firmware.py",
        "return max(hand_us, self._paced_from_us + interval_ms * 1_000)",
        "return max(hand_us, self._paced_from_us + 0 * interval_ms)",
    ),
    Wrong(
        "with a key, what has no seal is obeyed all the same",
        "SEAL-1",
        "receiver.py",
        "return self._seals is not None and self._seals.accept(frame)",
        "return not frame.seal or (self._seals is not None and self._seals.accept(frame))",
    ),
    Wrong(
        "a seal is not looked at",
        "SEAL-2",
        "receiver.py",
        "return self._seals is not None and self._seals.accept(frame)",
        "return len(frame.seal) > 0",
    ),
    Wrong(
        "a sealed Hello is obeyed",
        "SEAL-7",
        "receiver.py",
        "case Hello() if not frame.seal:",
        "case Hello():",
    ),
    Wrong(
        "without a key, what is sealed is obeyed",
        "SEAL-8",
        "receiver.py",
        "return not frame.seal  #",
        "return True  #",
    ),
    Wrong(
        "a treatment's arming outlives what asks for service",
        "SERV-5",
        "service.py",
        "if not firmware.is_for_service and (firmware.arm or firmware.challenge):",
        "if firmware.now_us < 0:",
    ),
    Wrong(
        "a shot that waited is given after a prime",
        "SERV-10",
        "service.py",
        "    _end_treatment(firmware)\n    shot = Shot(",
        "    shot = Shot(",
    ),
    Wrong(
        "service needs nobody",
        "SERV-1",
        "answers.py",
        "if not firmware.board.hand.holds_service_button:",
        "if firmware.now_us < 0:",
    ),
    Wrong(
        "what is given in service is journalled as a shot",
        "SERV-3",
        "shots.py",
        "return JournalKind.SERVICE_INTENT if shot.trigger is Trigger.AUTO else JournalKind.INTENT",
        "return JournalKind.INTENT",
    ),
    Wrong(
        "a hand fires in service",
        "SERV-3",
        "gate.py",
        "(Trigger.AUTO,) if held.is_service else",
        "tuple(Trigger) if held.is_service else",
    ),
    Wrong(
        "in service the needle goes deep",
        "SERV-3",
        "service.py",
        "depth_um_max=Micrometres(0),",
        "depth_um_max=limits.depth_um_max,",
    ),
    Wrong(
        "a treatment is armed beside service",
        "SERV-6",
        "answers.py",
        "    if firmware.is_for_service:\n        firmware.disarm(Refusal.VOIDED)\n",
        "",
    ),
    Wrong(
        "a self test finds nothing",
        "SERV-9",
        "firmware.py",
        "self.fault = FaultCode.NEEDLE if stuck else self.board.actuator.broken",
        "self.fault = FaultCode.NONE",
    ),
    Wrong(
        "the pistol is armed while its needle goes home",
        "SERV-7",
        "firmware.py",
        "return self.shots.under_way is None and not moves",
        "return self.shots.under_way is None",
    ),
)
