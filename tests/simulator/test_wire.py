"""The line carries bytes at its pace, loses and changes them by seed, and keeps their order."""

import pytest

from simulator.wire import Wire

CHUNK = bytes(range(1, 51))


def test_a_chunk_takes_its_time_on_the_line() -> None:
    wire = Wire(1, baud=100_000, latency_us=1_000)
    assert wire.send(CHUNK, 500) == [(500 + 50 * 100 + 1_000, CHUNK)]


def test_a_busy_line_makes_the_next_chunk_wait() -> None:
    wire = Wire(1, baud=100_000, latency_us=0)
    assert wire.send(CHUNK, 0)[0][0] == 5_000
    assert wire.send(CHUNK, 1_000)[0][0] == 10_000
    assert wire.send(CHUNK, 20_000)[0][0] == 25_000


def test_a_delay_comes_on_top_of_the_latency() -> None:
    slow, fast = Wire(1, delay_us=250_000), Wire(1)
    assert slow.send(CHUNK, 0)[0][0] - fast.send(CHUNK, 0)[0][0] == 250_000


def test_a_clear_line_changes_nothing_and_keeps_the_order() -> None:
    wire = Wire(7)
    arrivals = [wire.send(CHUNK, at_us)[0] for at_us in range(0, 100_000, 1_000)]
    assert all(data == CHUNK for _, data in arrivals)
    assert arrivals == sorted(arrivals)
    assert wire.send(b"", 0) == []


def test_the_same_seed_is_the_same_weather() -> None:
    def weather(seed: int) -> list[list[tuple[int, bytes]]]:
        wire = Wire(seed, drop=0.2, corrupt=0.2, duplicate=0.2)
        return [wire.send(CHUNK, number * 10_000) for number in range(200)]

    assert weather(3) == weather(3) != weather(4)


@pytest.mark.parametrize(
    ("rate", "least", "most"), [(0.0, 0, 0), (0.3, 230, 370), (1.0, 1000, 1000)]
)
def test_each_kind_of_weather_comes_as_often_as_asked(rate: float, least: int, most: int) -> None:
    lost = changed = doubled = 0
    for kind in ("drop", "corrupt", "duplicate"):
        wire = Wire(11, **{kind: rate})
        for number in range(1_000):
            arrivals = wire.send(CHUNK, number * 10_000)
            lost += not arrivals
            changed += any(data != CHUNK for _, data in arrivals)
            doubled += len(arrivals) == 2
    assert least <= lost <= most
    assert least * 0.95 <= changed <= most  # two flips may undo each other
    assert least <= doubled <= most


def test_another_fault_moves_no_other_draw() -> None:
    def lost(**more: float) -> list[bool]:
        wire = Wire(5, drop=0.3, **more)
        return [not wire.send(CHUNK, number * 10_000) for number in range(300)]

    assert any(lost())
    assert lost() == lost(corrupt=0.5)


def test_a_duplicate_comes_later_than_the_first() -> None:
    wire = Wire(2, duplicate=1.0)
    for number in range(100):
        (first_us, first), (second_us, second) = wire.send(CHUNK, number * 300_000)
        assert (first, first_us < second_us) == (second, True)


@pytest.mark.parametrize("wrong", [{"drop": 1.1}, {"corrupt": -0.1}, {"duplicate": float("nan")}])
def test_what_is_no_probability_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="no probability"):
        Wire(1, **wrong)


def test_no_negative_time_is_taken() -> None:
    for wrong in ({"baud": 0}, {"latency_us": -1}, {"delay_us": -1}):
        with pytest.raises(ValueError, match="negative"):
            Wire(1, **wrong)
