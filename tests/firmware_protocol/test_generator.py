"""The generator: what it writes is committed, and what it must refuse it refuses by name."""

import re
import shutil
import zlib
from pathlib import Path

import pytest

import firmware_protocol
from firmware_protocol.generator.__main__ import main
from firmware_protocol.generator.model import SchemaError
from firmware_protocol.generator.read import read
from firmware_protocol.messages import ACTUATING_HASH, SCHEMA_HASH

GROUND = Path(firmware_protocol.__file__).parent
TEXT = (GROUND / "schema.toml").read_text("utf-8")
GENERATED = [
    "messages.py",
    "strategies.py",
    "vectors/messages.json",
    "vectors/malformed.json",
    "vectors/crit.json",
    "vectors/sealed.json",
    "c/mesogun_protocol.h",
    "c/mg_schema.c",
    "wireshark/mesogun.lua",
    "../docs/messages.md",
]

SHOT_ID = '  { name = "shot_id", type = "u32", unit = "id", min = 1 },\n'
DOSE = '{ name = "dose_nl", type = "u32", unit = "nl", min = 1 }'
SHOT = (
    'name = "Shot"\nid = 0x0107\nclass = "control"\nreply = "ShotReply"\nactuating = true\n'
    'doc = "Give one shot, once, when the trigger and the skin contact allow it."\nfields = [\n'
)


def changed(old: str, new: str) -> str:
    assert old in TEXT
    return TEXT.replace(old, new, 1)


def added(text: str) -> str:
    return f'{TEXT}\n[[messages]]\nname = "More"\nclass = "control"\n{text}\n'


