"""The belly that ships is planned for a head of five needles, finished by one, with its pauses."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path


def test_the_belly_goes_from_prescription_to_report_with_both_heads_and_both_pauses(
    call: Callable, examples: Path, tmp_path: Path
) -> None:
    ran = call("dry-run", examples / "belly.toml", "--out", "out")
    assert ran.code == 0, ran.err
    assert call("verify", Path("out") / "plan.json").code == 0
    assert call("record", "verify", "out").code == 0
    assert call("record", "export", "out", "-o", "out.csv").code == 0
    rows = list(csv.DictReader((tmp_path / "out.csv").read_text().splitlines()))
    sizes = Counter((one["head"], one["shot"]) for one in rows)
    assert {(head, count) for (head, _), count in sizes.items()} == {("line-5", 5), ("single", 1)}
    assert [one["needle"] for one in rows[:5]] == ["0", "1", "2", "3", "4"]
    assert sum(int(one["dose_nl_planned"]) for one in rows) == 6_000_000
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    assert [(one["kinds"], one["confirmed_by"]) for one in record["pauses"]] == [
        (["refill"], "dry run"),
        (["head"], "dry run"),
    ]
    page = (tmp_path / "out" / "report.html").read_text()
    for told in ("Pauses for a person", "one shot of several needles", "line-5 then single"):
        assert told in page
