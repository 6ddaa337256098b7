"""The twin served to any serial program: the door of the simulator for the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict

from firmware_protocol.keys import NO_KEYS, Keys
from mesogun.errors import WrongPort
from simulator.serve import serve_pty, serve_tcp

PORT_MAX = 65_535


def serve(
    tcp: str | None,
    *,
    seed: int | None = None,
    truth: str | None = None,
    memory: str | None = None,
    hand_ms: int | None = None,
    service_button: bool = False,
    keys: Keys = NO_KEYS,
) -> None:
    """Serve a twin on "HOST:PORT", or on a new pseudo terminal if `tcp` is None, until stopped.

    Prints one line when it is ready. With `keys` it obeys only who has its key; to be reached from
    other machines it needs one.

    Raises:
        MesogunError: the address is none or taken, or a file cannot be used; the text says which.
    """
    truth_path = None if truth is None else Path(truth)
    memory_path = None if memory is None else Path(memory)
    options: _Options = {
        "seed": seed,
        "hand_ms": hand_ms,
        "truth": truth_path,
        "memory": memory_path,
        "service_button": service_button,
        "keys": keys,
    }
    if tcp is None:
        serve_pty(**options)
        return
    host, port = _address(tcp)
    serve_tcp(host, port, **options)


class _Options(TypedDict):
    seed: int | None
    hand_ms: int | None
    truth: Path | None
    memory: Path | None
    service_button: bool
    keys: Keys


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > PORT_MAX:
        raise WrongPort(f"{text!r} is not HOST:PORT, such as 127.0.0.1:9000")
    return host, int(port)
