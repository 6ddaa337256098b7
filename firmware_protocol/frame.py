"""Turns frames into the bytes of the line, and any bytes of the line back into frames.

`0x00 | COBS(body) | 0x00`, where body = header(8) | payload(0..224) | [seal(12)] | CRC-32C(4).
A body stays under 254 bytes, so COBS is one single block and adds exactly one byte. What a seal is
worth is seal.py's affair: here it is 12 bytes that travel.
"""

import re
import struct
from typing import Final, NamedTuple

import google_crc32c

from firmware_protocol.errors import LocalProtocolError, RemoteProtocolError

WIRE_MAJOR: Final = 1
PAYLOAD_BYTES_MAX: Final = 224
BODY_BYTES_MIN: Final = 12
BODY_BYTES_MAX: Final = 248
SEAL_BYTES: Final = 12
ENCODED_BYTES_MAX: Final = BODY_BYTES_MAX + 1
REQUEST_WIRE_BYTES_MAX: Final = (
    64  # sealed, with both delimiters: what an abort may have ahead of it
)
DELIMITER: Final = b"\0"
ABORT_ZERO_RUN: Final = 8  # back-to-back frames give a run of two; an abort is this many or more
REASONS: Final = ("cobs", "crc", "length", "version", "oversize")

_HEADER: Final = struct.Struct("<BBHHH")
_CRC: Final = struct.Struct("<I")
_crc32c: Final = google_crc32c.value
_RESIDUE: Final = 0x48674BC7  # the CRC-32C over anything with its own CRC-32C behind it
_SEALED, _REPLY, _RETRY = 0x10, 0x08, 0x04

# Both ways between the header's first byte and (urgency, reply, retry): what is in neither table
# (another major version, class 3) is refused. Sealed frames have a table of their own, so that the
# others do not wait for them.
_FIRST_BYTE: Final = {
    (urgency, reply, retry): WIRE_MAJOR << 5 | reply * _REPLY | retry * _RETRY | urgency
    for urgency in (0, 1, 2)
    for reply in (False, True)
    for retry in (False, True)
}
_MEANING: Final = {first: meaning for meaning, first in _FIRST_BYTE.items()}
_MEANING_SEALED: Final = {first | _SEALED: meaning for first, meaning in _MEANING.items()}
_ZEROS: Final = re.compile(rb"\0+")


class Frame(NamedTuple):
    """One message on its way: who asked, in which session, and the payload's bytes.

    `urgency` is 0 urgent, 1 control, 2 bulk: it orders sending and changes no meaning.
    `retry` marks a repeat, for statistics only. `seal` is empty, or 12 bytes that say from whom the
    frame is; nobody has looked at them yet.
    """

    urgency: int
    reply: bool
    retry: bool
    msg: int
    session: int
    request: int
    payload: bytes
    seal: bytes = b""


_new: Final = tuple.__new__


class FrameError(RemoteProtocolError):
    """Bytes between two delimiters are no frame; `reason` is one of REASONS. Nothing was obeyed."""

    def __init__(self, reason: str, text: str) -> None:
        """Keep the counter's name beside the text for a person."""
        super().__init__(text)
        self.reason = reason


def crc32c(data: bytes) -> int:
    """Return the CRC-32C (Castagnoli) of `data`: the check of frames, journals and layouts."""
    value: int = _crc32c(data)
    return value


def encode(frame: Frame) -> bytes:
    """Return the bytes to send for `frame`, with both delimiters.

    Raises:
        LocalProtocolError: the frame does not fit the wire; nothing was encoded.
    """
    return wrap(encode_body(frame))


def encode_body(frame: Frame) -> bytes:
    """Return header, payload, seal and CRC, before COBS.

    Raises:
        LocalProtocolError: the frame does not fit the wire; nothing was encoded.
    """
    _, _, _, msg, session, request, payload, seal = frame
    if len(payload) > PAYLOAD_BYTES_MAX:
        text = f"payload of {len(payload)} bytes: at most {PAYLOAD_BYTES_MAX} fit in a frame"
        raise LocalProtocolError(text)
    if seal:
        return _sealed_body(frame)
    try:
        first = _FIRST_BYTE[frame[:3]]
        covered = _HEADER.pack(first, len(payload), msg, session, request) + payload
    except (KeyError, TypeError, struct.error):
        raise _out_of_range(frame) from None
    return covered + _CRC.pack(_crc32c(covered))


def encode_sealed_part(frame: Frame) -> bytes:
    """Return the header and the payload as they lie in a sealed frame: what a seal covers.

    Raises:
        LocalProtocolError: the header does not fit the wire.
    """
    _, _, _, msg, session, request, payload, _ = frame
    try:
        first = _FIRST_BYTE[frame[:3]] | _SEALED
        return _HEADER.pack(first, len(payload), msg, session, request) + payload
    except (KeyError, TypeError, struct.error):
        raise _out_of_range(frame) from None


def _sealed_body(frame: Frame) -> bytes:
    if len(frame.seal) != SEAL_BYTES:
        raise LocalProtocolError(f"a seal has {SEAL_BYTES} bytes, not {len(frame.seal)}")
    covered = encode_sealed_part(frame) + frame.seal
    return covered + _CRC.pack(_crc32c(covered))


def _out_of_range(frame: Frame) -> LocalProtocolError:
    return LocalProtocolError(f"header out of range: {frame._replace(payload=b'', seal=b'')}")


