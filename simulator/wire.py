"""The line between two ends, with seeded weather: what is sent arrives later, changed, or not."""

from __future__ import annotations

from collections.abc import Callable

from simulator.chance import Stream

BITS_PER_BYTE = 10  # 8N1
FIRST_BIT, STOP_BIT = 1, 9
LATE_US_MAX = 250_000  # how much later the second copy of a chunk may come
REORDER_US_MAX = 40_000  # a request and its repeat fit in between
BELATED_US_MAX = 20_000_000  # long after a host has given up, and connected anew


def misheard(data: bytes, sent_baud: int, heard_baud: int) -> bytes:
    """Return what a receiver at `heard_baud` takes for bytes when `data` is sent at `sent_baud`.

    As a UART does it: it waits for the line to fall, looks at the middle of each bit, hands over
    what it saw whatever the stop bit was, and waits until the line has risen.
    """
    if sent_baud == heard_baud:
        return data
    levels = [level for byte in data for level in (0, *(byte >> bit & 1 for bit in range(8)), 1)]
    end = len(levels) * heard_baud  # in units of which a sent bit has `heard_baud`

    def is_high(at: int) -> bool:
        return at >= end or bool(levels[at // heard_baud])

    at, taken = 0, bytearray()
    while at < end:
        if is_high(at):
            at = (at // heard_baud + 1) * heard_baud
            continue
        middles = [at + bit * sent_baud + sent_baud // 2 for bit in range(BITS_PER_BYTE)]
        if is_high(middles[0]):
            at = middles[0]  # too short for a start bit
            continue
        bits = [is_high(one) << place for place, one in enumerate(middles[FIRST_BIT:STOP_BIT])]
        taken.append(sum(bits))
        at = middles[STOP_BIT]
        while not is_high(at):
            at = (at // heard_baud + 1) * heard_baud
    return bytes(taken)


class Wire:
    """One direction of a line. Chunks keep their order, unless `duplicate`, `reorder` or `late`.

    Every kind of weather draws from a stream of its own: more drops move no corruption.
    """

    __slots__ = (
        "_byte_ns",
        "_corrupt",
        "_corruption",
        "_delay_us",
        "_drop",
        "_drops",
        "_duplicate",
        "_duplicates",
        "_free_ns",
        "_late",
        "_lates",
        "_on_weather",
        "_reorder",
        "_reorders",
    )

    def __init__(
        self,
        seed: int,
        *,
        baud: int = 115_200,
        latency_us: int = 1_000,
        drop: float = 0.0,
        corrupt: float = 0.0,
        duplicate: float = 0.0,
        delay_us: int = 0,
        reorder: float = 0.0,
        late: float = 0.0,
        on_weather: Callable[[str, int], None] | None = None,
    ) -> None:
        """Begin idle. `drop`, `corrupt`, `duplicate`, `reorder` and `late` are probabilities.

        They are per chunk. A chunk reordered may be overtaken by the next; one that is late comes
        seconds later. `on_weather` is told of each kind that met a chunk, and when.
        """
        if baud < 1 or latency_us < 0 or delay_us < 0:
            raise ValueError(f"baud {baud}, latency {latency_us}, delay {delay_us}: none negative")
        for rate in (drop, corrupt, duplicate, reorder, late):
            if not 0.0 <= rate <= 1.0:
                raise ValueError(f"{rate} is no probability")
        self._byte_ns = BITS_PER_BYTE * 1_000_000_000 // baud
        self._delay_us = latency_us + delay_us
        self._drop, self._corrupt, self._duplicate = drop, corrupt, duplicate
        self._drops = Stream(seed, "wire/drop")
        self._corruption = Stream(seed, "wire/corrupt")
        self._duplicates = Stream(seed, "wire/duplicate")
        self._reorder, self._late = reorder, late
        self._reorders = Stream(seed, "wire/reorder") if reorder else None
        self._lates = Stream(seed, "wire/late") if late else None
        self._on_weather = on_weather
        self._free_ns = 0

    def send(self, data: bytes, at_us: int) -> list[tuple[int, bytes]]:
        """Return what arrives of `data` sent at `at_us`, and when: (time, bytes), in order.

        The line carries one byte after another: a chunk sent while it is busy waits.
        """
        if not data:
            return []
        self._free_ns = max(self._free_ns, at_us * 1_000) + len(data) * self._byte_ns
        arrives_us = -(-self._free_ns // 1_000) + self._delay_us
        lost = self._drop > 0.0 and self._drops.happens(self._drop)
        if lost:
            self._tell("drop", at_us)
        if self._corrupt > 0.0 and self._corruption.happens(self._corrupt):
            data = self._damaged(data)
            self._tell("corrupt", at_us)
        arrivals = [] if lost else [(arrives_us + self._held_us(at_us), data)]
        if self._duplicate > 0.0 and self._duplicates.happens(self._duplicate):
            arrivals.append((arrives_us + self._duplicates.between(1, LATE_US_MAX), data))
            self._tell("duplicate", at_us)
        return arrivals

    def _held_us(self, at_us: int) -> int:
        """Return how much later than its turn a chunk comes."""
        if self._reorders is None and self._lates is None:
            return 0
        held_us = 0
        if self._reorders is not None and self._reorders.happens(self._reorder):
            held_us += self._reorders.between(1, REORDER_US_MAX)
            self._tell("reorder", at_us)
        if self._lates is not None and self._lates.happens(self._late):
            # As often around a second as around twenty: hosts come back at all of these times.
            span_us = BELATED_US_MAX - LATE_US_MAX >> self._lates.below(7)
            held_us += LATE_US_MAX + self._lates.below(span_us)
            self._tell("late", at_us)
        return held_us

    def _tell(self, kind: str, at_us: int) -> None:
        if self._on_weather is not None:
            self._on_weather(kind, at_us)

    def _damaged(self, data: bytes) -> bytes:
        changed = bytearray(data)
        for _ in range(self._corruption.between(1, 3)):
            changed[self._corruption.below(len(changed))] ^= 1 << self._corruption.below(8)
        return bytes(changed)
