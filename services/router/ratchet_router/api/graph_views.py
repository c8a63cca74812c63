"""The graph of a tenant's documents as callers see it."""

from collections import defaultdict
from typing import Any, Literal, TypeAlias, get_args

from pydantic import BaseModel, Field

from ratchet_documents.graph import Kind, RelationType, final_id
from ratchet_router.graph.looking import Seen

KINDS: tuple[str, ...] = get_args(Kind)
Shown: TypeAlias = Literal["json", "svg"]


class PagesView(BaseModel):
    document_id: str
    pages: list[int] = Field(description="on which the relations that are shown speak of it; from 1; empty: in none")


class EntityView(BaseModel):
    id: str = Field(description="its kind and its name in short: company:apple")
    kind: Kind
    name: str
    names: list[str] = Field(description="all by which documents call it")
    documents: list[PagesView]


class PlaceView(BaseModel):
    document_id: str
    chunk: int = Field(description="the passage, from 0")
    page: int = Field(description="on which the quote begins, from 1")
    last_page: int = Field(description="on which it ends")
    start: int = Field(description="of the quote within the text of the passage")
    end: int


class RelationView(BaseModel):
    type: RelationType
    ends: list[str] = Field(description="ids of entities")
    value: float | None = Field(description="of what is reported")
    unit: str = Field(description="of the value: USD, per_share; empty: not told")
    text: str = Field(description="the title that somebody holds, or until when a task is due")
    where: PlaceView


class SourceView(BaseModel):
    id: str
    title: str
    company: str = Field(description="its key, as in company:apple; empty: not known")
    period: str
    revision: int


class GraphView(BaseModel):
    entities: list[EntityView]
    relations: list[RelationView]
    documents: list[SourceView] = Field(description="that they come from")
    seeds: list[str] = Field(description="ids of what `entity` names; empty where nothing has the name")
    next: str | None = Field(description="the `cursor` of the next page; null: that was all")
    notes: list[str] = Field(description="what was left out, in sentences")


def view(seen: Seen) -> dict[str, Any]:
    graph = seen.graph
    pages = _pages(seen)
    return {
        "entities": [
            {
                "id": one.id,
                "kind": one.kind,
                "name": one.name,
                "names": list(one.names),
                "documents": [{"document_id": id_, "pages": sorted(on)} for id_, on in sorted(pages[one.id].items())],
            }
            for one in graph.entities.values()
        ],
        "relations": [
            {
                "type": one.type,
                "ends": list(one.ends),
                "value": one.value,
                "unit": one.unit,
                "text": one.text,
                "where": {
                    "document_id": one.where.document_id,
                    "chunk": one.where.chunk,
                    "page": one.where.page,
                    "last_page": one.where.pages[-1],
                    "start": one.where.start,
                    "end": one.where.end,
                },
            }
            for one in graph.relations
        ],
        "documents": [
            {
                "id": one.document_id,
                "title": one.title,
                "company": one.company,
                "period": one.period,
                "revision": one.revision,
            }
            for one in seen.parts
        ],
        "seeds": list(seen.seeds),
        "next": str(seen.next) if seen.next else None,
        "notes": list(seen.notes),
    }


def _pages(seen: Seen) -> dict[str, dict[str, set[int]]]:
    """By entity and document."""
    found: dict[str, dict[str, set[int]]] = defaultdict(lambda: defaultdict(set))
    for part in seen.parts:
        for key in part.graph.entities:
            its = final_id(key, seen.graph.linked)
            if its in seen.graph.entities:
                found[its][part.document_id].update()
    for one in seen.graph.relations:
        for end in one.ends:
            found[end][one.where.document_id].update(one.where.pages)
    return found
