"""What happened: the journal that is written before anything is sent, and the record made of it."""

from mesogun.record.entries import (
    Acknowledged,
    Alarmed,
    Armed,
    Connected,
    Ended,
    Entry,
    Intent,
    Opened,
    Outcome,
    Paused,
    Replanned,
    Reserved,
    ShotOutcome,
)
from mesogun.record.folder import Folder, Problem, load_record, verify_folder
from mesogun.record.folding import fold
from mesogun.record.journal import Chain, Journal, read, read_chained
from mesogun.record.record import (
    Alarm,
    PauseRecord,
    PrickRecord,
    PrickState,
    Record,
    Replan,
    SessionFacts,
    SessionOutcome,
)
from mesogun.record.show import to_json

__all__ = [
    "Acknowledged",
    "Alarm",
    "Alarmed",
    "Armed",
    "Chain",
    "Connected",
    "Ended",
    "Entry",
    "Folder",
    "Intent",
    "Journal",
    "Opened",
    "Outcome",
    "PauseRecord",
    "Paused",
    "PrickRecord",
    "PrickState",
    "Problem",
    "Record",
    "Replan",
    "Replanned",
    "Reserved",
    "SessionFacts",
    "SessionOutcome",
    "ShotOutcome",
    "fold",
    "load_record",
    "read",
    "read_chained",
    "to_json",
    "verify_folder",
]
