"""The JSON Schemas that ship are those of the tables that read the files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mesogun.intake.schemas import FOLDER, main, schemas


def test_the_schemas_that_ship_are_fresh() -> None:
    assert main(["--check"]) == 0


def test_a_stale_schema_is_noticed_and_written_anew(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([], tmp_path) == 0
    assert main(["--check"], tmp_path) == 0
    (tmp_path / "plan.json").write_text("{}")
    assert main(["--check"], tmp_path) == 1
    assert capsys.readouterr().err.startswith("plan.json: not fresh")
    assert main(["--chekc"], tmp_path) == 2


@pytest.mark.parametrize("name", ["prescription.json", "plan.json"])
def test_a_schema_is_closed_and_names_what_must_be_there(name: str) -> None:
    schema = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    tables = []

    def walk(one: Any) -> None:
        if isinstance(one, dict):
            tables.extend([one] if one.get("type") == "object" else [])
            for inner in one.values():
                walk(inner)
        if isinstance(one, list):
            for inner in one:
                walk(inner)

    walk(schema)
    assert len(tables) > 5
    for table in tables:
        assert table["additionalProperties"] is False
        assert set(table["required"]) <= set(table["properties"])


def test_a_schema_asks_every_question_of_the_catalogue() -> None:
    screening = schemas()["prescription.json"]["properties"]["screening"]
    assert len(screening["required"]) == 17
