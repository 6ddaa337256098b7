"""The Cortex-M3 program on an emulated processor in virtual time, with the face of `Pistol`.

Serial port and clock are functions here; the rest of the board is the program's own. Bytes go
through the port and the program's main loop. What the world does to a pistol (power, button) is
done by calling the simulated body's functions at their addresses, while the program sleeps.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from struct import Struct, iter_unpack, pack, unpack_from
from typing import Any

import unicorn
from unicorn import arm_const as arm

from firmware_protocol.messages import AbortCause, FaultCode, PistolState
from simulator.mechanics import Delivery, Mechanics
from simulator.pistol import uid_of
from simulator.trouble import Trouble

CODE, DATA, ROOM = 0x0000_0000, 0x2000_0000, 0x4_0000
UART, FPGA, SYSTEM, PAGE = 0x4000_4000, 0x4002_8000, 0xE000_E000, 0x1000
UART_DATA, UART_STATE, UART_BAUDDIV, UART_RX_FULL, FPGA_COUNTER = 0x00, 0x04, 0x10, 2, 0x18
CLOCK_HZ = 25_000_000
SCRATCH = DATA + ROOM - 0x1000
"""Beyond all that the program uses: for what is handed to a called function."""
BACK = ROOM - 16
"""Where a called function returns to: nothing is there."""
NEVER = 2**64 - 1
INSTRUCTIONS_MAX = 50_000_000
FIGURES = Struct("<5q2I3qIB3x")
DELIVERY = Struct("<IIIxxxxQBB6x")
STACK_MARK = b"\xa5"


class Program:
    """An ELF file: what is loaded where, and where its symbols are."""

    def __init__(self, path: Path) -> None:
        self._bytes = path.read_bytes()
        (heads_at, sections_at) = unpack_from("<II", self._bytes, 28)
        _, count, section_bytes, sections = unpack_from("<HHHH", self._bytes, 42)
        heads = [unpack_from("<8I", self._bytes, heads_at + 32 * k) for k in range(count)]
        self.loaded = [
            (address, self._bytes[at : at + size])
            for kind, at, _, address, size, *_ in heads
            if kind == 1 and size
        ]
        found = [
            unpack_from("<10I", self._bytes, sections_at + section_bytes * k)
            for k in range(sections)
        ]
        self.symbols: dict[str, int] = {}
        for _, kind, _, _, at, size, names, *_ in found:
            if kind == 2:
                self._read_symbols(at, size, found[names][4])

    def _read_symbols(self, at: int, size: int, names_at: int) -> None:
        for name, value, *_ in iter_unpack("<IIIBBH", self._bytes[at : at + size]):
            end = self._bytes.index(b"\0", names_at + name)
            self.symbols[self._bytes[names_at + name : end].decode()] = value & ~1


class Processor:
    """A Cortex-M3 that runs one program until it sleeps."""

    def __init__(self, program: Program) -> None:
        self.symbols = program.symbols
        self.now_us = 0
        self.incoming = bytearray()
        self.outgoing = bytearray()
        self.divisor = 1
        machine: Any = unicorn  # it has no types
        self._uc = machine.Uc(unicorn.UC_ARCH_ARM, unicorn.UC_MODE_THUMB | unicorn.UC_MODE_MCLASS)
        self._uc.ctl_set_cpu_model(arm.UC_CPU_ARM_CORTEX_M3)
        self._uc.mem_map(CODE, ROOM)
        self._uc.mem_map(DATA, ROOM)
        self._uc.mem_map(SYSTEM, PAGE)
        self._uc.mmio_map(UART, PAGE, self._uart_read, None, self._uart_write, None)
        self._uc.mmio_map(FPGA, PAGE, self._fpga_read, None, lambda *_: None, None)
        for address, data in program.loaded:
            self._uc.mem_write(address, data)

    def reset(self) -> None:
        """Begin at the reset vector; memory stays as it is."""
        stack, self._pc = unpack_from("<II", self.read(CODE, 8))
        self._uc.reg_write(arm.UC_ARM_REG_SP, stack)
        self.wake()

    def wake(self) -> None:
        """Run until the program sleeps again."""
        self._uc.emu_start(self._pc | 1, BACK, count=INSTRUCTIONS_MAX)
        self._pc = self._uc.reg_read(arm.UC_ARM_REG_PC)
        assert self._pc not in (BACK, 0), "the program came to an end"

    def call(self, name: str, *words: int) -> int:
        """Call a function with these 32-bit words; return the two that come back."""
        kept = self._uc.context_save()
        registers = (arm.UC_ARM_REG_R0, arm.UC_ARM_REG_R1, arm.UC_ARM_REG_R2, arm.UC_ARM_REG_R3)
        for register, word in zip(registers, words, strict=False):
            self._uc.reg_write(register, word & 0xFFFF_FFFF)
        stack = (self._uc.reg_read(arm.UC_ARM_REG_SP) - 4 * len(words) - 8) & ~7
        beyond = [word & 0xFFFF_FFFF for word in words[4:]]
        self._uc.mem_write(stack, pack(f"<{len(beyond)}I", *beyond))
        self._uc.reg_write(arm.UC_ARM_REG_SP, stack)
        self._uc.reg_write(arm.UC_ARM_REG_LR, BACK | 1)
        self._uc.emu_start(self.symbols[name] | 1, BACK, count=INSTRUCTIONS_MAX)
        assert self._uc.reg_read(arm.UC_ARM_REG_PC) == BACK, f"{name} did not return"
        back = [self._uc.reg_read(one) for one in registers[:2]]
        self._uc.context_restore(kept)
        return int(back[1]) << 32 | int(back[0])

    def read(self, address: int, size: int) -> bytes:
        return bytes(self._uc.mem_read(address, size))

    def write(self, address: int, data: bytes) -> None:
        self._uc.mem_write(address, data)

    def _uart_read(self, _uc: Any, at: int, _size: int, _data: Any) -> int:
        if at == UART_STATE:
            return UART_RX_FULL if self.incoming else 0
        return self.incoming.pop(0) if at == UART_DATA and self.incoming else 0

    def _uart_write(self, _uc: Any, at: int, _size: int, value: int, _data: Any) -> None:
        if at == UART_DATA:
            self.outgoing.append(value & 0xFF)
        elif at == UART_BAUDDIV:
            self.divisor = value

    def _fpga_read(self, _uc: Any, at: int, _size: int, _data: Any) -> int:
        return self.now_us & 0xFFFF_FFFF if at == FPGA_COUNTER else 0


class CoreOnArm:
    """The C core on its simulated board on an emulated Cortex-M3, with the face of `Pistol`."""

    def __init__(
        self,
        program: Program,
        *,
        seed: int = 0,
        records: int = 1_024,
        at_us: int = 0,
        on_delivery: Callable[[Delivery], None] | None = None,
        secret: bytes = b"",
        **hand: int,
    ) -> None:
        self.processor = Processor(program)
        self._twin = program.symbols["board_twin"]
        self._on_delivery = on_delivery
        self.processor.now_us = at_us
        self.processor.reset()
        self._make(seed, records, **hand)
        if secret:
            self.processor.write(SCRATCH, secret)
            self._call("mgt_give_key", SCRATCH)
        self.power_on(at_us)

    def _make(
        self, seed: int, records: int, travel_us: int, settle_us: int = 50_000,
        jitter_ppm: int = 200_000, refills: int = False, syringe_nl: int = 20_000_000
    ) -> None:  # fmt: skip
        body = Mechanics.default()
        figures = FIGURES.pack(
            body.needle_um_per_s, body.settle_us, body.depth_noise_um, body.gain_error_ppm,
            body.dose_noise_ppm, body.supply_mv, body.temperature_mk, travel_us, settle_us,
            jitter_ppm, syringe_nl, refills,
        )  # fmt: skip
        self.processor.write(SCRATCH, figures)
        uid = uid_of(seed)
        self._call(
            "mgt_make", 0, *_words(seed), *_words(uid), SCRATCH, records, body.write_us,
            body.selftest_us, 0, 0,
        )  # fmt: skip

    def _call(self, name: str, *words: int) -> int:
        return self.processor.call(name, self._twin, *words)

    @property
    def state(self) -> PistolState:
        return PistolState(self._call("mgt_state") & 0xFF)

    @property
    def baud(self) -> int:
        """The speed that the program gave its serial port; which must be the core's."""
        told = self._call("mgt_baud") & 0xFFFF_FFFF
        divisor = self.processor.divisor
        if not self.is_powered:
            return told
        assert abs(CLOCK_HZ - told * divisor) < told * divisor // 50, (told, divisor)
        return told

    @property
    def is_powered(self) -> bool:
        return bool(self._call("mgt_is_powered") & 0xFF)

    @property
    def site(self) -> int:
        return self._call("mgt_site") & 0xFFFF_FFFF

    def core_bytes(self) -> int:
        return self._call("mgt_core_bytes") & 0xFFFF_FFFF

    def image(self) -> bytes:
        size = self._call("mgt_memory_bytes") & 0xFFFF_FFFF
        return self.processor.read(self._call("mgt_memory") & 0xFFFF_FFFF, size)

    def next_event_us(self) -> int | None:
        due = self._call("mgt_next_event_us")
        return None if due == NEVER else due

    def receive(self, data: bytes, at_us: int) -> bytes:
        self.processor.now_us = max(self.processor.now_us, at_us)
        self.processor.incoming += data
        self.processor.wake()
        back = bytes(self.processor.outgoing)
        self.processor.outgoing.clear()
        self._tell()
        return back

    def advance(self, at_us: int) -> None:
        self.processor.now_us = max(self.processor.now_us, at_us)
        self.processor.wake()
        self._tell()

    def hold_service_button(self, held: bool) -> None:
        self._call("mgt_hold_service_button", held)
        self._tell()

    def lift(self, at_us: int, back_us: int) -> None:
        self.processor.now_us = max(self.processor.now_us, at_us)
        self._call("mgt_lift", 0, *_words(at_us), *_words(back_us))
        self._tell()

    def meet(self, trouble: Trouble) -> None:
        self._call("mgt_meet", list(Trouble).index(trouble))

    def mend(self) -> None:
        self._call("mgt_mend")

    def hold_only(self, volume_nl: int) -> None:
        self._call("mgt_hold_only", volume_nl)

    def keep_pulling(self, pulled: bool) -> None:
        self._call("mgt_keep_pulling", pulled)

    def put_syringe(self, volume_nl: int) -> None:
        self._call("mgt_put_syringe", volume_nl)

    def break_part(self, part: FaultCode) -> None:
        self._call("mgt_break_part", part)

    def cut_after(self, count: int | None) -> None:
        left = -1 if count is None else count
        self._call("mgt_cut_after", 0, *_words(left))

    def abort(self, cause: AbortCause, at_us: int) -> None:
        self.processor.now_us = max(self.processor.now_us, at_us)
        self._call("mgt_abort", cause, *_words(at_us))
        self._tell()

    def line_break(self, at_us: int) -> None:
        self.abort(AbortCause.BREAK, at_us)

    def press_button(self, at_us: int) -> None:
        self.abort(AbortCause.BUTTON, at_us)

    def drop_dtr(self, at_us: int) -> None:
        self.abort(AbortCause.DTR, at_us)

    def power_cut(self, at_us: int) -> None:
        self.processor.now_us = max(self.processor.now_us, at_us)
        self._call("mgt_power_cut", 0, *_words(at_us))
        self._tell()

    def power_on(self, at_us: int) -> None:
        self.processor.now_us = max(self.processor.now_us, at_us)
        self._call("mgt_power_on", 0, *_words(at_us))
        self.processor.divisor = CLOCK_HZ // 115_200  # a serial port's registers die with the power
        self._tell()

    def _tell(self) -> None:
        count = self._call("mgt_take_deliveries") & 0xFFFF_FFFF
        if count and self._on_delivery is not None:
            at = self._call("mgt_deliveries") & 0xFFFF_FFFF
            told = self.processor.read(at, count * DELIVERY.size)
            for *numbers, contact, service in DELIVERY.iter_unpack(told):
                self._on_delivery(Delivery(*numbers, bool(contact), bool(service)))


def _words(value: int) -> tuple[int, int]:
    """Return a 64-bit number as the two registers or words that carry it."""
    return value & 0xFFFF_FFFF, value >> 32 & 0xFFFF_FFFF
