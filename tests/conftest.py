"""What all tests share: the same examples on every run, unless somebody looks for new ones."""

from __future__ import annotations

import os
import signal
import threading

import pytest
from hypothesis import settings

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
