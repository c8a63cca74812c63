"""What was computed for a report, as it waits for the words: figures under their marks, tables and plots."""

import msgspec

from ratchet_figures.narrating import Marked
from ratchet_reports.plots.plot import Plot
from ratchet_reports.report import Table

PREFIX = "F"  # of the marks of figures, `[F1]`: those of passages are numbers alone


class Computed(msgspec.Struct, frozen=True, kw_only=True):
    """`text`: a sentence a figure, each with its mark. `reasons`: why these; `assumptions` of all of them.

    `refused`: what was asked for and is none, in sentences.
    """

    text: str = ""
    figures: tuple[Marked, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    reasons: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    refused: tuple[str, ...] = ()
