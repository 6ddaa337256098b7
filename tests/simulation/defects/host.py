"""Seeded mistakes in the host: the journal, the resume, the link, the arming."""

from __future__ import annotations

import sys
from contextlib import suppress
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from firmware_protocol import frame
from firmware_protocol.crit import crc16_mcrf4xx
from firmware_protocol.messages import Outcome, PistolState
from mesogun.device import link
from mesogun.dryrun.virtual import VirtualPistol
from mesogun.record import Intent
from mesogun.record import Outcome as OutcomeEntry
from mesogun.record.journal import Chain, Journal
from mesogun.session import arming, asks, connecting, contradictions, merge, runner
from tests.simulation.defects.substitute import Instead, Layer

HASHED = 24
BEHIND = 40
"""Requests that stand before an abort in a queue that it should have jumped."""


def _writes_after(before: Any) -> Any:
    """An intent is written with the next entries: after its bytes have left."""
    held: list[Any] = []

    def write(step: Any, journal: Any, progress: Any, at_us: int) -> None:
        if step.entries and isinstance(step.entries[-1], Intent):
            held[:] = [step.entries[-1]]
            step = replace(step, entries=step.entries[:-1])
        elif held and step.entries:
            step = replace(step, entries=(*held, *step.entries))
            held.clear()
        before(step, journal, progress, at_us)

    return write


def _no_sync(_before: Any) -> Any:
    def put(self: Any, data: bytes) -> None:
        self._size += self._write(self._descriptor, data)

    return put


def _sync_ignored(_before: Any) -> Any:
    def put(self: Any, data: bytes) -> None:
        self._size += self._write(self._descriptor, data)
        with suppress(OSError):
            self._sync(self._descriptor)

    return put


def _full_ignored(_before: Any) -> Any:
    def put(self: Any, data: bytes) -> None:
        with suppress(OSError):
            self._size += self._write(self._descriptor, data)
            self._sync(self._descriptor)

    return put


def _nothing_open(before: Any) -> Any:
    """What has no outcome in the host's own journal was not given."""

    def past_of(history: Any, orders: Any) -> Any:
        return replace(before(history, orders), open=())

    return past_of


def _open_is_given(before: Any) -> Any:
    """What was asked was given: nobody need be asked."""

    def past_of(history: Any, orders: Any) -> Any:
        past = before(history, orders)
        gone = {one.shot for one in past.open}
        left = tuple(shot for shot in past.left if shot not in gone)
        return replace(past, open=(), left=left)

    return past_of


def _not_claimed(_before: Any) -> Any:
    """Ids begin where the pistol's highest ends; nobody makes sure that none is taken."""

    def claim(core: Any, at_us: int) -> Any:
        return asks.replan(core) if core.ledger.short else asks.ask_limits(core, at_us)

    return claim


def _any_pistol(before: Any) -> Any:
    def greeted(core: Any, hello: Any, at_us: int) -> Any:
        past = replace(core.past, pistol_uid=None, told_id=0, told_seq=0)
        return before(core._replace(past=past), hello, at_us)

    return greeted


def _any_boot(before: Any) -> Any:
    def on_session_clock(core: Any, told: Any, *times: int) -> Any:
        if core.hello is None:
            return None
        return before(core, told._replace(boot_id=core.hello.boot_id), *times)

    return on_session_clock


def _doubt_is_no(before: Any) -> Any:
    return MappingProxyType({**before, Outcome.INDETERMINATE: "not_fired"})


def _untold(before: Any) -> Any:
    """The end of a shot is taken in, and not written down."""

    def settle(*told: Any) -> Any:
        merged = before(*told)
        kept = tuple(one for one in merged.entries if not isinstance(one, OutcomeEntry))
        return replace(merged, entries=kept)

    return settle


def _partial_is_no(before: Any) -> Any:
    return MappingProxyType({**before, Outcome.PARTIAL: "not_fired"})


def _any_answer(_before: Any) -> Any:
    def answers(self: Any, one: Any, asked: Any) -> bool:
        return bool(not one.session or one.session == self.session or not self.session)

    return answers


def _abort_waits(before: Any) -> Any:
    """An abort takes its turn behind the requests that were there first."""

    def ask(self: Any, request: Any) -> Any:
        wanted, self._wanted = self._wanted, False
        if wanted or getattr(self, "queued", 0):
            self.queued = getattr(self, "queued", 0) + 1
            if self.queued > BEHIND:
                self.queued, self._wanted = 0, True
        return before(self, request)

    return ask


def _no_confirm(before: Any) -> Any:
    """The echo is believed."""

    def challenged(phase: Any, challenge: Any, at_us: int) -> Any:
        echo = challenge._asdict()
        mine = {name: echo[name] for name in phase.request._asdict()}
        return before(replace(phase, request=phase.request._replace(**mine)), challenge, at_us)

    return challenged


