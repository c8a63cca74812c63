"""A report from what was asked, computed and answered. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from ratchet_documents.page_turns import pages_between
from ratchet_reports.report import Check, Citation, Paragraph, Report, Section, Statement, Statistics
from ratchet_reports.writing import paragraphs_of
from ratchet_router.grounding.cited_passage import LEFT_OUT, Quote
from ratchet_router.reporting.attributing import Quotes, attributed
from ratchet_router.reporting.checks import checks_of
from ratchet_router.reporting.computed import Computed
from ratchet_router.reporting.told import Read, Told
from ratchet_router.reporting.wanted import Wanted
from ratchet_router.reporting.wording import sections_of

FIGURES, PASSAGES = "Computed figures", "What was found"
LONGEST_TITLE = 120
LONGEST_QUOTE = 1_500  # of a passage that stands for an answer, and of all quotes of one
PASSAGES_SHOWN = 5


def composed(
    report_id: UUID, wanted: Wanted, computed: Computed, told: Told | None, warned: tuple[str, ...], now: datetime
) -> Report:
    """`told` None: nobody was to be asked. `warned`: what went otherwise than was wanted, in sentences."""
    said = told or Told()
    marks = {*(str(one.number) for one in said.read if one.cited), *(one.mark for one in computed.figures)}
    answered = attributed(sections_of(said.output or "", marks), said.read, computed.figures)
    shown = _shown(said, answered.quotes)
    sections = (*answered.sections, *(_figures(wanted, computed)), *(_found(shown) if said.output is None else ()))
    checks, borne_out = checks_of(said, answered, computed.figures)
    return Report(
        report_id=report_id,
        title=wanted.title or _title(wanted.question),
        question=wanted.question,
        approach=said.approach,
        made_at=now,
        sections=sections,
        figures=computed.figures,
        citations=shown,
        tables=computed.tables,
        plots=computed.plots,
        confidence=None if said.confidence is None else said.confidence * borne_out,
        confidence_source=said.confidence_source,
        checks=checks,
        statistics=_statistics(said) if told is not None else Statistics(),
        assumptions=(*computed.reasons, *computed.assumptions, *said.assumptions, *said.reasons),
        warnings=(*warned, *_simulated(told), *_not_answered(told), *computed.refused, *_failed(checks)),
    )


def _title(question: str) -> str:
    line = " ".join(question.split())
    return line if len(line) <= LONGEST_TITLE else line[: LONGEST_TITLE - 1].rstrip() + "…"


def _shown(told: Told, found: Quotes) -> tuple[Citation, ...]:
    """What the answer stands on; where there is none, the best of what was read."""
    if told.output is None:
        return tuple(_citation(one, (_beginning(one),)) for one in told.read[:PASSAGES_SHOWN])
    quotes = {one.number: tuple(dict.fromkeys((*one.cited, *found.get(one.number, ())))) for one in told.read}
    return tuple(_citation(one, quotes[one.number]) for one in told.read if quotes[one.number])


def _beginning(read: Read) -> Quote:
    return Quote(read.text, *pages_between(read.pages, read.turns, 0, min(LONGEST_QUOTE, len(read.text))))


def _citation(read: Read, quotes: Sequence[Quote]) -> Citation:
    shown = list(_with_room(quotes))
    quote = LEFT_OUT.join(one.text for one in shown)
    pages = sorted({page for one in shown for page in range(one.first_page, one.last_page + 1) if page})
    return Citation(
        mark=str(read.number),
        document_id=read.document_id,
        document=read.title,
        page=pages[0] if pages else None,
        pages=tuple(pages),
        quote=quote if len(quote) <= LONGEST_QUOTE else quote[: LONGEST_QUOTE - 1] + "…",
    )


def _with_room(quotes: Sequence[Quote]) -> Iterator[Quote]:
    room = LONGEST_QUOTE
    for one in quotes:
        if room <= 0:
            return
        yield one
        room -= len(one.text) + len(LEFT_OUT)


def _figures(wanted: Wanted, computed: Computed) -> Iterator[Section]:
    if computed.text and "figures" in wanted.parts:
        marks = {one.mark for one in computed.figures}
        yield Section(heading=FIGURES, paragraphs=paragraphs_of(computed.text, marks))


def _found(shown: tuple[Citation, ...]) -> Iterator[Section]:
    """Passages in place of an answer: what nobody put into words is not kept from the reader."""
    if shown:
        intro = Statement(text="No answer was made of these passages; they fit the question best.")
        each = (Statement(text=f"{one.document}: see [{one.mark}].", marks=(one.mark,)) for one in shown)
        yield Section(heading=PASSAGES, paragraphs=tuple(Paragraph(statements=(one,)) for one in (intro, *each)))


def _statistics(told: Told) -> Statistics:
    return Statistics(
        input_tokens=told.input_tokens,
        output_tokens=told.output_tokens,
        cost_usd=told.cost_usd,
        latency_ms=told.latency_ms,
        passages_read=len(told.read),
        documents_read=len(told.documents),
    )


def _simulated(told: Told | None) -> Iterator[str]:
    if told is not None and told.simulated:
        yield f"The answer is simulated: no model of a provider is behind {told.model}."


def _not_answered(told: Told | None) -> Iterator[str]:
    if told is not None and told.output is None:
        yield f"The question was not answered in words. {told.why}"


def _failed(checks: tuple[Check, ...]) -> Iterator[str]:
    for one in checks:
        if not one.passed:
            yield f"The check of {one.name} failed. {one.found}"
