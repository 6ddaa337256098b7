"""How the C core is written: one door to the motor, no heap, no recursion, no floats."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

import firmware_protocol

C = Path(firmware_protocol.__file__).parent / "c"
CORE = sorted(C.glob("mg_*.c"))
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion", "-O2"]
EDGE = re.compile(r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"')
OURS = [
    *CORE,
    *sorted(C.glob("mg_*.h")),
    *sorted((C / "host").glob("*.[ch]")),
    *sorted((C / "fuzz").glob("*.c")),
    *sorted((C / "prove").glob("*.[ch]")),
]


@pytest.fixture(scope="module")
def objects(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The core, one object a file, with gcc's own account of who calls whom."""
    if shutil.which("gcc") is None:
        pytest.skip("gcc is not here: who calls whom in the C core was not looked at")
    folder = tmp_path_factory.mktemp("objects")
    for path in CORE:
        made = str(folder / f"{path.stem}.o")
        options = ["-O0", "-fcallgraph-info=su", "-mgeneral-regs-only"]
        ran = subprocess.run(
            ["gcc", *STRICT, *options, "-c", str(path), "-o", made],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
    return folder


def calls(folder: Path) -> dict[str, set[str]]:
    """Who calls whom; static functions are named with their file."""
    found: dict[str, set[str]] = {}
    for path in folder.glob("*.ci"):
        for edge in re.finditer(
            r'edge: \{ sourcename: "([^"]+)" targetname: "([^"]+)"', path.read_text()
        ):
            found.setdefault(_name(edge[1]), set()).add(_name(edge[2]))
    return found


def _name(full: str) -> str:
    """`/path/mg_shots.c:about` as `mg_shots.c:about`."""
    return full.rsplit("/", 1)[-1]


@pytest.mark.parametrize("compiler", ["gcc", "clang"])
@pytest.mark.parametrize("path", [*CORE, *sorted((C / "host").glob("*.c"))], ids=lambda p: p.name)
def test_it_compiles_without_a_warning(compiler: str, path: Path, tmp_path: Path) -> None:
    if shutil.which(compiler) is None:
        pytest.skip(f"{compiler} is not here: what it says of the C core was not heard")
    command = [compiler, *STRICT, "-c", str(path), "-o", str(tmp_path / "out.o")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr


def test_one_function_alone_reaches_the_motor(objects: Path) -> None:
    callers = {name for name, called in calls(objects).items() if "mg_hw_fire" in called}
    assert callers == {"mg_release"}
    assert {name for name, called in calls(objects).items() if "mg_release" in called} == {
        "mg_motion.c:release"
    }


def test_the_plunger_starts_only_behind_a_needle_that_was_looked_at(objects: Path) -> None:
    callers = {name for name, called in calls(objects).items() if "mg_hw_dose" in called}
    assert callers == {"mg_watch_dose"}
    assert {name for name, called in calls(objects).items() if "mg_watch_dose" in called} == {
        "mg_motion.c:go_on"
    }


def test_nothing_calls_itself_not_even_by_a_detour(objects: Path) -> None:
    graph = calls(objects)
    assert len(graph) > 50
    done: set[str] = set()

    def walk(name: str, path: tuple[str, ...]) -> None:
        assert name not in path, f"recursion: {' > '.join([*path, name])}"
        if name not in done:
            for one in graph.get(name, ()):
                walk(one, (*path, name))
            done.add(name)

    for name in graph:
        walk(name, ())


def test_every_call_is_to_a_known_function_and_none_is_to_the_heap(objects: Path) -> None:
    called = set().union(*calls(objects).values())
    foreign = {one for one in called if not re.search(r"\bmgp?_|\.[ch]:", one)}
    assert foreign <= {"memset", "memcpy", "memcmp"}, "no heap, no call through a pointer"


def test_it_computes_without_the_floating_point_unit() -> None:
    for path in [*CORE, *C.glob("*.h")]:
        text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
        assert not re.search(r"\b(float|double|malloc|goto|setjmp)\b", text), path


@pytest.mark.parametrize("path", OURS, ids=lambda p: p.name)
def test_a_c_file_is_short_says_what_it_is_for_and_keeps_its_lines_short(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert len(lines) < 400
    assert lines[0].startswith("/* ")
    assert max(map(len, lines)) <= 100


def test_every_loop_of_the_core_is_a_counted_one() -> None:
    """A `while` needs a second look: each is listed here with what bounds it."""
    bounded = {"mg_state.c": ["while (events < MG_EVENTS && !pistol->power_lost) {"]}
    for path in CORE:
        text = path.read_text("utf-8")
        found = [line.strip() for line in text.splitlines() if re.search(r"\bwhile \(", line)]
        found = [line for line in found if not line.startswith("} while (0)")]
        assert found == bounded.get(path.name, []), path.name
        for loop in re.finditer(r"\bfor \(([^;]*);([^;]*);", text):
            assert "<" in loop[2], f"{path.name}: for ({loop[1]};{loop[2]}; has no bound"
