"""A serial port, or a URL that stands for one: the only file of the host that opens pyserial ports.

What a write returns is worth nothing: pyserial may report a timeout although every byte left, and
success although none did. So `write` says nothing, and only the pistol's answers count.
"""

from __future__ import annotations

import errno
import importlib
import ipaddress
import os
import re
import select
import socket
import sys
import weakref
from contextlib import suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Protocol
from urllib.parse import urlsplit

import serial

from mesogun.device.speed import BAUD
from mesogun.errors import LinkError, WrongKeys, WrongPort

if sys.platform == "win32":
    PORT_ERRORS: tuple[type[Exception], ...] = (OSError,)
else:
    import termios

    # pyserial lets this one through, and it is no OSError.
    PORT_ERRORS = (OSError, termios.error)

WRITE_TIMEOUT_S = 0.05
READ_TIMEOUT_S = 0.005
IDLE_S = 0.05
READ_BYTES_MAX = 4096
KEEP_ALIVE = {
    "TCP_KEEPIDLE": 1,
    "TCP_KEEPINTVL": 1,
    "TCP_KEEPCNT": 3,
    "TCP_USER_TIMEOUT": 4_000,
}
"""A silent peer is asked every second, and is gone after three, or 4,000 ms without a receipt."""
TWIN_HANDLERS = "simulator.url_handlers"
PORT_NUMBER_MAX = 65_535
NETWORKS = ("socket", "rfc2217")
ACCEPTED = (
    "a device such as /dev/ttyACM0 or COM3, socket://HOST:PORT, rfc2217://HOST:PORT, "
    "or mesosim://?seed=N for the simulated pistol"
)


class Line(Protocol):
    """Bytes in and out, for the one thread that owns it; only `wake` is for the others."""

    name: str
    tells_drained: bool
    """Whether `drained` knows: a socket and a pseudo terminal only know that somebody took it."""
    has_speed: bool
    """Whether `set_baud` changes anything: a socket has no speed."""

    def wake(self) -> None:
        """Make a `read` that waits return at once. Safe from a signal handler."""
        ...

    def read(self, wait_s: float | None) -> bytes:
        """Return what came in, at the latest after `wait_s` (None: some while) or a `wake`.

        Raises:
            LinkError: the line is gone.
        """
        ...

    def write(self, chunk: bytes) -> None:
        """Hand bytes to the line; whether they left is not known.

        Raises:
            LinkError: the line is gone.
        """
        ...

    def drained(self) -> bool:
        """Whether everything written has left this machine; True where that cannot be known."""
        ...

    def drop_unsent(self) -> None:
        """Throw away what was written and has not left yet."""
        ...

    def set_baud(self, baud: int) -> None:
        """Send and receive at this speed from now on.

        Raises:
            LinkError: the line is gone, or cannot do that.
        """
        ...

    def close(self) -> None:
        """Give the line back."""
        ...


def open_line(url: str, *, keyed: bool = False) -> Line:
    """Open a port for this program alone. A network is refused to a host that is not `keyed`.

    Raises:
        WrongKeys: others may reach this line, and there is no key. Nothing was opened.
        WrongPort: there can be no such port; the text says what is accepted. Nothing was opened.
        LinkError: the text says what to do. Nothing stays open.
    """
    if TWIN_HANDLERS not in serial.protocol_handler_packages:
        serial.protocol_handler_packages.append(TWIN_HANDLERS)
    scheme = url.split("://", 1)[0].lower() if "://" in url else ""
    _refuse_nonsense(url, scheme)
    if not keyed and scheme in NETWORKS and not _is_this_machine(url):
        raise WrongKeys(
            f"{url}: over a network a pistol obeys only who has its key. Name the file that holds "
            "it (--key FILE); `mesogun key new FILE` makes one"
        )
    try:
        port = serial.serial_for_url(url, do_not_open=True)
        port.baudrate = BAUD
        port.timeout = READ_TIMEOUT_S
        if scheme != "rfc2217":  # which refuses the setting; its socket has a bound of its own
            port.write_timeout = WRITE_TIMEOUT_S
        port.exclusive = True
        port.open()
    except PORT_ERRORS as cause:
        raise LinkError(_why_not_opened(url, scheme, cause)) from cause
    except (ValueError, NotImplementedError) as cause:
        raise _not_understood(url, scheme, cause) from cause
    descriptor = _descriptor(port)
    if descriptor is None:
        return _PolledLine(port, url)
    _claim(port, descriptor)
    return _SelectedLine(port, url, descriptor)


