"""How one name of the schema is written in each language, and what a message without words says."""

import re

from firmware_protocol.generator.model import Message, Schema


def snake(name: str) -> str:
    """Return `JournalRecord` as `journal_record`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()


def shout(name: str) -> str:
    """Return `JournalRecord` as `JOURNAL_RECORD`."""
    return snake(name).upper()


def described(message: Message, schema: Schema) -> str:
    """Return the message's own words, or whose answer it is."""
    if message.doc:
        return message.doc
    asked = [one.name for one in schema.messages if one.reply == message.name]
    return f"The answer to {' and '.join(asked)}."
