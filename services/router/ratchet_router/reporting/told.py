"""What a model, or whoever answers, said for a report, and what it was from."""

from decimal import Decimal

import msgspec

from ratchet_common.events import Check
from ratchet_common.events.event import Approach, ConfidenceSource
from ratchet_documents.page_turns import Turn
from ratchet_router.answered import Answered
from ratchet_router.grounding.cited_passage import Quote
from ratchet_router.grounding.citing import citations_of


class Read(msgspec.Struct, frozen=True, kw_only=True):
    """A passage that was read, under its number. `pages`: the first and the last, from 1; 0: it has none."""

    number: int
    document_id: str
    title: str
    pages: tuple[int, int]
    text: str
    turns: tuple[Turn, ...] = ()  # where in the text each page after the first begins
    cited: tuple[Quote, ...] = ()  # that the answer stands on


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """`output` None: nobody answered, or the documents do not; `why`: a sentence then."""

    output: str | None = None
    why: str = ""
    approach: Approach = "direct"
    model: str = ""
    result_id: str = ""
    confidence: float | None = None
    confidence_source: ConfidenceSource | None = None
    checks: tuple[Check, ...] = ()
    simulated: bool = False
    read: tuple[Read, ...] = ()
    assumptions: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()  # how it was looked for, and how much
    input_tokens: int = 0
    output_tokens: int = 0
    cost_usd: Decimal = Decimal(0)
    latency_ms: float = 0.0

    @property
    def documents(self) -> tuple[str, ...]:
        """The ids of those that were read, each once."""
        return tuple(dict.fromkeys(one.document_id for one in self.read))


def told_of(answered: Answered) -> Told:
    its = answered.grounding
    found = answered.found and answered.output is not None
    return Told(
        output=answered.output if found else None,
        why="" if found else (answered.output or "No answer came."),
        approach=answered.approach,
        model=answered.model,
        result_id=str(answered.result_id),
        confidence=answered.confidence if found else None,
        confidence_source=answered.raw_confidence.source if found and answered.raw_confidence else None,
        checks=answered.checks if found else (),
        simulated=answered.simulated,
        read=_read(answered) if its else (),
        assumptions=answered.assumptions,
        reasons=its.reasons if its else (),
        input_tokens=answered.usage.input_tokens,
        output_tokens=answered.usage.output_tokens,
        cost_usd=answered.cost_usd + sum((one.cost_usd for one in answered.attempts), Decimal(0)),
        latency_ms=answered.latency_ms,
    )


def _read(answered: Answered) -> tuple[Read, ...]:
    sources = answered.grounding.sources if answered.grounding else ()
    quotes: dict[int, list[Quote]] = {}
    for one in citations_of(answered.output or "", sources, answered.evidence) if answered.found else ():
        quotes.setdefault(one.passage, []).append(Quote(one.quote, one.first_page, one.last_page))
    return tuple(
        Read(
            number=number,
            document_id=its.document_id,
            title=its.title,
            pages=(its.first_page, its.last_page),
            text=its.text,
            turns=its.turns,
            cited=tuple(quotes.get(number, ())),
        )
        for number, its in enumerate(sources, 1)
    )
