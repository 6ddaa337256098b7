"""Files that cannot be a prescription at all: missing, huge, binary, broken."""

from __future__ import annotations

import os
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import pytest

from mesogun.errors import PrescriptionError
from mesogun.intake import prescription_bytes, read_prescription

RefusedFile = Callable[[str, bytes], str]


def refused(path: Path) -> str:
    with pytest.raises(PrescriptionError) as found:
        read_prescription(path)
    return str(found.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "none.toml"
    assert refused(path) == f"{path}: there is no such file: check the path"


def test_a_folder_is_no_prescription(tmp_path: Path) -> None:
    assert "is a folder" in refused(tmp_path)


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    path = tmp_path / "rx.toml"
    os.mkfifo(path)
    assert "is no regular file" in refused(path)


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path) -> None:
    path = tmp_path / "rx.toml"
    path.write_text("")
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    assert "may not be read: check its permissions" in refused(path)
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)


def test_a_file_of_a_gigabyte_never_enters_memory(tmp_path: Path) -> None:
    path = tmp_path / "rx.toml"
    with path.open("wb") as file:
        file.truncate(1 << 30)
    tracemalloc.start()
    try:
        said = refused(path)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert f"has {1 << 30} bytes, a prescription has at most {1 << 20}" in said
    assert peak < 1 << 20


def test_a_file_that_is_endless_is_not_read() -> None:
    assert "is no regular file" in refused(Path("/dev/zero"))


def test_a_path_that_is_none_is_refused() -> None:
    with pytest.raises(PrescriptionError, match="cannot be read"):
        prescription_bytes("rx\0.toml")


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("rx.toml", b"\x89PNG\r\n\x1a\n\x00\xff", "rx.toml: is no UTF-8 text (byte 0)"),
        ("rx.toml", b"a = 1\n\0", "rx.toml: holds a zero byte"),
        ("rx.toml", b"format = \n", "is not valid TOML: Invalid value (at line 1"),
        ("rx.toml", b'a = 1\nb = "x\n', "(at line 2"),
        ("rx.toml", b"a = 1\na = 2\n", "Cannot overwrite a value"),
        ("rx.toml", b"", "format: found nothing: a prescription begins with"),
        ("rx.toml", b"a = " + b"[" * 5000, "brackets are nested too deeply"),
        ("rx.toml", b"a = " + b"9" * 5000, "is not valid TOML"),
        ("rx.json", b"{", "is not valid JSON: "),
        ("rx.json", b"[]", "format: found nothing: a prescription begins with"),
        ("rx.json", b'{"a": NaN}', "NaN is no number: give a finite one"),
        ("rx.json", b'{"a": -Infinity}', "-Infinity is no number"),
        ("rx.json", b'{"a": 1, "a": 2}', "the key 'a' stands twice in one object"),
        ("rx.json", b"[" * 100_000, "brackets are nested too deeply"),
        ("rx.json", b'{"format": "mesogun-plan/1"}', "format: found 'mesogun-plan/1': a presc"),
        ("rx.yaml", b"a: 1", "ends in .yaml: a prescription is a .toml or .json file"),
        ("rx", b"a: 1", "ends in no suffix: a prescription is a .toml or .json file"),
    ],
)
def test_what_is_no_prescription_is_refused_with_the_reason(
    refused_file: RefusedFile, name: str, data: bytes, said: str
) -> None:
    assert said in refused_file(name, data)


def test_a_refusal_cannot_steer_a_terminal(refused_file: RefusedFile) -> None:
    said = refused_file("rx.json", b'{"format": "mesogun-prescription/1", "\\u001b[2J\\n": 1}')
    assert "\x1b" not in said
    assert "\\x1b[2J" in said