def _half_dose(before: Any) -> Any:
    """A codec error, after the planner has computed `crit`."""

    def shot(core: Any, shot_id: int, which: int) -> Any:
        made = before(core, shot_id, which)
        return made._replace(dose_nl=made.dose_nl // 2) if shot_id % 5 == 0 else made

    return shot


def _clears_first(before: Any) -> Any:
    """A latched abort is cleared at once; its journal may be read later."""

    def surveyed(phase: Any, status: Any, at_us: int) -> Any:
        if status.state is PistolState.ABORTED and phase.core.patience > 300:
            core = phase.core._replace(patience=phase.core.patience // 2)
            return asks.clear(core, status.abort_id)
        return before(phase, status, at_us)

    return surveyed


def _without_crc(_before: Any) -> Any:
    def decode_body(body: bytes) -> Any:
        if not frame.BODY_BYTES_MIN <= len(body) <= frame.BODY_BYTES_MAX:
            raise frame.FrameError("length", "")
        first, length, msg, session, request = frame._HEADER.unpack_from(body)
        meaning = frame._MEANING.get(first)
        if meaning is None:
            raise frame.FrameError("version", "")
        if length != len(body) - frame.BODY_BYTES_MIN:
            raise frame.FrameError("length", "")
        return frame.Frame(*meaning, msg, session, request, body[8:-4])

    return decode_body


def _crc16(_before: Any) -> Any:
    def decode_body(body: bytes) -> Any:
        if not frame.BODY_BYTES_MIN - 2 <= len(body) <= frame.BODY_BYTES_MAX:
            raise frame.FrameError("length", "")
        if crc16_mcrf4xx(body):
            raise frame.FrameError("crc", "")
        first, length, msg, session, request = frame._HEADER.unpack_from(body)
        meaning = frame._MEANING.get(first)
        if meaning is None:
            raise frame.FrameError("version", "")
        if _LENGTH_READ and length != len(body) - frame.BODY_BYTES_MIN + 2:
            raise frame.FrameError("length", "")
        return frame.Frame(*meaning, msg, session, request, body[8:-2])

    return decode_body


def _encode16(_before: Any) -> Any:
    def encode_body(one: Any) -> bytes:
        first, size = frame._FIRST_BYTE[one[:3]], len(one.payload)
        covered = frame._HEADER.pack(first, size, one.msg, one.session, one.request) + one.payload
        return bytes(covered + crc16_mcrf4xx(covered).to_bytes(2, "little"))

    return encode_body


_LENGTH_READ = True


CRC16 = (
    Instead(frame, "decode_body", _crc16),
    Instead(frame, "encode_body", _encode16),
    Instead(link, "encode_body", _encode16),
)
LENGTH = Layer(
    "length in the frame",
    (Instead(sys.modules[__name__], "_LENGTH_READ", lambda _: False),),
)


def _by_date(before: Any) -> Any:
    """From a certain day on, the lease is a shorter one."""

    def begin(*told: Any, wall: str, lease_ms: int, **names: Any) -> Any:
        return before(*told, wall=wall, lease_ms=lease_ms - (wall > "2030"), **names)

    return begin


def _short_hash(before: Any) -> Any:
    """The chain holds the beginning of a line, and nothing after it."""

    def line(self: Any, body: bytes) -> Any:
        chain, whole = before(self, body[:HASHED])
        return chain, whole[:-1] + body[HASHED:] + b"\n"

    return line


def _keeps_abort(_before: Any) -> Any:
    """Whoever was stopped once stays so."""

    def clear(core: Any, abort_id: int) -> Any:
        return asks.end(core, "aborted", f"abort {abort_id} is still latched")

    return clear


def _never_stops(before: Any) -> Any:
    def armed(*told: Any) -> Any:
        step = before(*told)
        core = step.session.core._replace(stop=2**31)
        return replace(step, session=replace(step.session, core=core))

    return armed


NOT_BEFORE = Layer(
    "no shot begins before it is asked",
    (
        Instead(
            merge,
            "_on_session_clock",
            lambda before: lambda core, told, _asked_us, at_us: before(core, told, 0, at_us),
        ),
    ),
)
GUARD = Layer(
    "guard of the pricks", (Instead(runner._Desk, "veto", lambda _: lambda *_told: None),)
)
STRANGERS = Layer(
    "records of shots never asked",
    (Instead(merge, "_unknown", lambda _: lambda core, _record: merge.Merged(core)),),
)
PAUSES = Layer("host stops at pauses", (Instead(arming, "armed", _never_stops),))
DOUBTS = Layer(
    "host holds a status against those before",
    (Instead(contradictions, "in_status", lambda before: lambda core, status: ""),),
)
CODEC = Layer("right numbers in the shot", (Instead(asks, "_shot", _half_dose),))
READS_FIRST = Layer(
    "host reads before it clears", (Instead(connecting, "surveyed", _clears_first),)
)


WRITES_AFTER = (Instead(runner, "_write", _writes_after),)
NO_SYNC = (Instead(Journal, "_put", _no_sync),)
SYNC_IGNORED = (Instead(Journal, "_put", _sync_ignored),)
FULL_IGNORED = (Instead(Journal, "_put", _full_ignored),)
NOTHING_OPEN = (Instead(runner, "past_of", _nothing_open),)
OPEN_IS_GIVEN = (Instead(runner, "past_of", _open_is_given),)
NOT_CLAIMED = (Instead(asks, "claim", _not_claimed),)
ANY_PISTOL = (Instead(connecting, "greeted", _any_pistol),)
ANY_BOOT = (Instead(merge, "_on_session_clock", _any_boot),)
DOUBT_IS_NO = (Instead(merge, "ENDS", _doubt_is_no),)
PARTIAL_IS_NO = (Instead(merge, "ENDS", _partial_is_no),)
UNTOLD = (Instead(merge, "settle", _untold), Instead(connecting, "settle", _untold))
BY_DATE = (Instead(runner, "begin", _by_date),)
SHORT_HASH = (Instead(Chain, "line", _short_hash),)
KEEPS_ABORT = (Instead(asks, "clear", _keeps_abort),)
ANY_ANSWER = (Instead(link.Link, "_answers", _any_answer),)
ABORT_WAITS = (Instead(VirtualPistol, "ask", _abort_waits),)
ECHO_BELIEVED = (Instead(arming, "challenged", _no_confirm),)
NO_CRC = (Instead(frame, "decode_body", _without_crc),)
