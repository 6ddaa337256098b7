"""Faults are asked for in words; what is no fault is refused with the list of those there are."""

import pytest

from firmware_protocol.errors import MesogunError
from simulator.faults import FaultError, Faults


def test_every_fault_can_be_asked_for() -> None:
    texts = [
        "drop:0.1",
        "corrupt:0.02",
        "duplicate:1",
        "delay:40",
        "host-restart@3",
        "power-cut@5",
        "power-cut@2",
        "abort@7",
    ]
    assert Faults.parse(texts) == Faults(0.1, 0.02, 1.0, 40, (3,), (2, 5), (7,))


def test_no_text_is_no_fault() -> None:
    assert Faults.parse([]) == Faults()


@pytest.mark.parametrize(
    "text",
    [
        "",
        "drop",
        "drop:",
        "drop@1",
        "drop:1.01",
        "drop:-0.1",
        "drop:nan",
        "drop:inf",
        "drop:٠.١",
        "delay:1.5",
        "delay:-1",
        "delay:10001",
        "power-cut",
        "power-cut@0",
        "power-cut@-1",
        "power-cut@1.0",
        "power-cut@1000001",
        "power-cut:5",
        "abort@",
        "abort@x",
        "abort@²",
        "lightning@3",
        "drop:0.1@3",
        "drop:" + "9" * 100_000,
    ],
)
def test_what_is_no_fault_is_refused_with_what_there_is(text: str) -> None:
    with pytest.raises(FaultError, match="host-restart@N") as caught:
        Faults.parse([text])
    assert isinstance(caught.value, MesogunError)
    assert isinstance(caught.value, ValueError)


def test_weather_is_given_once() -> None:
    with pytest.raises(FaultError, match="before"):
        Faults.parse(["drop:0.1", "drop:0.2"])
