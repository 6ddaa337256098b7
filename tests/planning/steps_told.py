"""How the steps of a plan are told in a word."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

import numpy as np

from mesogun.errors import PlanError
from mesogun.planning import Infeasible


def short(*numbers: Any) -> str:
    """A name for rows of whole numbers, with how many there are."""
    sha = hashlib.blake2b(digest_size=6)
    for one in numbers:
        sha.update(f" {np.shape(one)} ".encode())
        sha.update(np.ascontiguousarray(one, dtype="<i8").tobytes())
    return f"{np.size(numbers[0])} {sha.hexdigest()}"


def refused(what: Callable[[], object]) -> str:
    """What a step says, or the words with which it refuses."""
    try:
        return str(what())
    except Infeasible as said:
        changes = [(one.kind, one.name, one.now, one.needed, one.unit) for one in said.changes]
        rest = f"{said.volume_nl} {said.volume_nl_min} {said.volume_nl_max} {changes}"
        return f"Infeasible: {said} {rest}"
    except PlanError as said:
        return f"{type(said).__name__}: {said}"
