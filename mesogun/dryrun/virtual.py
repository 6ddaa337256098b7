"""The pistol as a session sees it, in virtual time: the real link, a simulated line and twin."""

from __future__ import annotations

from firmware_protocol.errors import MesogunError
from firmware_protocol.messages import AbortReply, Reply, Request, Shot
from mesogun.device import Link, OnBody, Sealing
from mesogun.dryrun.world import World
from mesogun.errors import LinkError, LinkTimeout

BY_OPERATOR = 1
RETRY_US = 20_000
"""A poll and its answer take 12 ms at 115,200 baud; what is lost is asked again well in a lease."""


class HostRestart(MesogunError):  # noqa: N818  (an event of the world, not a mistake)
    """The host died at this very moment: its memory is gone, its journal is as it is."""


class VirtualPistol:
    """One host's hold of the twin: a `PistolPort`. A restarted host makes itself another."""

    def __init__(
        self,
        world: World,
        *,
        on_body: OnBody | None = None,
        first_request: int = 1,
        sealing: Sealing | None = None,
    ) -> None:
        """Take the near end of the line. Times are those of the world, since this moment."""
        self._world = world
        self._opened_us = world.now_us
        self._link = Link(
            on_body=on_body, retry_us=RETRY_US, first_request=first_request, sealing=sealing
        )
        self._wanted = False
        self._aborting = False
        self._dead = False
        world.host = self

    def ask(self, request: Request) -> Reply:
        """Send `request` and return the pistol's answer; see `PistolPort.ask`.

        Raises:
            HostRestart: the fault that was asked for; this object is of no use any more.
        """
        if self._dead:
            raise LinkError("this host was restarted")
        dies = isinstance(request, Shot) and not self._wanted and self._world.shot_asked()
        if not self._wanted:
            self._link.ask(request, self._world.now_us)
        while True:
            self._begin_abort()
            self._send()
            if dies and not self._wanted:
                self._dead = True
                raise HostRestart("the host was restarted")
            # Until a repeat is due or an abort is wanted, only what comes in matters.
            heard = True
            while heard and self._wanted == self._aborting:
                answer = self._link.answer()
                if answer is not None:
                    return self._told(answer)
                due_us = self._link.next_due_us()
                assert due_us is not None  # a link that is busy has something due
                heard = self._world.play(due_us)

    def _told(self, answer: Reply | LinkTimeout) -> Reply:
        if isinstance(answer, LinkTimeout):
            # An abort that was not confirmed is still wanted: the next ask tries it again.
            self._aborting = False
            raise answer
        if isinstance(answer, AbortReply):
            self._wanted = self._aborting = False
        return answer

    def _begin_abort(self) -> None:
        if self._wanted and not self._aborting:
            self._aborting = True
            self._link.abort(BY_OPERATOR, self._world.now_us)

    def _send(self) -> None:
        data = self._link.outgoing(self._world.now_us)
        if data:
            self._world.send(data)

    def abort(self) -> None:
        """Stop the pistol, ahead of everything else; the next `ask` returns its answer.

        Only a flag is set here, so that a signal handler may call it at any moment.
        """
        self._wanted = not self._dead

    def abort_wanted(self) -> bool:
        """Whether an abort was wanted whose AbortReply no `ask` has returned yet."""
        return self._wanted

    def wait_until(self, at_us: int) -> None:
        """Let the world go on until `at_us`, or until an abort is wanted."""
        until_us = at_us + self._opened_us
        while not self._wanted and self._world.now_us < until_us:
            self._world.play(until_us)

    def now_us(self) -> int:
        """Return the world's time since this host began."""
        return self._world.now_us - self._opened_us

    def hear(self, data: bytes, at_us: int) -> None:
        """Take in bytes from the line."""
        self._link.receive(data, at_us)

    def close(self) -> None:
        """Let go of the line."""
        self._dead = True
        if self._world.host is self:
            self._world.host = None
