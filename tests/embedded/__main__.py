"""`make test-embedded`: build the ELF once; the suite on Unicorn and QEMU, and the differential.

Exit codes: 0 all ran and passed; 1 something failed; 3 a tool is missing, so that not all ran.
"""

from __future__ import annotations

import argparse
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOARD = ROOT / "firmware_protocol" / "c" / "board" / "cortex_m3"
README = ROOT / "firmware_protocol" / "c" / "README.md"
BUILT = ROOT / "build" / "embedded"
HERE = Path(__file__).parent
APT = "apt-get install -y --no-install-recommends"
PASSED, FAILED, INCOMPLETE = 0, 1, 3


def missing() -> dict[str, str]:
    """Return the tools that are not here, with how to get each."""
    tools = {
        "arm-none-eabi-gcc": f"{APT} gcc-arm-none-eabi",
        "qemu-system-arm": f"{APT} qemu-system-arm",
    }
    found = {tool: how for tool, how in tools.items() if shutil.which(tool) is None}
    if importlib.util.find_spec("unicorn") is None:
        found["unicorn"] = "pip install unicorn (or the extra: pip install -e '.[test,embedded]')"
    return found


def write_figures() -> None:
    """Put the sizes of this build into the README of the core."""
    from tests.embedded.unicorn_kit import CoreOnArm, Program

    objects = sorted(map(str, (BUILT / "core").glob("*.o")))
    told = subprocess.run(
        ["arm-none-eabi-size", "-t", *objects], capture_output=True, text=True, check=True
    ).stdout
    code = int(told.splitlines()[-1].split()[0])
    ram = CoreOnArm(Program(BUILT / "mesogun.elf"), travel_us=0).core_bytes()
    text = README.read_text("utf-8")
    text = re.sub(r"\*\*[\d.]+ kB of flash\*\*", f"**{code / 1000:.1f} kB of flash**", text)
    text = re.sub(r"\*\*[\d,]+ bytes of RAM\*\*", f"**{ram:,} bytes of RAM**", text)
    README.write_text(text, "utf-8")
    print(f"{README.relative_to(ROOT)}: {code / 1000:.1f} kB of flash, {ram:,} bytes of RAM")


def main() -> int:
    """Build, run what can run, and say plainly what did not."""
    parser = argparse.ArgumentParser(prog="python -m tests.embedded", description=__doc__)
    parser.add_argument("--figures", action="store_true", help="write the README's sizes anew")
    parser.add_argument(
        "--what-there-is",
        action="store_true",
        help="0, not 3, where a tool is missing: say so only",
    )
    asked = parser.parse_args()
    lacking = missing()
    code = PASSED
    if "arm-none-eabi-gcc" not in lacking:
        built = subprocess.run([str(BOARD / "build"), str(BUILT)], check=False)
        if built.returncode != 0:
            return FAILED
        if asked.figures:
            write_figures()
            return PASSED
        os.environ["MESOGUN_ELF"] = str(BUILT / "mesogun.elf")
        code = FAILED if _ran(lacking) else PASSED
    for tool, how in lacking.items():
        print(f"NOT ALL OF IT RAN: {tool} is missing. {how}")
    incomplete = bool(lacking) and not asked.what_there_is
    return INCOMPLETE if incomplete and code == PASSED else code


def _ran(lacking: dict[str, str]) -> int:
    files = []
    if "unicorn" not in lacking:
        files += ["test_on_unicorn.py", "test_arm_like_the_twin.py"]
    if "qemu-system-arm" not in lacking:
        files.append("test_on_qemu.py")
    command = ["-q", "-p", "no:xdist", *(str(HERE / one) for one in files)]
    return int(pytest.main(command)) if files else 0


if __name__ == "__main__":
    sys.exit(main())
