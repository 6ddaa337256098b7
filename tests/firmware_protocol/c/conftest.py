"""The C core of this machine's compilers; what is missing here is skipped, and says so."""

from __future__ import annotations

import shutil
from typing import Any

import pytest


@pytest.fixture(scope="session", params=["gcc", "clang"])
def core(request: pytest.FixtureRequest) -> Any:
    """The core and its simulated board as a library: (ffi, functions), once per compiler."""
    kit = pytest.importorskip("tests.c_core_kit", reason="cffi is missing: no C core was tested")
    if shutil.which(request.param) is None:
        pytest.skip(f"{request.param} is not here: what it makes of the C core was not tested")
    return kit.library(request.param)


@pytest.fixture(scope="session")
def one_core() -> Any:
    """The same from the first compiler that is here."""
    kit = pytest.importorskip("tests.c_core_kit", reason="cffi is missing: no C core was tested")
    found = kit.compilers()
    if not found:
        pytest.skip("neither gcc nor clang is here: the C core was not tested")
    return kit.library(found[0])
