"""The core as a process takes its key from a file that nobody else can open, or does not start."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.conftest import compiler

if sys.platform == "win32":
    pytest.skip("no pseudo terminals", allow_module_level=True)

KEY = "5a" * 32


def started_with(folder: Path, content: str, mode: int) -> subprocess.CompletedProcess[str]:
    kit = pytest.importorskip("tests.c_core_kit")
    path = folder / "key"
    path.write_text(content)
    path.chmod(mode)
    command = [str(kit.process(compiler())), "--key", str(path)]
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)


@pytest.mark.parametrize("content", [KEY, f"{KEY}\n"], ids=["bare", "a line"])
def test_a_key_of_64_digits_is_taken(tmp_path: Path, content: str) -> None:
    ended = started_with(tmp_path, content, 0o600)
    assert (ended.returncode, ended.stderr) == (0, "")


@pytest.mark.parametrize(
    "content",
    ["", KEY[:-1], f"{KEY}5", f"{KEY}\n\n", f"{KEY[:-1]}g", KEY.upper(), f'"*" = "{KEY}"'],
    ids=["nothing", "too short", "too long", "two lines", "no digit", "capitals", "a line of TOML"],
)
def test_any_other_content_is_refused_and_not_told(tmp_path: Path, content: str) -> None:
    ended = started_with(tmp_path, content, 0o600)
    assert ended.returncode == 1
    assert "64 hexadecimal digits" in ended.stderr
    assert "5a5a" not in (ended.stderr + ended.stdout).lower()


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_may_open_is_refused(tmp_path: Path, mode: int) -> None:
    ended = started_with(tmp_path, KEY, mode)
    assert ended.returncode == 1
    assert "chmod 600" in ended.stderr


def test_a_key_that_is_not_there_is_refused(tmp_path: Path) -> None:
    kit = pytest.importorskip("tests.c_core_kit")
    command = [str(kit.process(compiler())), "--key", str(tmp_path / "none")]
    ended = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert ended.returncode == 1
    assert "No such file" in ended.stderr
