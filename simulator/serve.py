"""Serves the twin on a TCP port or a pseudo terminal, in real time, until it is told to stop.

One client at a time; when it has gone the next is served by the same pistol, which has forgotten
nothing. A client that went away is no abort: the lease decides.
"""

from __future__ import annotations

import ipaddress
import os
import selectors
import signal
import socket
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from types import FrameType
from typing import Protocol

from firmware_protocol.keys import NO_KEYS, Keys
from simulator.speed import BAUD
from simulator.twin import Twin, TwinError
from simulator.wire import misheard

CHUNK_BYTES = 4_096
CHUNKS_AT_ONCE = 64
UNSENT_BYTES_MAX = 65_536  # a client that does not read is sent away


class Line(Protocol):
    """Where clients come and go."""

    def watch(self, selector: selectors.BaseSelector) -> None:
        """Register what can be waited for now."""

    def serve(self, ready: set[int], twin: Twin) -> None:
        """Take in what has come on the descriptors that are `ready`, and answer it."""


class TcpLine:
    """A listening socket, and at most one client."""

    def __init__(self, host: str, port: int) -> None:
        """Listen.

        Raises:
            TwinError: the address is taken or impossible; nothing is listening.
        """
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._listener = socket.create_server((host, port), family=family, backlog=4)
        except OSError as cause:
            why = str(cause.strerror or cause).split(" (while")[0]
            raise TwinError(f"cannot listen on {host}:{port}: {why}") from cause
        self._listener.setblocking(False)
        self._client: socket.socket | None = None
        self._unsent = b""
        bound = self._listener.getsockname()[1]
        self.url = f"socket://[{host}]:{bound}" if ":" in host else f"socket://{host}:{bound}"

    def watch(self, selector: selectors.BaseSelector) -> None:
        """Register the listener, and the client if there is one."""
        selector.register(self._listener, selectors.EVENT_READ)
        if self._client is not None:
            both = selectors.EVENT_READ | (selectors.EVENT_WRITE if self._unsent else 0)
            selector.register(self._client, both)

    def serve(self, ready: set[int], twin: Twin) -> None:
        """Answer the client, then see who else is at the door.

        A host that was killed has left bytes behind its last; they are taken in first, so that the
        one which comes after it finds the place free.
        """
        if self._client is not None and self._client.fileno() in ready:
            self._exchange(self._client, twin)
        if self._listener.fileno() in ready:
            for _ in range(CHUNKS_AT_ONCE):
                if self._client is None or not self._exchange(self._client, twin):
                    break
            self._accept()

    def close(self) -> None:
        """Send everybody away and stop listening."""
        self._drop()
        self._listener.close()

    def _accept(self) -> None:
        try:
            client, _ = self._listener.accept()
        except OSError:  # gone before it was let in
            return
        if self._client is not None:
            client.close()  # one host per pistol
            return
        client.setblocking(False)
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._client = client

    def _exchange(self, client: socket.socket, twin: Twin) -> bool:
        """Take in one chunk and answer it; return False if there was none."""
        try:
            data = client.recv(CHUNK_BYTES)
        except BlockingIOError:
            self._flush(client)  # ready for writing only
            return False
        except OSError:
            data = b""
        if not data:
            self._drop()
            return False
        self._unsent += twin.receive(data)
        self._flush(client)
        return True

    def _flush(self, client: socket.socket) -> None:
        try:
            self._unsent = self._unsent[client.send(self._unsent) :] if self._unsent else b""
        except BlockingIOError:
            if len(self._unsent) > UNSENT_BYTES_MAX:
                self._drop()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
        self._client, self._unsent = None, b""


