"""A seeded adversary: one stream of requests, noise, faults and power cuts for any pistol.

It learns only from the bytes that come back, so two pistols that answer alike are asked alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from random import Random
from typing import Any, NamedTuple

from firmware_protocol import messages as m
from firmware_protocol.crit import crit
from firmware_protocol.frame import SEAL_BYTES, Deframer, Frame, encode
from firmware_protocol.seal import Key, Seals

EDGES = (0, 1, 2, 0x7F, 0x80, 0xFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF)
CHUNK_BYTES_MAX = 256


class Step(NamedTuple):
    """What happens next, at `at_us`: bytes on the line, or an event of the world."""

    what: str  # "bytes", "cut", "on", "tear", "button", "break", "dtr", "pass", "meet", "lift"...
    at_us: int
    data: bytes = b""
    count: int = 0


@dataclass
class Adversary:
    """One seed's stream of steps; `heard` tells it what came back."""

    seed: int
    power: bool = True
    key: Key | None = None
    body: bool = False
    """Whether needle, plunger, syringe and hand do not always what they should."""
    random: Random = field(init=False)
    now_us: int = 0
    session: int = 0
    request: int = 0
    token: int = 0
    nonce: int = 0
    tick: int = 0
    head: int = 0
    tail: int = 0
    abort_id: int = 0
    next_id: int = 1
    dose_max: int = 200_000
    depth_max: int = 2_000
    armed: bool = False
    in_service: bool = False
    state: int = 0
    staged: int = 0
    content: bytes = b""
    piece: tuple[int, bytes] = (0, b"")
    calibration: int = 0
    revision: int = 1
    is_powered: bool = True
    sent: list[bytes] = field(default_factory=list)
    shots: list[m.Shot] = field(default_factory=list)
    _deframer: Deframer = field(default_factory=Deframer)
    _hellos: dict[int, int] = field(default_factory=dict)
    _opened: tuple[int, int] = (0, 0)
    _seals: Seals | None = None

    def __post_init__(self) -> None:
        self.random = Random(self.seed)
        # swarm: every seed has its own weather
        self.noise = self.random.choice([0.0, 0.0, 0.02, 0.1, 0.3])
        self.cuts = self.random.choice([0.0, 0.0, 0.01, 0.05]) if self.power else 0.0
        self.aborts = self.random.choice([0.0, 0.0, 0.01, 0.05])
        self.odd = self.random.choice([0.0, 0.05, 0.2, 0.5])  # values off the path
        self.settles = self.random.choice([0, 0, 1])  # whether settings are changed
        self.serves = self.random.choice([0, 0, 1])  # whether there is service
        self.calm = self.random.choice([0.3, 0.8, 0.95])  # of a session that goes on
        self.troubles = self.random.choice([0.0, 0.02, 0.06]) if self.body else 0.0

    # ------------------------------------------------------------------ what it is told

    def heard(self, data: bytes, *, next_us: int | None, is_powered: bool) -> None:
        self.is_powered = is_powered
        self.next_us = next_us
        for frame in self._deframer.feed(data):
            self._learn(m.from_frame(frame), frame)

    def _learn(self, reply: m.Message, frame: Frame) -> None:
        match reply:
            case m.HelloReply():
                self.session, self.head = reply.session, reply.journal_head
                self.revision, self.staged = reply.limits_revision, 0
                self.calibration, self.content = reply.calibration_id, b""
                self.next_id = max(self.next_id, min(reply.shot_id_highest, 1 << 24) + 1)
                self.armed = False
                self._open(reply, frame)
            case m.ArmChallenge():
                self.nonce, self.state = reply.nonce, m.PistolState.CHALLENGED
                self.dose_max, self.depth_max = reply.dose_nl_max, reply.depth_um_max
            case m.ServiceChallenge():
                self.nonce, self.state = reply.nonce, m.PistolState.CHALLENGED
                self.dose_max, self.depth_max = reply.dose_nl_max, 0
            case m.ArmReply():
                self.token, self.armed = reply.arm_token, True
            case m.Status():
                self.head, self.tail = reply.journal_head, reply.journal_tail
                self.abort_id, self.state = reply.abort_id, reply.state
                self.armed = bool(reply.flags & m.StatusFlag.TOKEN_VALID)
                self.in_service = bool(reply.flags & m.StatusFlag.SERVICE)
            case m.CalibrationStaged():
                offset, piece = self.piece
                self.content = self.content[:offset] + piece
            case m.CalibrationCommitted():
                self.content, self.calibration = b"", reply.id
            case m.LimitsStaged():
                self.staged = reply.crc
            case m.LimitsCommitted():
                self.staged, self.revision = 0, reply.revision
            case m.AbortReply():
                self.abort_id, self.armed = reply.abort_id, False

    next_us: int | None = None

    def _open(self, reply: m.HelloReply, frame: Frame) -> None:
        opened = (self._hellos.get(frame.request, 0), reply.device_nonce)
        if self.key is not None and opened != self._opened:
            self._opened = opened
            self._seals = self.key.session(*opened, reply.uid, is_pistol=False)

    # ------------------------------------------------------------------ what it does

    def steps(self, count: int) -> Iterator[Step]:
        for _ in range(count):
            yield self._step()

    def _step(self) -> Step:
        r = self.random
        self._pass_time()
        if not self.is_powered:
            self.session = 0
            return Step("on", self.now_us)
        if r.random() < self.cuts:
            if r.random() < 0.5:
                return Step("cut", self.now_us)
            return Step("tear", self.now_us, count=r.randrange(0, 200))
        if r.random() < self.aborts:
            return Step(r.choice(["button", "break", "dtr"]), self.now_us)
        if self.troubles and (step := self._trouble()) is not None:
            return step
        if r.random() < 0.05:
            return Step("pass", self.now_us)
        if r.random() < 0.02 + 0.05 * self.serves:
            return Step(r.choice(["service button", "no service button"]), self.now_us)
        data = b"".join(self._frame() for _ in range(r.choice([1, 1, 1, 1, 2, 3])))
        if r.random() < self.noise:
            data = self._damaged(data)
        return Step("bytes", self.now_us, data[:CHUNK_BYTES_MAX])

    def _trouble(self) -> Step | None:
        """What befalls its body, and the person who mends it when it has found that out."""
        r = self.random
        if self.state == m.PistolState.FAULT and r.random() < 0.2:
            self.state = m.PistolState.BOOT
            return Step("cut", self.now_us)
        if r.random() >= self.troubles * (3 if self.armed else 1):
            return None
        what = r.choice(["meet", "meet", "lift", "lift", "lift", "hold only", "mend", "mend"])
        counts = {"meet": 4, "lift": 600_000, "hold only": 40_000}
        return Step(what, self.now_us, count=1 + r.randrange(counts.get(what, 1)))

    def _pass_time(self) -> None:
        r = self.random
        kind = r.random()
        if kind < 0.55 and self.next_us is not None and self.next_us - self.now_us < 90_000:
            self.now_us = max(self.now_us, self.next_us + r.choice([-1, 0, 0, 0, 1]))
        elif kind < 0.9:
            self.now_us += r.choice([0, 1, 1_000, 20_000, 60_000, 90_000])
        elif kind < 0.98 or self.random.random() < self.calm:
            self.now_us += r.randrange(0, 120_000)
        else:
            self.now_us += r.choice([400_000, 1_000_000, 10_000_000, 61_000_000])

    def _damaged(self, data: bytes) -> bytes:
        r = self.random
        changed = bytearray(data)
        kind = r.randrange(8)
        if kind == 0 and self.sent:
            return r.choice(self.sent)  # an old frame comes late
        if kind == 1:
            return data[: r.randrange(len(data) + 1)]
        if kind == 2:
            return data + data
        if kind == 3:
            at = r.randrange(len(data) + 1)
            return data[:at] + bytes(r.randrange(1, 12)) + data[at:]
        if kind == 4:
            return r.randbytes(r.randrange(1, 256))
        if kind == 5:
            return bytes(r.choice((1, 2, 255, 165)) for _ in range(r.randrange(200, 256)))
        for _ in range(r.randrange(1, 4)):
            changed[r.randrange(len(changed))] ^= 1 << r.randrange(8)
        return bytes(changed)

    def _frame(self) -> bytes:
        r = self.random
        if not self.session:
            message: Any = self._hello()
        elif r.random() < 0.01:
            return self._stranger()
        else:
            message = self._request()
        session = 0 if isinstance(message, m.Hello) else self.session
        if r.random() < 0.01:
            session = r.choice([0, self.session ^ 1, r.randrange(0x10000)])
        if self.sent and r.random() < 0.05:
            return r.choice(self.sent[-10:])
        if r.random() < 0.97:
            self.request = self.request % 0xFFFF + 1
        wire = self._encoded(message, session)
        self.sent.append(wire)
        return wire

    def _encoded(self, message: Any, session: int) -> bytes:
        """Any session, and now and then a value out of its range, which no codec would write."""
        frame = m.to_frame(message, session=session or 1, request=self.request)
        payload = frame.payload
        if self.random.random() < self.odd / 10:
            spoilt = bytearray(payload or b"\0")
            spoilt[self.random.randrange(len(spoilt))] = self.random.choice([0, 1, 3, 127, 255])
            payload = bytes(spoilt)
        if self.random.random() < self.odd / 20:
            payload = self.random.choice([payload[:-1], payload + b"\0", b""])
        retry = self.random.random() < 0.1
        if isinstance(message, m.Hello):
            self._hellos[self.request] = message.host_nonce
        frame = frame._replace(payload=payload, session=session, retry=retry)
        return encode(frame if self.key is None else self._sealed(frame))

    def _sealed(self, frame: Frame) -> Frame:
        """As the holder of the key does it, or now and then as somebody who has none."""
        r = self.random
        kind = r.random()
        if (not frame.session and kind < 0.9) or kind < 0.02:
            return frame
        if self._seals is None or kind < 0.05:
            return frame._replace(seal=r.choice([bytes(SEAL_BYTES), r.randbytes(SEAL_BYTES)]))
        sealed = self._seals.seal(frame)
        if kind < 0.08:
            spoilt = bytearray(sealed.seal)
            spoilt[r.randrange(SEAL_BYTES)] ^= 1 << r.randrange(8)
            return sealed._replace(seal=bytes(spoilt))
        return sealed._replace(reply=True) if kind < 0.09 else sealed

    def _stranger(self) -> bytes:
        r = self.random
        payload = r.randbytes(r.choice([0, 1, 7, 40, 224]))
        msg = r.choice([0x0001, 0x0101, 0x0106, 0x00FF, 0x7F00, 0x0301, r.randrange(0x10000)])
        session = r.choice([0, self.session, self.session])
        return encode(Frame(r.randrange(3), r.random() < 0.5, False, msg, session, 9, payload))

    def _hello(self) -> m.Hello:
        r = self.random
        major = m.MAJOR if r.random() < 0.97 else r.choice([0, 2, 255])
        return m.Hello(major, m.MINOR, m.SCHEMA_HASH, r.choice([1, 1, r.getrandbits(64)]))

    def _next_of_a_session(self) -> Any:
        """What a host that follows the protocol would ask now."""
        r = self.random
        if self.armed:
            if r.random() < 0.35:
                return self._prime() if self.in_service and r.random() < 0.5 else self._shot()
            self.tick += 1
            return m.Poll(self.token, self.tick, r.choice([0, self.tail, self.head]))
        if self.tail < self.head or r.random() < 0.2:
            self.tail = self.head  # else a lost answer would be asked for without end
            return m.Poll(0, self.tick, self.head)
        if self.state == m.PistolState.ABORTED:
            self.state = m.PistolState.SAFE
            return m.ClearAbort(self.abort_id)
        if self.state == m.PistolState.CHALLENGED and self.nonce:
            nonce, self.nonce = self.nonce, 0
            return m.ArmConfirm(nonce)
        if self.state == m.PistolState.SAFE and r.random() < 0.5 * self.settles:
            return r.choice(
                [
                    self._commit if self.staged else self._stage,
                    self._commit_calibration if self.content else self._stage_calibration,
                ]
            )()
        if self.state == m.PistolState.SAFE:
            return self._service_request() if self.serves else self._arm_request()
        return m.Poll(0, self.tick, self.head)

    def _request(self) -> Any:
        r = self.random
        if r.random() < self.calm:
            return self._next_of_a_session()
        makers: list[tuple[float, Callable[[], Any]]] = [
            (0.3, self._poll),
            (0.3 if self.armed else 0.02, self._shot),
            (0.02 if self.armed else 0.15, self._arm_request),
            (0.02 if self.armed else 0.15, lambda: m.ArmConfirm(self._odd(self.nonce, 64))),
            (0.05, self._resolve),
            (0.06, lambda: m.JournalRead(max(1, self._seq()), r.choice([1, 2, 3, 255]))),
            (0.01, lambda: m.LimitsGet(r.choice(list(m.LimitLayer)))),
            (0.02, lambda: m.CalibrationGet(r.choice([0, 10, 64, 1_024]))),
            (self.settles * 0.1, self._stage_calibration),
            (self.settles * 0.05, self._commit_calibration),
            (self.settles * 0.1, self._stage),
            (self.settles * (0.3 if self.staged else 0.02), self._commit),
            (0.02 + self.serves * 0.1, self._service_request),
            (0.3 if self.in_service else 0.02, self._prime),
            (0.02 + self.serves * 0.04, lambda: m.Home(0)),
            (0.02 + self.serves * 0.04, self._jog),
            (0.01 + self.serves * 0.02, lambda: m.SelfTest(0)),
            (0.02, lambda: m.Ping(r.getrandbits(32))),
            (0.02, self._set_baud),
            (0.02, lambda: m.Describe(r.choice([0, 200, 2_000, self._odd(200, 32)]))),
            (0.15 * (1 - self.calm), lambda: m.Abort(r.randrange(256))),
            (0.15 * (1 - self.calm), lambda: m.Disarm(self._odd(self.token, 32))),
            (0.05 * (1 - self.calm), self._hello),
            (0.3 if self.state == m.PistolState.ABORTED else 0.01, self._clear_abort),
        ]
        weights = [weight for weight, _ in makers]
        return r.choices([maker for _, maker in makers], weights)[0]()

    def _set_baud(self) -> m.SetBaud:
        r = self.random
        baud = self._odd(r.choice([115_200, 230_400, 460_800, 921_600]), 20)
        return m.SetBaud(max(1, baud), r.choice([100, 500, 1_500]))  # type: ignore[arg-type]

    def _odd(self, value: int, bits: int) -> int:
        """The value itself, or with the odds of this seed another one."""
        r = self.random
        if r.random() >= self.odd:
            return value
        other = [*EDGES, value + 1, value - 1, value ^ 1 << r.randrange(bits), r.getrandbits(bits)]
        return r.choice(other) % (1 << bits)

    def _clear_abort(self) -> m.ClearAbort:
        return m.ClearAbort(self._odd(self.abort_id, 32))

    def _seq(self) -> int:
        r = self.random
        return r.choice([1, self.tail + 1, self.head, max(1, self.head - 2), self._odd(1, 32)])

    def _poll(self) -> m.Poll:
        r = self.random
        self.tick += r.random() < 0.9
        ack = r.choice([0, self.head, self.head, self.head, self.tail, self._odd(self.head, 32)])
        token = self.token if self.armed or r.random() < self.odd else 0
        return m.Poll(self._odd(token, 32) if r.random() < 0.1 else token, self.tick, ack)

    def _arm_request(self) -> m.ArmRequest:
        r = self.random
        request = m.ArmRequest(
            shots_max=r.choice([1, 3, 100]),
            volume_nl_max=r.choice([20_000, 1_000_000, 20_000_000]),
            dose_nl_max=r.choice([10_000, 200_000]),
            depth_um_max=r.choice([0, 2_000, 10_000]),
            rate_nl_per_s_max=r.choice([200_000, 1_000_000]),
            interval_ms_min=r.choice([110, 110, 500]),
            lease_ms=r.choice([100, 300, 1_000]),
            limits_revision=self.revision,
            calibration_id=self.calibration,
            plan_digest=r.getrandbits(64),
        )
        if r.random() < self.odd:
            name = r.choice(request._fields)
            short = dict.fromkeys(("shots_max", "depth_um_max", "interval_ms_min", "lease_ms"), 16)
            bits = (short | {"plan_digest": 64}).get(name, 32)
            low = {"shots_max": 1, "volume_nl_max": 1, "dose_nl_max": 1, "rate_nl_per_s_max": 1}
            value = max(low.get(name, 0), self._odd(getattr(request, name), bits))
            if name == "lease_ms":
                value = min(1_000, max(100, value))
            request = request._replace(**{name: value})  # type: ignore[arg-type]
        return request

    def _service_request(self) -> m.ServiceRequest:
        r = self.random
        odd = self._odd(r.choice([10_000, 200_000]), 32) or 1
        return m.ServiceRequest(
            r.choice([1, 3, 100]),
            m.Nanolitres(r.choice([20_000, 1_000_000, 20_000_000])),
            m.Nanolitres(odd),
            m.NanolitresPerSecond(r.choice([200_000, 1_000_000])),
            m.Milliseconds(r.choice([100, 300, 1_000])),
            self._odd(self.revision, 32) if r.random() < 0.1 else self.revision,
        )

    def _jog(self) -> m.Jog:
        r = self.random
        depth, dwell = r.choice([1, 4_000, 10_000, 10_001]), r.choice([0, 900, 5_000, 5_001])
        return m.Jog(m.Micrometres(depth), m.Milliseconds(dwell))

    def _prime(self) -> m.Prime:
        shot = self._shot()
        right = crit(shot.shot_id, shot.dose_nl, 0, shot.rate_nl_per_s)
        odd = self.random.random() < self.odd / 5
        return m.Prime(*shot[:3], shot.rate_nl_per_s, shot.ttl_ms, right ^ odd)

    def _resolve(self) -> m.Resolve:
        r = self.random
        known = [one.shot_id for one in self.shots[-6:]] or [1]
        near = [r.choice(known), r.choice(known), self.next_id, self.next_id + 3]
        shot_id = self._odd(r.choice(near), 24)
        self.next_id = max(self.next_id, shot_id + 1) if shot_id < 1 << 20 else self.next_id
        return m.Resolve(max(1, shot_id))

    def _stage(self) -> m.LimitsStage:
        """Limits near the factory's: some tighter, now and then one that is wider or missing."""
        r = self.random
        wide = [
            1_000,
            200_000,
            10_000,
            1_000_000,
            110,
            100,
            1_000,
            60_000,
            5_000,
            2_000,
            20_000_000,
        ]
        tight = [1_000, 150_000, 4_000, 500_000, 150, 100, 900, 30_000, 4_000, 1_000, 10_000_000]
        values = [r.choice(pair) for pair in zip(wide, wide, tight, strict=True)]
        if r.random() < self.odd:
            at = r.randrange(len(values))
            values[at] = r.choice([0, values[at] + 1, max(0, values[at] - 1)])
        return m.LimitsStage(*values)  # type: ignore[arg-type]

    def _stage_calibration(self) -> m.CalibrationStage:
        r = self.random
        piece = r.randbytes(r.choice([0, 1, 30, 32, 32]))
        offset = r.choice([0, len(self.content), len(self.content), r.randrange(1_025)])
        self.piece = offset, piece
        return m.CalibrationStage(offset, len(piece), tuple(map(m.Byte, piece)))

    def _commit_calibration(self) -> m.CalibrationCommit:
        r = self.random
        digest = bytearray(sha256(self.content).digest())
        if r.random() < 0.2:
            digest[r.randrange(24)] ^= 1 << r.randrange(8)
        words = [int.from_bytes(digest[at : at + 8], "big") for at in range(0, 24, 8)]
        ident = max(1, self.calibration + (r.random() < 0.9))
        return m.CalibrationCommit(
            ident,
            words[0],
            words[1],
            words[2],
            r.choice([0, 20_000]),
            r.choice([3, 10**6]),
        )

    def _commit(self) -> m.LimitsCommit:
        r = self.random
        revision = self._odd(self.revision + 1, 32) if r.random() < 0.1 else None
        crc = self.staged ^ (r.random() < 0.1)
        return m.LimitsCommit(min(2**32 - 1, max(1, revision or self.revision + 1)), crc)

    def _shot(self) -> m.Shot:
        r = self.random
        if self.shots and r.random() < 0.15:
            old = r.choice(self.shots[-8:])
            if r.random() < 0.5:
                return old._replace(arm_token=self.token or 1)
            return old._replace(dose_nl=old.dose_nl ^ 2 or 1)
        dose = r.choice([1_000, min(10_000, self.dose_max), self.dose_max])
        depth = r.choice([0, min(600, self.depth_max), self.depth_max])
        rate = r.choice([100_000, 200_000])
        shot_id = self.next_id
        if r.random() < 0.9:
            self.next_id += r.choice([1, 1, 1, 2])
        dose, depth = max(1, self._odd(dose, 32)), self._odd(depth, 32)
        shot = m.Shot(
            shot_id=shot_id,
            arm_token=max(1, self._odd(self.token, 32) if r.random() < 0.2 else self.token),
            dose_nl=dose,
            depth_um=depth,
            rate_nl_per_s=rate,
            dwell_ms=r.choice([0, 0, 20, 400, 5_001 if r.random() < self.odd / 4 else 0]),
            ttl_ms=r.choice([1, 200, 5_000, 60_000, 60_001 if r.random() < self.odd else 900]),
            trigger=r.choice([m.Trigger.PRESS, m.Trigger.HELD, m.Trigger.HELD])
            if r.random() < (0.1 if self.in_service else 0.95)
            else m.Trigger.AUTO,
            interval_ms=r.choice([0, 500, 500, 510, 900]),
            flags=0,
            crit=crit(shot_id, dose, depth, rate),
        )
        if r.random() < self.odd / 5:
            shot = shot._replace(crit=shot.crit ^ 1)
        self.shots.append(shot)
        return shot
