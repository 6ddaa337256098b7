"""Reads and writes the file in which a host, or a simulated pistol, keeps the keys of its pistols.

    [keys]
    "51a0b1c2d3e4f506" = "64 hexadecimal digits"   # the pistol with this uid
    "*" = "64 hexadecimal digits"                  # any pistol that is not named

No text of an error ever holds a part of a key, nor of what stands where a key belongs.
"""

from __future__ import annotations

import re
import stat
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from firmware_protocol.errors import WrongKeyFile
from firmware_protocol.seal import KEY_BYTES, Key

FILE_BYTES_MAX: Final = 65_536
ANY_PISTOL: Final = "*"
_UID: Final = re.compile(r"[0-9a-f]{16}")
_SECRET: Final = re.compile(rf"[0-9a-f]{{{2 * KEY_BYTES}}}")
_OTHERS: Final = stat.S_IRWXG | stat.S_IRWXO


@dataclass(frozen=True, slots=True)
class Keys:
    """The keys at hand, by the uid of their pistol as 16 hexadecimal digits, or "*"."""

    by_name: Mapping[str, Key]

    def of(self, uid: int) -> Key | None:
        """Return the key of pistol `uid`, None: there is none."""
        return self.by_name.get(f"{uid:016x}", self.by_name.get(ANY_PISTOL))

    def __bool__(self) -> bool:
        """Whether there is any key at all."""
        return bool(self.by_name)


NO_KEYS: Final = Keys({})


def keys_of(content: bytes, mode: int | None, where: str) -> Keys:
    """Return the keys that the file `where` holds; `mode` as `os.fstat` gives it, None: no modes.

    Raises:
        WrongKeyFile: it is no such file, or others than its owner may open it.
    """
    if mode is not None and not stat.S_ISREG(mode):
        raise WrongKeyFile(f"{where}: this is no file. {_MAKE}")
    if mode is not None and mode & _OTHERS:
        raise WrongKeyFile(
            f"{where}: others than its owner may open it (mode {mode & 0o777:o}). Run "
            f"`chmod 600 {where}`; if somebody may have read it, make a new key instead"
        )
    if len(content) > FILE_BYTES_MAX:
        raise WrongKeyFile(f"{where}: longer than {FILE_BYTES_MAX} bytes. {_MAKE}")
    found = _document(content, where)
    if set(found) != {"keys"} or not isinstance(found["keys"], dict) or not found["keys"]:
        raise WrongKeyFile(f"{where}: one table [keys] belongs here, and nothing else. {_MAKE}")
    keys: dict[str, Key] = {}
    for number, (name, secret) in enumerate(found["keys"].items(), 1):
        if name != ANY_PISTOL and not _UID.fullmatch(name):
            raise WrongKeyFile(
                f"{where}: the name of entry {number} is neither a pistol's uid (16 of 0-9a-f, as "
                f'`mesogun info` shows it) nor "{ANY_PISTOL}"'
            )
        keys[name] = _key(secret, number, where)
    return Keys(keys)


def key_file(name: str, secret: bytes) -> str:
    """Return the text of a file with the key of one pistol: `name` is its uid or "*"."""
    return (
        "# Who can read this commands the pistol: keep it to yourself (chmod 600).\n"
        f'[keys]\n"{name}" = "{secret.hex()}"\n'
    )


def is_pistol_name(name: str) -> bool:
    """Tell whether a key can be kept under `name`."""
    return name == ANY_PISTOL or _UID.fullmatch(name) is not None


_MAKE: Final = "`mesogun key new FILE` makes a file of keys"


def _document(content: bytes, where: str) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8"))
    except UnicodeDecodeError:
        raise WrongKeyFile(f"{where}: this is no text. {_MAKE}") from None
    except tomllib.TOMLDecodeError as cause:
        # only the place: a message or a context could show a part of a key
        place = re.search(r"line \d+, column \d+", str(cause))
        told = place[0] if place else "its end"
        raise WrongKeyFile(f"{where}: no TOML at {told}. {_MAKE}") from None


def _key(secret: object, number: int, where: str) -> Key:
    if not isinstance(secret, str) or not _SECRET.fullmatch(secret):
        raise WrongKeyFile(
            f"{where}: the key of entry {number} is not {2 * KEY_BYTES} of 0-9a-f in quotes"
        )
    if len(set(bytes.fromhex(secret))) == 1:
        raise WrongKeyFile(f"{where}: the key of entry {number} can be guessed. {_MAKE}")
    return Key(bytes.fromhex(secret))
