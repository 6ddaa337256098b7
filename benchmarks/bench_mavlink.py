"""Our codec against pymavlink's: a dialect with the fields of a Shot, made when the bench is run.

pymavlink is LGPL: it is used here only, from the extra `bench`, and nothing of it is kept.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.bench_codec import COUNT, measured, reading, shots, writing
from firmware_protocol.frame import encode
from firmware_protocol.messages import to_frame

WANTED = 3
TYPES = {"dwell_ms": "uint16_t", "ttl_ms": "uint16_t", "trigger": "uint8_t"} | {
    "interval_ms": "uint16_t", "flags": "uint8_t", "crit": "uint16_t",
}  # fmt: skip
DIALECT = """<?xml version="1.0"?>
<mavlink><version>3</version><messages><message id="150" name="MESOGUN_SHOT">
<description>one shot</description>{fields}</message></messages></mavlink>
"""


def dialect(folder: Path) -> ModuleType:
    """Generate a dialect with exactly the fields of a Shot, and load it."""
    from pymavlink.generator import mavgen

    names = shots()[0]._fields
    fields = "".join(
        f'<field type="{TYPES.get(name, "uint32_t")}" name="{name}">as in Shot</field>'
        for name in names
    )
    source, target = folder / "mesogun_bench.xml", folder / "mesogun_bench.py"
    source.write_text(DIALECT.format(fields=fields), "utf-8")
    options = mavgen.Opts(
        str(target), wire_protocol="2.0", language="Python3", validate=False, strict_units=False
    )
    with contextlib.redirect_stdout(io.StringIO()):
        mavgen.mavgen(options, [str(source)])
    spec = importlib.util.spec_from_file_location("mesogun_bench", target)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["mesogun_bench"] = module
    spec.loader.exec_module(module)
    return module


def main(passes: int = 15) -> int:
    """Print the ratios; return 1 if one is below WANTED, 0 if pymavlink is not here."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            other = dialect(Path(folder))
            from pymavlink.generator import mavcrc
        except ImportError as missing:
            print(f"left out: pymavlink is not installed ({missing.name})")
            return 0
        slow = _compared(other, passes, "as it installs")
        # Without the compiled fastcrc, pymavlink falls back to this.
        other.x25crc = mavcrc.x25crc_slow
        _compared(other, passes, "its check in Python")
        return slow


def _compared(other: Any, passes: int, which: str) -> int:
    ours = shots()
    frames = [encode(to_frame(one, session=5, request=at)) for at, one in enumerate(ours)]
    sender = other.MAVLink(io.BytesIO())
    packets = [other.MAVLink_mesogun_shot_message(*one).pack(sender) for one in ours]
    stream, packed = b"".join(frames), b"".join(map(bytes, packets))

    def their_writing() -> None:
        for one in ours:
            sender.seq = (sender.seq + 1) & 255
            other.MAVLink_mesogun_shot_message(*one).pack(sender)

    def their_reading(piece: int) -> Callable[[], None]:
        pieces = [packed[at : at + piece] for at in range(0, len(packed), piece)]

        def work() -> None:
            receiver, found = other.MAVLink(io.BytesIO()), 0
            for data in pieces:
                found += len(receiver.parse_buffer(data) or ())
            assert found == COUNT

        return work

    rows = {
        "encode": (writing(ours), their_writing),
        "decode, 4096-byte reads": (reading(stream, 4096), their_reading(4096)),
        "decode, 64-byte reads": (reading(stream, 64), their_reading(64)),
    }
    works = {f"{name} {side}": pair[side] for name, pair in rows.items() for side in (0, 1)}
    times = measured(works, passes)
    print(f"pymavlink, {which}: {len(packets[0])} bytes, unsigned; {len(frames[0])} bytes here")
    ratios = {name: times[f"{name} 1"] / times[f"{name} 0"] for name in rows}
    for name, ratio in ratios.items():
        print(f"{name:32}{ratio:6.1f} times its speed")
    slow = min(ratios.values()) < WANTED
    print(f"wanted: {WANTED} times, reached: {'no' if slow else 'yes'}")
    return int(slow)


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:2])))
