"""The door of the report room: what happened, as pages and pictures that a person can judge.

Pure functions of a record and its plan. Whoever writes the files is elsewhere.
"""

from __future__ import annotations

from mesogun.report.page import page
from mesogun.report.pictures import density_map, treatment_map
from mesogun.report.sheet import prick_csv
from mesogun.report.stroke_sheet import stroke_csv

__all__ = ["density_map", "page", "prick_csv", "stroke_csv", "treatment_map"]
