"""`mesogun key new`: make the key that a pistol and its hosts share."""

from __future__ import annotations

import os
from pathlib import Path

import click

from firmware_protocol.keys import ANY_PISTOL, is_pistol_name, key_file
from firmware_protocol.seal import KEY_BYTES
from mesogun.errors import WrongKeys

NEW_HELP = """Make a new key, and keep it in the new file FILE, which only you can open.

\b
Examples:
  mesogun key new pistols.toml
  mesogun key new pistol-3.toml --pistol 51a0b1c2d3e4f506

The same key goes into the pistol, by its cable or its service port and never over a network. Then
name the file in every command that talks to it: --key FILE. Several keys may stand in one file.
"""


KEY_HELP = """Make the key of a pistol.

\b
Examples:
  mesogun key new pistols.toml
"""


@click.group("key", help=KEY_HELP)
def key_group() -> None:
    """Make the key of a pistol."""


@key_group.command("new", help=NEW_HELP)
@click.argument("file")
@click.option(
    "--pistol",
    "name",
    metavar="UID",
    default=ANY_PISTOL,
    help="The pistol's uid, as `mesogun info` shows it; without, the key is for any pistol.",
)
def new_command(file: str, name: str) -> None:
    """Make a key."""
    if not is_pistol_name(name):
        raise WrongKeys(f"--pistol: {name!r} is no uid: 16 of 0-9a-f, as `mesogun info` shows it")
    path = Path(file)
    try:
        # never over another file, whose key may be in a pistol; never open to anybody else
        made = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise WrongKeys(
            f"{path}: there is such a file, and its keys may be in use. Name a new one"
        ) from None
    with os.fdopen(made, "w", encoding="utf-8") as written:
        written.write(key_file(name, os.urandom(KEY_BYTES)))
        written.flush()
        os.fsync(written.fileno())
    whose = "any pistol" if name == ANY_PISTOL else f"pistol {name}"
    click.echo(f"{path}: a key for {whose}. Give it to the pistol, and --key {path} to commands.")
