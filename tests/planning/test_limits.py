"""Of several limits with one name the tightest wins, and its origin is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from mesogun.errors import PlanError
from mesogun.planning import SESSION_LIMITS, ZONE_LIMITS, Limit, effective
from tests.planning.samples import CHEEK, limits, moved, order, zone


def with_limits(*more: Limit) -> tuple[Limit, ...]:
    two = order(zone("a"), zone("b", moved(CHEEK, 90_000, 0)))
    return effective(replace(two, limits=(*two.limits, *more)))


def found(all_of_them: tuple[Limit, ...], name: str, zone_index: int | None) -> Limit:
    return next(one for one in all_of_them if (one.name, one.zone) == (name, zone_index))


def test_there_is_one_limit_for_each_name_and_zone() -> None:
    keys = [(one.name, one.zone) for one in with_limits()]
    assert len(keys) == len(set(keys)) == len(SESSION_LIMITS) + 2 * len(ZONE_LIMITS)


@pytest.mark.parametrize(
    ("name", "looser", "tighter"),
    [
        ("dose_nl_max", 60_000, 40_000),
        ("spacing_um_min", 4_000, 6_000),
        ("dose_nl_min", 500, 2_000),
    ],
)
def test_the_tightest_of_several_wins_and_keeps_its_origin(
    name: str, looser: int, tighter: int
) -> None:
    made = with_limits(
        Limit(name, looser, "u", 1, "the loose one", "s"),
        Limit(name, tighter, "u", 1, "the tight one", "s"),
    )
    assert found(made, name, 1).value == tighter
    assert found(made, name, 1).origin == "the tight one"
    assert found(made, name, 0).origin == f"preset {name}"


def test_a_limit_of_the_session_with_a_zones_name_holds_for_every_zone() -> None:
    made = with_limits(Limit("dose_nl_max", 9_000, "nl", None, "drug label", "s"))
    assert [found(made, "dose_nl_max", k).origin for k in (0, 1)] == ["drug label"] * 2


@pytest.mark.parametrize("name", [*ZONE_LIMITS, *SESSION_LIMITS])
def test_limits_are_complete_or_nothing_is_planned(name: str) -> None:
    few = tuple(one for one in limits() if one.name != name)
    with pytest.raises(PlanError, match=f"no limit '{name}' is set"):
        effective(replace(order(), limits=few))


@pytest.mark.parametrize(
    ("extra", "said"),
    [
        (Limit("speed_max", 1, "u", None, "o", "s"), "unknown to the planner"),
        (Limit("dose_nl_max", 1_000, "nl", 7, "o", "s"), "names zone 7: no such zone"),
        (Limit("volume_nl_max", 1_000, "nl", 0, "o", "s"), "holds for the whole session"),
        (Limit("dose_nl_max", 0, "nl", 0, "o", "s"), "must be above 0"),
        (Limit("dose_nl_max", 10**13, "nl", 0, "o", "s"), "beyond any use"),
        (Limit("dose_nl_min", 60_000, "nl", 0, "o", "s"), "nothing can satisfy both"),
        (Limit("dose_quantum_nl_min", 1_500, "nl", None, "o", "s"), "coarser than both"),
    ],
)
def test_a_limit_that_cannot_be_enforced_is_refused(extra: Limit, said: str) -> None:
    with pytest.raises(PlanError, match=said):
        with_limits(extra)


def test_a_margin_of_nothing_is_a_limit() -> None:
    made = effective(order(margin_um_min=0))
    assert found(made, "margin_um_min", 0).value == 0
