"""Opening a port: what can go wrong, and what the operator is told."""

from __future__ import annotations

import gc
import grp
import os
import socket
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import serial

from mesogun.device import Pistol
from mesogun.device.port import how_to_get_access, open_line
from mesogun.errors import LinkError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX devices")


def refusal(url: str) -> str:
    with pytest.raises(LinkError) as caught:
        Pistol.open(url)
    return str(caught.value)


def test_a_port_that_is_not_there_is_named() -> None:
    assert "there is no such port" in refusal("/dev/ttyMESOGUN99")
    assert "/dev/ttyMESOGUN99" in refusal("/dev/ttyMESOGUN99")


def test_an_unknown_kind_of_port_is_answered_with_those_there_are() -> None:
    text = refusal("bluetooth://pistol")
    assert "no such kind of port" in text
    for accepted in ("/dev/ttyACM0", "COM3", "socket://HOST:PORT", "mesosim://"):
        assert accepted in text


def test_a_handler_that_does_not_load_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "handlers_of_a_test"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "protocol_lame.py").write_text("import a_library_that_is_not_there")
    (package / "protocol_halt.py").write_text("from os import a_name_that_is_not_there")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(
        serial,
        "protocol_handler_packages",
        [*serial.protocol_handler_packages, "handlers_of_a_test"],
    )
    assert "the handler of lame:// does not load" in refusal("lame://")
    assert "a_library_that_is_not_there" in refusal("lame://")
    assert "a_name_that_is_not_there" in refusal("halt://")


def test_the_parameters_of_a_twin_s_url_are_checked_by_its_handler() -> None:
    assert "there is no parameter 'sed'" in refusal("mesosim://?sed=1")


def test_nobody_at_the_other_end_of_a_socket_is_said() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    assert "nobody answers there" in refusal(f"socket://127.0.0.1:{port}")
    for url in ("socket://127.0.0.1", "socket://:99999999/", "socket://"):
        assert "socket://HOST:PORT" in refusal(url)


def test_what_is_no_serial_port_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    assert "cannot open it" in refusal(str(tmp_path / "file"))
    assert "cannot open it" in refusal(str(tmp_path))
    assert (tmp_path / "file").read_text() == "x"


def test_a_port_has_one_host() -> None:
    master, slave = os.openpty()
    try:
        name = os.ttyname(slave)
        with Pistol.open(name):
            assert "another program holds it" in refusal(name)
        Pistol.open(name).close()
    finally:
        os.close(master)
        os.close(slave)


def test_access_is_explained_with_the_group_and_the_command(tmp_path: Path) -> None:
    device = tmp_path / "ttyACM0"
    device.touch()
    group = grp.getgrgid(device.stat().st_gid).gr_name
    text = how_to_get_access(device)
    assert f"group '{group}'" in text
    assert f"sudo usermod -aG {group} $USER" in text
    assert "log out and in" in text
    assert "administrator" in how_to_get_access(tmp_path / "gone")


@pytest.fixture
def as_nobody() -> Iterator[None]:
    """Run the rest of the test without root's rights."""
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def forbidden() -> Iterator[Path]:
    """A device of root's group that nobody else may open."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        device = Path(folder) / "ttyACM0"
        device.touch(0o660)
        yield device


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_a_user_without_permission_is_told_which_group_to_join(
    forbidden: Path, as_nobody: None
) -> None:
    text = refusal(str(forbidden))
    group = grp.getgrgid(forbidden.stat().st_gid).gr_name
    assert "this user may not open it" in text
    assert f"sudo usermod -aG {group} $USER" in text


def test_what_a_peer_sends_is_read_at_once_and_whole() -> None:
    master, slave = os.openpty()
    try:
        line = open_line(os.ttyname(slave))
        os.write(master, bytes(range(256)) * 4)
        came = b""
        while len(came) < 1024:
            came += line.read(1.0)
        assert came == bytes(range(256)) * 4
        line.wake()
        assert line.read(60.0) == b""
        line.write(b"\0\1\2\xff\r\n\x03")
        assert os.read(master, 100) == b"\0\1\2\xff\r\n\x03"
        assert line.drained()
        line.close()
    finally:
        os.close(master)
        os.close(slave)


def test_a_line_whose_peer_goes_away_says_so() -> None:
    master, slave = os.openpty()
    line = open_line(os.ttyname(slave))
    os.close(slave)
    os.close(master)
    with pytest.raises(LinkError, match=r"the port is gone.*journal"):
        line.read(5.0)
    line.drop_unsent()
    line.wake()
    line.close()
    line.wake()


def test_a_peer_that_reads_nothing_does_not_hold_a_write_for_long() -> None:
    master, slave = os.openpty()
    try:
        line = open_line(os.ttyname(slave))
        for _ in range(200):  # far more than the terminal's buffer
            line.write(bytes(64))
            if not line.drained():
                break
        line.close()
    finally:
        os.close(master)
        os.close(slave)


def test_a_socket_whose_server_goes_away_says_so_and_leaves_nothing_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        line = open_line(f"socket://127.0.0.1:{server.getsockname()[1]}")
        client, _ = server.accept()
        client.sendall(b"last words")
        client.close()
    came = b""
    with pytest.raises(LinkError, match="the port is gone"):  # noqa: PT012
        while True:
            came += line.read(5.0)
    assert came == b"last words"
    line.close()
    gc.collect()  # a socket left open would be a warning now
