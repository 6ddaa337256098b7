"""Pistols with a key: what they may obey, and somebody on their line who has none.

The ghost keeps every body that left the host that has the keys. Beside Hello and Abort a pistol may
answer those, each once, and nothing else: whoever speaks without the key can stop it, and no more.
"""

from __future__ import annotations

from collections.abc import Callable

from firmware_protocol.frame import Deframer, Frame, decode_body, encode, encode_body
from firmware_protocol.keys import Keys
from firmware_protocol.messages import Abort, Hello, to_frame
from firmware_protocol.seal import KEY_BYTES, Key
from mesogun.device import TO_PISTOL, Sealing
from simulator.chance import Stream
from simulator.pistol import uid_of

RUN = 12
"""So many frames of old can come in a row."""
RECENT = 8
COUNTER_BYTES = 4
_HELLO = to_frame(Hello(1, 0, 0, 0), session=0, request=1).msg
_ABORT = to_frame(Abort(0), session=0, request=1).msg


class Keyed:
    """The keys of one seed's two pistols, and the ghost of their seals."""

    def __init__(self, seed: int, violate: Callable[[str, str], None]) -> None:
        self.keys = tuple(_key(seed, which) for which in (0, 1))
        names = {f"{uid_of(2 * seed + which):016x}": self.keys[which] for which in (0, 1)}
        self.sealing = Sealing(Keys(names), Stream(seed, "host nonces").bits64)
        self._violate = violate
        self._sent: list[bytes] = []
        self._fresh: set[bytes] = set()
        self._deframers = [Deframer(), Deframer()]
        self._chance = Stream(seed, "forger")

    def on_body(self, direction: int, body: bytes, _at_us: int) -> None:
        """Note what leaves the host that has the keys."""
        if direction == TO_PISTOL:
            self._sent.append(body)
            self._fresh.add(body)

    def started(self, which: int) -> None:
        """A pistol starts: what came in by half is gone."""
        self._deframers[which] = Deframer()

    def hears(self, which: int, data: bytes) -> list[Frame]:
        """Return the frames that a pistol hears now; `answered` wants them again."""
        return self._deframers[which].feed(data)

    def believed(self, frames: list[Frame]) -> bytes:
        """Return the bytes of those that may be obeyed."""
        return b"".join([encode(one) for one in frames if self._may(one)])

    def answered(self, frames: list[Frame], back: bytes) -> None:
        """Look at what a pistol answers to these frames: each to one that may be obeyed, once."""
        for reply in Deframer().feed(back):
            asked = [one for one in frames if one.request == reply.request]
            true = [one for one in asked if self._may(one)]
            if not true:
                self._violate("O6", f"request {reply.request} is obeyed, and not sealed for that")
            for one in true:
                self._fresh.discard(encode_body(one))

    def _may(self, frame: Frame) -> bool:
        if frame.msg == _ABORT or (frame.msg == _HELLO and not frame.seal):
            return True
        return bool(frame.seal) and encode_body(frame) in self._fresh

    # ------------------------------------------------------------------ somebody without the key

    def forged(self) -> list[bytes]:
        """Return what somebody without the key puts on the line: old, bent or bare frames."""
        chance, sent = self._chance, self._sent
        if not sent:
            return []
        first = max(0, len(sent) - RECENT) if chance.happens(0.5) else 0
        at = chance.between(first, len(sent) - 1)
        if chance.happens(0.4):
            return [encode(decode_body(one)) for one in sent[at : at + RUN]]
        return [encode(self._bent(decode_body(one))) for one in sent[at : at + 2]]

    def _bent(self, frame: Frame) -> Frame:
        chance = self._chance
        if not frame.seal:
            return frame
        counter, tag = frame.seal[:COUNTER_BYTES], frame.seal[COUNTER_BYTES:]
        raised = (int.from_bytes(counter, "little") + 1 + chance.below(1_000)) & 0xFFFFFFFF
        match chance.below(4):
            case 0:
                return frame._replace(seal=b"")
            case 1:
                return frame._replace(seal=counter + _flipped(tag, chance))
            case 2 if frame.payload:
                return frame._replace(payload=_flipped(frame.payload, chance))
            case _:
                return frame._replace(seal=raised.to_bytes(COUNTER_BYTES, "little") + tag)

    def abort(self) -> bytes:
        """Return an abort that anybody may say."""
        number = self._chance.between(1, 0xFFFF)
        return encode(to_frame(Abort(0), session=0, request=number))


def _flipped(data: bytes, chance: Stream) -> bytes:
    bent = bytearray(data)
    bent[chance.below(len(data))] ^= 1 << chance.below(8)
    return bytes(bent)


def _key(seed: int, which: int) -> Key:
    of = Stream(2 * seed + which, "key")
    return Key(b"".join([of.bits64().to_bytes(8, "little") for _ in range(KEY_BYTES // 8)]))
