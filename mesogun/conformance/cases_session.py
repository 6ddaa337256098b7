"""Questions and answers, and the session they belong to."""

from __future__ import annotations

from firmware_protocol import messages as m
from firmware_protocol.frame import Frame
from firmware_protocol.units import ShotId
from mesogun.conformance.asking import NO_TOKEN, id_of, require, told_frames
from mesogun.conformance.bench import Bench, each
from mesogun.conformance.case import Case

REMEMBERED = 8
QUIET_US = 300_000
UID_TWIN = 0x51
UNKNOWN = (0x02FF, 0x7F00, 0x7FFF)
REQUESTS_OF_A_SESSION: tuple[m.Request, ...] = (
    m.ClearAbort(1),
    m.ArmConfirm(1),
    m.Poll(NO_TOKEN, 1, 0),
    m.JournalRead(1, 1),
    m.LimitsGet(m.LimitLayer.EFFECTIVE),
)


def _one_reply(bench: Bench) -> None:
    for request in REQUESTS_OF_A_SESSION:
        number = bench.number()
        answers = bench.answers_to(bench.wire(request, number=number))
        name = type(request).__name__
        require(len(answers) == 1, f"{name}: {len(answers)} answers")
        seen = f"{name} {number} in session {bench.session}: {answers[0]}"
        right = answers[0].reply and answers[0].request == number
        require(right and answers[0].session == bench.session, seen)
        require(answers[0].msg in (id_of(request), 0x00FF), seen)


def _repeats(bench: Bench) -> None:
    numbers = [bench.number() for _ in range(REMEMBERED)]
    polls = {one: bench.framed(m.Poll(NO_TOKEN, 1, 0), number=one) for one in numbers}
    first = {one: bench.reply(polls[one], "Poll")._replace(seal=b"") for one in numbers}
    bench.wait(5_000)  # uptime goes on: an answer made anew would be another
    for age, number in enumerate(reversed(numbers)):
        again = bench.reply(polls[number], "Poll")._replace(seal=b"")
        seen = f"a Poll {age} requests old was answered anew: {told_frames([again])}"
        require(again == first[number], seen)


def _other_content(bench: Bench) -> None:
    number = bench.number()
    bench.ask(m.Poll(NO_TOKEN, 1, 0), number=number)
    other = bench.ask(m.LimitsGet(m.LimitLayer.FACTORY), number=number)
    seen = f"a number used again for LimitsGet was answered with {other}"
    require(isinstance(other, m.Limits), seen)


def _unknown(bench: Bench) -> None:
    before = bench.poll()
    for msg in UNKNOWN:
        for size in (0, 5, 224):
            frame = Frame(1, False, False, msg, bench.session, bench.number(), bytes(size))
            frame = frame._replace(payload=bytes([1]) * size)
            error = bench.answer(frame, f"message {msg:#06x}")
            seen = f"message {msg:#06x} of {size} bytes was answered with {error}"
            require(isinstance(error, m.ErrorReply), seen)
            assert isinstance(error, m.ErrorReply)
            require((error.code, error.msg) == (m.ErrorCode.UNSUPPORTED, msg), seen)
    after = bench.poll()
    require(after.state is before.state, f"the state went to {after.state.name}")
    require(after.journal_head == before.journal_head, "it wrote into its journal")


def _wrong_length(bench: Bench) -> None:
    requests = (*REQUESTS_OF_A_SESSION, bench.arm_request(), bench.shot(1), m.Resolve(ShotId(1)))
    for request in requests:
        frame = m.to_frame(request, session=bench.session, request=0)
        for payload in (frame.payload[:-1], frame.payload + b"\1", b""):
            asked = frame._replace(request=bench.number(), payload=payload)
            error = bench.answer(asked, type(request).__name__)
            name = f"{type(request).__name__} of {len(payload)} bytes"
            malformed = isinstance(error, m.ErrorReply) and error.code is m.ErrorCode.MALFORMED
            require(malformed, f"{name} was answered with {error}")


def _out_of_range(bench: Bench) -> None:
    arming = m.to_frame(bench.arm_request(), session=bench.session, request=0)
    no_shots = arming._replace(payload=bytes(4) + arming.payload[4:])
    layer = m.to_frame(m.LimitsGet(m.LimitLayer.FACTORY), session=bench.session, request=0)
    shot = m.to_frame(bench.shot(1), session=bench.session, request=0)
    flags = shot._replace(payload=shot.payload[:-3] + b"\1" + shot.payload[-2:])
    trigger = shot._replace(payload=shot.payload[:-6] + b"\x09" + shot.payload[-5:])
    spoilt = {
        "an arming for 0 shots": no_shots,
        "a layer without a name": layer._replace(payload=b"\xc8"),
        "a shot with flags": flags,
        "a shot with a trigger without a name": trigger,
        "a shot with id 0": shot._replace(payload=bytes(4) + shot.payload[4:]),
    }
    for what, frame in spoilt.items():
        error = bench.answer(frame._replace(request=bench.number()), what)
        right = isinstance(error, m.ErrorReply) and error.code is m.ErrorCode.OUT_OF_RANGE
        require(right, f"{what} was answered with {error}")


