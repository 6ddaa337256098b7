"""How many times faster than the line the codec is: `python benchmarks/bench_codec.py [PASSES]`.

The line is 921,600 baud, 8N1: 92,160 bytes a second. Every figure is CPU time, the median of
interleaved passes over the same frames, with every range check on, as a session sends them.
"""

import statistics
import sys
import time
from collections.abc import Callable, Mapping

from firmware_protocol.crit import crit
from firmware_protocol.frame import Deframer, encode
from firmware_protocol.messages import Shot, Status, Trigger, from_frame, to_frame

LINE_BYTES_PER_S = 92_160
COUNT = 2_000
WANTED = 100


def shots() -> list[Shot]:
    """Shots as a session numbers them, with the doses and depths of an ordinary plan."""
    found = []
    for number in range(COUNT):
        shot_id, rate = 100_000 + number, 40_000
        dose_nl, depth_um = 5_000 + 7 * number, 1_000 + number
        check = crit(shot_id, dose_nl, depth_um, rate)
        rest = (20, 5_000, Trigger.HELD, 100, 0, check)
        found.append(Shot(shot_id, 0xDEADBEEF, dose_nl, depth_um, rate, *rest))
    return found


def statuses() -> list[Status]:
    """Statuses of a pistol that works: five in six of what a session receives."""
    fields = (4, 1, 7, 280, 3_700, 5_000, 4_990, 100_000, 0, 0, 0, 99, 10**6, 2 * 10**6, 900, 1_500)
    shape = from_frame(to_frame(Status(*fields, 20_000, 300_000, 10**9, 0), session=1, request=0))
    assert isinstance(shape, Status)
    return [shape._replace(uptime_us=10**9 + 50_000 * number) for number in range(COUNT)]


def writing(messages: list[Shot] | list[Status]) -> Callable[[], None]:
    """Write every message to the bytes of the line."""

    def work() -> None:
        for request, message in enumerate(messages):
            encode(to_frame(message, session=5, request=request))

    return work


def reading(stream: bytes, piece: int) -> Callable[[], None]:
    """Read every message from a stream that comes `piece` bytes at a time."""
    pieces = [stream[at : at + piece] for at in range(0, len(stream), piece)]

    def work() -> None:
        deframer, found = Deframer(), 0
        for data in pieces:
            for frame in deframer.feed(data):
                from_frame(frame)
                found += 1
        assert found == COUNT

    return work


def measured(works: Mapping[str, Callable[[], None]], passes: int) -> dict[str, float]:
    """Return the median CPU seconds of each work, one pass of each in turn."""
    times: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(passes):
        for name, work in works.items():
            begin = time.process_time()
            work()
            times[name].append(time.process_time() - begin)
    return {name: statistics.median(values) for name, values in times.items()}


def main(passes: int = 15) -> int:
    """Print the table; return 1 if something is slower than WANTED times the line."""
    works: dict[str, Callable[[], None]] = {}
    bytes_of: dict[str, int] = {}
    for kind, messages in (("Shot", shots()), ("Status", statuses())):
        frames = [to_frame(one, session=5, request=at) for at, one in enumerate(messages)]
        stream = b"".join(map(encode, frames))
        works[f"{kind} encode"] = writing(messages)
        works[f"{kind} decode, 4096-byte reads"] = reading(stream, 4096)
        works[f"{kind} decode, 64-byte reads"] = reading(stream, 64)
        bytes_of |= {name: len(stream) for name in works if name.startswith(kind)}
    slow = False
    print(f"{'':32}{'bytes':>6}{'us each':>9}{'each/s':>10}{'x line':>8}")
    for name, seconds in measured(works, passes).items():
        ratio = bytes_of[name] / seconds / LINE_BYTES_PER_S
        slow |= ratio < WANTED
        each = seconds / COUNT
        size = bytes_of[name] / COUNT
        print(f"{name:32}{size:6.1f}{each * 1e6:9.2f}{1 / each:10.0f}{ratio:8.0f}")
    print(f"wanted: {WANTED} x line, reached: {'no' if slow else 'yes'}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
