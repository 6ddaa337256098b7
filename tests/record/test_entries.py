"""Entries and their canonical spelling."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mesogun.errors import RecordError
from mesogun.record import (
    Alarmed,
    Armed,
    Corrected,
    Ended,
    Entry,
    Guided,
    Intent,
    Noted,
    Opened,
    Outcome,
    Paused,
    Replanned,
    Reserved,
    Served,
    Strokes,
)
from mesogun.record.entries import decode, encode

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
INTEGER = st.integers(0, 2**64 - 1)
ENTRIES = st.one_of(
    st.builds(Reserved, INTEGER, INTEGER, INTEGER),
    st.builds(Armed, INTEGER, INTEGER, TEXT),
    st.builds(Intent, INTEGER, INTEGER, INTEGER),
    st.builds(
        Outcome,
        INTEGER,
        INTEGER,
        st.sampled_from(["fired", "not_fired", "partial", "indeterminate"]),
        TEXT,
        INTEGER,
        INTEGER,
        st.none() | INTEGER,
        st.none() | INTEGER,
    ),
    st.builds(Alarmed, INTEGER, TEXT, TEXT),
    st.builds(
        Ended,
        INTEGER,
        st.sampled_from(["complete", "aborted", "fault", "interrupted"]),
        TEXT,
        TEXT,
    ),
)


@given(ENTRIES)
def test_what_is_written_is_read_as_it_was(entry: Entry) -> None:
    assert decode(encode(entry)) == entry


RARE = (
    Paused(900, 2, ("needle", "refill")),
    Replanned(950, "sha256:" + "cd" * 32, "sha256:" + "ab" * 32, (10_000, 0, 19_000)),
    Noted(950, 7, "2026-11-22T09:00:00+01:00", "redness", "mild", "chin", "", "", "", "0.1.0"),
    Guided(10, 1, "2026-11-21T09:00:00Z", "dr-17"),
    Corrected(990, 3, "not_fired", 0, 0, "dr-17"),
    Strokes(0, "pen", (500, 1_000)),
    Served(25, 2, 1, "prime", "fired", 50_000),
)


def test_every_kind_of_entry_is_written_and_read(session: tuple[Entry, ...]) -> None:
    every = (*session, *RARE)
    assert {type(one) for one in every} == set(get_args(Entry))
    assert [decode(encode(one)) for one in every] == list(every)


def test_the_body_is_ascii_json_with_sorted_keys_and_no_blanks() -> None:
    body = encode(Alarmed(5, "supply", "läuft aus\n\u2028"))
    assert body == rb'{"at_us":5,"entry":"alarmed","kind":"supply","text":"l\u00e4uft aus\n\u2028"}'


def damaged(entry: Entry) -> list[dict[str, Any]]:
    """Every single-key damage to an entry's JSON object."""
    told = json.loads(encode(entry))
    cases = [{**told, "entry": "shot"}, {**told, "entry": None}, {**told, "extra": 1}]
    cases += [{key: told[key] for key in told if key != gone} for gone in told]
    wrong: list[object] = [1.5, True, "x", [1], {"a": 1}, -1, 2**64, [["a"]], ["a", 1]]
    for one in fields(entry):
        cases += [{**told, one.name: value} for value in wrong if value != told[one.name]]
    return cases


def test_an_entry_of_other_shape_is_refused(session: tuple[Entry, ...]) -> None:
    for entry in (*session, *RARE):
        for told in damaged(entry):
            body = json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
            try:
                found = decode(body)
            except RecordError:
                continue
            # What is left is another entry of the same shape: text for text, number for number.
            assert encode(found) == body
            assert type(found) is type(entry)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b'"intent"',
        b"{}",
        b'{"entry":"intent"}',
        b'{"at_us":1,"entry":"intent","shot":1,"shot_id":1.0}',
        b'{"at_us":1,"entry":"intent","shot":1,"shot_id":NaN}',
        b'{"at_us":1,"entry":"intent","shot":1,"shot_id":true}',
        b'{"at_us":1,"entry":"intent","shot":1,"shot_id":-1}',
        b'{"at_us":1,"entry":"intent","shot":1, "shot_id":1}',
        b'{"entry":"intent","at_us":1,"shot":1,"shot_id":1}',
        b'{"at_us":1,"at_us":1,"entry":"intent","shot":1,"shot_id":1}',
        b'{"at_us":1,"entry":"alarmed","kind":"k","text":"\\ud800"}',
        b'{"at_us":1,"entry":"alarmed","kind":"k","text":"\xc3\xa4"}',
        b"\xff\xfe{\x00}\x00",
        b"[" * 100_000,
        b'{"at_us":' + b"9" * 5_000 + b',"entry":"intent","shot":1,"shot_id":1}',
    ],
)
def test_any_other_spelling_is_refused(body: bytes) -> None:
    with pytest.raises(RecordError):
        decode(body)


@pytest.mark.parametrize(
    "change",
    [
        {"at_us": -1},
        {"at_us": 1.0},
        {"at_us": True},
        {"doses_nl": [1, 2, 3]},
        {"doses_nl": (1, -2, 3)},
        {"versions": ("mesogun", "1")},
        {"session_id": "\ud800"},
        {"started": None},
    ],
)
def test_an_entry_that_no_reader_would_accept_is_not_written(
    opened: Opened, change: dict[str, Any]
) -> None:
    with pytest.raises(RecordError, match=next(iter(change))):
        encode(replace(opened, **change))
