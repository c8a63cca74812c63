"""Entities, and relations between them, each with where in which document it stands."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["company", "person", "metric", "period", "risk", "decision", "task"]
RelationType = Literal["reports", "holds_position", "owns", "decides", "mentions_risk", "compares"]


@dataclass(frozen=True, slots=True)
class Entity:
    """`id`: its kind and a normalised key, `company:apple`. `names`: all by which documents call it, sorted."""

    id: str
    kind: Kind
    name: str
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Where:
    """`start` and `end`: of the quote within the text of the chunk. `page`, where it begins, counts from 1; it ends on
    `last_page`, or, where that is 0, on the same one.
    """

    document_id: str
    chunk: int
    page: int
    start: int
    end: int
    last_page: int = 0

    @property
    def pages(self) -> range:
        return range(self.page, max(self.page, self.last_page) + 1)


@dataclass(frozen=True, slots=True)
class Relation:
    """`ends`, by type: reports (company, metric, period); holds_position (person, company); owns (person, task);
    decides (whoever decides, decision); mentions_risk (company, risk), or
    (risk) where the document is of none; compares (company, company).

    `value`, in `unit` (a currency's code, `per_share`, or empty): of what is reported. `text`: the title that somebody
    holds, until when a task is due, or what was assumed of what is reported.
    """

    type: RelationType
    ends: tuple[str, ...]
    where: Where
    value: float | None = None
    unit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Graph:
    """`linked`: names that a text itself says are one company's, by the key that they would have alone."""

    entities: Mapping[str, Entity] = field(default_factory=dict)
    relations: tuple[Relation, ...] = ()
    linked: Mapping[str, str] = field(default_factory=dict)


def entity(kind: Kind, key: str, name: str, names: Iterable[str] = ()) -> Entity:
    return Entity(f"{kind}:{key}", kind, name, tuple(sorted({name, *names})))
