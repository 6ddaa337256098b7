"""Tells whether a frame comes from who holds the pistol's key, and has not been sent before.

A seal is the 12 bytes between payload and CRC: a counter, then HMAC-SHA256 over header, payload and
counter, cut to 8 bytes. Its key lives for one session; each direction counts for itself, and the
reply bit of the header, which the seal covers, tells the directions apart.
"""

from __future__ import annotations

import hmac
import struct
from typing import Final, NoReturn

from firmware_protocol.errors import LocalProtocolError
from firmware_protocol.frame import SEAL_BYTES, Frame, encode_sealed_part

KEY_BYTES: Final = 32
MAC_BYTES: Final = 8
COUNTER_MAX: Final = 0xFFFF_FFFF
_LABEL: Final = b"MGP1"
_SESSION: Final = struct.Struct("<QQQ")
_COUNTER: Final = struct.Struct("<I")


class CountersSpent(LocalProtocolError):  # noqa: N818  (an end of the session, not a mistake)
    """This session has sealed as many frames as it can number: open another. Nothing was sealed."""


class Key:
    """What a pistol and its hosts share, and nobody else knows. It shows itself to nobody."""

    __slots__ = ("_secret",)

    def __init__(self, secret: bytes) -> None:
        """Keep 32 bytes.

        Raises:
            LocalProtocolError: another length, or one byte over and over: no key was made so.
        """
        if len(secret) != KEY_BYTES:
            raise LocalProtocolError(f"a key has {KEY_BYTES} bytes, not {len(secret)}")
        if len(set(secret)) == 1:
            raise LocalProtocolError("a key of one byte over and over can be guessed")
        self._secret = bytes(secret)

    def session(
        self, host_nonce: int, device_nonce: int, uid: int, *, is_pistol: bool, counted: int = 0
    ) -> Seals:
        """Return one end of the session that these nonces open with pistol `uid`.

        `counted` frames were sealed before, in each direction: 0 for a new session.
        """
        opened = _LABEL + _SESSION.pack(host_nonce, device_nonce, uid)
        return Seals(hmac.digest(self._secret, opened, "sha256"), is_pistol, counted)

    def __repr__(self) -> str:
        """Say only that it is one."""
        return "Key(secret)"

    def __reduce__(self) -> NoReturn:
        """Refuse to be copied into a file or another process."""
        raise TypeError("a key is not written down by accident: it cannot be pickled")


class Seals:
    """One end of an authenticated session: seals what it sends, and knows what may be believed."""

    __slots__ = ("_heard", "_is_pistol", "_secret", "_sent")

    def __init__(self, secret: bytes, is_pistol: bool, counted: int = 0) -> None:
        """Begin with the session's own key."""
        self._secret = secret
        self._is_pistol = is_pistol
        self._sent = self._heard = counted

    def __repr__(self) -> str:
        """Say how far the counters are, and nothing of the key."""
        return f"Seals(sent={self._sent}, heard={self._heard})"

    @property
    def is_spent(self) -> bool:
        """Whether no further frame can be numbered."""
        return self._sent >= COUNTER_MAX

    def seal(self, frame: Frame) -> Frame:
        """Return `frame` under the next counter.

        Raises:
            CountersSpent: there is no next one; nothing was sealed.
        """
        if self.is_spent:
            raise CountersSpent("the counter of this session is used up: open a new session")
        counter = _COUNTER.pack(self._sent + 1)
        sealed = frame._replace(seal=counter + self._mac(frame, counter))
        self._sent += 1
        return sealed

    def accept(self, frame: Frame) -> bool:
        """Tell whether `frame` is authentic and newer than all before; if so, it is now the newest.

        A frame of this end's own direction never is: what comes back as an echo proves nothing.
        """
        if len(frame.seal) != SEAL_BYTES or frame.reply is self._is_pistol:
            return False
        counter, told = frame.seal[: _COUNTER.size], frame.seal[_COUNTER.size :]
        # always computed, and compared in constant time: how long it takes tells nothing
        if not hmac.compare_digest(self._mac(frame, counter), told):
            return False
        (number,) = _COUNTER.unpack(counter)
        if number <= self._heard:
            return False
        self._heard = number
        return True

    def _mac(self, frame: Frame, counter: bytes) -> bytes:
        return hmac.digest(self._secret, encode_sealed_part(frame) + counter, "sha256")[:MAC_BYTES]
