"""What every pistol must do: one suite for a twin, a core in C, an emulated board and metal.

The cases are pure: they see a line, a clock, and what else a kind of pistol lets a tester do.
"""

from mesogun.conformance.case import Case
from mesogun.conformance.kind import Delivered, Failed, Handles, Line, NotTestable
from mesogun.conformance.report import REPORT_FORMAT, Maker, document, row, summary
from mesogun.conformance.suite import CASES, Findings, Result, Verdict, introduce, leave, play, run

__all__ = [
    "CASES",
    "REPORT_FORMAT",
    "Case",
    "Delivered",
    "Failed",
    "Findings",
    "Handles",
    "Line",
    "Maker",
    "NotTestable",
    "Result",
    "Verdict",
    "document",
    "introduce",
    "leave",
    "play",
    "row",
    "run",
    "summary",
]
