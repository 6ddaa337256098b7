"""`mesogun replan`, and what else a person sees of a session that lost doses or was paused."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from firmware_protocol.messages import Reply, Request, Shot
from mesogun.cli.output import finish
from mesogun.cli.plans import Plans
from mesogun.dryrun import Faults, VirtualPistol, World
from mesogun.intake import prescription_bytes, read_plan, read_prescription
from mesogun.planning import plan, to_json, travels_us, verify
from mesogun.record import Folder
from mesogun.session import opening, run
from simulator.memory import Memory
from simulator.operator import Hand
from simulator.pistol import Pistol


class Line:
    """The twin's line in a test's hand: some shots are damaged on it, and it can be cut."""

    def __init__(self, pistol: VirtualPistol) -> None:
        self._pistol = pistol
        self.asked = 0
        self.spoilt: range = range(0)
        self.cut_after = 10**9

    def ask(self, request: Request) -> Reply:
        if isinstance(request, Shot):
            self.asked += 1
            if self.asked in self.spoilt:
                request = request._replace(crit=request.crit ^ 1)
            if self.asked > self.cut_after:
                self._pistol.abort()
        return self._pistol.ask(request)

    def abort(self) -> None:
        self._pistol.abort()

    def abort_wanted(self) -> bool:
        return self._pistol.abort_wanted()

    def wait_until(self, at_us: int) -> None:
        self._pistol.wait_until(at_us)

    def now_us(self) -> int:
        return self._pistol.now_us()

    def close(self) -> None:
        self._pistol.close()


@pytest.fixture
def stopped(small: Path, tmp_path: Path) -> Callable[[bool], Path]:
    """A folder of a session that lost its third prick and was stopped after six; or went on."""

    def play(goes_on: bool) -> Path:
        checked = verify(plan(read_prescription(small)))
        given = prescription_bytes(small)
        hand = Hand(0, travels_us=travels_us(checked.plan), refills=True)
        world = World(Pistol(Memory(), hand=hand), seed=0, faults=Faults())
        with Folder.create(tmp_path / "out") as folder:
            folder.write("prescription.toml", given)
            folder.write("plan.json", to_json(checked.plan))
            plans = Plans(folder, checked)
            opened = opening(
                checked,
                session_id="s",
                started="then",
                prescription_sha256=hashlib.sha256(given).hexdigest(),
                simulated=True,
            )
            with folder.create_journal() as journal:
                journal.append(opened)
            for part in range(2 if goes_on else 1):
                journal, history = folder.reopen_journal()
                line = Line(VirtualPistol(world, first_request=1 + 1_000 * part))
                if part == 0:
                    line.spoilt, line.cut_after = range(3, 6), 8
                with journal:
                    run(
                        plans.in_force,
                        line,
                        journal,
                        history=history,
                        confirm=lambda _echo, _briefing: "a test",
                        progress=lambda _: None,
                        wall=lambda: "2026-11-21T09:00:00Z",
                        clock_us=world.now_us,
                        keep=plans.keep,
                        nonce=part,
                    )
                line.close()
                world.play_all(world.now_us + 1_000_000)
            finish(folder, plans.in_force.plan)
        return tmp_path / "out"

    return play


def test_what_is_left_is_told_and_nothing_is_touched(call: Callable, stopped: Callable) -> None:
    folder = stopped(False)
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    told = call("replan", folder)
    assert told.code == 0, told.err
    assert "lost             1 pricks" in told.out
    assert "prick" in told.out
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_the_new_plan_is_written_where_it_is_asked_for(
    call: Callable, stopped: Callable, tmp_path: Path
) -> None:
    folder = stopped(False)
    told = json.loads(call("replan", folder, "-o", "rest.json", "--json").out)
    anew = read_plan(tmp_path / "rest.json")
    verify(anew)
    first = read_plan(folder / "plan.json")
    assert (told["parent"], told["digest"]) == (first.digest(), anew.digest())
    assert anew.settled is not None
    assert (told["pricks_lost"], told["pricks_left"]) == (
        1,
        len(first.pricks) - len(anew.settled.rows),
    )
    assert told["dose_nl_counted"] + told["dose_nl_left"] == told["dose_nl_prescribed"]
    assert told["pricks_changed"] > 0
    assert call("verify", "rest.json").code == 0
    refused = call("replan", folder, "-o", folder / "rest.json")
    assert refused.code == 2


def test_a_session_that_went_on_is_shown_and_verified_with_both_plans(
    call: Callable, stopped: Callable
) -> None:
    folder = stopped(True)
    shown = call("record", "show", folder)
    assert shown.code == 0, shown.err
    assert "COMPLETE, 1 NOT GIVEN" in shown.out
    assert "planned anew     after 1 lost doses" in shown.out
    record = json.loads((folder / "record.json").read_text())
    second = read_plan(folder / "plan-2.json")
    assert record["plan_digest"] == second.digest() == record["replans"][0]["plan_digest"]
    assert call("record", "verify", folder).code == 0, call("record", "verify", folder).err
    assert call("record", "export", folder).code == 0
    data = (folder / "plan-2.json").read_bytes()
    (folder / "plan-2.json").write_bytes(data.replace(b'"rows":[0', b'"rows":[1'))
    assert call("record", "verify", folder).code == 1


def test_the_page_of_a_session_with_a_loss_names_it_with_the_dose_it_was_to_have(
    call: Callable, stopped: Callable
) -> None:
    folder = stopped(True)
    record = json.loads((folder / "record.json").read_text())
    (lost,) = (one for one in record["pricks"] if one["state"] == "not_given")
    first = read_plan(folder / "plan.json")
    dose = int(first.pricks.dose_nl[lost["index"]])
    assert lost["dose_nl_planned"] == 0 < dose
    page = (folder / "report.html").read_text()
    assert "Planned anew" in page
    assert f"prick {lost['index'] + 1}</td>" in page
    assert f'data-head="Planned, mcL">{dose / 1000:.2f}</td>' in page


def test_a_finished_session_with_a_loss_has_nothing_left(call: Callable, stopped: Callable) -> None:
    folder = stopped(True)
    before = {one.name: one.read_bytes() for one in folder.iterdir()}
    told = call("replan", folder)
    assert told.code == 0, told.err
    assert "lost             1 pricks" in told.out
    assert "left             0 pricks" in told.out
    facts = json.loads(call("replan", folder, "--json").out)
    assert (facts["pricks_left"], facts["dose_nl_left"], facts["pricks_changed"]) == (0, 0, 0)
    assert {one.name: one.read_bytes() for one in folder.iterdir()} == before


def test_a_folder_without_a_session_is_refused(call: Callable, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert call("replan", "empty").code == 2
    assert call("replan", "nowhere").code == 2


def test_a_session_without_a_loss_keeps_its_doses(call: Callable, small: Path) -> None:
    call("dry-run", small, "--out", "out", "--fault", "abort@5")
    told = call("replan", "out")
    assert told.code == 0
    facts = json.loads(call("replan", "out", "--json").out)
    assert facts["pricks_left"] > 0
