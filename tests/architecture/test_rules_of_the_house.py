"""The rules of the house, as tests: sizes, names, one root of errors, no floats on the wire."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import firmware_protocol
import mesogun
import simulator
from firmware_protocol.errors import MesogunError

ROOT = Path(__file__).parents[2]
PACKAGES = (firmware_protocol, simulator, mesogun)
GENERATED = {"firmware_protocol/messages.py", "firmware_protocol/strategies.py"}
SOURCES = sorted(
    path
    for package in ("firmware_protocol", "simulator", "mesogun")
    for path in (ROOT / package).rglob("*.py")
)
IDS = [str(path.relative_to(ROOT)) for path in SOURCES]
LINES_PER_FILE_MAX = 400
LINES_PER_FUNCTION_MAX = 70
FORBIDDEN_MODULE_NAMES = {"io", "time", "types", "serial", "utils", "util", "helpers", "manager"}


def modules() -> list[str]:
    found = []
    for package in PACKAGES:
        found.append(package.__name__)
        for one in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not one.name.endswith("__main__"):
                found.append(one.name)
    return found


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_file_stays_short_enough_to_be_read(path: Path) -> None:
    name = str(path.relative_to(ROOT))
    if name in GENERATED:
        pytest.skip("generated")
    assert len(path.read_text().splitlines()) < LINES_PER_FILE_MAX


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_function_stays_short_enough_to_be_understood(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            assert length < LINES_PER_FUNCTION_MAX, f"{node.name} has {length} lines"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_a_file_says_what_it_is_for(path: Path) -> None:
    assert ast.get_docstring(ast.parse(path.read_text())), "no module docstring"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_no_star_import_and_no_dispatch_by_name(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom):
            assert all(alias.name != "*" for alias in node.names)
        if isinstance(node, ast.JoinedStr | ast.Constant):
            continue
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Call)
            and isinstance(node.func.func, ast.Name)
        ):
            assert node.func.func.id != "getattr", "a call through getattr(...)(...)"


@pytest.mark.parametrize("path", SOURCES, ids=IDS)
def test_modules_are_named_for_what_they_hold(path: Path) -> None:
    assert path.stem not in FORBIDDEN_MODULE_NAMES


@pytest.mark.parametrize("name", modules())
def test_every_exception_has_the_one_root(name: str) -> None:
    for _, member in inspect.getmembers(importlib.import_module(name), inspect.isclass):
        ours = member.__module__.split(".")[0] in {"firmware_protocol", "simulator", "mesogun"}
        if ours and issubclass(member, BaseException):
            assert issubclass(member, MesogunError), member


def callers(name: str) -> set[str]:
    """Name the files that call `name` directly."""
    found = set()
    for path, file in zip(SOURCES, IDS, strict=True):
        for node in ast.walk(ast.parse(path.read_text())):
            called = node.func if isinstance(node, ast.Call) else None
            if isinstance(called, ast.Name) and called.id == name:
                found.add(file)
    return found


def test_only_verify_makes_a_verified_plan() -> None:
    assert callers("VerifiedPlan") == {"mesogun/planning/plan.py"}, "behind its seal"
    callers_of_sealed = {name for name in callers("sealed") if name.startswith("mesogun/")}
    assert callers_of_sealed == {"mesogun/planning/verify/check.py"}


def test_only_the_port_and_the_twin_s_url_import_pyserial() -> None:
    users = {
        name
        for path, name in zip(SOURCES, IDS, strict=True)
        if re.search(r"^\s*(import serial\b|from serial\b)", path.read_text(), re.MULTILINE)
    }
    assert users <= {
        "mesogun/device/port.py",
        "mesogun/device/discovery.py",
        "simulator/url_handlers/protocol_mesosim.py",
    }


def test_the_catalogue_is_data_and_holds_no_code() -> None:
    assert not list((ROOT / "mesogun" / "catalogue").rglob("*.py"))


def test_the_planner_s_door_opens_without_the_edge() -> None:
    """Planning must be importable where there is no pydantic, no port and no terminal."""
    code = (
        "import sys, mesogun.planning; "
        "print([m for m in ('pydantic', 'serial', 'click', 'rich', 'scipy') if m in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.strip() == "[]"


def test_no_path_of_a_machine_and_no_registry_host_is_recorded() -> None:
    pattern = re.compile(
        r"https?://[^\s\"']*(pypi|pythonhosted|registry\.npm)[^\s\"']*|/home/\w+/|/root/"
    )
    for path in [*ROOT.glob("*.*"), ROOT / "Makefile", *ROOT.glob("docs/**/*.md"), *SOURCES]:
        if path.is_file() and path.suffix in {".py", ".toml", ".txt", ".md", ".cfg", ""}:
            assert not pattern.search(path.read_text(encoding="utf-8")), path


def test_the_constraints_pin_every_dependency_to_one_version() -> None:
    lines = [
        line
        for line in (ROOT / "constraints.txt").read_text().splitlines()
        if line and not line.startswith("#")
    ]
    assert all(re.fullmatch(r"[A-Za-z0-9_.\-]+==[0-9][A-Za-z0-9.]*", line) for line in lines), lines
