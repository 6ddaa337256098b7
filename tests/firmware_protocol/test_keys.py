"""The file of keys: what is read, what is refused, and that no error tells a part of a key."""

from __future__ import annotations

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from firmware_protocol.errors import WrongKeyFile
from firmware_protocol.keys import FILE_BYTES_MAX, Keys, is_pistol_name, key_file, keys_of
from tests.seal_kit import SECRET

HEX = SECRET.hex()
UID = "51a0b1c2d3e4f506"
OURS = stat.S_IFREG | 0o600


def read(text: str, mode: int | None = OURS) -> Keys:
    return keys_of(text.encode(), mode, "k.toml")


def test_what_is_written_is_read_for_its_pistol_and_no_other() -> None:
    keys = read(key_file(UID, SECRET))
    assert keys
    assert keys.of(int(UID, 16)) is not None
    assert keys.of(1) is None
    assert read(key_file("*", SECRET)).of(1) is not None
    both = read(f'[keys]\n"*" = "{HEX}"\n"{UID}" = "{HEX[::-1]}"\n')
    assert both.of(1) is not both.of(int(UID, 16))


@pytest.mark.parametrize("others", [0o640, 0o604, 0o660, 0o601, 0o777])
def test_a_file_that_others_may_open_is_refused_with_what_to_do(others: int) -> None:
    with pytest.raises(WrongKeyFile, match=r"chmod 600 k\.toml"):
        read(key_file("*", SECRET), stat.S_IFREG | others)
    assert read(key_file("*", SECRET), None)  # a system without such modes


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "one table"),
        ("[keys]\n", "one table"),
        (f'keys = "{HEX}"\n', "one table"),
        (f'[keys]\n"*" = "{HEX}"\n[more]\n', "one table"),
        (f'[keys]\n"{HEX}" = "*"\n', "entry 1 is neither"),
        (f'[keys]\n"{UID.upper()}" = "{HEX}"\n', "entry 1 is neither"),
        (f'[keys]\n"*" = "{HEX}"\n"51" = "{HEX}"\n', "entry 2 is neither"),
        (f'[keys]\n"*" = "{HEX[:-1]}"\n', "not 64 of 0-9a-f"),
        (f'[keys]\n"*" = "{HEX.upper()}"\n', "not 64 of 0-9a-f"),
        (f'[keys]\n"*" = {HEX}\n', "no TOML at line 2"),
        (f'[keys]\n"*" = "{HEX}\n', "no TOML at line 2"),
        (f'[keys]\n"*" = "{HEX}"\n"*" = "{HEX}"\n', "no TOML"),
        (f'[keys]\n"*" = ["{HEX}"]\n', "not 64 of 0-9a-f"),
        ('[keys]\n"*" = 7\n', "not 64 of 0-9a-f"),
        (f'[keys]\n"*" = "{"00" * 32}"\n', "can be guessed"),
        (HEX, "no TOML"),
        ("#" * (FILE_BYTES_MAX + 1), "longer than"),
    ],
)
def test_what_is_no_file_of_keys_is_refused_without_telling_a_key(text: str, why: str) -> None:
    with pytest.raises(WrongKeyFile, match=why) as refused:
        read(text)
    told = str(refused.value) + repr(refused.value)
    assert refused.value.__suppress_context__ or refused.value.__context__ is None
    assert not any(HEX[at : at + 8] in told.lower() for at in range(0, 60, 4))


@given(st.binary(max_size=300))
def test_no_bytes_raise_anything_else(content: bytes) -> None:
    try:
        keys_of(content, OURS, "k.toml")
    except WrongKeyFile:
        pass


def test_a_device_a_pipe_and_a_folder_are_no_files() -> None:
    for kind in (stat.S_IFCHR, stat.S_IFIFO, stat.S_IFDIR):
        with pytest.raises(WrongKeyFile, match="this is no file"):
            read(key_file("*", SECRET), kind | 0o600)


def test_only_a_uid_or_a_star_names_a_pistol() -> None:
    assert is_pistol_name("*")
    assert is_pistol_name(UID)
    assert not any(map(is_pistol_name, ("", "**", UID[1:], UID + "0", UID.upper(), f"{UID}\n")))
