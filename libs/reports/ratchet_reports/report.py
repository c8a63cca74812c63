"""A report as it is kept: values, and no page. What is cited has a mark, `1` of `[1]`, that no other has."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from msgspec import Meta, Struct

from ratchet_common.events.event import Approach, ConfidenceSource
from ratchet_figures.narrating import Marked
from ratchet_reports.plots.plot import Plot

Moment = Annotated[datetime, Meta(tz=True)]


class Citation(Struct, frozen=True, kw_only=True):
    """Words of a document. `pages`: all on which they stand, from 1; `page`: the first; None: the document has none."""

    mark: str
    document_id: str
    document: str  # its title
    page: int | None = None
    pages: tuple[int, ...] = ()
    quote: str = ""


class Statement(Struct, frozen=True, kw_only=True):
    """A sentence. `marks`: of citations and figures that it rests on; its text may have them, as `[1]`, or not."""

    text: str
    marks: tuple[str, ...] = ()


class Paragraph(Struct, frozen=True, kw_only=True):
    statements: tuple[Statement, ...]


class Section(Struct, frozen=True, kw_only=True):
    heading: str
    paragraphs: tuple[Paragraph, ...] = ()


class Table(Struct, frozen=True, kw_only=True):
    """Each row has as many cells as there are columns. `marks`: of what it was taken from."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...] = ()
    marks: tuple[str, ...] = ()


class Check(Struct, frozen=True, kw_only=True):
    """Of quality: `found` is a sentence on what was seen."""

    name: str
    passed: bool
    found: str = ""


class Statistics(Struct, frozen=True, kw_only=True):
    """None: nobody measured it."""

    input_tokens: int | None = None
    output_tokens: int | None = None
    cost_usd: Decimal | None = None
    latency_ms: float | None = None
    passages_read: int | None = None
    documents_read: int | None = None


class Report(Struct, frozen=True, kw_only=True):
    """`figures` have been computed, each with formula, inputs and sources; `assumptions` and `warnings` are
    sentences for the reader.
    """

    report_id: UUID
    title: str
    question: str
    approach: Approach
    made_at: Moment
    sections: tuple[Section, ...] = ()
    figures: tuple[Marked, ...] = ()
    citations: tuple[Citation, ...] = ()
    tables: tuple[Table, ...] = ()
    plots: tuple[Plot, ...] = ()
    confidence: float | None = None  # from 0 to 1
    confidence_source: ConfidenceSource | None = None
    checks: tuple[Check, ...] = ()
    statistics: Statistics = Statistics()
    assumptions: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        return all(one.passed for one in self.checks)

    @property
    def marks(self) -> tuple[str, ...]:
        return (*(one.mark for one in self.citations), *(one.mark for one in self.figures))
