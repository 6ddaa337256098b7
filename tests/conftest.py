"""What all tests share: the same examples on every run, unless somebody looks for new ones."""

from __future__ import annotations

import os

from hypothesis import settings

# A change is judged by its own merits: the examples are the same each time. To look for new ones:
# HYPOTHESIS_PROFILE=search make test
settings.register_profile("same", derandomize=True)
settings.register_profile("search", print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