def test_what_is_committed_is_what_the_schema_gives(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--check"]) == 0
    assert capsys.readouterr().err == ""


@pytest.fixture
def ground(tmp_path: Path) -> Path:
    """A copy of the ground that a test may spoil."""
    copy = tmp_path / "firmware_protocol"
    shutil.copytree(GROUND, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "docs").mkdir()
    shutil.copy(GROUND.parent / "docs" / "messages.md", tmp_path / "docs")
    return copy


@pytest.mark.parametrize("name", [*GENERATED, "released.toml", "schema.json.z"])
def test_a_stale_or_missing_file_is_named_and_fails_the_check(
    ground: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = ground / name
    was = path.read_bytes()
    for spoil in (lambda: path.write_bytes(was + b"\n"), path.unlink):
        spoil()
        assert main(["--check"], ground) == 1
        text = capsys.readouterr().err
        assert f"stale: {name}\n" in text
        assert "run: python -m firmware_protocol.generator" in text
    assert main([], ground) == 0
    assert f"wrote {name}" in capsys.readouterr().out
    assert path.read_bytes() == was
    assert main(["--check"], ground) == 0


def test_another_packing_of_the_same_description_stays_and_a_wrong_one_goes(ground: Path) -> None:
    path = ground / "schema.json.z"
    text = zlib.decompress(path.read_bytes())
    other = zlib.compress(text, 1)
    assert other != path.read_bytes()
    path.write_bytes(other)
    assert main([], ground) == 0
    assert path.read_bytes() == other
    assert f"MGP_DESCRIPTION_BYTES = {len(other)}u" in (ground / "c/mg_schema.c").read_text()
    for wrong in (zlib.compress(text + b" "), other[:-1], other + b"\0", b"no zlib"):
        path.write_bytes(wrong)
        assert main(["--check"], ground) == 1


def test_a_check_writes_nothing(ground: Path) -> None:
    (ground / "messages.py").unlink()
    assert main(["--check"], ground) == 1
    assert not (ground / "messages.py").exists()


@pytest.mark.parametrize("name", GENERATED)
def test_a_generated_file_says_so(name: str) -> None:
    head = (GROUND / name).read_text("utf-8")[:400].lower()
    assert "generated" in head
    assert "schema.toml by" in head
    assert "python -m firmware_protocol.generator" in head


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (changed(SHOT + SHOT_ID, SHOT), r"Shot: an actuating message .* missing: shot_id"),
        (changed('name = "ttl_ms", type = "u16"', 'name = "ttl", type = "u16"'), "missing: ttl_ms"),
        (changed('name = "crit"', 'name = "check"'), "missing: crit"),
        (changed(DOSE, DOSE.replace("u32", "f32")), r"Shot.dose_nl: type 'f32' is a float"),
        (changed(DOSE, DOSE.replace("u32", "u24")), r"dose_nl: unknown type 'u24'; known: u8, u16"),
        (changed(DOSE, DOSE.replace('"nl"', '"ml"')), r"dose_nl: unknown unit 'ml'; known: 1, nl"),
        (changed(DOSE, DOSE.replace('unit = "nl", ', "")), "dose_nl: unknown unit None"),
        (changed('enum = "Trigger"', 'enum = "Triger"'), r"Shot.trigger: unknown enum 'Triger'"),
        (changed('flags = "Hazard"', 'flags = "Hazards"'), "unknown flags 'Hazards'"),
        (changed("id = 0x0108", "id = 0x0107"), r"message id 0x0107 \(request\) is used twice"),
        (changed('reply = "Resolution"\n', ""), r"Resolve: a request names its reply; '' is none"),
        (changed('reply = "Resolution"\n', 'reply = "Resolve"\n'), "'Resolve' is none"),
        (changed('count_field = "count", max = 3', 'count_field = "count", max = 4'), "range 0..4"),
        (changed('struct = "JournalRecord"', 'struct = "Record"'), "unknown struct 'Record'"),
        (changed("PRESS = 0", "PRESS = 1"), "Trigger: two members share a value"),
        (changed("PRESS = 0", "PRESS = 0.5"), "Trigger: wants .* whole numbers"),
        (changed("PRESS = 0", "PRESS = 256"), r"Shot.trigger: Trigger does not fit in u8"),
        (changed("IN_DOUBT = 2", "IN_DOUBT = 3"), "Hazard: each flag is one bit"),
        (changed("min = 100, max = 1000", "min = 1000, max = 100"), "range 1000..100 does not lie"),
        (changed("max = 1000", "max = 65536"), "range 100..65536 does not lie in u16"),
        (changed(DOSE, DOSE.replace("min", "minimum")), "Shot.dose_nl: unknown key 'minimum'"),
        (changed("actuating = true\n", "actuates = true\n"), "Shot: unknown key 'actuates'"),
        (changed("[flags.Hazard]", "[flag.Hazard]"), "schema: unknown key 'flag'"),
        (changed('class = "bulk"', 'class = "slow"'), "unknown class 'slow'; known: urgent"),
        (
            changed('name = "dwell_ms"', 'name = "ttl_ms"'),
            "Shot: two fields share the name 'ttl_ms'",
        ),
        (changed('name = "dwell_ms"', 'name = "dwell ms"'), "'dwell ms' is no identifier"),
        (changed('name = "dwell_ms"', 'name = "_each"'), "'_each' is no identifier"),
        (changed("major = 1", "major = 2"), "protocol: frame.py has"),
        (changed('name = "Resolve"', 'name = "Shot"'), "the name Shot is used twice"),
        (changed("id = 0x0108", "id = 0x10108"), "id 65800 is no u16"),
        (changed("fields = [", "fields = ["[:-1]), "schema is no TOML"),
        (
            changed('enum = "Trigger"', 'enum = "Trigger", max = 2'),
            "Trigger sets its range: no min, max",
        ),
        (
            changed("is_reply = true\nreleased = true", 'is_reply = true\nreply = "Status"'),
            "HelloReply: a reply is not answered",
        ),
        (added("id = 0x7F01\nreply = 'Status'\nfields = []"), "More: has no fields"),
        (
            added("id = 0x7F01\nis_reply = true\nactuating = true\nfields = [" + SHOT_ID + "]"),
            "More: an actuating message is a request",
        ),
        (
            changed('again = "nonce"\n', ""),
            "ArmConfirm: a request is actuating, or says why it may be repeated; again = ''",
        ),
        (
            changed('again = "nonce"', 'again = "token"'),
            "again = 'token', known: asks, same, nonce",
        ),
        (
            added('id = 0x7F01\nis_reply = true\nagain = "same"\nfields = [' + SHOT_ID + "]"),
            "More: only a request that is not actuating says why it may be repeated",
        ),
        (
            changed("actuating = true\n", 'actuating = true\nagain = "shot_id"\n'),
            "Shot: only a request that is not actuating says why",
        ),
    ],
)
def test_an_unsafe_or_ambiguous_schema_is_refused_by_name(text: str, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        read(text)


@pytest.mark.parametrize("kind", ["f16", "f32", "f64", "float", "double"])
def test_no_float_travels(kind: str) -> None:
    with pytest.raises(SchemaError, match="is a float: the wire carries whole numbers only"):
        read(changed(DOSE, DOSE.replace("u32", kind)))


def test_a_reply_never_moves_the_needle() -> None:
    one = '{{ name = "{}", type = "u16", unit = "1" }}'
    fields = ", ".join(map(one.format, ("shot_id", "ttl_ms", "crit")))
    text = f"id = 0x7F01\nis_reply = true\nactuating = true\nfields = [{fields}]"
    with pytest.raises(SchemaError, match="More: an actuating message is a request"):
        read(added(text))


def test_what_repeats_may_be_absent() -> None:
    counter = '{ name = "count", type = "u8", unit = "1", max = 3 }'
    with pytest.raises(SchemaError, match=r"must be a field with the range 0\.\.3"):
        read(changed(counter, counter.replace("max", "min = 1, max")))


def test_a_message_too_long_for_a_frame_is_refused() -> None:
    def of(count: int) -> str:
        one = '{{ name = "f{}", type = "u64", unit = "1" }}'
        fields = ", ".join(one.format(number) for number in range(count))
        return added(f"id = 0x7F01\nis_reply = true\nfields = [{fields}]")

    assert read(of(28)).message("More").payload_bytes_max == 224
    with pytest.raises(SchemaError, match="More: payload of 232 bytes, body of 244: at most 224"):
        read(of(29))


def test_a_request_that_an_abort_would_wait_for_too_long_is_refused() -> None:
    def of(size: int) -> str:
        fields = ", ".join(f'{{ name = "f{n}", type = "u8", unit = "1" }}' for n in range(size))
        return added(f"id = 0x7F01\nreply = 'Status'\nagain = 'asks'\nfields = [{fields}]")

    assert read(of(37)).message("More").payload_bytes_max == 37
    with pytest.raises(SchemaError, match=r"More: sealed, it has 65 bytes on the wire: .* most 64"):
        read(of(38))


def test_a_request_and_a_reply_may_share_a_number_but_no_two_replies() -> None:
    reply = "is_reply = true\nfields = [" + SHOT_ID + "]"
    assert read(added("id = 0x7F01\n" + reply))
    with pytest.raises(SchemaError, match=r"message id 0x0108 \(reply\) is used twice"):
        read(added("id = 0x0108\n" + reply))


RELEASED = "HelloReply: the layout of a released message changed"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ('name = "boot_count", type = "u32"', 'name = "boot_count", type = "u64"', RELEASED),
        ('name = "uid"', 'name = "serial"', r"- uid u64 id .*\n  \+ serial u64 id"),
        ("POWER_ON = 0\nWATCHDOG = 1", "POWER_ON = 1\nWATCHDOG = 0", RELEASED),
        (
            "is_reply = true\nreleased = true",
            "is_reply = true",
            "HelloReply: released, so it stays",
        ),
    ],
)
def test_a_released_layout_is_never_changed(
    ground: Path, old: str, new: str, says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (ground / "schema.toml").write_text(changed(old, new), "utf-8")
    before = (ground / "messages.py").read_bytes()
    for arguments in ([], ["--check"]):
        assert main(arguments, ground) == 2
        text = capsys.readouterr().err
        assert text.startswith("schema.toml refused: ")
        assert re.search(says, text)
    assert (ground / "messages.py").read_bytes() == before


def test_swapping_two_fields_of_a_released_message_is_a_changed_layout(
    ground: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    head, tail = (
        '  { name = "major", type = "u8", unit = "1" },\n',
        '  { name = "minor", type = "u8", unit = "1" },\n',
    )
    (ground / "schema.toml").write_text(changed(head + tail, tail + head), "utf-8")
    assert main([], ground) == 2
    assert "the order of its fields" in capsys.readouterr().err


def test_a_message_newly_released_is_locked_at_once(ground: Path) -> None:
    text = changed("actuating = true\n", "actuating = true\nreleased = true\n")
    (ground / "schema.toml").write_text(text, "utf-8")
    assert main([], ground) == 0
    assert "request Shot 0x0107" in (ground / "released.toml").read_text("utf-8")
    (ground / "schema.toml").write_text(TEXT, "utf-8")
    assert main([], ground) == 2


def test_the_committed_hashes_are_those_of_the_schema() -> None:
    assert (read(TEXT).schema_hash(), read(TEXT).actuating_hash()) == (SCHEMA_HASH, ACTUATING_HASH)


@pytest.mark.parametrize(
    ("old", "new", "all_differ", "actuating_differs"),
    [
        ('doc = "not begun by then: voided"', 'doc = "voided when not begun"', False, False),
        ("# Layout: little-endian", "# Layout, little-endian", False, False),
        (DOSE, DOSE.replace("u32", "u16"), True, True),
        (DOSE, DOSE.replace('"nl"', '"um"'), True, True),
        (DOSE, DOSE.replace("min = 1", "min = 2"), True, True),
        ("PRESS = 0\nHELD = 1", "PRESS = 1\nHELD = 0", True, True),
        ('actuating = true\ndoc = "Give', 'again = "same"\ndoc = "Give', True, True),
        ('again = "nonce"', 'again = "same"', False, False),
        ("LOW_VOLUME = 4", "LOW_VOLUME = 16", True, False),
        (
            'name = "dose_nl_given", type = "u32", unit = "nl", doc = "on STORED"',
            'name = "dose_nl_given", type = "u64", unit = "nl", doc = "on STORED"',
            True,
            False,
        ),
    ],
)
def test_the_hashes_change_with_the_layouts_and_not_with_comments(
    old: str, new: str, all_differ: bool, actuating_differs: bool
) -> None:
    schema = read(changed(old, new))
    assert (schema.schema_hash() != SCHEMA_HASH) is all_differ
    assert (schema.actuating_hash() != ACTUATING_HASH) is actuating_differs
