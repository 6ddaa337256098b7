"""The committed vectors: made from the schema by the book, and run here through the fast codec."""

import json
from pathlib import Path
from typing import Any

import pytest

import firmware_protocol
from firmware_protocol.errors import RemoteProtocolError
from firmware_protocol.frame import REASONS, SEAL_BYTES, Deframer, decode_body, encode, encode_body
from firmware_protocol.messages import SCHEMA_HASH, from_frame, to_frame
from firmware_protocol.seal import Key

GROUND = Path(firmware_protocol.__file__).parent


def build(kinds: dict[str, Any], one: dict[str, Any]) -> Any:
    values = dict(one["values"])
    for name, kind in (("records", "JournalRecord"), ("data", "Byte")):
        if name in values:
            values[name] = tuple(kinds[kind](**one) for one in values[name])
    return kinds[one["message"]](**values)


def test_every_message_has_its_lowest_highest_and_random_vectors(vectors, schema) -> None:
    cases = {(one["message"], one["case"].split()[0]) for one in vectors("messages.json")}
    names = {message.name for message in schema.messages}
    assert cases == {(name, case) for name in names for case in ("min", "max", "random")}


def test_every_vector_is_written_to_the_byte(vectors, kinds) -> None:
    for one in vectors("messages.json"):
        header = {name: one[name] for name in ("session", "request", "retry")}
        frame = to_frame(build(kinds, one), **header)
        assert frame.payload.hex() == one["payload"], one
        assert encode_body(frame).hex() == one["body"], one
        assert encode(frame).hex() == one["wire"], one


def test_every_vector_is_read_back(vectors, kinds) -> None:
    for one in vectors("messages.json"):
        (frame,) = Deframer().feed(bytes.fromhex(one["wire"]))
        assert frame == decode_body(bytes.fromhex(one["body"]))
        message = from_frame(frame)
        assert message == build(kinds, one), one
        assert type(message).__name__ == one["message"]
        assert (frame.session, frame.request, frame.retry) == (
            one["session"],
            one["request"],
            one["retry"],
        )


def test_no_request_keeps_an_abort_waiting_for_more_than_64_bytes_sealed(vectors, schema) -> None:
    requests = {message.name for message in schema.messages if not message.is_reply}
    sizes = {
        len(bytes.fromhex(one["wire"])) + SEAL_BYTES
        for one in vectors("messages.json")
        if one["message"] in requests
    }
    assert max(sizes) == 63


def test_every_reason_to_refuse_has_a_vector(vectors) -> None:
    reasons = {one["reason"] for one in vectors("malformed.json")}
    assert reasons == {*REASONS, "unknown", "size", "range", "enum"}


def test_every_malformed_vector_is_refused_for_its_reason(vectors) -> None:
    words = {
        "unknown": "unknown re",
        "size": r"payload of \d+ bytes|bytes follow a count",
        "range": "is out of range",
        "enum": "has no name",
    }
    for one in vectors("malformed.json"):
        deframer = Deframer()
        frames = deframer.feed(bytes.fromhex(one["wire"]))
        if one["reason"] in REASONS:
            assert frames == [], one
            assert deframer.counters == dict.fromkeys(REASONS, 0) | {one["reason"]: 1}, one
        else:
            assert deframer.errors == 0, one
            with pytest.raises(RemoteProtocolError, match=words[one["reason"]]):
                from_frame(*frames)


def test_of_a_sealed_session_exactly_what_is_good_is_accepted() -> None:
    found = json.loads((GROUND / "vectors" / "sealed.json").read_bytes())
    key, opened = Key(bytes.fromhex(found["key"])), [
        found[name] for name in ("host_nonce", "device_nonce", "uid")
    ]  # fmt: skip
    for one in found["vectors"]:
        (frame,) = Deframer().feed(bytes.fromhex(one["wire"]))
        assert encode_body(frame).hex() == one["body"], one
        ends = [
            key.session(*opened, is_pistol=pistol, counted=one["heard"]) for pistol in (False, True)
        ]
        sender, receiver = ends if not frame.reply else ends[::-1]
        assert receiver.accept(frame) is one["accepted"], one
        if one["accepted"] and int.from_bytes(frame.seal[:4], "little") == one["heard"] + 1:
            assert sender.seal(frame._replace(seal=b"")) == frame
    assert {one["reason"] for one in found["vectors"]} == {"", "counter", "mac", "unsealed"}


def test_the_vectors_belong_to_this_schema(schema) -> None:
    assert schema.schema_hash() == SCHEMA_HASH
