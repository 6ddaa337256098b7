"""What a pistol tells of itself: its time, and its own messages."""

from __future__ import annotations

from firmware_protocol import messages as m
from firmware_protocol.description import packed
from mesogun.conformance.asking import require
from mesogun.conformance.bench import Bench
from mesogun.conformance.case import Case

DESCRIPTION_BYTES_MAX = 65_536


def _ping(bench: Bench) -> None:
    lease_ms = bench.limits().lease_ms_min
    token = bench.arm(lease_ms=lease_ms)
    before = 0
    for echo in (0, 0xFFFF_FFFF, 7):
        reply = bench.expect(m.PingReply, m.Ping(echo))
        require(reply.echo == echo, f"{echo:#x} came back as {reply.echo:#x}")
        require(reply.uptime_us > before, f"uptime {reply.uptime_us} after {before}")
        before = reply.uptime_us
        bench.wait(2_000)
    bench.wait(lease_ms * 1_500)
    state = bench.poll(token).state
    require(state is m.PistolState.ABORTED, f"pinged and not polled, it is {state.name}")
    bench.expect(m.PingReply, m.Ping(1))


def _description(bench: Bench) -> None:
    greeting = bench.hello()
    if not greeting.features & m.Feature.DESCRIBE:
        bench.refused(m.Describe(0), m.ErrorCode.UNSUPPORTED)
        return
    whole, size = b"", 1
    while len(whole) < size <= DESCRIPTION_BYTES_MAX:
        chunk = bench.expect(m.DescribeChunk, m.Describe(len(whole)))
        size = chunk.total
        require(chunk.offset == len(whole), f"asked from {len(whole)}, told from {chunk.offset}")
        require(chunk.count > 0, f"nothing at {len(whole)} of {size} bytes")
        whole += bytes(one.value for one in chunk.data)
    require(whole == packed(), f"its {len(whole)} bytes are not the schema of {m.MAJOR}.{m.MINOR}")
    end = bench.expect(m.DescribeChunk, m.Describe(size))
    require(end.count == 0, f"{end.count} bytes beyond the end")
    error = bench.refused(m.Describe(size + 1), m.ErrorCode.OUT_OF_RANGE)
    require(error.detail == size, f"it names {error.detail} bytes, not {size}")


CASES = (
    Case("TELL-1", "Ping is echoed with the uptime in every state, and renews no lease.", _ping),
    Case("TELL-2", "Describe tells this very schema in pieces, if Hello says so.", _description),
)