class PtyLine:
    """A pseudo terminal. This side keeps its far end open, so that clients may come and go.

    It has no speed of its own; the one that a client sets is read, and others are noise.
    """

    def __init__(self) -> None:
        """Make a pseudo terminal that passes every byte unchanged.

        Raises:
            TwinError: the system gives none.
        """
        try:
            import termios  # not on every system
            import tty

            self._master, self._slave = os.openpty()
        except (ImportError, AttributeError) as cause:
            raise TwinError("this system has no pseudo terminals; use TCP") from cause
        except OSError as cause:
            raise TwinError(f"no pseudo terminal: {cause.strerror}") from cause
        tty.setraw(self._slave)
        of_name = {name: one for name, one in vars(termios).items() if name[1:].isdigit()}
        self._speeds = {one: int(name[1:]) for name, one in of_name.items() if name[0] == "B"}
        self._attributes = termios.tcgetattr
        told = termios.tcgetattr(self._slave)
        told[4] = told[5] = of_name[f"B{BAUD}"]
        termios.tcsetattr(self._slave, termios.TCSANOW, told)
        os.set_blocking(self._master, False)
        self.url = os.ttyname(self._slave)

    def watch(self, selector: selectors.BaseSelector) -> None:
        """Register this side of the terminal."""
        selector.register(self._master, selectors.EVENT_READ)

    def serve(self, ready: set[int], twin: Twin) -> None:
        """Answer what was written into the terminal; if nobody reads the answer it is lost."""
        if self._master not in ready:
            return
        try:
            data, far = os.read(self._master, CHUNK_BYTES), twin.baud
            own = self._speeds.get(self._attributes(self._slave)[5], far)
            replies = misheard(twin.receive(misheard(data, own, far)), far, own)
            while replies:
                replies = replies[os.write(self._master, replies) :]
        except BlockingIOError:
            pass

    def close(self) -> None:
        """Close both ends."""
        os.close(self._master)
        os.close(self._slave)


def serve_tcp(
    host: str,
    port: int,
    *,
    seed: int | None = None,
    hand_ms: int | None = None,
    truth: Path | None = None,
    memory: Path | None = None,
    service_button: bool = False,
    keys: Keys = NO_KEYS,
) -> None:
    """Serve one twin on a TCP port until SIGINT or SIGTERM; port 0 takes a free one.

    Raises:
        TwinError: the port or a file cannot be used, or a file failed on the way; or others may
            reach the port, and the twin has no key.
    """
    if not keys and not _is_this_machine(host):
        raise TwinError(
            f"{host}:{port} can be reached by others: give the twin a key (--key FILE, which "
            "`mesogun key new FILE` makes), or listen on 127.0.0.1"
        )
    with (
        closing(TcpLine(host, port)) as line,
        Twin(
            seed=seed,
            hand_ms=hand_ms,
            truth=truth,
            memory=memory,
            service_button=service_button,
            keys=keys,
        ) as twin,
    ):
        _serve(line, line.url, twin)


def _is_this_machine(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name: what it stands for is not known here


def serve_pty(
    *,
    seed: int | None = None,
    hand_ms: int | None = None,
    truth: Path | None = None,
    memory: Path | None = None,
    service_button: bool = False,
    keys: Keys = NO_KEYS,
) -> None:
    """Serve one twin on a new pseudo terminal until SIGINT or SIGTERM.

    Raises:
        TwinError: there is no terminal, a file cannot be used, or failed on the way.
    """
    with (
        closing(PtyLine()) as line,
        Twin(
            seed=seed,
            hand_ms=hand_ms,
            truth=truth,
            memory=memory,
            service_button=service_button,
            keys=keys,
        ) as twin,
    ):
        _serve(line, line.url, twin)


def _serve(line: Line, url: str, twin: Twin) -> None:
    with _stopped_by_signals() as stop:
        sys.stdout.write(f"listening on {url}\n")
        sys.stdout.flush()
        while True:
            with selectors.DefaultSelector() as selector:
                selector.register(stop, selectors.EVENT_READ)
                line.watch(selector)
                ready = {key.fd for key, _ in selector.select(twin.seconds_to_next())}
            twin.advance()
            if stop.fileno() in ready:
                return
            line.serve(ready, twin)


@contextmanager
def _stopped_by_signals() -> Iterator[socket.socket]:
    """Give a socket that becomes readable when SIGINT or SIGTERM comes."""
    stop, asked = socket.socketpair()
    asked.setblocking(False)

    def ask(_signal: int, _frame: FrameType | None) -> None:
        try:
            asked.send(b"!")
        except BlockingIOError:  # asked often enough
            pass

    before = {one: signal.signal(one, ask) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
        stop.close()
        asked.close()
