"""A report laid out: the same blocks in the same order, whatever page is made of them. Pure."""

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import Final

from ratchet_figures.figure import Figure, Input, Source
from ratchet_figures.narrating import Marked
from ratchet_figures.showing import shown
from ratchet_reports.pages.blocks import Block, Entry, Heading, Items, Part, Picture, Rows, Text
from ratchet_reports.plots.telling import told
from ratchet_reports.report import Citation, Paragraph, Report, Statement, Statistics
from ratchet_reports.writing import MARK

APPROACHES: Final = {
    "direct": "a model alone",
    "base_rag": "retrieval and a base model",
    "finetuned": "a tuned model",
    "hybrid_rag_finetuned": "retrieval and a tuned model",
}


def laid_out(report: Report) -> Iterator[Block]:
    """Of one that `taken` has let through. The title is the page's."""
    yield _facts(report)
    if report.warnings:
        yield Heading("Warnings")
        yield Items(report.warnings)
    known = frozenset(report.marks)
    if not report.sections:
        yield Text((Part("This report has no sections."),))
    for section in report.sections:
        yield Heading(section.heading)
        yield from (Text(tuple(_parts(one, known))) for one in section.paragraphs)
    yield from _pictures(report)
    for table in report.tables:
        yield Rows(table.title, table.columns, table.rows, table.marks)
    if report.figures:
        yield Heading("Figures")
        yield from map(_figure, report.figures)
    if report.citations:
        yield Heading("Sources")
        yield from map(_citation, report.citations)
    yield from _on_this_report(report)


def _facts(report: Report) -> Block:
    checks = f"{sum(one.passed for one in report.checks):,} of {len(report.checks):,} passed"
    rows = [
        ("Question", report.question),
        ("Approach", f"{report.approach} ({APPROACHES[report.approach]})"),
        ("Made", f"{report.made_at:%Y-%m-%d %H:%M} {report.made_at.tzname()}"),
        ("Confidence", _confidence(report)),
        ("Quality checks", checks if report.checks else "none were made"),
    ]
    return Rows("", (), tuple(rows))


def _confidence(report: Report) -> str:
    if report.confidence is None:
        return "not known"
    source = f", by {report.confidence_source}" if report.confidence_source else ""
    return f"{report.confidence:.0%}{source}"


def _parts(paragraph: Paragraph, known: frozenset[str]) -> Iterator[Part]:
    for number, statement in enumerate(paragraph.statements):
        if number:
            yield Part(" ")
        yield from _of_statement(statement, known)


def _of_statement(statement: Statement, known: frozenset[str]) -> Iterator[Part]:
    """Marks where its text has them, and the others at its end; brackets around anything else are text."""
    at, seen = 0, set[str]()
    for found in MARK.finditer(statement.text):
        if found[1] in known:
            if found.start() > at:
                yield Part(statement.text[at : found.start()])
            yield Part(mark=found[1])
            seen.add(found[1])
            at = found.end()
    if at < len(statement.text):
        yield Part(statement.text[at:])
    if rest := [mark for mark in dict.fromkeys(statement.marks) if mark not in seen]:
        yield Part(" ")
        yield from (Part(mark=mark) for mark in rest)


def _pictures(report: Report) -> Iterator[Block]:
    if report.plots:
        yield Heading("Plots")
    for number, plot in enumerate(report.plots):
        yield Picture(number, plot.title, told(plot))


def _figure(marked: Marked) -> Block:
    one = marked.figure
    name = one.name.replace("_", " ")
    named = f"{name[:1].upper()}{name[1:]} of {one.subject}"
    lines = [f"Formula: {one.formula}", *(f"From {_input(its)}" for its in one.inputs)]
    return Entry(
        marked.mark,
        f"{named}: {shown(one)}{_exactly(one)}, {one.period.first} to {one.period.last}",
        lines=(*lines, *(f"Assumed: {its}" for its in one.assumptions)),
    )


def _exactly(one: Figure) -> str:
    """All digits, beside those that are shown."""
    return "" if one.unit == "count" else f" ({_digits(one.value, one.currency)})"


def _input(one: Input) -> str:
    """With all its digits: who reads it may compute the figure again."""
    value = "" if one.value is None else f": {_digits(one.value, one.currency)}"
    return f"{one.name}{value}{f' ({_source(one.source)})' if one.source else ''}"


def _digits(value: float, currency: str | None) -> str:
    exact = f"{Decimal(repr(float(value))):,f}".removesuffix(".0")
    return f"{exact} {currency}" if currency else exact


def _source(one: Source) -> str:
    return f"{one.document}, page {one.page}" if one.page else one.document


def _cited(one: Citation) -> str:
    if len(one.pages) > 1:
        return f"{one.document}, pages {', '.join(map(str, one.pages))}"
    return _source(Source(one.document, one.page))


def _citation(one: Citation) -> Block:
    return Entry(one.mark, _cited(one), one.quote, (f"Document {one.document_id}",))


def _on_this_report(report: Report) -> Iterator[Block]:
    if report.checks:
        yield Heading("Quality checks")
        rows = [(one.name, "passed" if one.passed else "failed", one.found) for one in report.checks]
        yield Rows("", ("check", "", "what was found"), tuple(rows))
    if report.assumptions:
        yield Heading("Assumptions")
        yield Items(report.assumptions)
    yield Heading("Statistics")
    measured = tuple(_statistics(report.statistics))
    yield Rows("", (), (*measured, ("report", str(report.report_id))))


def _statistics(its: Statistics) -> Iterable[tuple[str, str]]:
    if its.input_tokens is not None or its.output_tokens is not None:
        yield "tokens", f"{its.input_tokens or 0:,} read, {its.output_tokens or 0:,} written"
    if its.cost_usd is not None:
        yield "cost", f"{its.cost_usd:f} USD"
    if its.latency_ms is not None:
        yield "time", f"{its.latency_ms / 1000:,.2f} s"
    if its.passages_read is not None:
        yield "passages read", f"{its.passages_read:,}"
    if its.documents_read is not None:
        yield "documents read", f"{its.documents_read:,}"
