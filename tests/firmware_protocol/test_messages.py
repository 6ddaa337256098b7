"""Messages and frames: every value survives, and every value out of range is named."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.errors import LocalProtocolError, ProtocolError, RemoteProtocolError
from firmware_protocol.frame import Deframer, Frame, encode


def there(message: m.Message, **header: object) -> Frame:
    return m.to_frame(message, **{"session": 9, "request": 3} | header)


def test_every_message_survives_the_wire(any_message) -> None:
    @settings(max_examples=300)
    @given(any_message, st.integers(1, 0xFFFF), st.integers(0, 0xFFFF), st.booleans())
    def check(message: m.Message, session: int, request: int, retry: bool) -> None:
        frame = m.to_frame(message, session=session, request=request, retry=retry)
        (found,) = Deframer().feed(encode(frame))
        assert found == frame
        assert (found.session, found.request, found.retry) == (session, request, retry)
        back = m.from_frame(found)
        assert back == message
        assert type(back) is type(message)

    check()


def test_an_enum_comes_back_as_the_enum(shot: m.Shot) -> None:
    back = m.from_frame(there(shot._replace(trigger=1)))
    assert isinstance(back, m.Shot)
    assert back.trigger is m.Trigger.HELD


def test_a_request_and_its_reply_share_a_number(shot: m.Shot) -> None:
    reply = m.ShotReply(
        shot.shot_id,
        m.ShotResult.ACCEPTED,
        m.Refusal.NONE,
        m.LimitId.NONE,
        0,
        m.Outcome.NONE,
        m.Nanolitres(0),
        3,
    )
    assert there(shot).msg == there(reply).msg == 0x0107
    assert (there(shot).reply, there(reply).reply) == (False, True)
    assert m.REPLY_OF[m.Shot] is m.ShotReply


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("shot_id", 0, r"Shot\.shot_id = 0 is out of range 1\.\.4294967295"),
        ("dose_nl", 2**32, r"Shot\.dose_nl = 4294967296 is out of range 1\.\.4294967295"),
        ("dose_nl", -1, r"Shot\.dose_nl = -1 is out of range"),
        ("depth_um", -1, r"Shot\.depth_um = -1 is out of range 0\.\."),
        ("ttl_ms", 0, r"Shot\.ttl_ms = 0 is out of range 1\.\.65535"),
        ("flags", 1, r"Shot\.flags = 1 is out of range 0\.\.0"),
        ("trigger", 3, r"Shot\.trigger = 3 has no name; known: 0 PRESS, 1 HELD, 2 AUTO"),
        ("trigger", [], r"Shot\.trigger = \[\] is no whole number"),
        ("dose_nl", 1.5, r"Shot\.dose_nl = 1\.5 is no whole number"),
        ("dose_nl", float("nan"), r"Shot\.dose_nl = nan is no whole number"),
        ("dose_nl", "10", r"Shot\.dose_nl = '10' is no whole number"),
        ("crit", None, r"Shot\.crit = None is no whole number"),
    ],
)
def test_a_value_out_of_range_is_not_sent_and_is_named(
    shot: m.Shot, field: str, value: object, text: str
) -> None:
    with pytest.raises(LocalProtocolError, match=text):
        there(shot._replace(**{field: value}))


def test_both_ends_of_a_range_hold() -> None:
    ask = m.ArmRequest(1, 1, 1, 0, 1, 0, 100, 0, 0, 0)
    for lease in (100, 1000):
        assert m.from_frame(there(ask._replace(lease_ms=lease))) == ask._replace(lease_ms=lease)
    for lease in (99, 1001):
        with pytest.raises(LocalProtocolError, match=r"lease_ms = \d+ is out of range 100\.\.1000"):
            there(ask._replace(lease_ms=lease))


def record(seq: int) -> m.JournalRecord:
    return m.JournalRecord(
        seq,
        m.JournalKind.VOID,
        m.Outcome.NOT_FIRED,
        m.Refusal.EXPIRED,
        m.AbortCause.NONE,
        *[0] * 13,
    )


def test_records_are_counted_by_their_own_message() -> None:
    many = tuple(map(record, (7, 8, 9)))
    for number in range(4):
        message = m.JournalRecords(9, 6, number, many[:number])
        assert m.from_frame(there(message)) == message
    for wrong in (
        m.JournalRecords(9, 6, 2, many),
        m.JournalRecords(9, 6, 4, (*many, record(10))),
        m.JournalRecords(9, 6, 3, 3),
        m.JournalRecords(9, 6, 0, None),
    ):
        with pytest.raises(LocalProtocolError, match="count"):
            there(wrong)


def test_a_wrong_record_is_named_with_its_place() -> None:
    bad = m.JournalRecords(9, 6, 2, (record(7), record(8)._replace(outcome=99)))
    with pytest.raises(
        LocalProtocolError, match=r"number 1: JournalRecord\.outcome = 99 has no name"
    ):
        there(bad)


@pytest.mark.parametrize(
    ("many", "text"),
    [((5,), "number 0: 5 is no JournalRecord"), ((tuple(record(1)),), "no part of it")],
)
def test_only_records_are_sent_as_records(many: tuple[object, ...], text: str) -> None:
    with pytest.raises(LocalProtocolError, match=text):
        there(m.JournalRecords(9, 6, 1, many))


def test_a_foreign_type_with_the_name_of_a_message_is_not_sent() -> None:
    with pytest.raises(LocalProtocolError, match="Poll is no message"):
        there(type("Poll", (), {})())


def test_what_is_no_message_is_not_sent(shot: m.Shot) -> None:
    for thing in (None, 7, tuple(shot), record(1), Frame(1, False, False, 1, 1, 1, b"")):
        with pytest.raises(LocalProtocolError, match="is no message"):
            there(thing)


def test_session_0_is_only_for_what_needs_no_session(shot: m.Shot) -> None:
    assert set(m.SESSION_FREE) == {m.Hello, m.ErrorReply, m.Abort, m.AbortReply}
    there(m.Abort(0), session=0)
    there(m.Hello(1, 0, 0, 0), session=0)
    with pytest.raises(LocalProtocolError, match="session 0"):
        there(shot, session=0)


@pytest.mark.parametrize("header", [{"session": 65536}, {"session": -1}, {"request": 65536}])
def test_a_header_out_of_range_is_not_sent(shot: m.Shot, header: dict[str, int]) -> None:
    with pytest.raises(LocalProtocolError):
        encode(there(shot, **header))


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"msg": 0x7FFF}, "unknown request 0x7fff"),
        ({"msg": 0x00FF}, "unknown request 0x00ff"),
        ({"reply": True, "msg": 0x7FFF}, "unknown reply 0x7fff"),
        ({"payload": b""}, "Shot: payload of 0 bytes where 30 belong"),
        ({"payload": bytes(31)}, "Shot: payload of 31 bytes where 30 belong"),
        ({"payload": bytes(30)}, r"Shot\.shot_id = 0 is out of range"),
        ({"payload": b"\1" * 24 + b"\3" + b"\1" * 5}, r"Shot\.trigger = 3 has no name"),
    ],
)
def test_what_comes_in_wrong_is_refused_with_its_name(
    shot: m.Shot, change: dict[str, object], text: str
) -> None:
    assert len(there(shot).payload) == 30
    with pytest.raises(RemoteProtocolError, match=text):
        m.from_frame(there(shot)._replace(**change))


def test_no_frame_raises_anything_but_a_protocol_error(any_frame, schema) -> None:
    ids = st.sampled_from([message.id for message in schema.messages])
    sizes = st.sampled_from([message.payload_bytes_max for message in schema.messages])

    @settings(max_examples=300)
    @given(any_frame, ids, st.one_of(st.none(), sizes), st.data())
    def check(frame: Frame, msg: int, size: int | None, data: st.DataObject) -> None:
        payload = (
            frame.payload if size is None else data.draw(st.binary(min_size=size, max_size=size))
        )
        frame = frame._replace(msg=msg, payload=payload)
        try:
            message = m.from_frame(frame)
        except RemoteProtocolError as refused:
            reason = str(refused)
        else:
            session = frame.session or 1
            assert m.to_frame(message, session=session, request=0).payload == payload
            return
        assert reason.split(": ", 1)[-1].strip()  # every refusal names its reason

    check()


def test_everything_that_moves_the_needle_carries_id_ttl_and_check(shot: m.Shot) -> None:
    assert set(m.ACTUATING) == {m.Shot, m.Prime}
    for kind in m.ACTUATING:
        assert {"shot_id", "ttl_ms", "crit"} <= set(kind._fields)
    check = crit(shot.shot_id, shot.dose_nl, shot.depth_um, shot.rate_nl_per_s)
    assert m.from_frame(there(shot._replace(crit=check))).crit == check


def test_the_errors_have_one_root() -> None:
    assert issubclass(LocalProtocolError, ProtocolError)
    assert issubclass(RemoteProtocolError, ProtocolError)
