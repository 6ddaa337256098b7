"""What is asked of a session: volumes, products, components, shares, weights."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from mesogun.errors import PlanError
from mesogun.planning import Infeasible, Limit, Prescription, Product
from mesogun.planning.asked import orders_of, refuse_session
from mesogun.planning.dose.weights import weights_of
from mesogun.planning.limits import Limits, effective
from mesogun.planning.place.spots import Spots, of_points
from mesogun.planning.prescription import Component, Head, Raster, Surface
from tests.planning.samples import SQUARE, moved, order, zone

LINE = Head("line-3", ((0, 0), (1, 0), (2, 0)), 5_000, "test")


def limits_of(asked: Prescription) -> Limits:
    return Limits(effective(asked))


def refused(asked: Prescription) -> Infeasible:
    with pytest.raises(Infeasible) as caught:
        refuse_session(asked, limits_of(asked))
    return caught.value


def two_products(first_nl: int, second_nl: int, **values: int) -> Prescription:
    """Vitamin C in both, 200 and 50 ug per mL; the first product for a, the second for b and c."""
    asked = order(
        zone("a", SQUARE),
        zone("b", moved(SQUARE, 90_000, 0), product=1),
        zone("c", moved(SQUARE, 180_000, 0), product=1),
        volume_nl=first_nl,
        **values,
    )
    part = Component("vitamin C", 200), Component("vitamin C", 50)
    first = replace(asked.product, name="one", components=part[:1])
    second = Product("two", second_nl, "B", "2027-11-30", None, part[1:])  # type: ignore[arg-type]
    return replace(asked, product=first, further_products=(second,))


def test_each_product_is_shared_out_among_its_own_zones() -> None:
    asked = two_products(300_000, 500_000)
    found = orders_of(asked, limits_of(asked), [7, 100, 300])
    assert [one.volume_nl for one in found] == [300_000, 125_000, 375_000]
    assert [one.session_nl for one in found] == [300_000, 500_000, 500_000]
    assert found[1].session_for(250) == 1_000_000


def test_shares_add_up_within_a_product() -> None:
    asked = two_products(300_000, 500_000)
    zones = [
        replace(one, share_ppm=part)
        for one, part in zip(asked.zones, (1_000_000, 250_000, 750_000), strict=True)
    ]
    asked = replace(asked, zones=tuple(zones))
    found = orders_of(asked, limits_of(asked), [1, 1, 1])
    assert [one.volume_nl for one in found] == [300_000, 125_000, 375_000]
    asked = replace(asked, zones=(*zones[:2], replace(zones[2], share_ppm=None)))
    with pytest.raises(PlanError, match="zone 'c' has no share of the volume"):
        orders_of(asked, limits_of(asked), [1, 1, 1])


def test_the_session_s_volume_is_that_of_all_products() -> None:
    refuse_session(two_products(300_000, 500_000, volume_nl_max=800_000), _limits(800_000))
    told = refused(two_products(300_000, 500_000, volume_nl_max=799_999))
    assert (told.volume_nl, told.volume_nl_max) == (800_000, 799_000)
    assert [(one.name, one.now, one.needed) for one in told.changes] == [
        ("volume_nl", 300_000, 299_000),
        ("volume_nl", 500_000, 499_000),
        ("volume_nl_max", 799_999, 800_000),
    ]
    assert "a volume of 299 uL of 'one'" in str(told)


def _limits(volume_nl_max: int) -> Limits:
    return limits_of(two_products(300_000, 500_000, volume_nl_max=volume_nl_max))


def test_a_component_is_added_up_over_all_products() -> None:
    """300 uL at 200 and 500 uL at 50 ug per mL are 85 ug."""

    def asked(most_ug: int) -> Prescription:
        made = two_products(300_000, 500_000)
        bound = Limit("component_ug_max:vitamin C", most_ug, "ug", None, "component", "test")
        return replace(made, limits=(*made.limits, bound))

    refuse_session(asked(85), limits_of(asked(85)))
    told = refused(asked(84))
    assert told.binding is not None
    assert told.binding.name == "component_ug_max:vitamin C"
    assert [(one.name, one.now, one.needed) for one in told.changes] == [
        ("volume_nl", 300_000, 295_000),
        ("volume_nl", 500_000, 480_000),
        ("component_ug_max:vitamin C", 84, 85),
    ]
    assert told.volume_nl_max == 795_000
    # a product without which nothing fits is not offered at 0
    assert [one.needed for one in refused(asked(25)).changes] == [85]


def test_volumes_are_whole_shots_of_the_only_head() -> None:
    asked = replace(order(volume_nl=500_000), heads=(LINE,))
    told = refused(asked)
    assert [one.needed for one in told.changes] == [498_000, 501_000]
    assert "of which a shot of 3 needles takes 3 uL" in str(told)
    asked = replace(order(volume_nl=501_000), heads=(LINE,))
    refuse_session(asked, limits_of(asked))
    (one,) = orders_of(asked, limits_of(asked), [1])
    assert (one.quantum_nl, one.grain_nl, one.volume_nl) == (1_000, 3_000, 501_000)
    single = Head("single", ((0, 0),), 0, "test")
    refuse_session(replace(order(volume_nl=500_000), heads=(LINE, single)), limits_of(asked))


def test_doses_of_a_shot_may_be_finer_than_a_step() -> None:
    """Three needles and a step of 3 uL: 1 uL each."""
    asked = replace(order(volume_nl=300_000, dose_quantum_nl_min=3_000), heads=(LINE,))
    (one,) = orders_of(asked, limits_of(asked), [1])
    assert (one.quantum_nl, one.grain_nl, one.doses.total) == (1_000, 3_000, 300)


def spots(*points: tuple[int, int]) -> Spots:
    x, y = (np.array(one, dtype=np.int64) for one in zip(*points, strict=True))
    return of_points(x, y, 0 * x, 1)


MAP = Raster(1_000, 2_000, 500, 2, (1, 2, 3, -1), "test")


def test_a_weight_is_that_of_the_cell_a_prick_lies_in() -> None:
    treated = zone(weights=MAP)
    found = weights_of(
        order(treated),
        treated,
        spots((1_000, 2_000), (1_499, 2_499), (1_500, 2_000), (1_000, 2_500)),
    )
    assert found is not None
    assert found.tolist() == [1, 1, 2, 3]
    assert weights_of(order(), zone(), spots((0, 0))) is None


@pytest.mark.parametrize(
    "place", [(1_500, 2_500), (999, 2_000), (1_000, 1_999), (2_000, 2_000), (1_000, 3_000)]
)
def test_where_the_map_says_nothing_the_place_is_told(place: tuple[int, int]) -> None:
    treated = zone(weights=MAP)
    with pytest.raises(PlanError, match=r"the map of weights says nothing at .*1 pricks"):
        weights_of(order(treated), treated, spots((1_000, 2_000), place))


def test_weights_that_are_all_nothing_or_beyond_reason_are_refused() -> None:
    for value, text in ((0, "the weights are 0 wherever"), (1_000_001, "at most 1000000")):
        treated = zone(weights=replace(MAP, values=(value, value)))
        with pytest.raises(PlanError, match=text):
            weights_of(order(treated), treated, spots((1_000, 2_000)))
    treated = zone(weights=replace(MAP, values=(1_000_000, 0)))
    assert weights_of(order(treated), treated, spots((1_000, 2_000))) is not None


def test_on_a_surface_the_nearest_corner_tells() -> None:
    corners = ((0, 0, 0), (10, 0, 0), (0, 10, 0), (9, 9, 9))
    surface = Surface("skin", corners, ((3, 1, 2), (0, 1, 2)), (), (5, 6, 7, 8), "test")
    asked = replace(order(), surface=surface)
    at = replace(spots((1, 1), (9, 0), (5, 5)), face=np.array([1, 1, 1]))
    found = weights_of(asked, zone(), at)
    assert found is not None
    assert found.tolist() == [5, 6, 5]
    assert weights_of(replace(asked, surface=replace(surface, weights=())), zone(), at) is None
