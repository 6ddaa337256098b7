"""When a pistol's lease really ends: told from the bytes that reached it, not by the pistol."""

from __future__ import annotations

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import Deframer
from firmware_protocol.messages import ArmReply, Disarm, Hello, Poll, from_frame

TICKS = 2**32


class Lease:
    """One pistol's lease, as the protocol has it: only a newer tick under the live token renews."""

    def __init__(self) -> None:
        self.until_us = -1
        """Nothing may move after this. Never armed, as far as the host knows: nothing may move."""
        self.let_go = False
        """A host has let go of the arming while it lasted: what moves then may come to its end."""
        self.armed_us = 0
        """When the pistol was last armed; whether its host heard of it is another matter."""
        self._token = 0
        self._lease_us = 0
        self._tick: int | None = None
        self._deframer = Deframer()

    def begin(self, reply: ArmReply) -> None:
        """The host has read that its pistol is armed."""
        self._token, self._lease_us = reply.arm_token, reply.lease_ms * 1_000
        self._tick = None
        self._deframer = Deframer()
        self.until_us = self.armed_us + self._lease_us
        self.let_go = False

    def hear(self, data: bytes, at_us: int) -> None:
        """Bytes have reached the pistol while it was armed."""
        if at_us > self.until_us:
            return  # over: it takes another arming
        for frame in self._deframer.feed(data):
            try:
                request = from_frame(frame)
            except RemoteProtocolError:
                continue
            match request:
                case Poll(token, tick) if token == self._token:
                    if self._tick is None or 1 <= (tick - self._tick) % TICKS <= TICKS // 2:
                        self._tick = tick
                        self.until_us = at_us + self._lease_us
                case Hello() | Disarm():
                    self.let_go = True
                case _:
                    pass
