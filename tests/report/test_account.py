"""What the first sentence says, and what counts as a difference."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from mesogun.errors import RecordError
from mesogun.planning.plan import Plan
from mesogun.record.record import Record
from mesogun.report import account
from mesogun.report.rows import DOSE_TOLERANCE, rows
from tests.report import drawn_by_hand as drawn


def told(record: Record, plan: Plan) -> str:
    text = account.sentence(record, account.sums(rows(plan, record)))
    return " ".join(text.split())


def test_the_sentence_has_the_record_s_figures(face: Plan, complete: Record) -> None:
    expected = f"{complete.dose_nl_given / 1e6:.3f} mL of 1.500 mL"
    assert told(complete, face) == (f"88 of 88 pricks given, {expected}, none in doubt, 3 min 12 s")


def test_the_sentence_names_what_differs(face: Plan, mixed: Record) -> None:
    found = [int(one) for one in re.findall(r"(\d+) (?:of|not|in)", told(mixed, face))]
    assert found[:3] == [mixed.count("given"), 2, mixed.count("not_given")]
    assert "1 in doubt" in told(mixed, face)
    assert f"{mixed.dose_nl_given / 1e6:.3f} mL of 1.500 mL" in told(mixed, face)


def test_doses_in_doubt_are_not_among_those_given(face: Plan, mixed: Record) -> None:
    total = account.sums(rows(face, mixed))
    assert total.dose_nl_given == mixed.dose_nl_given
    assert total.given + total.in_doubt + total.not_given == total.planned == len(face.pricks)


@pytest.mark.parametrize("outcome", ["aborted", "fault", "interrupted"])
def test_an_early_end_is_never_as_planned(face: Plan, complete: Record, outcome: str) -> None:
    record = replace(complete, outcome=outcome, why="the lease ran out")
    total = account.sums(rows(face, record))
    assert not account.as_planned(record, total)
    assert account.verdict(record, total).endswith(": the lease ran out")


def test_one_prick_in_doubt_is_enough_not_to_be_as_planned(face: Plan, mixed: Record) -> None:
    total = account.sums(rows(face, mixed))
    assert "not every prick went as planned" in account.verdict(mixed, total)


def test_differences_put_doubt_first_and_tell_alike_pricks_as_one(
    face: Plan, mixed: Record
) -> None:
    found = account.differences(rows(face, mixed))
    assert [one.mark for one in found] == ["in_doubt", "differs", "differs", "not_given"]
    assert found[0].numbers == (drawn.DOUBTFUL + 1,)
    assert found[-1].numbers == tuple(index + 1 for index in drawn.MISSING)
    assert found[1].why == "dose beyond the tolerance"


def test_every_prick_that_is_off_is_in_one_difference(face: Plan, mixed: Record) -> None:
    table = rows(face, mixed)
    named = [number for one in account.differences(table) for number in one.numbers]
    assert sorted(named) == [row.number for row in table if row.mark != "given"]


@pytest.mark.parametrize(("given", "off"), [(9_500, False), (10_500, False), (9_499, True)])
def test_the_tolerance_is_a_share_of_the_dose(given: int, off: bool) -> None:
    assert DOSE_TOLERANCE.broken_by(10_000, given) is off


def test_one_dose_beyond_the_tolerance_is_enough_not_to_be_as_planned(
    face: Plan, complete: Record
) -> None:
    more = replace(complete.pricks[7], dose_nl_given=2 * complete.pricks[7].dose_nl_planned)
    record = replace(complete, pricks=(*complete.pricks[:7], more, *complete.pricks[8:]))
    assert account.as_planned(complete, account.sums(rows(face, complete)))
    assert not account.as_planned(record, account.sums(rows(face, record)))


def test_a_prick_stopped_at_the_very_end_is_told_although_its_dose_is_right(
    face: Plan, complete: Record
) -> None:
    stopped = replace(complete.pricks[3], why="stopped before its end (ABORTED)")
    record = replace(complete, pricks=(*complete.pricks[:3], stopped, *complete.pricks[4:]))
    assert rows(face, record)[3].mark == "differs"


def test_a_prick_given_twice_is_not_quiet(face: Plan, complete: Record) -> None:
    first = complete.pricks[0]
    twice = replace(first, dose_nl_given=2 * first.dose_nl_planned, why="given 2 times")
    table = rows(face, replace(complete, pricks=(twice, *complete.pricks[1:])))
    assert (table[0].mark, table[0].why) == ("differs", "given 2 times")


def test_a_record_of_another_plan_is_refused(complete: Record, thighs: Plan) -> None:
    with pytest.raises(RecordError, match="plan"):
        rows(thighs, complete)


def test_a_record_with_other_pricks_is_refused(face: Plan, complete: Record) -> None:
    with pytest.raises(RecordError, match="pricks"):
        rows(face, replace(complete, pricks=complete.pricks[1:]))


def test_an_area_is_the_outline_less_its_exclusions(patch: Plan) -> None:
    doubled = account.zone_area_doubled(patch, 0)
    assert doubled == 2 * (40_000 * 40_000 - 6_000 * 6_000 // 2)
    assert account.mean_density(100_000, doubled) == 100_000 * 200_000_000 // doubled
    assert account.mean_density(100_000, 0) is None