class _PortLine:
    """What both kinds of line share. Every error of the port becomes one LinkError."""

    def __init__(self, port: serial.SerialBase, name: str) -> None:
        self.name = name
        self.tells_drained = _tells_drained(port)
        self.has_speed = not name.lower().startswith("socket:")
        self._port = port

    def write(self, chunk: bytes) -> None:
        try:
            self._port.write(chunk)
        except serial.SerialTimeoutException:
            pass  # may have left all the same: only an answer counts
        except PORT_ERRORS as cause:
            raise self._gone(cause) from cause

    def drained(self) -> bool:
        try:
            return not self._port.out_waiting
        except (*PORT_ERRORS, AttributeError, NotImplementedError):
            return True  # a line that cannot tell, such as a socket

    def drop_unsent(self) -> None:
        with suppress(*PORT_ERRORS, AttributeError, NotImplementedError):
            self._port.reset_output_buffer()

    def set_baud(self, baud: int) -> None:
        try:
            self._port.baudrate = baud
        except (*PORT_ERRORS, ValueError) as cause:
            raise self._gone(cause) from cause

    def _gone(self, cause: Exception) -> LinkError:
        return LinkError(
            f"{self.name}: the port is gone ({cause}). Look at cable and supply; the pistol's own "
            "lease stops it. What was under way is in its journal"
        )


class _SelectedLine(_PortLine):
    """A line with a file descriptor: it sleeps until bytes come or somebody wakes it."""

    def __init__(self, port: serial.SerialBase, name: str, descriptor: int) -> None:
        super().__init__(port, name)
        port.timeout = 0  # the waiting is done by select
        self._descriptor = descriptor
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._woken, False)
        os.set_blocking(self._waker, False)
        # Not in `close`: a late wake must not write into a file that got the same number since.
        weakref.finalize(self, _close_both, self._woken, self._waker)

    def wake(self) -> None:
        # A full pipe wakes as well.
        with suppress(BlockingIOError):
            os.write(self._waker, b"\0")

    def read(self, wait_s: float | None) -> bytes:
        try:
            ready, _, _ = select.select([self._descriptor, self._woken], [], [], wait_s)
            if self._woken in ready:
                with suppress(BlockingIOError):
                    os.read(self._woken, READ_BYTES_MAX)
            if self._descriptor not in ready:
                return b""
            return bytes(self._port.read(READ_BYTES_MAX))
        except (*PORT_ERRORS, ValueError) as cause:  # ValueError: a descriptor too high for select
            raise self._gone(cause) from cause

    def close(self) -> None:
        with suppress(*PORT_ERRORS):
            self._port.close()


def _close_both(one: int, other: int) -> None:
    os.close(one)
    os.close(other)


class _PolledLine(_PortLine):
    """A line without a descriptor (Windows, rfc2217, the twin in this process).

    Between requests nothing is expected from a pistol that never speaks unasked, so then the line
    sleeps until it is woken; only while it waits for an answer does it wait inside `read`.
    """

    def __init__(self, port: serial.SerialBase, name: str) -> None:
        super().__init__(port, name)
        self._wakes: SimpleQueue[None] = SimpleQueue()

    def wake(self) -> None:
        self._wakes.put(None)

    def read(self, wait_s: float | None) -> bytes:
        try:
            if wait_s is None:
                with suppress(Empty):
                    self._wakes.get(timeout=IDLE_S)
                    while True:
                        self._wakes.get_nowait()
                waiting = self._port.in_waiting
                return bytes(self._port.read(waiting)) if waiting else b""
            return bytes(self._port.read(self._port.in_waiting or 1))
        except PORT_ERRORS as cause:
            raise self._gone(cause) from cause

    def close(self) -> None:
        with suppress(*PORT_ERRORS):
            self._port.close()


def _tells_drained(port: serial.SerialBase) -> bool:
    try:
        port.out_waiting  # noqa: B018  (only whether it can be asked)
    except (*PORT_ERRORS, AttributeError, NotImplementedError):
        return False
    descriptor = _descriptor(port)
    return descriptor is None or not is_pseudo_terminal(descriptor)


def is_pseudo_terminal(descriptor: int) -> bool:
    """Whether a descriptor's other end is a program, not a line."""
    return os.isatty(descriptor) and os.ttyname(descriptor).startswith("/dev/pts/")


