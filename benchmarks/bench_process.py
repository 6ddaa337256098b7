"""Whole processes: the first plan of a session against the import of numpy alone.

Goal: `mesogun plan` of about 200 pricks, start of the interpreter included, takes at most twice as
long as `python -c "import numpy"`.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 21
TWO_CHEEKS = """
[[zones]]
name = "left cheek"
area = "cheek"
technique = "papule"
outline_mm = [[0, 0], [48, 0], [56, 30], [30, 60], [2, 48]]
exclusions_mm = [[[20, 18], [26, 18], [26, 24], [20, 24]]]

[[zones]]
name = "right cheek"
area = "cheek"
technique = "papule"
outline_mm = [[130, 0], [82, 0], [74, 30], [100, 60], [128, 48]]
"""
FACE = Path(__file__).parents[1] / "examples" / "face.toml"


def seconds(command: list[str]) -> float:
    """Run `command` once and return how long it took, start-up included."""
    began = time.perf_counter()
    # An installed program keeps its compiled modules; some environments forbid that.
    settings = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=settings)
    return time.perf_counter() - began


def plain(folder: Path) -> Path:
    """Write the face's prescription with two zones outlined in the file itself, no drawing."""
    text = FACE.read_text(encoding="utf-8")
    path = folder / "plain.toml"
    path.write_text(text[: text.index("[[zones]]")] + TWO_CHEEKS, encoding="utf-8")
    return path


def main() -> None:
    """Time plan and numpy in turn, so that a drift of the machine meets both alike."""
    with tempfile.TemporaryDirectory() as folder:
        for name, rx in (("two outlined zones", plain(Path(folder))), ("face.toml, drawn", FACE)):
            _compare(name, rx, f"{folder}/plan.json")


def _compare(name: str, rx: Path, output: str) -> None:
    plan = [sys.executable, "-m", "mesogun.cli", "plan", str(rx), "-o", output]
    numpy = [sys.executable, "-c", "import numpy"]
    seconds(plan), seconds(numpy)
    pairs = [(seconds(plan), seconds(numpy)) for _ in range(RUNS)]
    ours, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(a / b for a, b in pairs)
    count = len(json.loads(Path(output).read_text(encoding="utf-8"))["pricks"]["x_um"])
    print(
        f"mesogun plan of {name} ({count} pricks), plan file written: {ours * 1e3:.0f} ms; "
        f"python -c 'import numpy': {theirs * 1e3:.0f} ms; ratio {ratio:.2f} (goal <= 2)"
    )


if __name__ == "__main__":
    main()
