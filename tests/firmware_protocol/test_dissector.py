"""The Wireshark dissector reads every vector as the vectors say (where tshark is installed)."""

from __future__ import annotations

import getpass
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

import firmware_protocol
from firmware_protocol.generator.model import Schema
from firmware_protocol.generator.names import snake
from mesogun.device.capture import file_header, packet

LUA = Path(firmware_protocol.__file__).parent / "wireshark" / "mesogun.lua"


def dissected(folder: Path, bodies: list[bytes], fields: list[str]) -> list[list[str]]:
    """What tshark says of each body: one list of fields a packet."""
    if shutil.which("tshark") is None:
        pytest.skip("tshark is not here: the dissector was not run")
    if getpass.getuser() == "root":
        # as root tshark runs no scripts that it is given; the capture must be readable to another
        folder.chmod(0o755)
    capture, script = folder / "all.pcap", folder / "mesogun.lua"
    stamped = (packet(1, body, number) for number, body in enumerate(bodies))
    capture.write_bytes(file_header() + b"".join(stamped))
    shutil.copy(LUA, script)
    command = ["tshark", "-X", f"lua_script:{script}", "-r", str(capture), "-T", "fields"]
    command += ["-E", "separator=/t", "-E", "occurrence=a", "-E", "aggregator=,"]
    for name in fields:
        command += ["-e", name]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    if ran.returncode != 0 and getpass.getuser() == "root":
        pytest.skip("tshark loads no script as root: the dissector was not run")
    assert ran.returncode == 0, ran.stderr
    return [line.split("\t") for line in ran.stdout.splitlines()]


def test_every_field_of_every_vector_is_shown(vectors: Any, schema: Schema, tmp_path: Path) -> None:
    cases = vectors("messages.json")
    bodies = [bytes.fromhex(one["body"]) for one in cases]
    head = ["mesogun.message", "mesogun.session", "mesogun.request", "mesogun.crc.bad"]
    head += ["mesogun.length.bad", "mesogun.unknown"]
    paths = {
        message.name: [f"mesogun.{snake(message.name)}.{field.name}" for field in message.fields]
        for message in schema.messages
    }
    every = [path for of_message in paths.values() for path in of_message]
    rows = dissected(tmp_path, bodies, [*head, *every])
    assert len(rows) == len(cases)
    for one, row in zip(cases, rows, strict=True):
        assert row[0] == one["message"]
        assert (int(row[1], 0), int(row[2], 0)) == (one["session"], one["request"])
        assert row[3:6] == ["", "", ""], one
        shown = {path: text for path, text in zip(every, row[6:], strict=True) if text}
        assert list(shown) == paths[one["message"]]
        for path, text in shown.items():
            assert int(text, 0) == one["values"][path.rsplit(".", 1)[1]], (one, path)


def test_what_repeats_is_shown_as_often_as_it_is_there(
    vectors: Any, schema: Schema, tmp_path: Path
) -> None:
    cases = [one for one in vectors("messages.json") if one["message"] == "JournalRecords"]
    bodies = [bytes.fromhex(one["body"]) for one in cases]
    rows = dissected(tmp_path, bodies, ["mesogun.journal_record.seq", "mesogun.length.bad"])
    for one, row in zip(cases, rows, strict=True):
        seqs = [int(text, 0) for text in row[0].split(",") if text]
        assert seqs == [record["seq"] for record in one["values"]["records"]], json.dumps(one)
        assert row[1:] in ([], [""])


def test_a_seal_is_shown_behind_the_payload(vectors: Any, tmp_path: Path) -> None:
    cases = [one for one in vectors("sealed.json") if "payload" not in one["case"]]
    bodies = [bytes.fromhex(one["body"]) for one in cases]
    head = ["mesogun.sealed", "mesogun.counter", "mesogun.mac", "mesogun.crc.bad"]
    rows = dissected(tmp_path, [*bodies, bodies[0][:12]], [*head, "mesogun.length.bad"])
    for one, body, row in zip(cases, bodies, rows, strict=False):
        if one["reason"] == "unsealed":
            assert (row[0] in ("0", "False"), row[1:3]) == (True, ["", ""])
            continue
        assert row[0] in ("1", "True")
        assert int(row[1]) == int.from_bytes(body[-16:-12], "little")
        assert row[2].replace(":", "") == body[-12:-4].hex()
        assert row[3:4] in ([], [""]), one
    assert rows[-1][-1] != ""


def test_a_wrong_check_is_marked(vectors: Any, tmp_path: Path) -> None:
    body = bytearray(bytes.fromhex(vectors("messages.json")[0]["body"]))
    body[9] ^= 1
    (row,) = dissected(tmp_path, [bytes(body)], ["mesogun.message", "mesogun.crc.bad"])
    assert row[1] != ""
