"""The reference core in C on this machine: how it is built, and its twin with a Python face."""

from __future__ import annotations

import getpass
import os
import re
import selectors
import shutil
import subprocess
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import gettempdir
from threading import Event, Thread
from typing import Any

import cffi

import firmware_protocol
from firmware_protocol.messages import AbortCause, FaultCode, Limits, PistolState
from simulator.mechanics import Delivery, Mechanics
from simulator.operator import JITTER_PPM, SETTLE_US, TRAVEL_US
from simulator.pistol import SYRINGE_NL, uid_of
from simulator.serve import PtyLine
from simulator.trouble import Trouble

C = Path(firmware_protocol.__file__).parent / "c"
HOST = C / "host"
CORE = sorted(C.glob("mg_*.c"))
BOARD = [HOST / "mg_body.c", HOST / "mg_twin.c"]
STRICT = ["-std=c99", "-Wall", "-Wextra", "-Werror", "-pedantic", "-Wconversion"]
NEVER = 2**64 - 1
CHUNK_BYTES_MAX = 256
TROUBLES = list(Trouble)
"""In the order in which the body in C has them."""

_TYPES = """
typedef struct mgt_twin mgt_twin;
typedef struct { uint32_t shot_id; uint32_t dose_nl; uint32_t depth_um; uint64_t at_us;
    uint8_t contact; uint8_t service; } mgt_delivery;
typedef struct { int64_t needle_um_per_s; int64_t settle_us; int64_t depth_noise_um;
    int64_t gain_error_ppm; int64_t dose_noise_ppm; uint32_t supply_mv; uint32_t temperature_mk;
    int64_t travel_us; int64_t hand_settle_us; int64_t jitter_ppm; uint32_t syringe_nl;
    uint8_t refills; } mgt_figures;
void mgt_power_on(mgt_twin *twin, uint64_t at_us);
void mgt_power_cut(mgt_twin *twin, uint64_t at_us);
void mgt_hold_service_button(mgt_twin *twin, uint8_t held);
void mgt_lift(mgt_twin *twin, uint64_t at_us, uint64_t back_us);
void mgt_advance(mgt_twin *twin, uint64_t at_us);
void mgt_receive(mgt_twin *twin, const uint8_t *data, uint32_t size, uint64_t at_us);
void mgt_abort(mgt_twin *twin, uint8_t cause, uint64_t at_us);
uint64_t mgt_next_event_us(const mgt_twin *twin);
uint32_t mgt_core_bytes(void);
uint32_t mg_crc32c(const uint8_t *data, uint32_t size);
uint16_t mg_crc16(const uint8_t *data, uint32_t size);
uint16_t mg_crit(uint32_t shot_id, uint32_t dose_nl, uint32_t depth_um, uint32_t rate_nl_per_s);
void mg_hmac(const uint8_t *key, uint32_t key_size, const uint8_t *data, uint32_t size,
    uint8_t *mac);
int mg_is_same(const uint8_t *one, const uint8_t *other, uint32_t size);
"""


def compilers() -> list[str]:
    """The compilers that are here, of those that the core is built with."""
    return [name for name in ("gcc", "clang") if shutil.which(name)]


def compiled(compiler: str, sources: Sequence[Path], target: Path, *options: str) -> None:
    """Compile without a word of warning, or fail with what the compiler says."""
    command = [compiler, *STRICT, "-O1", *options, *map(str, sources), "-o", str(target)]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, f"{' '.join(command)}\n{ran.stderr}"


def process(compiler: str) -> Path:
    """Return the core as a program that serves a line, built if it is not there."""
    return _built(compiler, [*CORE, *BOARD, HOST / "mg_serve.c"], "mesogun-core")


@cache
def library(compiler: str) -> tuple[Any, Any]:
    """Return the core with its simulated board: (ffi, functions)."""
    options = ("-fPIC", "-shared", "-fno-semantic-interposition")
    target = _built(compiler, [*CORE, *BOARD, HOST / "mg_door.c"], "core.so", *options)
    ffi = cffi.FFI()
    door = (HOST / "mg_door.h").read_text("utf-8")
    found = re.search(r"/\* cffi from here \*/(.*)/\* cffi to here \*/", door, re.DOTALL)
    assert found
    ffi.cdef(_TYPES + found[1])
    return ffi, ffi.dlopen(str(target))