def wrap(body: bytes) -> bytes:
    """Return `body` free of zeros (COBS) between two delimiters.

    Raises:
        LocalProtocolError: the body is longer than a frame may be.
    """
    if len(body) > BODY_BYTES_MAX:
        raise LocalProtocolError(f"body of {len(body)} bytes: at most {BODY_BYTES_MAX} fit")
    block = bytearray(b"\0\0%b\0" % body)
    at = 1
    for part in body.split(DELIMITER):
        step = len(part) + 1
        block[at] = step  # in the place of a zero: how far the next one is
        at += step
    return bytes(block)


def unwrap(encoded: bytes) -> bytes:
    """Return the body that lies between two delimiters as `encoded`.

    Raises:
        FrameError: no single COBS block, or longer than a frame may be.
    """
    if len(encoded) > ENCODED_BYTES_MAX:
        raise FrameError("oversize", f"{len(encoded)} bytes without a delimiter")
    if DELIMITER in encoded:
        raise FrameError("cobs", "a delimiter inside the block")
    block = bytearray(encoded)
    at, end = 0, len(block)
    while at < end:
        step = block[at]  # how far the next zero of the body is
        block[at] = 0
        at += step
    if at != end or not end:
        raise FrameError("cobs", f"the last code points to byte {at} of {end}")
    return bytes(block[1:])


def decode_body(body: bytes) -> Frame:
    """Return the frame whose header, payload, seal and CRC are `body`.

    Raises:
        FrameError: length, CRC or version is wrong; its `reason` says which.
    """
    size = len(body)
    if not BODY_BYTES_MIN <= size <= BODY_BYTES_MAX:
        raise FrameError("length", f"body of {size} bytes: {BODY_BYTES_MIN} to {BODY_BYTES_MAX}")
    if _crc32c(body) != _RESIDUE:
        raise FrameError("crc", "the CRC-32C does not agree with the body")
    first, length, msg, session, request = _HEADER.unpack_from(body)
    meaning = _MEANING.get(first)
    if meaning is None:
        return _sealed_frame(body)
    if length != size - BODY_BYTES_MIN or length > PAYLOAD_BYTES_MAX:
        text = f"LEN says {length}, the frame has {size - BODY_BYTES_MIN}, {PAYLOAD_BYTES_MAX} fit"
        raise FrameError("length", text)
    # as Frame(...) gives it, without a call of Python's for each
    return _new(Frame, (*meaning, msg, session, request, body[8:-4], b""))


def _sealed_frame(body: bytes) -> Frame:
    first, length, msg, session, request = _HEADER.unpack_from(body)
    meaning = _MEANING_SEALED.get(first)
    if meaning is None:
        raise FrameError("version", _unknown_first_byte(first))
    holds = len(body) - BODY_BYTES_MIN - SEAL_BYTES
    if length != holds:
        raise FrameError("length", f"LEN says {length}, the sealed frame has {holds}")
    urgency, reply, retry = meaning
    end = 8 + length
    return Frame(
        urgency, reply, retry, msg, session, request, body[8:end], body[end : end + SEAL_BYTES]
    )


def _unknown_first_byte(first: int) -> str:
    if first >> 5 != WIRE_MAJOR:
        return f"wire major {first >> 5}: this side speaks {WIRE_MAJOR}"
    return f"header flags {first:#04x} are not known to this side"


class Deframer:
    """Finds the frames in whatever a line delivers, in pieces of any size.

    It never raises and never holds more than one frame: what is no frame is counted by reason.
    `zero_run` is the length of the run of zero bytes that the line is in now, across pieces, and
    `zero_run_max` the longest since `reset_zero_run`; ABORT_ZERO_RUN or more means abort.
    """

    __slots__ = ("_rest", "_skipping", "counters", "zero_run", "zero_run_max")

    def __init__(self) -> None:
        """Begin before the first delimiter, with nothing counted."""
        self.counters: dict[str, int] = dict.fromkeys(REASONS, 0)
        self.zero_run = 0
        self.zero_run_max = 0
        self._rest = b""
        self._skipping = False  # inside a run counted as oversize: wait for its delimiter

    @property
    def errors(self) -> int:
        """How many stretches between delimiters were no frame."""
        return sum(self.counters.values())

    def reset_zero_run(self) -> None:
        """Forget the longest run of zeros, and the one under way if it was an abort.

        A shorter one under way still counts: its other half may be in the next piece.
        """
        self.zero_run_max = 0
        if self.zero_run >= ABORT_ZERO_RUN:
            # spent: else the delimiter of the very next frame would abort once more
            self.zero_run = 0

    def feed(self, data: bytes) -> list[Frame]:
        """Return the frames that `data` completes, in order of arrival."""
        self._measure_zeros(data)
        *blocks, rest = (self._rest + data).split(DELIMITER)
        frames: list[Frame] = []
        for block in blocks:
            if self._skipping:
                self._skipping = False
            elif block:
                try:
                    frames.append(decode_body(unwrap(block)))
                except FrameError as refused:
                    self.counters[refused.reason] += 1
        if self._skipping:
            rest = b""
        elif len(rest) > ENCODED_BYTES_MAX:
            self.counters["oversize"] += 1
            self._skipping, rest = True, b""
        self._rest = rest
        return frames

    def _measure_zeros(self, data: bytes) -> None:
        if self.zero_run:
            lead = len(data) - len(data.lstrip(DELIMITER))
            self.zero_run_max = max(self.zero_run_max, self.zero_run + lead)
            if lead == len(data):
                self.zero_run += lead
                return
        # One search decides that no longer run is inside; only a longer one is measured.
        if bytes(self.zero_run_max + 1) in data:
            self.zero_run_max = max(map(len, _ZEROS.findall(data)))
        self.zero_run = len(data) - len(data.rstrip(DELIMITER))
