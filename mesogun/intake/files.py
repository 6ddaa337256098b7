"""Files are read within a bound and become a tree of plain values, or a refusal that says why."""

from __future__ import annotations

import os
import stat
import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

from mesogun.errors import PrescriptionError
from mesogun.intake.bounds import NAME_OF_FILE_CHARACTERS_MAX


def read_bounded(path: str | os.PathLike[str], bytes_max: int, what: str) -> bytes:
    """Return the bytes of the file; a larger one never enters memory.

    Raises:
        PrescriptionError: missing, no regular file, unreadable or too large; nothing is kept.
    """
    shown = os.fspath(path)
    try:
        found = Path(path).stat()
        # Looked at before it is opened: a pipe would block, a device may be endless.
        if stat.S_ISDIR(found.st_mode):
            raise PrescriptionError(f"{shown}: is a folder: name the {what}'s file itself")
        if not stat.S_ISREG(found.st_mode):
            raise PrescriptionError(f"{shown}: is no regular file: save the {what} to disk first")
        if found.st_size > bytes_max:
            raise PrescriptionError(_too_large(shown, found.st_size, bytes_max, what))
        with Path(path).open("rb") as file:
            read = file.read(bytes_max + 1)
    except FileNotFoundError:
        raise PrescriptionError(f"{shown}: there is no such file: check the path") from None
    except PermissionError:
        raise PrescriptionError(f"{shown}: may not be read: check its permissions") from None
    except (OSError, ValueError) as error:
        raise PrescriptionError(f"{shown!r}: cannot be read: {error}") from error
    if len(read) > bytes_max:
        raise PrescriptionError(_too_large(shown, len(read), bytes_max, what))
    return read


def _too_large(shown: str, size: int, bytes_max: int, what: str) -> str:
    return (
        f"{shown}: has {size} bytes, a {what} has at most {bytes_max}: is this the file you mean?"
    )


def beside(folder: Path, name: str, endings: tuple[str, ...], what: str) -> Path:
    """Return the path of a file that a prescription in `folder` names.

    Raises:
        ValueError: it lies elsewhere than beside the prescription or below, or is of another kind.
    """
    # A prescription is handed on with what lies beside it, and must not read elsewhere.
    if len(name) > NAME_OF_FILE_CHARACTERS_MAX or "\\" in name or Path(name).is_absolute():
        raise ValueError(f"found {name!r}: name a file beside the prescription, with / only")
    path = folder / name
    if not path.resolve().is_relative_to(folder.resolve()):
        raise ValueError(
            f"found {name!r}, which leads out of the prescription's folder: put the {what} beside "
            f"the prescription"
        )
    if path.suffix.lower() not in endings:
        raise ValueError(f"found {name!r}: give a {what} that ends in {' or '.join(endings)}")
    return path


def text_of(data: bytes, shown: str, what: str) -> str:
    """Return the text of `data`, which must be UTF-8 (a mark of byte order is let pass).

    Raises:
        PrescriptionError: it is no text.
    """
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise PrescriptionError(
            f"{shown}: is no UTF-8 text (byte {error.start}): save the {what} as UTF-8"
        ) from None
    if "\0" in text:
        raise PrescriptionError(f"{shown}: holds a zero byte, so it is no {what}: check the path")
    return text


def parse_toml(text: str, shown: str) -> dict[str, Any]:
    """Return the tree of a TOML text, numbers with a point as exact decimals.

    Raises:
        PrescriptionError: with the line where reading stopped.
    """
    try:
        return tomllib.loads(text, parse_float=Decimal)
    except RecursionError:
        raise PrescriptionError(f"{shown}: brackets are nested too deeply") from None
    except (ValueError, ArithmeticError) as error:
        raise PrescriptionError(
            f"{shown}: is not valid TOML: {error or 'a number cannot be read'}"
        ) from None


def parse_json(text: str, shown: str) -> Any:
    """Return the tree of a JSON text; numbers that are none and doubled keys are refused.

    Raises:
        PrescriptionError: with the line where reading stopped.
    """
    # Loaded here: most prescriptions are TOML.
    import json

    try:
        return json.loads(
            text, parse_float=Decimal, parse_constant=_no_number, object_pairs_hook=_once
        )
    except RecursionError:
        raise PrescriptionError(f"{shown}: brackets are nested too deeply") from None
    except (ValueError, ArithmeticError) as error:
        raise PrescriptionError(
            f"{shown}: is not valid JSON: {error or 'a number cannot be read'}"
        ) from None


def _no_number(text: str) -> Any:
    raise ValueError(f"{text} is no number: give a finite one")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, value in pairs:
        if key in made:
            raise ValueError(f"the key {key!r} stands twice in one object: remove one")
        made[key] = value
    return made
