"""The capture file."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import pytest

from mesogun.device import FROM_PISTOL, TO_PISTOL, Capture
from mesogun.device.capture import file_header, packet


def test_the_header_says_microseconds_and_link_type_user0() -> None:
    assert file_header() == bytes.fromhex("d4c3b2a1 0200 0400 00000000 00000000 ffff0000 93000000")


def test_a_packet_is_stamp_lengths_direction_and_body() -> None:
    assert packet(FROM_PISTOL, b"body", 3_000_007) == struct.pack("<IIII", 3, 7, 5, 5) + b"\1body"


def test_a_capture_is_the_header_and_its_packets(tmp_path: Path) -> None:
    with Capture(tmp_path / "wire.pcap", start_us=1_000_000) as capture:
        capture.write(TO_PISTOL, b"ask", 5)
        capture.write(FROM_PISTOL, b"answer", 6)
    assert not capture.failed
    data = (tmp_path / "wire.pcap").read_bytes()
    wanted = packet(TO_PISTOL, b"ask", 1_000_005) + packet(FROM_PISTOL, b"answer", 1_000_006)
    assert data == file_header() + wanted


def test_a_capture_that_cannot_be_written_never_stops_a_session(tmp_path: Path) -> None:
    capture = Capture(tmp_path / "no" / "wire.pcap")
    capture.write(TO_PISTOL, b"ask", 5)
    capture.close()
    assert capture.failed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_is_noted(tmp_path: Path) -> None:
    (tmp_path / "wire.pcap").symlink_to("/dev/full")
    capture = Capture(tmp_path / "wire.pcap")
    for at_us in range(2_000):
        capture.write(TO_PISTOL, bytes(100), at_us)
    capture.close()
    assert os.strerror(28) in capture.failed


@pytest.mark.parametrize("lost", range(21))
def test_a_resumed_session_goes_on_with_the_capture_behind_its_last_whole_packet(
    lost: int, tmp_path: Path
) -> None:
    path = tmp_path / "wire.pcap"
    with Capture(path) as capture:
        capture.write(TO_PISTOL, b"ask", 5)
        capture.write(FROM_PISTOL, b"answer", 6)
    path.write_bytes(path.read_bytes()[: -lost or None])
    with Capture(path) as capture:
        capture.write(TO_PISTOL, b"again", 7)
    first, second = packet(TO_PISTOL, b"ask", 5), packet(FROM_PISTOL, b"answer", 6)
    kept = first if lost else first + second
    assert path.read_bytes() == file_header() + kept + packet(TO_PISTOL, b"again", 7)


def test_a_file_that_is_no_capture_is_begun_anew(tmp_path: Path) -> None:
    (tmp_path / "wire.pcap").write_bytes(b"not a capture at all, but long enough for a header")
    Capture(tmp_path / "wire.pcap").close()
    assert (tmp_path / "wire.pcap").read_bytes() == file_header()


def test_a_flood_does_not_fill_the_disk(tmp_path: Path) -> None:
    path, one = tmp_path / "wire.pcap", len(packet(FROM_PISTOL, bytes(100), 0))
    room = len(file_header()) + 3 * one
    for kept in (3, 3):  # also when it is gone on with
        with Capture(path, bytes_max=room) as capture:
            for at_us in range(1_000):
                capture.write(FROM_PISTOL, bytes(100), at_us)
        assert "full" in capture.failed
        assert path.stat().st_size == len(file_header()) + kept * one
