"""What a runner and a script use of a pistol: the real one, or one in virtual time."""

from __future__ import annotations

from typing import Protocol

from firmware_protocol.messages import Reply, Request


class PistolPort(Protocol):
    """A pistol that answers. Times are us since the port was opened, and never run backwards."""

    def ask(self, request: Request) -> Reply:
        """Send `request` and return the pistol's answer, an ErrorReply among them.

        If an abort was wanted before the answer came, the request is given up and the AbortReply
        with `stopped` 1 is returned instead: once, by the first `ask` that can.

        Raises:
            LinkTimeout: no answer; the request may or may not have been obeyed. After an abort:
                the pistol did not confirm that it stands still.
            LinkError: the port is gone; the same holds.
            RemoteProtocolError: the answer is none that the request can have.
            LocalProtocolError: the request cannot be sent as it is; nothing was sent.
        """
        ...

    def abort(self) -> None:
        """Stop the pistol, ahead of everything else. Returns at once; repeats until it stopped.

        Safe from a signal handler and from any thread.
        """
        ...

    def abort_wanted(self) -> bool:
        """Whether an abort was wanted whose AbortReply no `ask` has returned yet."""
        ...

    def wait_until(self, at_us: int) -> None:
        """Return when it is `at_us`, or as soon as an abort is wanted."""
        ...

    def now_us(self) -> int:
        """Return the time since the port was opened."""
        ...

    def close(self) -> None:
        """Give the port back, after an abort under way has ended. Closing twice does no harm."""
        ...
