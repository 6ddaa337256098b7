"""The checked schema as frozen values: what every writer reads, and nothing else."""

from dataclasses import dataclass
from struct import Struct
from typing import Final

from firmware_protocol.errors import MesogunError
from firmware_protocol.frame import crc32c

# type -> (struct code, lowest, highest)
INTEGERS: Final = {
    "u8": ("B", 0, 2**8 - 1),
    "u16": ("H", 0, 2**16 - 1),
    "u32": ("I", 0, 2**32 - 1),
    "u64": ("Q", 0, 2**64 - 1),
    "i32": ("i", -(2**31), 2**31 - 1),
}
_QUANTITIES: Final = ("nl", "nl_per_s", "um", "us", "ms", "mn", "pa", "mv", "mk")
UNITS: Final = ("1", *_QUANTITIES, "id", "token", "seq", "crc", "bits")  # 1 is a count
URGENCIES: Final = {"urgent": 0, "control": 1, "bulk": 2}
AGAIN: Final = {
    "asks": "a repeat changes nothing",
    "same": "a repeat leaves the same as the first",
}
ACTUATING_FIELDS: Final = ("shot_id", "ttl_ms", "crit")


class SchemaError(MesogunError):
    """The schema breaks a rule of the wire; nothing was generated."""


@dataclass(frozen=True, slots=True)
class Enumeration:
    """Named values: an enum's members, or the masks of flags."""

    name: str
    doc: str
    members: tuple[tuple[str, int], ...]

    def canonical(self) -> str:
        """Return what both sides must agree on, without comments."""
        return f"enum {self.name} " + " ".join(f"{name}={value}" for name, value in self.members)


@dataclass(frozen=True, slots=True)
class Field:
    """One integer of a layout."""

    name: str
    type: str
    unit: str
    low: int
    high: int
    enum: Enumeration | None
    flags: Enumeration | None
    doc: str

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return Struct("<" + self.code).size

    @property
    def code(self) -> str:
        """The letter that `struct` has for the type."""
        return INTEGERS[self.type][0]

    @property
    def checks_low(self) -> bool:
        """Whether the range begins above what the type itself refuses."""
        return self.low > INTEGERS[self.type][1]

    @property
    def checks_high(self) -> bool:
        """Whether the range ends below what the type itself refuses."""
        return self.high < INTEGERS[self.type][2]

    def canonical(self) -> str:
        """Return the field's part of the layout, without comments."""
        meaning = f" enum {self.enum.name}" if self.enum else ""
        meaning += f" flags {self.flags.name}" if self.flags else ""
        return f"{self.name} {self.type} {self.unit} {self.low}..{self.high}{meaning}"


@dataclass(frozen=True, slots=True)
class Structure:
    """Fields that lie side by side, in this order, without padding."""

    name: str
    doc: str
    fields: tuple[Field, ...]

    @property
    def format(self) -> str:
        """The layout as `struct` writes it."""
        return "<" + "".join(field.code for field in self.fields)

    @property
    def size(self) -> int:
        """Bytes on the wire."""
        return Struct(self.format).size

    def canonical(self) -> str:
        """Return the layout, one line a field, without comments."""
        return "\n".join([f"struct {self.name}", *(field.canonical() for field in self.fields)])


@dataclass(frozen=True, slots=True)
class Repeat:
    """The structures that a message carries at its end, counted by one of its fields."""

    name: str
    struct: Structure
    count_field: str
    most: int


@dataclass(frozen=True, slots=True)
class Message:
    """One request or reply."""

    name: str
    doc: str
    id: int
    urgency: int
    is_reply: bool
    reply: str
    session_free: bool
    again: str
    """Why it may be repeated: a word of `AGAIN`, or the field by which a repeat is known."""
    actuating: bool
    released: bool
    head: Structure
    repeat: Repeat | None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields before the repeated part."""
        return self.head.fields

    @property
    def payload_bytes_max(self) -> int:
        """The longest payload."""
        more = self.repeat.most * self.repeat.struct.size if self.repeat else 0
        return self.head.size + more

    @property
    def direction(self) -> str:
        """Which way it goes, for a person."""
        return "reply" if self.is_reply else "request"

    def canonical(self) -> str:
        """Return everything that both sides must agree on, without comments."""
        traits = [f"class {self.urgency}"]
        traits += [f"answered by {self.reply}"] if self.reply else []
        traits += ["session free"] if self.session_free else []
        traits += ["actuating"] if self.actuating else []
        lines = [f"{self.direction} {self.name} {self.id:#06x} {', '.join(traits)}"]
        lines += [field.canonical() for field in self.fields]
        if self.repeat:
            one = self.repeat
            lines.append(f"{one.name} {one.struct.name} * {one.count_field} up to {one.most}")
            lines.append(one.struct.canonical())
        return "\n".join(lines)

    def enums(self) -> list[Enumeration]:
        """Return the enumerations and flags that its fields refer to, by name."""
        fields = self.fields + (self.repeat.struct.fields if self.repeat else ())
        found = {e.name: e for field in fields for e in (field.enum, field.flags) if e}
        return [found[name] for name in sorted(found)]


@dataclass(frozen=True, slots=True)
class Schema:
    """Everything that the wire agrees on."""

    name: str
    major: int
    minor: int
    payload_bytes_max: int
    body_bytes_max: int
    enums: tuple[Enumeration, ...]
    flags: tuple[Enumeration, ...]
    structs: tuple[Structure, ...]
    messages: tuple[Message, ...]

    def message(self, name: str) -> Message:
        """Return the message called `name`, which must exist."""
        return next(message for message in self.messages if message.name == name)

    def schema_hash(self) -> int:
        """Return the fingerprint of all layouts and the values of all enumerations."""
        return _fingerprint(self.protocol, self.layouts())

    @property
    def protocol(self) -> str:
        """Name and major version: what two ends must have in common to speak at all."""
        return f"{self.name}/{self.major}"

    def layouts(self) -> list[str]:
        """Return what `schema_hash` is taken over, one text for each enumeration and message."""
        return _layouts(self.messages)

    def actuating_hash(self) -> int:
        """Return the fingerprint of the actuating messages and of what their fields refer to."""
        return _fingerprint(self.protocol, _layouts(tuple(m for m in self.messages if m.actuating)))


def _layouts(messages: tuple[Message, ...]) -> list[str]:
    enums = {enum.name: enum for message in messages for enum in message.enums()}
    found = [enums[name].canonical() for name in sorted(enums)]
    return found + [m.canonical() for m in sorted(messages, key=lambda m: (m.id, m.is_reply))]


def _fingerprint(protocol: str, layouts: list[str]) -> int:
    return crc32c("\n".join([protocol, *layouts]).encode())
