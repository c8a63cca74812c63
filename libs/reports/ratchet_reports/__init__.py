"""An analyst's report: what it says, and where each word and each figure of it comes from. No I/O.

The pages are apart, since drawing and typesetting load large libraries: `html`, `markdown`, `pdf`, `encoding`.
"""

from ratchet_reports.limits import Limits, ReportRefusedError, taken
from ratchet_reports.plots.plot import Bar, Bars, Lines, Plot, Series
from ratchet_reports.report import Check, Citation, Paragraph, Report, Section, Statement, Statistics, Table

__all__ = [
    "Bar",
    "Bars",
    "Check",
    "Citation",
    "Limits",
    "Lines",
    "Paragraph",
    "Plot",
    "Report",
    "ReportRefusedError",
    "Section",
    "Series",
    "Statement",
    "Statistics",
    "Table",
    "taken",
]