def _descriptor(port: serial.SerialBase) -> int | None:
    if sys.platform == "win32":
        return None
    try:
        return int(port.fileno())
    except (OSError, AttributeError, NotImplementedError):
        return None


def _claim(port: serial.SerialBase, descriptor: int) -> None:
    """Keep other programs off a real port, also those that do not ask, and hurry its driver."""
    if sys.platform == "win32":
        return
    if not os.isatty(descriptor):
        hurry_and_watch(descriptor)
        return
    # A pseudo terminal keeps the mark when its holder is killed, and would shut out the resume.
    if not is_pseudo_terminal(descriptor):
        with suppress(OSError):
            keep_others_off(descriptor)
    with suppress(*PORT_ERRORS, ValueError, AttributeError, NotImplementedError):
        port.set_low_latency_mode(True)


def keep_others_off(descriptor: int) -> None:
    """Let nobody else open this terminal until it is closed, not even without asking for a lock.

    A process with the system's administrative rights still may.

    Raises:
        OSError: the system does not do that.
    """
    if sys.platform != "win32":
        import fcntl

        fcntl.ioctl(descriptor, termios.TIOCEXCL)


def hurry_and_watch(descriptor: int) -> None:
    """Let no small frame wait for another, and notice a peer that vanished without a word."""
    try:
        with socket.socket(fileno=os.dup(descriptor)) as same:
            same.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            same.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
            for name, value in KEEP_ALIVE.items():
                if hasattr(socket, name):
                    same.setsockopt(socket.IPPROTO_TCP, int(vars(socket)[name]), value)
    except OSError:
        pass  # no socket, or none that can be hurried: the reply timeout remains


def _refuse_nonsense(url: str, scheme: str) -> None:
    """Refuse what pyserial would open, or fail at, in words of its own."""
    if not url.strip():
        raise WrongPort(f"no port was named. Accepted: {ACCEPTED}")
    if scheme == "socket":
        found = re.fullmatch(r"socket://[^/?]+:(\d{1,5})/?", url, re.IGNORECASE)
        if found is None or not 1 <= int(found[1]) <= PORT_NUMBER_MAX:
            text = f"write it as socket://HOST:PORT, PORT from 1 to {PORT_NUMBER_MAX}"
            raise WrongPort(f"{url}: {text}")


def _is_this_machine(url: str) -> bool:
    try:
        host = urlsplit(url).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False  # a name: what it stands for is not known here


def _why_not_opened(url: str, scheme: str, cause: Exception) -> str:
    number = cause.errno if isinstance(cause, OSError) else None
    if scheme == "socket":
        return f"{url}: nobody answers there ({cause}). Is the pistol, or `mesogun simulate`, on?"
    if scheme:
        return f"{url}: {cause}"
    if number == errno.EACCES or isinstance(cause, PermissionError):
        return f"{url}: this user may not open it. {how_to_get_access(Path(url))}"
    if number == errno.ENOENT:
        return f"{url}: there is no such port. `mesogun devices` lists those of this machine"
    if number in (errno.EBUSY, errno.EAGAIN, errno.EWOULDBLOCK):
        return f"{url}: another program holds it; one pistol has one host. Close the other one"
    return f"{url}: cannot open it: {cause}"


def how_to_get_access(device: Path) -> str:
    """Tell the operator which group opens a device, and how to join it."""
    if sys.platform == "win32":
        return "Run as a user that may open it"
    import grp

    try:
        group = grp.getgrgid(device.stat().st_gid).gr_name
    except (OSError, KeyError):
        return "Ask the administrator for access to it"
    return (
        f"It belongs to the group '{group}': run `sudo usermod -aG {group} $USER`, "
        "then log out and in again"
    )


def _not_understood(url: str, scheme: str, cause: Exception) -> LinkError:
    """Explain "protocol not known"; pyserial says it also of a handler that fails to load."""
    if scheme:
        for package in serial.protocol_handler_packages:
            module = f"{package}.protocol_{scheme}"
            try:
                importlib.import_module(module)
            except ModuleNotFoundError as missing:
                if missing.name not in (module, package, package.split(".")[0]):
                    return LinkError(f"{url}: the handler of {scheme}:// does not load: {missing}")
            except ImportError as broken:
                return LinkError(f"{url}: the handler of {scheme}:// does not load: {broken}")
            else:
                return WrongPort(f"{url}: {cause}")
    return WrongPort(f"{url}: no such kind of port. Accepted: {ACCEPTED}")
