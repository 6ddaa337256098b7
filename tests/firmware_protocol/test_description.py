"""The schema as a pistol describes it: whole, proven by its hash, and compared with another."""

from __future__ import annotations

import json
import zlib

import pytest

from firmware_protocol.description import (
    TEXT_BYTES_MAX,
    Description,
    differences,
    own,
    packed,
    read_description,
    side_to_update,
)
from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.messages import SCHEMA_HASH


def without(name: str) -> Description:
    kept = tuple(one for one in own().layouts if not one.startswith(f"{name} "))
    assert len(kept) == len(own().layouts) - 1
    return own()._replace(layouts=kept)


def changed(old: str, new: str) -> Description:
    assert any(old in one for one in own().layouts)
    return own()._replace(layouts=tuple(one.replace(old, new) for one in own().layouts))


def test_the_committed_description_is_this_program_s_schema_and_its_hash_proves_it() -> None:
    assert read_description(packed()).schema_hash() == SCHEMA_HASH
    assert changed("dose_nl u32", "dose_nl u16").schema_hash() != SCHEMA_HASH
    assert differences(own(), own()) == []


def test_what_only_one_end_knows_is_named_and_the_end_that_knows_less_is_updated() -> None:
    old = without("request Ping")
    assert differences(old, own()) == ["only this program knows the request Ping"]
    assert side_to_update(old, own()) == "the pistol's firmware"
    assert differences(own(), old) == ["only the pistol knows the request Ping"]
    assert side_to_update(own(), old) == "this program"


def test_a_changed_field_and_a_renumbered_name_are_told_from_both_sides() -> None:
    pistol = changed("interval_ms u16 ms 0..65535", "interval_ms u32 ms 0..4294967295")
    (shot,) = differences(pistol, own())
    assert "the request Shot differs: pistol 'interval_ms u32 ms 0..4294967295'" in shot
    assert "program 'interval_ms u16 ms 0..65535'" in shot
    assert side_to_update(pistol, own()) == "whichever of the two is older"
    (text,) = differences(changed("HELD=1 AUTO=2", "HELD=2 AUTO=1"), own())
    assert text.startswith("the enum Trigger differs: pistol 'HELD=2', pistol 'AUTO=1', program")


def test_fields_that_only_changed_places_are_a_difference() -> None:
    echo, uptime = "echo u32 1 0..4294967295", "uptime_us u64 us 0..18446744073709551615"
    (text,) = differences(changed(f"{echo}\n{uptime}", f"{uptime}\n{echo}"), own())
    assert text == "the reply PingReply differs: the order of its parts"


def test_another_version_says_which_side_is_behind() -> None:
    newer = own()._replace(minor=1)
    assert side_to_update(newer, own()) == "this program"
    other = own()._replace(protocol="MGP/0")
    assert side_to_update(other, own()) == "the pistol's firmware"
    assert differences(other, own()) == ["the pistol speaks MGP/0, this program MGP/1"]


@pytest.mark.parametrize(
    "deflated",
    [
        b"",
        b"no zlib",
        packed()[:-1],
        packed() + b"\0",
        zlib.compress(b" " * (TEXT_BYTES_MAX + 1)),
        zlib.compress(b"{"),
        zlib.compress(b"[" * 200_000),
        zlib.compress(b"\xff"),
        zlib.compress(b"[]"),
        zlib.compress(b'{"protocol": "MGP/1", "minor": 0}'),
        zlib.compress(b'{"protocol": 1, "minor": 0, "layouts": []}'),
        zlib.compress(json.dumps({"protocol": "", "minor": 0, "layouts": [1]}).encode()),
    ],
    ids=range(12),
)
def test_what_is_no_description_is_refused_and_not_unpacked_without_end(deflated: bytes) -> None:
    with pytest.raises(RemoteProtocolError, match="the description of the messages"):
        read_description(deflated)
