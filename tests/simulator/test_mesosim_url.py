"""`mesosim://` is a serial port like any other, for whoever uses pyserial."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from firmware_protocol.messages import (
    AbortCause,
    Outcome,
    PistolState,
    Resolve,
    ShotResult,
)

PATIENCE_S = 20.0


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = list(serial.protocol_handler_packages)
    serial.protocol_handler_packages.append("simulator.url_handlers")
    yield
    serial.protocol_handler_packages[:] = before


def opened(live_host: Callable[..., Any], url: str) -> tuple[Any, Any]:
    port = serial.serial_for_url(url, baudrate=115_200, timeout=PATIENCE_S)
    return port, live_host(port.write, lambda: port.read(max(1, port.in_waiting)))


def give(host: Any, shot_id: int) -> None:
    host.arm(lease_ms=1_000)
    assert host.fire(shot_id, dwell_ms=0, dose_nl=1_000).result is ShotResult.ACCEPTED
    until = time.monotonic() + PATIENCE_S
    while host.poll().queue:
        assert time.monotonic() < until


def test_a_shot_is_given_through_pyserial(live_host: Any, tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    port, host = opened(live_host, f"mesosim://?seed=7&hand_ms=0&truth={truth}")
    with port:
        give(host, 1)
    (line,) = truth.read_text("utf-8").splitlines()
    assert json.loads(line)["shot_id"] == 1


def test_the_same_memory_file_is_the_same_pistol(live_host: Any, tmp_path: Path) -> None:
    url = f"mesosim://?hand_ms=0&memory={tmp_path / 'memory'}"
    port, host = opened(live_host, url)
    with port:
        uid = host.hello().uid
        give(host, 9)
        with pytest.raises(serial.SerialException, match="another twin uses it"):
            serial.serial_for_url(url)
    port, host = opened(live_host, url)
    with port:
        reply = host.hello()
        assert (reply.uid, reply.shot_id_highest) == (uid, 9)
        assert host.ask(Resolve(9)).outcome is Outcome.FIRED


def test_a_break_and_a_falling_dtr_abort(live_host: Any) -> None:
    for cause in (AbortCause.BREAK, AbortCause.DTR):
        port, host = opened(live_host, "mesosim://")
        with port:
            host.arm()
            if cause is AbortCause.BREAK:
                port.break_condition = True
                port.break_condition = False
            else:
                port.dtr = False
            status = host.poll()
            assert (status.state, status.abort_cause) == (PistolState.ABORTED, cause)


def test_reading_waits_for_its_timeout_and_no_longer(live_host: Any) -> None:
    port, host = opened(live_host, "mesosim://")
    with port:
        host.hello()
        port.timeout = 0.05
        began = time.monotonic()
        assert port.read(10) == b""
        assert 0.045 < time.monotonic() - began < 5.0
        port.timeout = 0
        assert port.read(10) == b""


def test_a_reader_in_another_thread_gets_the_answer(live_host: Any) -> None:
    port, host = opened(live_host, "mesosim://?hand_ms=100000")
    host.hello()
    host.token = 0
    got: list[bytes] = []
    reader = threading.Thread(target=lambda: got.append(port.read(20)))
    reader.start()
    port.write(host.wire(Resolve(5)))
    reader.join(PATIENCE_S)
    assert len(got[0]) == 20
    port.reset_input_buffer()
    assert port.in_waiting == 0
    reader = threading.Thread(target=lambda: got.append(port.read(20)))
    reader.start()
    port.cancel_read()
    reader.join(PATIENCE_S)
    assert got[1] == b""
    port.close()
    with pytest.raises(serial.SerialException):
        port.read()
    with pytest.raises(serial.SerialException):
        port.write(b"x")
    port.close()  # again: nothing


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("mesosim://?sed=7", "there is no parameter 'sed'"),
        ("mesosim://?seed=x", "not a whole number"),
        ("mesosim://?seed=1&seed=2", "given once"),
        ("mesosim://?seed=", "with a value"),
        ("mesosim://?hand_ms=600001", "from 0 to 600000"),
        ("mesosim://elsewhere?seed=1", "is not of the form"),
    ],
)
def test_an_unknown_parameter_is_refused_with_what_there_is(url: str, text: str) -> None:
    with pytest.raises(ValueError, match=text):
        serial.serial_for_url(url)


def test_a_file_that_cannot_be_used_is_a_serial_exception(tmp_path: Path) -> None:
    foreign = tmp_path / "foreign"
    foreign.write_bytes(b"hello")
    with pytest.raises(serial.SerialException, match="not the size"):
        serial.serial_for_url(f"mesosim://?memory={foreign}")
    assert foreign.read_bytes() == b"hello"