def _foreign(bench: Bench) -> None:
    before = bench.poll().receive_errors
    for session in (0, bench.session ^ 1, bench.session ^ 0x8000):
        wire = bench.wire(m.Poll(NO_TOKEN, 1, 0), session=session)
        bench.silent(wire, f"a Poll of session {session}")
    after = bench.poll().receive_errors
    require(after >= before + 3, f"3 foreign frames, and receive_errors goes {before} to {after}")


def _unasked(bench: Bench) -> None:
    bench.wait(QUIET_US)
    token = bench.arm()
    bench.wait(QUIET_US, token)


def _versions(bench: Bench) -> None:
    told = bench.hello()
    seen = f"protocol {told.major}.{told.minor}, schema {told.schema_hash:#010x}"
    require(told.major == m.MAJOR, f"{seen}; this suite is for {m.MAJOR}.{m.MINOR}")
    right = told.actuating_hash == m.ACTUATING_HASH
    require(right, f"{seen}, actuating messages {told.actuating_hash:#010x}")
    newer = told.minor != m.MINOR or told.schema_hash == m.SCHEMA_HASH
    require(newer, f"{seen}: not the schema of {m.MAJOR}.{m.MINOR}")


def _new_session(bench: Bench) -> None:
    first = bench.hello()
    again = bench.hello()
    require(again.session not in (0, first.session), f"session {again.session} again")
    same = (again.uid, again.boot_id) == (first.uid, first.boot_id)
    require(same, "uid or boot id changed from one Hello to the next")
    wire = bench.wire(m.Poll(NO_TOKEN, 1, 0), session=first.session)
    bench.silent(wire, "a Poll of the session before")


def _same_hello(bench: Bench) -> None:
    number = bench.number()
    hello = m.Hello(m.MAJOR, m.MINOR, m.SCHEMA_HASH, 0x1234_5678)
    first = bench.expect(m.HelloReply, hello, number=number)
    again = bench.expect(m.HelloReply, hello, number=number)
    seen = f"the same Hello again opened session {again.session} beside {first.session}"
    require(first.session == again.session, seen)
    bench.session = first.session
    bench.poll()
    late = bench.expect(m.HelloReply, hello, number=number)
    require(late.session != first.session, "a Hello repeated after its session was used opens it")


def _kills(bench: Bench) -> None:
    token = bench.arm()
    bench.hello()
    status = bench.poll()
    require(status.state is m.PistolState.SAFE, f"after Hello it is {status.state.name}")
    bench.shot_refused(bench.shot(token), m.Refusal.TOKEN)


def _moving(bench: Bench) -> None:
    token = bench.arm()
    shot = bench.shot(token, dose_nl=bench.limits().dose_nl_max, rate_nl_per_s=200_000)
    head = bench.poll(token).journal_head
    bench.accepted(shot)
    bench.until(m.PistolState.FIRING, token)
    bench.hello()
    record = bench.ended(NO_TOKEN, shot.shot_id, head + 1)
    require(record.outcome is m.Outcome.FIRED, f"it ended {record.outcome.name}")
    state = bench.poll().state
    require(state is m.PistolState.SAFE, f"after it, the state is {state.name}")


def _other_major(bench: Bench) -> None:
    for major in (0, m.MAJOR + 1):
        bench.hello(host_major=major)
        error = bench.refused(bench.arm_request(), m.ErrorCode.UNSUPPORTED)
        require(error.detail == m.MAJOR, f"it names version {error.detail}, not {m.MAJOR}")


def _uid(bench: Bench) -> None:
    told = bench.hello()
    simulated = bool(told.features & m.Feature.SIMULATED)
    in_range = told.uid >> 56 == UID_TWIN
    seen = f"uid {told.uid:#018x}, SIMULATED {'set' if simulated else 'not set'}"
    require(simulated == in_range, seen)


def _moving_or_not(bench: Bench) -> None:
    each((_kills, _moving), bench)


CASES = (
    Case("ASK-1", "Every request gets one reply, with its number and its session.", _one_reply),
    Case("ASK-2", "The same number with the same payload gets the same bytes again.", _repeats),
    Case("ASK-3", "The same number with other content is another request.", _other_content),
    Case("ASK-4", "An unknown message gets UNSUPPORTED, and changes nothing.", _unknown),
    Case("ASK-5", "A payload of a wrong length gets MALFORMED.", _wrong_length),
    Case("ASK-6", "A value out of its range gets OUT_OF_RANGE.", _out_of_range),
    Case("ASK-7", "A frame of another session is dropped and counted.", _foreign),
    Case("ASK-8", "The pistol never speaks unasked.", _unasked),
    Case("HELLO-1", "Hello tells the version, the schema's hash and the actuating one.", _versions),
    Case("HELLO-2", "Each Hello opens a new session, never 0, never the last one.", _new_session),
    Case("HELLO-3", "The same Hello again opens the same session until it is used.", _same_hello),
    Case(
        "HELLO-4",
        "Hello kills the token and leads from ARMED to SAFE; a shot in motion is finished.",
        _moving_or_not,
    ),
    Case("HELLO-5", "A host of another major version cannot arm.", _other_major),
    Case("HELLO-6", "A uid that begins with 0x51 is a simulated pistol's, and no other's.", _uid),
)
