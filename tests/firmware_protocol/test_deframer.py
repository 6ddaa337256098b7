"""The deframer in bad weather: it finds every whole frame, counts the rest, and never raises."""

import tracemalloc
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.frame import (
    ABORT_ZERO_RUN,
    BODY_BYTES_MAX,
    REASONS,
    Deframer,
    Frame,
    crc32c,
    encode,
    encode_body,
    wrap,
)

FRAME = Frame(1, False, False, 0x0107, 5, 6, bytes(range(33)))
LONGEST = Frame(2, True, False, 0x0301, 5, 6, b"\xa5" * 224)
NOISE = st.binary(max_size=300) | st.lists(st.sampled_from([0, 1, 2, 255]), max_size=300).map(bytes)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    at = [0, *sorted(cut % (len(data) + 1) for cut in cuts), len(data)]
    return [data[a:b] for a, b in pairwise(at)]


def test_frames_survive_any_chunking(any_frame: st.SearchStrategy[Frame]) -> None:
    @given(st.lists(any_frame, max_size=4), st.lists(st.integers(0, 2000), max_size=12))
    def check(frames: list[Frame], cuts: list[int]) -> None:
        deframer = Deframer()
        found = [
            frame
            for piece in pieces(b"".join(map(encode, frames)), cuts)
            for frame in deframer.feed(piece)
        ]
        assert found == frames
        assert deframer.errors == 0

    check()


def test_frames_are_found_byte_by_byte() -> None:
    deframer = Deframer()
    wire = encode(FRAME) + encode(LONGEST)
    assert [f for byte in wire for f in deframer.feed(bytes([byte]))] == [FRAME, LONGEST]


def test_one_delimiter_between_two_frames_is_enough() -> None:
    assert Deframer().feed(encode(FRAME)[:-1] + encode(FRAME)) == [FRAME, FRAME]


@given(NOISE, st.lists(st.integers(0, 2000), max_size=8))
def test_a_frame_is_found_after_any_noise(noise: bytes, cuts: list[int]) -> None:
    # Every frame begins with a delimiter, so the noise before it is always cut off.
    deframer = Deframer()
    found = [f for piece in pieces(noise + encode(FRAME), cuts) for f in deframer.feed(piece)]
    assert found == [FRAME]


@given(NOISE, NOISE)
def test_noise_inside_a_frame_costs_that_frame_only(noise: bytes, more: bytes) -> None:
    wire = encode(FRAME)
    for at in (1, len(wire) // 2):
        broken = wire[:at] + b"\xa5\0" + noise + wire[at:] + more
        assert Deframer().feed(wire + broken + wire)[-1] == FRAME
        assert set(Deframer().feed(broken)) <= {FRAME}


@given(st.lists(st.binary(max_size=600), max_size=6))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    deframer = Deframer()
    for chunk in chunks:
        deframer.feed(chunk)
    assert deframer.errors == sum(deframer.counters.values())
    assert set(deframer.counters) == set(REASONS)


def test_a_run_without_a_delimiter_is_dropped_and_counted_once() -> None:
    deframer = Deframer()
    for _ in range(20):
        assert deframer.feed(b"\xa5" * 100) == []
    assert deframer.counters["oversize"] == 1
    assert deframer.feed(encode(FRAME)) == [FRAME]
    assert deframer.errors == 1


def test_a_long_run_in_one_piece_is_dropped_and_counted_once() -> None:
    deframer = Deframer()
    assert deframer.feed(b"\xa5" * 250 + encode(FRAME)) == [FRAME]
    assert deframer.counters["oversize"] == deframer.errors == 1


def test_the_longest_frame_is_no_oversize() -> None:
    deframer = Deframer()
    wire = encode(LONGEST)
    assert deframer.feed(wire[:-1]) == []
    assert deframer.feed(wire[-1:]) == [LONGEST]
    assert deframer.errors == 0


def test_the_longest_body_is_judged_by_its_content_not_by_its_length() -> None:
    deframer = Deframer()
    deframer.feed(wrap(b"\xa5" * BODY_BYTES_MAX)[:-1])
    deframer.feed(b"\0")
    assert (deframer.counters["crc"], deframer.counters["oversize"]) == (1, 0)
    deframer.feed(b"\xa5" * (BODY_BYTES_MAX + 2))
    assert deframer.counters["oversize"] == 1


def test_its_memory_is_bounded_by_one_frame() -> None:
    deframer = Deframer()
    chunk = b"\xa5" * 4096
    tracemalloc.start()
    for _ in range(50):
        deframer.feed(chunk)
        deframer.feed(b"\xa5" * 200)
    kept = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert kept < 4096


@given(st.lists(st.binary(max_size=6) | st.integers(0, 12).map(bytes), max_size=12))
def test_runs_of_zeros_are_measured_across_pieces(chunks: list[bytes]) -> None:
    deframer = Deframer()
    for chunk in chunks:
        deframer.feed(chunk)
    data = b"".join(chunks)
    runs = [0]
    for byte in data:
        runs.append(0 if byte else runs[-1] + 1)
    assert deframer.zero_run == runs[-1]
    assert deframer.zero_run_max == max(runs)


def test_frames_back_to_back_are_no_abort() -> None:
    deframer = Deframer()
    for _ in range(5):
        deframer.feed(encode(FRAME) * 3)
    assert deframer.zero_run == 1
    assert deframer.zero_run_max == 2 < ABORT_ZERO_RUN


def test_a_frame_full_of_zeros_is_no_abort() -> None:
    deframer = Deframer()
    deframer.feed(encode(FRAME._replace(payload=bytes(224))))
    assert deframer.zero_run_max == 1


def test_an_abort_by_zeros_is_seen_when_it_comes_one_byte_at_a_time() -> None:
    deframer = Deframer()
    for _ in range(ABORT_ZERO_RUN):
        # the reader may look, and reset, after every piece
        assert deframer.zero_run_max < ABORT_ZERO_RUN
        deframer.reset_zero_run()
        deframer.feed(b"\0")
    assert deframer.zero_run_max == ABORT_ZERO_RUN


@pytest.mark.parametrize("zeros", [8, 9, 64, 5000])
def test_an_abort_by_zeros_is_spent_once_it_was_seen(zeros: int) -> None:
    deframer = Deframer()
    deframer.feed(encode(FRAME)[:20] + bytes(zeros))
    assert deframer.zero_run_max == zeros
    deframer.reset_zero_run()
    assert deframer.feed(encode(FRAME)) == [FRAME]
    assert deframer.zero_run_max < ABORT_ZERO_RUN


def test_a_body_that_fits_but_carries_more_than_a_payload_may_is_refused() -> None:
    # Found by fuzzing: room for a seal is no room for a longer payload.
    frame = LONGEST._replace(payload=LONGEST.payload + b"\1" * 12)
    head = encode_body(LONGEST)[:8]
    for size, found in ((224, 1), (225, 0), (236, 0)):
        covered = head[:1] + bytes((size,)) + head[2:] + frame.payload[:size]
        body = covered + crc32c(covered).to_bytes(4, "little")
        deframer = Deframer()
        assert len(deframer.feed(wrap(body))) == found
        assert deframer.counters["length"] == 1 - found
