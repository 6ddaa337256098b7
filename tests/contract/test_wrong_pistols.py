"""Pistols with one mistake each are told, and by the requirement that the mistake breaks."""

from __future__ import annotations

from pathlib import Path

import pytest

from mesogun.conformance import CASES, Verdict, play
from tests.contract.every_wrong import EVERY_WRONG
from tests.contract.wrong import Wrong, package
from tests.virtual_kit import ONLY_WITH_A_KEY, twin

SLOW = ("JOURNAL-4", "JOURNAL-5", "POWER-4")
QUICK = {
    group: [one.id for one in CASES if one.id.startswith(f"{group}-") and one.id not in SLOW]
    for group in {case.id.rpartition("-")[0] for case in CASES}
}


@pytest.mark.parametrize("wrong", EVERY_WRONG, ids=[one.what for one in EVERY_WRONG])
def test_a_mistake_is_noticed_by_the_requirement_that_it_breaks(
    wrong: Wrong, tmp_path: Path
) -> None:
    kind = twin(
        package(wrong, tmp_path, EVERY_WRONG.index(wrong)),
        keyed=wrong.noticed_by in ONLY_WITH_A_KEY,
    )
    group = wrong.noticed_by.rpartition("-")[0]
    cases = [one for one in CASES if one.id == wrong.noticed_by or one.id in QUICK[group]]
    results = [play(case, kind.line, kind.handles, kind.keys) for case in cases]
    failed = [one.case.id for one in results if one.verdict is Verdict.FAILED]
    assert wrong.noticed_by in failed, f"noticed by {failed or 'nothing'}"
