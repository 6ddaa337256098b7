"""Seals: what a pistol with a key believes, and what one without a key does with them."""

from __future__ import annotations

from firmware_protocol import messages as m
from firmware_protocol.frame import SEAL_BYTES, encode
from firmware_protocol.seal import Seals
from mesogun.conformance.asking import NO_TOKEN, require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case
from mesogun.conformance.kind import NotTestable

COUNTER_BYTES = 4


def _seals(bench: Bench) -> Seals:
    """Return the seals of this session."""
    if not bench.hello().features & m.Feature.AUTHENTICATION:
        raise NotTestable("this pistol has no key")
    assert bench.seals is not None
    return bench.seals


def _plain(bench: Bench) -> None:
    _seals(bench)
    token = bench.arm()
    before = bench.poll(token).receive_errors
    shot = bench.shot(token)
    for request in (m.Poll(token, 9, 0), shot, m.Disarm(token), bench.arm_request()):
        bench.silent(encode(bench.framed(request)), f"{type(request).__name__} without a seal")
    status = bench.poll(token)
    require(status.state is m.PistolState.ARMED, f"it went to {status.state.name}")
    require(status.receive_errors >= before + 4, "they are not counted in receive_errors")
    bench.delivered(shot.shot_id, 0)


def _wrong(bench: Bench) -> None:
    seals = _seals(bench)
    for at in (0, COUNTER_BYTES, SEAL_BYTES - 1):
        sealed = seals.seal(bench.framed(m.Poll(NO_TOKEN, 1, 0)))
        spoilt = bytearray(sealed.seal)
        spoilt[at] ^= 0x40
        bench.silent(encode(sealed._replace(seal=bytes(spoilt))), f"a seal with byte {at} wrong")
    sealed = seals.seal(bench.framed(m.Poll(NO_TOKEN, 1, 0)))
    others = {
        "another number": sealed._replace(request=bench.number()),
        "another payload": sealed._replace(payload=sealed.payload[:-1] + b"\1"),
        "the mark of a repeat": sealed._replace(retry=True),
    }
    for what, frame in others.items():
        bench.silent(encode(frame), f"a sealed frame with {what}")


def _replayed(bench: Bench) -> None:
    seals = _seals(bench)
    token = bench.arm()
    shot = bench.shot(token)
    older = seals.seal(bench.framed(m.Disarm(token)))
    sealed = encode(seals.seal(bench.framed(shot)))
    answers = bench.answers_to(sealed)
    require(len(answers) == 1, f"a sealed shot got {len(answers)} answers")
    bench.silent(sealed, "the very same sealed frame again")
    bench.silent(encode(older), "a sealed frame with an older counter")
    state = bench.poll(token).state
    live = state in (m.PistolState.ARMED, m.PistolState.FIRING)
    require(live, f"an older Disarm led to {state.name}")
    bench.abort()


def _other_session(bench: Bench) -> None:
    old = _seals(bench)
    for _ in range(9):
        old.seal(bench.framed(m.Poll(NO_TOKEN, 1, 0)))  # its counter shall not be what is wrong
    bench.hello()
    frame = old.seal(bench.framed(m.Poll(NO_TOKEN, 1, 0)))
    bench.silent(encode(frame), "a seal of the session before")


def _abort(bench: Bench) -> None:
    _seals(bench)
    for seal in (b"", bytes(SEAL_BYTES)):
        bench.settle()
        bench.arm()
        stop = bench.framed(m.Abort(1))._replace(seal=seal)
        answers = bench.answers_to(encode(stop))
        require(len(answers) == 1, f"Abort with the seal {seal.hex()!r}: {len(answers)} answers")
        state = bench.poll().state
        require(state is m.PistolState.ABORTED, f"it led to {state.name}")


def _repeats(bench: Bench) -> None:
    _seals(bench)
    poll = bench.framed(m.Poll(NO_TOKEN, 1, 0))
    answers = [bench.reply(poll, "Poll") for _ in range(3)]
    counters = [int.from_bytes(one.seal[:COUNTER_BYTES], "little") for one in answers]
    require(counters == sorted(set(counters)), f"three answers have the counters {counters}")
    require(len({one.payload for one in answers}) == 1, "a repeat was answered with other content")


def _hello(bench: Bench) -> None:
    seals = _seals(bench)
    hello = bench.framed(m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 1))
    bench.silent(encode(seals.seal(hello)), "a sealed Hello")


def _without_key(bench: Bench) -> None:
    if bench.hello().features & m.Feature.AUTHENTICATION:
        raise NotTestable("this pistol has a key")
    poll = bench.framed(m.Poll(NO_TOKEN, 1, 0))._replace(seal=bytes(SEAL_BYTES))
    bench.silent(encode(poll), "a sealed Poll")
    bench.arm()
    stop = bench.framed(m.Abort(1))._replace(seal=bytes(SEAL_BYTES))
    require(len(bench.answers_to(encode(stop))) == 1, "a sealed Abort was not answered")
    state = bench.poll().state
    require(state is m.PistolState.ABORTED, f"a sealed Abort led to {state.name}")


CASES = (
    Case("SEAL-1", "With a key, what has no seal is dropped but for Hello and Abort.", _plain),
    Case("SEAL-2", "A seal with one bit wrong, or on another frame, is dropped.", _wrong),
    Case("SEAL-3", "A sealed frame is obeyed once, and none with an older counter.", _replayed),
    Case("SEAL-4", "A seal of an earlier session is dropped.", _other_session),
    Case("SEAL-5", "An Abort is obeyed without a seal and with any.", _abort),
    Case("SEAL-6", "A kept reply goes out under a new seal; counters rise.", _repeats),
    Case("SEAL-7", "A sealed Hello is dropped.", _hello),
    Case("SEAL-8", "Without a key, what is sealed is dropped but for Abort.", _without_key),
)
