"""Prove what is written in this folder with CBMC, and that wrong cores are rejected.

0: everything is proven and every mutant rejected. 1: something is not. 3: cbmc is missing, and
nothing was proven.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

C = Path(__file__).parents[1]
CHECKS = [
    "--bounds-check",
    "--pointer-check",
    "--div-by-zero-check",
    "--signed-overflow-check",
    "--unsigned-overflow-check",
    "--conversion-check",
    "--undefined-shift-check",
    "--unwinding-assertions",
]


class Proof(NamedTuple):
    """One harness, the files that it is about, and how many assertions it has of its own.

    The count is pinned: a proof that lost its assertions would succeed as well.
    """

    name: str
    files: tuple[str, ...]
    unwind: int
    assertions: int


PROOFS = (
    Proof("gate", ("mg_guard.c", "mg_limits.c", "mg_crc.c"), 20, 8),
    Proof("charge", ("mg_motion.c", "mg_watch.c", "mg_guard.c", "mg_limits.c", "mg_crc.c"), 20, 13),
    Proof("block", ("mg_block.c",), 251, 7),
    Proof("stream", ("mg_frame.c",), 4, 6),
)


class Mutant(NamedTuple):
    """A wrong core, or a harness that would notice nothing: its proof must fail."""

    proof: str
    file: str
    old: str
    new: str


MUTANTS = (
    Mutant("gate", "prove/gate.c", "if (fired) {", 'if (fired) { __CPROVER_assert(0, "x");'),
    Mutant("gate", "mg_guard.c", "shot->dose_nl <= limits->dose_nl_max", "1"),
    Mutant("gate", "mg_guard.c", "shot->depth_um <= limits->depth_um_max", "1"),
    Mutant("gate", "mg_guard.c", "held->now_us < held->lease_until_us", "1"),
    Mutant("gate", "mg_guard.c", "held->token.value != 0", "1"),
    Mutant("gate", "mg_guard.c", "held->contact == 1", "1"),
    Mutant("gate", "mg_guard.c", "!is_whole(kept, held)", "0"),
    Mutant("gate", "mg_guard.c", "held->dose_nl_worst <= held->syringe_nl - held", "0 <= held"),
    Mutant("gate", "mg_guard.c", "shots_left.value > held", "shots_left.value >= held"),
    Mutant("gate", "mg_guard.c", "held->now_us >= held->from_us", "1"),
    Mutant("gate", "mg_limits.c", "!(all[one].value > 0)", "0"),
    Mutant("charge", "mg_motion.c", "arm->shots_left.value - 1u", "arm->shots_left.value"),
    Mutant("charge", "mg_motion.c", "pistol->paced_from_us = pistol->now_us;", ""),
    Mutant("charge", "mg_watch.c", "off_um <= config->depth_error_um", "1"),
    Mutant("charge", "mg_watch.c", "may_dose = !now->is_dosing && motion.moves", "may_dose = 1"),
    Mutant("charge", "mg_watch.c", "pistol->under_way.is_dosing = 1;", ""),
    Mutant("block", "mg_block.c", "used < MG_BODY_BYTES_MIN", "0"),
    Mutant("block", "mg_block.c", "at < size && at < MG", "at <= size && at < 1u + MG"),
    Mutant("block", "mg_block.c", "body[1] + around != used", "0"),
    Mutant("block", "mg_block.c", "body[1] > MGP_PAYLOAD_BYTES_MAX", "0"),
    Mutant("stream", "mg_frame.c", "deframer->used < MG_BLOCK", "deframer->used <= MG_BLOCK"),
    Mutant("stream", "mg_frame.c", "INSIDE(deframer->used++", "INSIDE(++deframer->used"),
)


def main() -> int:
    """Run what the command line names, or all; say what came out of each."""
    if shutil.which("cbmc") is None:
        sys.stderr.write("cbmc is not installed: NOTHING was proven (see README.md)\n")
        return 3
    wanted = sys.argv[1:] or [one.name for one in PROOFS]
    failures = 0
    for proof in PROOFS:
        if proof.name in wanted:
            failures += not properties_proven(proof)
    for mutant in MUTANTS:
        if mutant.proof in wanted:
            failures += not rejected(mutant)
    return 1 if failures else 0


def properties_proven(proof: Proof) -> int:
    """Return how many properties of `proof` hold; 0 if one does not, or an assertion is missing."""
    said = _checked(C, proof)
    total = re.search(r"\*\* (\d+) of (\d+) failed", said)
    own = len(re.findall(r"^\[main\.assertion\.\d+\]", said, re.MULTILINE))
    own += len(re.findall(r"^\[mg_\w+\.assertion\.\d+\]", said, re.MULTILINE))
    holds = total is not None and total[1] == "0" and own == proof.assertions
    count = f"{total[1]} of {total[2]} failed, " if total else "no verdict, "
    verdict = "proven" if holds else "NOT PROVEN"
    sys.stdout.write(f"{verdict} {proof.name}: {count}{own} assertions of its own\n")
    for line in said.splitlines():
        if line.endswith("FAILURE"):
            sys.stdout.write(f"    {line}\n")
    sys.stdout.flush()
    return int(total[2]) if holds and total else 0


def rejected(mutant: Mutant) -> bool:
    """Say whether the proof fails on the wrong core, as it must."""
    proof = next(one for one in PROOFS if one.name == mutant.proof)
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "c"
        shutil.copytree(C, copy)
        path = copy / mutant.file
        text = path.read_text("utf-8")
        if text.count(mutant.old) != 1:
            sys.stdout.write(f"NO MUTANT {mutant.file}: {mutant.old!r} is not there once\n")
            return False
        path.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        found = "VERIFICATION FAILED" in _checked(copy, proof)
    verdict = "rejected" if found else "NOT REJECTED"
    sys.stdout.write(f"{verdict} {mutant.proof}: {mutant.old} -> {mutant.new or 'nothing'}\n")
    sys.stdout.flush()
    return found


def _checked(folder: Path, proof: Proof) -> str:
    command = ["cbmc", f"prove/{proof.name}.c", *proof.files, *CHECKS]
    command += ["--unwind", str(proof.unwind), "--object-bits", "12"]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return ran.stdout + ran.stderr


if __name__ == "__main__":
    sys.exit(main())
