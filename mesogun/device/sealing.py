"""What a host with keys believes of the answer to its Hello: only who holds the pistol's key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import Frame
from firmware_protocol.keys import Keys
from firmware_protocol.messages import Hello, HelloReply, from_frame
from firmware_protocol.seal import Seals


@dataclass(frozen=True, slots=True)
class Sealing:
    """The keys of a host, and the chance that makes each of its sessions another."""

    keys: Keys
    draw: Callable[[], int]
    """64 bits that nobody can foretell, at every call."""
    counted: int = 0
    """As if so many frames had been sealed before in every session: to see its end."""

    def opened(self, frame: Frame, hello: Hello) -> Seals | str:
        """Return this end of the session that `frame` opens as answer to `hello`, or why not.

        What a frame says of itself is believed only after its seal; until then it is a text for a
        person.
        """
        try:
            reply = from_frame(frame)
        except RemoteProtocolError as fault:
            return str(fault)
        if not isinstance(reply, HelloReply):
            return f"the answer to Hello was a {type(reply).__name__}"
        uid = f"{reply.uid:016x}"
        key = self.keys.of(reply.uid)
        if key is None:
            return (
                f"pistol {uid} answered, and there is no key for it: name the file with its key. "
                "Where it has none, use it on a cable, without a file of keys"
            )
        if not frame.seal:
            return (
                f"pistol {uid} answered without its key: give it the key of your file, or find out "
                "who answers in its place"
            )
        seals = key.session(
            hello.host_nonce, reply.device_nonce, reply.uid, is_pistol=False, counted=self.counted
        )
        if not seals.accept(frame):
            return (
                f"pistol {uid} answered with another key than yours: name the file that it was "
                "given its key from"
            )
        return seals
