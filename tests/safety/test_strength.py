"""The rule that gives labels: what stands decides, and the weakest part counts."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.safety.captured import notices
from tests.safety.named import misplaced, unknown
from tests.safety.strength import LABELS, Runs, stale, strength, unproven, whole
from tests.safety.told import Part, Requirement, Slip, requirements

A_TEST = "tests/simulator/test_gate.py::test_only_the_gate_calls_the_actuator"
PLACE = "simulator/gate.py::release"
RUNS = Runs(
    tests={A_TEST: 1},
    mistakes={"campaign: dedup skipped": "O1", "model: uid unchecked": "29 steps"},
    models={"1 copy, 1 stop": 19_781},
    proofs={"gate": {"of": "now", "rejected": ["proof: gate, a: b"]}},
    recalls=(),
)
TEXTS = {"gate": "now"}
PROVEN = Part("", (PLACE,), proofs=("gate",), mistakes=("proof: gate, a: b",))
BOUNDED = Part("", (PLACE,), models=("1 copy, 1 stop",), mistakes=("model: uid unchecked",))
TESTED = Part("", (PLACE,), tests=(A_TEST,), mistakes=("campaign: dedup skipped",))
DECLARED = Part("", (PLACE,), tests=(A_TEST,))
GAP = Part("", missing="nothing stands")


@pytest.mark.parametrize(
    ("part", "label"),
    [
        (PROVEN, "proven"),
        (BOUNDED, "bounded"),
        (TESTED, "tested"),
        (DECLARED, "declared"),
        (GAP, "gap"),
        (Part("", proofs=("gate",), tests=(A_TEST,)), "declared"),  # no wrong core is rejected
        (Part("", models=("1 copy, 1 stop",), tests=(A_TEST,)), "declared"),
        (Part("", tests=(A_TEST,), mistakes=("campaign: CRC off",)), "declared"),  # was not found
        (Part("", tests=("a::test_b",), mistakes=("campaign: dedup skipped",)), "declared"),
        (Part("", mistakes=("campaign: dedup skipped",)), "gap"),
    ],
)
def test_a_part_is_as_strong_as_what_ran(part: Part, label: str) -> None:
    assert strength(part, RUNS, TEXTS) == label


def test_a_requirement_is_as_strong_as_its_weakest_part() -> None:
    parts = (PROVEN, BOUNDED, TESTED, DECLARED, GAP)
    for least in range(1, len(parts) + 1):
        told = Requirement("SR-01", "", "", parts[:least])
        assert whole(told, RUNS, TEXTS) == LABELS[-least]


def test_a_proof_of_an_earlier_text_counts_for_nothing() -> None:
    told = Requirement("SR-01", "", "", (PROVEN,))
    changed = {"gate": "changed"}
    assert stale([told], RUNS, TEXTS) == []
    assert stale([told], RUNS, changed) == ["gate"]
    assert whole(told, RUNS, changed) == "declared"


def test_what_did_not_pass_and_what_was_not_found_is_told() -> None:
    part = Part("", tests=(A_TEST, "a::test_b"), mistakes=("campaign: CRC off",))
    assert unproven(part, RUNS) == ["a::test_b", "campaign: CRC off"]


@pytest.mark.parametrize(
    "part",
    [
        Part("", tests=("tests/simulator/test_gate.py::test_that_nobody_wrote",)),
        Part("", tests=("simulator/gate.py::release",)),
        Part("", places=("simulator/no_such_file.py",)),
        Part("", places=("simulator/gate.py::no_such_name",)),
        Part("", places=("firmware_protocol/c/mg_guard.c::no_such_name",)),
        Part("", mistakes=("campaign: that nobody made",)),
        Part("", models=("no such bound",)),
        Part("", proofs=("no such proof",)),
    ],
)
def test_a_name_that_is_not_there_is_told(part: Part) -> None:
    told = unknown([Requirement("SR-01", "", "", (part,))])
    assert len(told) == 1
    assert told[0].startswith("SR-01: no ")


def test_a_requirement_left_out_or_told_twice_is_refused(tmp_path: Path) -> None:
    one = 'title = "a"\nsources = "b"\nparts = []\n'
    (tmp_path / "a.toml").write_text(f"[SR-01]\n{one}", "utf-8")
    with pytest.raises(ValueError, match="SR-02"):
        requirements(tmp_path)
    (tmp_path / "b.toml").write_text(f"[SR-01]\n{one}", "utf-8")
    with pytest.raises(ValueError, match="SR-01 is there twice"):
        requirements(tmp_path)
    (tmp_path / "b.toml").write_text(f"[SR-02]\n{one}label = 'proven'\n", "utf-8")
    with pytest.raises(ValueError, match="nobody reads label"):
        requirements(tmp_path)


def test_a_slip_whose_text_is_gone_is_told() -> None:
    gone = Slip("a", "simulator/gate.py", "no such text", "", (A_TEST,))
    assert misplaced([gone]) == ["a: not there once in simulator/gate.py: no such text"]


def test_a_slip_counts_only_where_its_test_fails_and_is_taken_out_again(tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("ONE = 1\n", "utf-8")
    test = "from one import ONE\n\ndef test_one():\n    assert ONE < 3\n"
    (tmp_path / "test_one.py").write_text(test, "utf-8")
    killed_by = ("test_one.py::test_one",)
    assert notices(Slip("", "one.py", "1", "3", killed_by), tmp_path)
    assert not notices(Slip("", "one.py", "1", "2", killed_by), tmp_path)
    assert not notices(Slip("", "one.py", "1", "3", ("test_one.py::test_two",)), tmp_path)
    assert not notices(Slip("", "one.py", "ONE", "TWO", ("test_one.py::test_one",)), tmp_path)
    assert (tmp_path / "one.py").read_text("utf-8") == "ONE = 1\n"
