"""The fuzzer of Python's codec runs for a little in every run, and would notice a break."""

from __future__ import annotations

import pytest

from firmware_protocol.frame import REASONS, Deframer, unwrap, wrap
from firmware_protocol.messages import from_frame
from tests.firmware_protocol.fuzz_python import DECODED, Told, dressed, fuzz, main, seeds


def test_nothing_breaks_and_every_reason_to_refuse_is_met() -> None:
    told = fuzz(1, lambda so_far: so_far.executions < 6_000)
    assert told.broken == []
    assert told.missing() == []
    assert len(told.seen) > 100, "what steers it finds its way"
    assert set(REASONS) < set(told.verdicts)
    assert len(DECODED) == 4


def test_inputs_that_are_dressed_come_past_the_check() -> None:
    body = unwrap(seeds()[0].strip(b"\0"))
    spoilt = wrap(body[:-1] + bytes((body[-1] ^ 1,)))
    assert Deframer().feed(spoilt) == []
    assert Deframer().feed(dressed(spoilt)) == Deframer().feed(seeds()[0])


def test_a_break_is_told_with_its_input_and_ends_the_run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fragile(frame: object) -> object:
        message = from_frame(frame)  # type: ignore[arg-type]
        if type(message).__name__ == "Shot":
            raise IndexError("a table was too short")
        return message

    monkeypatch.setattr("firmware_protocol.messages.from_frame", fragile)
    assert main(["--executions", "2000"]) == 1
    told = capsys.readouterr().out
    assert "BROKEN: IndexError: a table was too short" in told


def test_a_reason_that_is_never_met_is_no_success() -> None:
    assert set(Told().missing()) == {*REASONS, *DECODED}
