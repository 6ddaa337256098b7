"""A short campaign of corrupted bytes in every run; and that it can find something at all."""

from __future__ import annotations

import pytest

from firmware_protocol.frame import REASONS
from tests.firmware_protocol.wire_campaign import (
    CRC_16,
    CRC_16_ALONE,
    KINDS,
    NO_CHECK,
    Codec,
    InPython,
    campaign,
    codecs_here,
    main,
)


def test_no_wrong_frame_is_accepted_and_python_and_c_agree_to_the_byte() -> None:
    told = campaign(1, 400_000, codecs_here())
    assert told.bytes >= 400_000
    assert not any(told.wrong.values())
    assert not told.differ
    assert set(told.bursts) == set(KINDS)
    for name, count in told.accepted.items():
        assert count > told.sent // 4, name
        assert all(told.refused[name][why] for why in REASONS if why != "version"), name


@pytest.mark.parametrize(("codec", "count"), [(NO_CHECK, 60_000), (CRC_16_ALONE, 200_000)])
def test_the_campaign_finds_what_a_weaker_check_lets_through(codec: Codec, count: int) -> None:
    told = campaign(2, count, [codec])
    assert told.wrong[codec.name]


def test_one_bit_of_a_delimiter_is_enough_without_length_and_final_inversion() -> None:
    from firmware_protocol.frame import Frame, wrap

    body = CRC_16_ALONE.body(Frame(1, False, False, 0x0107, 5, 6, bytes(range(33))))
    damaged = wrap(body)[:-1] + b"\1\0"
    assert CRC_16_ALONE.found(damaged, 64)[0] == [body + b"\0"]
    assert CRC_16.found(damaged, 64)[0] == []
    assert InPython().found(damaged, 64)[0] == []


def test_the_same_seed_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(["--bytes", "50000", "--seed", "3"])
    assert code in (0, 3)
    told = capsys.readouterr().out
    main(["--bytes", "50000", "--seed", "3"])
    again = capsys.readouterr().out
    assert told.splitlines()[1:] == again.splitlines()[1:]
    assert "0 of them wrong" in told
