"""Says which value of a message breaks which range: the slow path of the generated codec."""

from __future__ import annotations

import operator
from collections.abc import Mapping, Sequence
from enum import IntEnum
from struct import Struct
from typing import Any, NamedTuple


class Range(NamedTuple):
    """What one field may hold: `low` to `high`, or one of the named `members`."""

    field: str
    low: int
    high: int
    members: Mapping[int, IntEnum] | None = None

    def fault(self, value: object) -> str:
        """Return why `value` may not stand in this field, or "" if it may."""
        try:
            value = operator.index(value)  # type: ignore[arg-type]  # anything may come in here
        except TypeError:
            return f"{self.field} = {value!r} is no whole number"
        if self.members is not None and value not in self.members:
            names = ", ".join(f"{number} {one.name}" for number, one in self.members.items())
            return f"{self.field} = {value} has no name; known: {names}"
        if not self.low <= value <= self.high:
            return f"{self.field} = {value} is out of range {self.low}..{self.high}"
        return ""


class Layout(NamedTuple):
    """One message or structure as it lies in a payload, with the range of every field."""

    name: str
    struct: Struct
    ranges: tuple[Range, ...]
    repeated: Layout | None = None
    counter: int = 0  # which field counts the repeated part

    def fault(self, values: Sequence[Any]) -> str:
        """Return the first reason why `values` are no such message, or "" if they are."""
        wanted = len(self.ranges) + (self.repeated is not None)
        if len(values) != wanted:
            return f"{self.name} has {wanted} fields, not {len(values)}"
        fault = self._fault_of_ranges(values)
        if not fault and self.repeated is not None:
            return self._fault_of_many(values[self.counter], values[-1], self.repeated)
        return fault

    def fits(self, payload: bytes) -> bool:
        """Tell whether `payload` is as long as this message, or longer where a part repeats."""
        size = self.struct.size
        return len(payload) >= size if self.repeated is not None else len(payload) == size

    def fault_of_payload(self, payload: bytes) -> str:
        """Return the first reason why `payload` is no such message, or "" if it is."""
        size = self.struct.size
        if not self.fits(payload):
            return f"{self.name}: payload of {len(payload)} bytes where {size} belong"
        values = self.struct.unpack_from(payload)
        fault = self._fault_of_ranges(values)
        if fault or self.repeated is None:
            return fault
        rest = payload[size:]
        if len(rest) != self.repeated.struct.size * values[self.counter]:
            return f"{self.name}: {len(rest)} bytes follow a count of {values[self.counter]}"
        return self.fault((*values, tuple(self.repeated.struct.iter_unpack(rest))))

    def _fault_of_ranges(self, values: Sequence[Any]) -> str:
        for one, value in zip(self.ranges, values, strict=False):
            if fault := one.fault(value):
                return f"{self.name}.{fault}"
        return ""

    def _fault_of_many(self, count: int, many: object, layout: Layout) -> str:
        if not isinstance(many, Sequence) or count != len(many):
            return f"{self.name}: the count is {count}, what it counts is {many!r:.40}"
        for number, values in enumerate(many):
            if not isinstance(values, tuple):
                return f"{self.name}, number {number}: {values!r:.40} is no {layout.name}"
            if fault := layout.fault(values):
                return f"{self.name}, number {number}: {fault}"
        return ""
