"""Writes `strategies.py`: for property tests, any value of every message within its ranges."""

from typing import Final

from firmware_protocol.generator.model import Field, Message, Repeat, Schema, Structure
from firmware_protocol.generator.names import shout, snake

_HEAD: Final = '''\
"""Any value of every message of {name}/{major}.{minor}, for property tests (needs hypothesis).

Generated from schema.toml by `python -m firmware_protocol.generator`: change that, not this.
"""

from typing import Any, Final

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from firmware_protocol import messages as m
'''


def write_strategies(schema: Schema) -> str:
    """Return the text of `strategies.py`."""
    head = _HEAD.format(name=schema.name, major=schema.major, minor=schema.minor)
    parts = [head, *(_strategy(one, None) for one in schema.structs)]
    parts += [_strategy(one.head, one.repeat) for one in schema.messages]
    for name, is_reply in (("REQUESTS", False), ("REPLIES", True)):
        chosen = [one for one in schema.messages if one.is_reply is is_reply]
        parts.append(_table(name, chosen))
    parts.append("MESSAGES: Final[SearchStrategy[m.Message]] = st.one_of(")
    parts.append("    *REQUESTS.values(),\n    *REPLIES.values(),\n)")
    return "\n".join(parts) + "\n"


def _strategy(one: Structure, repeat: Repeat | None) -> str:
    name = shout(one.name)
    fields = [f"    {field.name}={_values(field)}," for field in one.fields]
    if not repeat:
        head = f"{name}: Final[SearchStrategy[m.{one.name}]] = st.builds("
        return "\n".join([head, f"    m.{one.name},", *fields, ")"])
    many = f"st.lists({shout(repeat.struct.name)}, max_size={repeat.most}).map(tuple)"
    fields = [f for f in fields if not f.startswith(f"    {repeat.count_field}=")]
    counted = f"_counted_{snake(one.name)}"
    lines = [f"\n\ndef {counted}(**values: Any) -> m.{one.name}:"]
    count = f"{repeat.count_field}=len(values[{repeat.name!r}])".replace("'", '"')
    lines.append(f"    return m.{one.name}(**values, {count})\n\n")
    lines.append(f"{name}: Final[SearchStrategy[m.{one.name}]] = st.builds(")
    lines += [f"    {counted},", *fields, f"    {repeat.name}={many},", ")"]
    return "\n".join(lines)


def _values(field: Field) -> str:
    if field.enum:
        return f"st.sampled_from(m.{field.enum.name})"
    return f"st.integers({field.low}, {field.high})"


def _table(name: str, chosen: list[Message]) -> str:
    lines = [f"{name}: Final[dict[type[m.Message], SearchStrategy[Any]]] = {{"]
    lines += [f"    m.{one.name}: {shout(one.name)}," for one in chosen]
    return "\n".join([*lines, "}"])
