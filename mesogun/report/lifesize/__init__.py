"""A plan on paper at life size: a map to lay beside the patient, for pricks given by hand."""

from mesogun.report.lifesize.as_pdf import map_pdf
from mesogun.report.lifesize.as_svg import map_svg
from mesogun.report.lifesize.sheets import PAPERS, demand_flat

__all__ = ["PAPERS", "demand_flat", "map_pdf", "map_svg"]
