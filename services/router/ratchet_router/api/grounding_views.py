"""How it is shown over HTTP what an answer is from."""

from typing import Any, Literal

import msgspec
from pydantic import BaseModel, Field

from ratchet_router.answered import Answered
from ratchet_router.grounding.citing import citations_of


class TableView(BaseModel):
    """Rows count from 0, and the last is one of them."""

    number: int = Field(description="which table of the document, from 1")
    first_row: int
    last_row: int


class CitationView(BaseModel):
    passage: int = Field(description="its number in `retrieval.passages`, from 1")
    document_id: str
    title: str
    first_page: int
    last_page: int
    quote: str = Field(description="words of the passage, letter by letter; `…` where some are left out")
    table: TableView | None = Field(description="null: it is none")


class PassageView(BaseModel):
    document_id: str
    revision: int
    title: str
    order: int = Field(description="of the passage within its document, from 0")
    first_page: int
    last_page: int
    score: float = Field(description="of all searches together; higher is better")
    ranks: dict[str, int] = Field(description="its place, from 1, in each search that found it; none: it came along")
    table: TableView | None


class RoundView(BaseModel):
    asked: str
    wanted: int
    found: int
    new: int = Field(description="that no round before had brought")


class RetrievalView(BaseModel):
    decision: Literal["none", "few", "many", "another round"]
    reasons: list[str]
    found: bool | None = Field(
        description="false: the documents do not answer the question, and the output says so; null: none were read"
    )
    searched: str = Field(description="how, such as by full text alone; empty: nothing was")
    passages: list[PassageView] = Field(description="what was given to read; the first has the number 1")
    rounds: list[RoundView]


def citations(answered: Answered) -> list[dict[str, Any]]:
    if answered.grounding is None or not answered.found:
        return []
    its = citations_of(answered.output or "", answered.grounding.sources, answered.evidence)
    found: list[dict[str, Any]] = msgspec.to_builtins(its)
    return found


def retrieval(answered: Answered) -> dict[str, Any] | None:
    its = answered.grounding
    if its is None:
        return None
    return {
        "decision": its.decision,
        "reasons": list(its.reasons),
        "found": its.answers,
        "searched": its.searched,
        "passages": [
            {
                "document_id": source.document_id,
                "revision": source.revision,
                "title": source.title,
                "order": source.order,
                "first_page": source.first_page,
                "last_page": source.last_page,
                "score": source.score,
                "ranks": dict(source.ranks),
                "table": msgspec.to_builtins(source.table),
            }
            for source in its.sources
        ],
        "rounds": msgspec.to_builtins(its.rounds),
    }