def _built(compiler: str, sources: Sequence[Path], name: str, *options: str) -> Path:
    """Compile once for all who run the same sources; never into the source tree."""
    digest = sha256("".join((compiler, *options)).encode())
    for path in sorted([*C.glob("*.[ch]"), *HOST.glob("*.[ch]")]):
        digest.update(path.read_bytes())
    folder = Path(gettempdir()) / f"mesogun-core-{getpass.getuser()}-{digest.hexdigest()[:16]}"
    target = folder / f"{compiler}-{name}"
    if not target.exists():
        folder.mkdir(mode=0o700, exist_ok=True)
        fresh = folder / f"{compiler}-{name}.{os.getpid()}"
        compiled(compiler, sources, fresh, *options)
        fresh.replace(target)
    return target


class CoreTwin:
    """The C core on its simulated board, with the face of `simulator.Pistol`."""

    def __init__(
        self,
        library: tuple[Any, Any],
        *,
        seed: int = 0,
        records: int = 1_024,
        image: bytes = b"",
        mechanics: Mechanics | None = None,
        at_us: int = 0,
        on_delivery: Callable[[Delivery], None] | None = None,
        factory: Limits | None = None,
        limits: Limits | None = None,
        syringe_nl: int = SYRINGE_NL,
        uid: int | None = None,
        travel_us: int = TRAVEL_US,
        settle_us: int = SETTLE_US,
        jitter_ppm: int = JITTER_PPM,
        refills: bool = False,
        secret: bytes = b"",
    ) -> None:
        self.ffi, self.c = library
        self._room = self.ffi.new("uint8_t[]", self.c.mgt_bytes() + 16)
        self._twin = self.ffi.cast("mgt_twin *", self._room)
        self._on_delivery = on_delivery
        body = Mechanics.default() if mechanics is None else mechanics
        figures = self.ffi.new(
            "mgt_figures *",
            {
                "needle_um_per_s": body.needle_um_per_s,
                "settle_us": body.settle_us,
                "depth_noise_um": body.depth_noise_um,
                "gain_error_ppm": body.gain_error_ppm,
                "dose_noise_ppm": body.dose_noise_ppm,
                "supply_mv": body.supply_mv,
                "temperature_mk": body.temperature_mk,
                "travel_us": travel_us,
                "hand_settle_us": settle_us,
                "jitter_ppm": jitter_ppm,
                "syringe_nl": syringe_nl,
                "refills": refills,
            },
        )
        self.c.mgt_make(
            self._twin,
            seed,
            uid_of(seed) if uid is None else uid,
            figures,
            records,
            body.write_us,
            body.selftest_us,
            self._payload(factory),
            self._payload(limits),
        )
        if secret:
            self.c.mgt_give_key(self._twin, secret)
        if image:
            self.ffi.memmove(self.c.mgt_memory(self._twin), image, len(image))
        self.power_on(at_us)

    def _payload(self, limits: Limits | None) -> Any:
        if limits is None:
            return self.ffi.NULL
        from struct import pack

        return self.ffi.new("uint8_t[]", pack("<BIIIIIHHHHHII", *limits))

    @property
    def state(self) -> PistolState:
        return PistolState(self.c.mgt_state(self._twin))

    @property
    def baud(self) -> int:
        return int(self.c.mgt_baud(self._twin))

    @property
    def is_powered(self) -> bool:
        return bool(self.c.mgt_is_powered(self._twin))

    @property
    def site(self) -> int:
        return int(self.c.mgt_site(self._twin))

    def image(self) -> bytes:
        size = self.c.mgt_memory_bytes(self._twin)
        return bytes(self.ffi.buffer(self.c.mgt_memory(self._twin), size))

    def next_event_us(self) -> int | None:
        due = self.c.mgt_next_event_us(self._twin)
        return None if due == NEVER else int(due)

    def advance(self, at_us: int) -> None:
        self.c.mgt_advance(self._twin, at_us)
        self._tell()

    def receive(self, data: bytes, at_us: int) -> bytes:
        self.c.mgt_receive(self._twin, data, len(data), at_us)
        self._tell()
        size = self.c.mgt_replies_size(self._twin)
        return bytes(self.ffi.buffer(self.c.mgt_replies(self._twin), size))

    def abort(self, cause: AbortCause, at_us: int) -> None:
        self.c.mgt_abort(self._twin, cause, at_us)
        self._tell()

    def line_break(self, at_us: int) -> None:
        self.abort(AbortCause.BREAK, at_us)

    def press_button(self, at_us: int) -> None:
        self.abort(AbortCause.BUTTON, at_us)

    def drop_dtr(self, at_us: int) -> None:
        self.abort(AbortCause.DTR, at_us)

    def hold_service_button(self, held: bool) -> None:
        self.c.mgt_hold_service_button(self._twin, held)
        self._tell()

    def lift(self, at_us: int, back_us: int) -> None:
        self.c.mgt_lift(self._twin, at_us, back_us)
        self._tell()

    def meet(self, trouble: Trouble) -> None:
        self.c.mgt_meet(self._twin, TROUBLES.index(trouble))

    def mend(self) -> None:
        self.c.mgt_mend(self._twin)

    def hold_only(self, volume_nl: int) -> None:
        self.c.mgt_hold_only(self._twin, volume_nl)

    def keep_pulling(self, pulled: bool) -> None:
        self.c.mgt_keep_pulling(self._twin, pulled)

    def put_syringe(self, volume_nl: int) -> None:
        self.c.mgt_put_syringe(self._twin, volume_nl)

    def break_part(self, part: FaultCode) -> None:
        self.c.mgt_break_part(self._twin, part)

    def cut_after(self, count: int | None) -> None:
        self.c.mgt_cut_after(self._twin, -1 if count is None else count)

    def stick(self, address: int) -> None:
        """Let the lowest bit at `address` never be set again."""
        self.c.mgt_stick(self._twin, address)

    def flip(self, which: int, bit: int) -> None:
        """Flip a bit of what the core holds in RAM."""
        assert self.c.mgt_flip(self._twin, which, bit)

    def believes(self, opened: tuple[int, int, int], heard: int, wire: bytes) -> bool:
        """Whether a frame is believed in the session of these nonces and uid."""
        return bool(self.c.mgt_believes(self._twin, *opened, heard, wire, len(wire)))

    def count_seals(self, sent: int, heard: int) -> None:
        """Go on as if so many frames had been sealed in this session."""
        self.c.mgt_count_seals(self._twin, sent, heard)

    def power_cut(self, at_us: int) -> None:
        self.c.mgt_power_cut(self._twin, at_us)
        self._tell()

    def power_on(self, at_us: int) -> None:
        self.c.mgt_power_on(self._twin, at_us)
        self._tell()

    def _tell(self) -> None:
        count = self.c.mgt_take_deliveries(self._twin)
        for one in self.c.mgt_deliveries(self._twin)[0:count] if count else ():
            if self._on_delivery is not None:
                told = (one.shot_id, one.dose_nl, one.depth_um, one.at_us)
                self._on_delivery(Delivery(*told, bool(one.contact), bool(one.service)))


class CoreOnLine:
    """The C core in this process and in real time, behind a pseudo terminal of its own."""

    def __init__(self, core: CoreTwin, now_us: Callable[[], int]) -> None:
        self._core, self._now_us = core, now_us
        self._line = PtyLine()
        self.url = self._line.url
        self._over = Event()
        self._thread = Thread(target=self._serve)
        self._thread.start()

    @property
    def baud(self) -> int:
        """The speed of the core's line."""
        return self._core.baud

    def receive(self, data: bytes) -> bytes:
        """Answer the line, as a server's twin does."""
        pieces = range(0, len(data), CHUNK_BYTES_MAX)
        now = self._now_us()
        return b"".join(self._core.receive(data[at : at + CHUNK_BYTES_MAX], now) for at in pieces)

    def close(self) -> None:
        self._over.set()
        self._thread.join()
        self._line.close()

    def _serve(self) -> None:
        with selectors.DefaultSelector() as selector:
            self._line.watch(selector)
            while not self._over.is_set():
                ready = {key.fd for key, _ in selector.select(0.005)}
                self._core.advance(self._now_us())
                self._line.serve(ready, self)  # type: ignore[arg-type]
