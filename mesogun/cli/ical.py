"""A course's dates as a calendar file (iCalendar, RFC 5545) that names no patient."""

from __future__ import annotations

import hashlib
from datetime import UTC, date, datetime, time, timedelta

from mesogun.intake.schedule import Appointment, Course

PRODUCT = "-//mesogun//course//EN"
PERSON_HEX = 32


def calendar_bytes(
    course: Course, *, patient_id: str, regimen: str, sessions: int, stamp: date
) -> bytes:
    """Return the session that was asked about and those to come, each as an event of a whole day.

    An event keeps its UID when its day changes, so that a calendar moves it: the UID is a hash of
    pseudonym, regimen and number, from which the pseudonym cannot be read. `stamp` is the day on
    which the file counts as written; the same arguments give the same bytes.
    """
    # Loaded here: hardly any command writes a calendar.
    from icalendar import Calendar, Event

    made = Calendar()
    made.add("prodid", PRODUCT)
    made.add("version", "2.0")
    made.add("method", "PUBLISH")
    for one in course.appointments:
        if one.kind == "done":
            continue
        event = Event()
        event.add("uid", uid(patient_id, regimen, one.number))
        event.add("dtstamp", datetime.combine(stamp, time(), UTC))
        event.add("dtstart", one.usual)
        if one.usual < date.max:
            event.add("dtend", one.usual + timedelta(days=1))
        event.add("summary", _summary(one, regimen, sessions))
        event.add("description", _description(one))
        event.add("status", "CONFIRMED" if one.kind == "this" else "TENTATIVE")
        event.add("transp", "TRANSPARENT")
        made.add_component(event)
    found: bytes = made.to_ical()
    return found


def uid(patient_id: str, regimen: str, number: int) -> str:
    """Name one session of one patient's course, the same for ever."""
    told = f"mesogun-course/1 {patient_id} {regimen} {number}"
    return hashlib.sha256(told.encode()).hexdigest()[:PERSON_HEX] + "@mesogun"


def _summary(one: Appointment, regimen: str, sessions: int) -> str:
    if one.kind == "maintenance":
        return f"{regimen.capitalize()}: maintenance (session {one.number})"
    of = f" of {sessions}" if one.number <= sessions else ""
    return f"{regimen.capitalize()}: session {one.number}{of}"


def _description(one: Appointment) -> str:
    if one.kind == "this":
        return "As prescribed."
    over = " The course may be over before it." if one.optional else ""
    return f"First allowed {one.first}, usual from {one.usual}, as late as {one.last}.{over}"
