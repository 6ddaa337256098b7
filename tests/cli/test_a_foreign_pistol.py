"""A pistol that was built from another schema: what differs is named, and which side to update."""

from __future__ import annotations

import json
import socket
import zlib
from collections.abc import Callable, Iterator
from threading import Thread

import pytest

from firmware_protocol.description import Description, own
from firmware_protocol.frame import Deframer, encode
from firmware_protocol.messages import (
    Byte,
    Describe,
    DescribeChunk,
    Feature,
    Hello,
    HelloReply,
    Reply,
    ResetReason,
    from_frame,
    to_frame,
)
from firmware_protocol.units import ShotId
from mesogun.cli.main import run_cli
from mesogun.device import Pistol

SESSION = 7
OLDER = own()._replace(
    layouts=tuple(one for one in own().layouts if not one.startswith("request Ping"))
)


def packed(described: Description) -> bytes:
    return zlib.compress(json.dumps(described._asdict()).encode())


def greeting(schema_hash: int, features: int) -> HelloReply:
    none = ShotId(0)
    reset = ResetReason.POWER_ON
    return HelloReply(
        1, 0, 1, reset, features, schema_hash, 0, 0, SESSION, 5, 2, 3, 1, 0, 0, none, none, 1, 0, 0
    )


Serve = Callable[..., str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Put a pistol on a socket that greets with a hash and tells `data` when it is asked."""
    listening = socket.create_server(("127.0.0.1", 0))
    threads: list[Thread] = []

    def start(schema_hash: int, data: bytes, features: int = Feature.DESCRIBE, cut: int = 0) -> str:
        def answer(message: object) -> Reply:
            if isinstance(message, Hello):
                return greeting(schema_hash, features)
            assert isinstance(message, Describe), "nothing else is asked of a stranger"
            piece = data[message.offset : min(message.offset + 200, len(data) - cut)]
            chunk = tuple(map(Byte, piece))
            return DescribeChunk(len(data), message.offset, len(chunk), chunk)

        def run() -> None:
            line, deframer = listening.accept()[0], Deframer()
            with line:
                while received := line.recv(4096):
                    for frame in deframer.feed(received):
                        reply = to_frame(
                            answer(from_frame(frame)), session=SESSION, request=frame.request
                        )
                        line.sendall(encode(reply))

        threads.append(Thread(target=run))
        threads[0].start()
        return f"socket://127.0.0.1:{listening.getsockname()[1]}"

    yield start
    for thread in threads:
        thread.join()
    listening.close()


def test_info_names_what_an_older_pistol_does_not_know_and_who_is_to_be_updated(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(["info", "--port", serve(OLDER.schema_hash(), packed(OLDER))]) == 1
    text = capsys.readouterr().err
    assert "Update the pistol's firmware:\n  only this program knows the request Ping\n" in text
    assert f"{OLDER.schema_hash():08x}" in text


def test_a_pistol_that_cannot_describe_itself_is_told_so(
    serve: Serve, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_cli(["info", "--port", serve(9, b"", features=0)]) == 1
    assert "which it cannot describe" in capsys.readouterr().err


def test_a_description_that_its_own_greeting_denies_is_not_believed(serve: Serve) -> None:
    with (
        Pistol.open(serve(9, packed(OLDER))) as pistol,
        pytest.raises(Exception, match="describes other messages than its greeting names"),
    ):
        pistol.description()


def test_a_description_that_stops_halfway_is_refused_and_not_asked_for_for_ever(
    serve: Serve,
) -> None:
    with (
        Pistol.open(serve(OLDER.schema_hash(), packed(OLDER), cut=300)) as pistol,
        pytest.raises(Exception, match="cut short"),
    ):
        pistol.description()
