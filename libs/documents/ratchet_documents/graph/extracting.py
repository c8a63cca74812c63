"""The graph of one document, by rules, from its chunks. Deterministic, and bounded in what it keeps."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import islice, pairwise
from typing import Final

from ratchet_documents.asked_documents import About
from ratchet_documents.chunking import Chunk
from ratchet_documents.graph.agreeing import agreed
from ratchet_documents.graph.columns import period_name
from ratchet_documents.graph.model import Entity, Graph, Relation, Where, entity
from ratchet_documents.graph.money import Money, money_of_all
from ratchet_documents.graph.named import key_of, named_companies, positions_in, tickers_in
from ratchet_documents.graph.number_marks import Marks, marks_in
from ratchet_documents.graph.other_times import is_of_part
from ratchet_documents.graph.reported import Above, reported_in
from ratchet_documents.graph.said import key_of as key_of_said
from ratchet_documents.graph.said import said_in
from ratchet_documents.graph.said_in_tables import said_in_table
from ratchet_documents.graph.whose import introduced_by, titles_in
from ratchet_documents.graph.year_ends import Own
from ratchet_documents.metadata.dates import day_of
from ratchet_documents.metadata.periods import ended_in

MOST_RELATIONS: Final = 20_000  # of a document
COVER: Final = 5  # chunks in which a ticker is the document's company's

OF_ALL: Final = "The scale is the one that page {page} says of all amounts."

_COMPARES: Final = re.compile(r"\b(?:compar\w+|versus|vs\.?|than|compet\w+|rivals?|peers?|outperform\w*)\b", re.I)


def graph_of(about: About, chunks: Iterable[Chunk]) -> Graph:
    """Of what `about` says which document and, where it is known, which company it is of."""
    reading = Reading(about)
    for chunk in chunks:
        if not reading.take(chunk):
            break
    return reading.graph()


class Reading:
    """Of one document, chunk by chunk in their order."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._own = Own(about.period, day_of(about.period_end), self._says_part(about.title))
        self._above = Above(document=self._own)
        self._marks: Marks = ""
        self._money, self._said_of_all = Money(), ""
        self._entities: dict[str, Entity] = {}
        self._linked: dict[str, str] = {}
        self._relations: list[Relation] = []
        self._company = self._add(entity("company", key_of(about.company), about.company)) if about.company else ""

    def take(self, chunk: Chunk) -> bool:
        """False: it has as many relations as a document may have, and nothing more of it is read."""
        if chunk.order < COVER and any(self._says_part(what) for *_, what, _ in ended_in(chunk.text)):
            self._own = replace(self._own, of_part=True)
        room = MOST_RELATIONS - len(self._relations)
        self._relations += islice(self._relations_of(chunk), room) if room else ()
        return len(self._relations) < MOST_RELATIONS

    def _says_part(self, said: str) -> bool:
        return not self._about.period and is_of_part([said])

    def graph(self) -> Graph:
        kept = agreed(self._relations)
        spoken = {end for one in kept for end in one.ends}
        its = {key: one for key, one in self._entities.items() if one.kind == "company" or key in spoken}
        return Graph(its, tuple(kept), self._linked)

    def _relations_of(self, chunk: Chunk) -> Iterator[Relation]:
        yield from self._companies(chunk)
        yield from self._positions(chunk)
        yield from self._reported(chunk)
        yield from self._said(chunk)

    def _companies(self, chunk: Chunk) -> Iterator[Relation]:
        if chunk.order < COVER and self._company:
            for ticker in tickers_in(chunk.text):
                self._link(self._company, ticker)
        found = list(named_companies(chunk.text))
        for one in found:
            its = self._add(entity("company", key_of(one.name), one.name))
            for name in one.also:
                self._link(its, name)
        if len(found) > 1 and _COMPARES.search(chunk.text):
            yield from self._compared(chunk, [(one.start, one.end, f"company:{key_of(one.name)}") for one in found])

    def _compared(self, chunk: Chunk, found: list[tuple[int, int, str]]) -> Iterator[Relation]:
        """Two that a few words of comparison stand between."""
        for (_, end, one), (start, last, other) in pairwise(found):
            if one != other and start - end < 120 and _COMPARES.search(chunk.text, end, start):
                yield Relation("compares", (one, other), self._where(chunk, end, last))

    def _positions(self, chunk: Chunk) -> Iterator[Relation]:
        for one in positions_in(chunk.text):
            person = self._add(entity("person", one.person.casefold(), one.person))
            if self._company:
                where = self._where(chunk, one.start, one.end)
                yield Relation("holds_position", (person, self._company), where, text=one.title)

    def _reported(self, chunk: Chunk) -> Iterator[Relation]:
        place = (chunk.first_page, chunk.table.number if chunk.table and chunk.table.first_row else None)
        if self._above.place not in (place, (chunk.first_page, None)) and not (chunk.table and chunk.table.first_row):
            its = self._money
            self._above = Above(None, its.scale, its.currency, its.stated, document=self._own, place=place)
            self._above.by_document = self._said_of_all
        self._above.in_table = chunk.table is not None
        self._marks = _after(self._marks, marks_in(chunk.text))
        self._above.marks = "comma" if self._marks == "comma" else ""
        if not self._company:
            return
        if chunk.table is None and (told := money_of_all(chunk.text)).scale:
            self._money, self._said_of_all = told, OF_ALL.format(page=chunk.first_page)
        self._introduced(chunk)
        for one in reported_in(chunk.text, self._above, self._about.company):
            metric = self._add(entity("metric", one.metric, one.metric.replace("_", " ")))
            period = self._add(entity("period", one.period, period_name(one.period)))
            where = self._where(chunk, one.start, one.end)
            yield Relation("reports", (self._company, metric, period), where, one.value, one.unit, one.assumed)

    def _introduced(self, chunk: Chunk) -> None:
        """By what stands above it: the scale, as a rule, and whose it is; another table has another head."""
        begins = chunk.table is not None and not chunk.table.first_row
        if begins:
            self._above.head, self._above.own, self._above.changes = None, True, False
        if chunk.caption:
            list(reported_in(chunk.caption, self._above))
        if begins or not chunk.table:
            titles = (*chunk.headings, *([introduced_by(chunk.caption)] if chunk.caption else ()))
            self._above.titled(titles)
            self._above.of_part = is_of_part(titles_in("\n".join(titles)))

    def _said(self, chunk: Chunk) -> Iterator[Relation]:
        listed = list(said_in_table(chunk.text)) if chunk.table else []
        for one in listed or said_in(chunk.text):
            where = self._where(chunk, one.start, one.end)
            if one.kind == "risk":
                risk = self._add(entity("risk", key_of_said(one.what), one.what))
                yield Relation("mentions_risk", (self._company, risk) if self._company else (risk,), where)
                continue
            its = self._add(entity(one.kind, key_of_said(one.what), one.what))
            who = self._add(entity("person", one.who.casefold(), one.who)) if one.who else self._company
            ends = (who, its) if who else (its,)
            yield Relation("owns" if one.kind == "task" else "decides", ends, where, text=one.due)

    def _where(self, chunk: Chunk, start: int, end: int) -> Where:
        first, last = chunk.pages_of(start, end)
        return Where(self._about.document_id, chunk.order, first, start, end, last)

    def _link(self, company: str, name: str) -> None:
        its = self._entities[company]
        self._entities[company] = Entity(its.id, its.kind, its.name, tuple(sorted({*its.names, name})))
        if f"company:{key_of(name)}" != company:
            self._linked.setdefault(f"company:{key_of(name)}", company)

    def _add(self, one: Entity) -> str:
        there = self._entities.get(one.id)
        if there is None:
            self._entities[one.id] = one
        elif not set(one.names) <= set(there.names):
            self._entities[one.id] = Entity(there.id, there.kind, there.name, tuple(sorted({*there.names, *one.names})))
        return one.id


def _after(before: Marks, now: Marks) -> Marks:
    """What the document has shown so far: of two tables that are written otherwise neither says it of a third."""
    return before if not now or before == now else now if not before else "mixed"
