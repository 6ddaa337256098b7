"""What all tests share: the same examples on every run, and how they are handed to workers."""

from __future__ import annotations

import os
import signal
import threading
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from xdist.scheduler import LoadScopeScheduling

# A change is judged by its own merits: the examples are the same each time. To look for new ones:
# HYPOTHESIS_PROFILE=search make test. No example is judged by the clock: machines are busy.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", print_blob=True, deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# A shell that starts the tests in the background has them ignore Ctrl-C, and what they start would
# inherit that: a session that is to be stopped by it would wait for ever.
_is_main = threading.current_thread() is threading.main_thread()
if _is_main and signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Take half as many workers again as there are cores: pistols and people take their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return ((cores or 1) * 3 + 1) // 2


TOGETHER = ("tests/contract/test_every_pistol.py", "tests/contract/test_the_driver.py")
"""Files whose tests share pistols that take long to play: one worker has all of a file."""


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> LoadScopeScheduling:
    """Hand out each test by itself, but for the files whose tests share what is dear."""
    from xdist.scheduler import LoadScopeScheduling

    if gone := [one for one in TOGETHER if not (config.rootpath / one).is_file()]:
        raise pytest.UsageError(f"tests/conftest.py: TOGETHER names {gone}, which is not there")

    class ByTestOrFile(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            file = nodeid.partition("::")[0]
            return file if file in TOGETHER else nodeid

    return ByTestOrFile(config, log)
