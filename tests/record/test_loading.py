"""A file is read in pieces: whole, or far enough to tell that it is too long."""

import tracemalloc
from pathlib import Path

import pytest

from mesogun.record.loading import load


@pytest.mark.parametrize("size_bytes", [0, 1, 65_535, 65_536, 65_537, 200_000])
def test_a_file_within_its_bound_is_read_whole(tmp_path: Path, size_bytes: int) -> None:
    path = tmp_path / "file"
    content = bytes(at % 251 for at in range(size_bytes))
    path.write_bytes(content)
    assert load(path, 200_000) == content


@pytest.mark.parametrize("bound_bytes", [0, 1, 65_535, 65_536, 199_999])
def test_a_longer_file_is_read_one_byte_past_its_bound(tmp_path: Path, bound_bytes: int) -> None:
    path = tmp_path / "file"
    path.write_bytes(bytes(200_000))
    assert len(load(path, bound_bytes)) == bound_bytes + 1


def test_a_small_file_takes_little_room_whatever_its_bound(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"small")
    tracemalloc.start()
    try:
        load(path, 1 << 30)
        _, peak_bytes = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak_bytes < 1 << 20
