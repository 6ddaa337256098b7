"""Serves a twin that any serial program can open: `python -m simulator --pty`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from firmware_protocol.errors import MesogunError
from firmware_protocol.keys import NO_KEYS
from simulator.serve import serve_pty, serve_tcp
from simulator.twin import HAND_MS_MAX, read_keys


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until told to stop; return 0, or 1 with one line about what went wrong."""
    asked = _parser().parse_args(arguments)
    try:
        options = {
            "seed": asked.seed,
            "hand_ms": asked.hand_ms,
            "truth": asked.truth,
            "memory": asked.memory,
            "service_button": asked.service_button,
            "keys": NO_KEYS if asked.key is None else read_keys(asked.key),
        }
        if asked.pty:
            serve_pty(**options)
        else:
            host, port = asked.tcp
            serve_tcp(host, port, **options)
    except MesogunError as error:
        sys.stderr.write(f"error: {error}\n")
        return 1
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m simulator",
        description="Serve a simulated pistol in real time, until Ctrl-C.",
        epilog="example: python -m simulator --tcp 127.0.0.1:9000 --seed 7 --truth truth.jsonl",
    )
    line = parser.add_mutually_exclusive_group(required=True)
    line.add_argument("--tcp", metavar="HOST:PORT", type=_address, help="listen on a TCP port")
    line.add_argument("--pty", action="store_true", help="open a pseudo terminal")
    parser.add_argument("--seed", metavar="N", type=int, help="of dose noise and hand")
    parser.add_argument(
        "--hand-ms", metavar="MS", type=_hand_ms, help="time of the hand from site to site"
    )
    parser.add_argument(
        "--truth", metavar="FILE", type=Path, help="append one JSON line per physical delivery"
    )
    parser.add_argument(
        "--memory", metavar="FILE", type=Path, help="keep the pistol's memory in this file"
    )
    parser.add_argument(
        "--service-button", action="store_true", help="hold it: limits may be loosened"
    )
    parser.add_argument(
        "--key", metavar="FILE", type=Path, help="obey only who has the key in this file"
    )
    return parser


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if not host or not (port.isascii() and port.isdigit()) or int(port) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:9000")
    return host, int(port)


def _hand_ms(text: str) -> int:
    if not (text.isascii() and text.isdigit()) or int(text) > HAND_MS_MAX:
        raise argparse.ArgumentTypeError(f"{text!r}: whole milliseconds from 0 to {HAND_MS_MAX}")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
