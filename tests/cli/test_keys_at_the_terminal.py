"""`mesogun key`, and `--key` on the commands that talk to a pistol."""

from __future__ import annotations

import json
import os
import re
import stat
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

UID = "51a0b1c2d3e4f506"


def secret_in(path: Path) -> str:
    (secret,) = tomllib.loads(path.read_text())["keys"].values()
    assert re.fullmatch("[0-9a-f]{64}", secret)
    return str(secret)


def test_a_new_key_is_new_is_for_one_user_alone_and_is_not_shown(
    call: Callable, tmp_path: Path
) -> None:
    made = [call("key", "new", name, *more) for name, more in
            (("a.toml", ()), ("b.toml", ("--pistol", UID)))]  # fmt: skip
    assert [one.code for one in made] == [0, 0]
    secrets = [secret_in(tmp_path / name) for name in ("a.toml", "b.toml")]
    assert secrets[0] != secrets[1]
    assert not any(secret in one.out + one.err for secret in secrets for one in made)
    assert stat.S_IMODE((tmp_path / "a.toml").stat().st_mode) == 0o600
    assert UID in tomllib.loads((tmp_path / "b.toml").read_text())["keys"]


def test_a_key_is_never_written_over_another_file(call: Callable, tmp_path: Path) -> None:
    call("key", "new", "a.toml")
    before = (tmp_path / "a.toml").read_bytes()
    again = call("key", "new", "a.toml")
    assert (again.code, (tmp_path / "a.toml").read_bytes()) == (2, before)
    assert "Name a new one" in again.err
    odd = call("key", "new", "b.toml", "--pistol", "51")
    assert odd.code == 2
    assert "16 of 0-9a-f" in odd.err
    assert not (tmp_path / "b.toml").exists()
    nowhere = call("key", "new", "no/such/folder.toml")
    assert nowhere.code == 1
    assert "No such file" in nowhere.err


def test_a_session_with_a_key_goes_through_and_leaves_no_trace_of_it(
    call: Callable, small: Path, tmp_path: Path
) -> None:
    assert call("key", "new", "k.toml").code == 0
    small.write_text(small.read_text().replace("volume_ml = 0.12", "volume_ml = 0.03"))
    url = "mesosim://?seed=7&hand_ms=1&memory=nvm&key=k.toml"
    ran = call("run", small, "--port", url, "--key", "k.toml", "--out", "out", "--yes", "--json")
    assert ran.code == 0, ran.err
    told = json.loads(ran.out)
    assert told["pricks_given"] == told["pricks_planned"]
    assert call("record", "verify", "out").code == 0
    secret = secret_in(tmp_path / "k.toml")
    left = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
    assert len(left) >= 6
    for path in left:
        content = path.read_bytes()
        assert bytes.fromhex(secret)[:8] not in content, path
        assert secret[:16].encode() not in content.lower(), path
    facts = call("info", "--port", url, "--key", "k.toml", "--json")
    assert json.loads(facts.out)["pistol"]["authenticated"] is True
    assert call("limits", "--port", url, "--key", "k.toml").code == 0
    assert call("monitor", "--port", url, "--key", "k.toml", "--count", "1").code == 0
    assert call("abort", "--port", url).code == 0
    assert call("abort", "--port", url, "--key", "k.toml").code == 0
    stranger = call("info", "--port", url)
    assert stranger.code == 1
    assert "--key FILE" in stranger.err


@pytest.mark.parametrize("host", ["10.1.2.3", "pistol.example", "[2001:db8::1]", "0.0.0.0"])
def test_over_a_network_a_key_is_a_condition(call: Callable, small: Path, host: str) -> None:
    for words in (("info",), ("run", small, "--out", "o", "--yes"), ("conformance",), ("limits",)):
        for scheme in ("socket", "rfc2217"):
            refused = call(*words, "--port", f"{scheme}://{host}:9")
            assert refused.code == 2, refused.err
            assert "over a network a pistol obeys only who has its key" in refused.err
    served = call("simulate", "--tcp", f"{host}:0")
    assert served.code == 1
    assert "can be reached by others" in served.err


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_on_this_machine_it_is_none(call: Callable, host: str) -> None:
    assert "nobody answers there" in call("info", "--port", f"socket://{host}:9").err
    assert "nobody answers there" in call("abort", "--port", f"socket://{host}:9").err


def test_a_file_that_others_may_open_or_that_holds_no_keys_is_refused(
    call: Callable, tmp_path: Path
) -> None:
    call("key", "new", "k.toml")
    (tmp_path / "k.toml").chmod(0o644)
    os.mkfifo(tmp_path / "pipe", 0o600)
    (tmp_path / "empty").touch(0o600)
    wanted = {
        "k.toml": "chmod 600",
        "pipe": "this is no file",
        "empty": "one table",
        "none": "No such file",
        ".": "directory",
    }
    for name, why in wanted.items():
        refused = call("info", "--port", "mesosim://?seed=7", "--key", name)
        assert (refused.code, why in refused.err) == (2, True), refused.err
        served = call("info", "--port", f"mesosim://?seed=7&key={name}")
        assert (served.code, why in served.err) == (1, True), served.err
    assert secret_in(tmp_path / "k.toml")[:8] not in refused.err


def test_a_twin_that_has_another_uid_than_its_keys_is_not_served(call: Callable) -> None:
    call("key", "new", "k.toml", "--pistol", UID)
    refused = call("info", "--port", "mesosim://?seed=7&key=k.toml", "--key", "k.toml")
    assert refused.code == 1
    assert "none is for this twin" in refused.err
