"""What of a graph somebody asks for: relations that fit, and the entities at their ends. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from ratchet_documents.graph import Entity, Graph, Kind, Relation, ids_of_name, is_of_period
from ratchet_documents.graph.candidates import KINDS
from ratchet_documents.graph.named import key_of
from ratchet_router.graph.part import Part
from ratchet_router.graph.store import Narrow


@dataclass(frozen=True, slots=True)
class Asked:
    """Empty: any. `entity`: a name, or an id; `period` as `2022-Q3` or `2022`."""

    document: str = ""
    entity: str = ""
    kind: Kind | None = None
    company: str = ""
    period: str = ""

    @property
    def ids(self) -> tuple[str, ...]:
        """That the entity may have."""
        return ids_of_name(self.entity) if self.entity.strip() else ()

    @property
    def company_id(self) -> str:
        return f"company:{key_of(self.company)}" if self.company.strip() else ""

    @property
    def company_named(self) -> str:
        """The one that may be called by its first words alone; empty: none is, or by an id."""
        said = (self.entity if self.entity.strip() else self.company).strip()
        return "" if said.partition(":")[0] in KINDS else key_of(said)

    def of_company(self, key: str) -> "Asked":
        """With the id of a company in place of its first words."""
        return replace(self, entity=key) if self.entity.strip() else replace(self, company=key.partition(":")[2])

    @property
    def narrow(self) -> Narrow:
        return Narrow(documents=(self.document,) if self.document else None)

    @property
    def keys(self) -> tuple[str, ...]:
        """One of which a document has that anything asked for stands in; empty: any document may."""
        return self.ids or ((self.company_id,) if self.company_id else ())


def fitting(part: Part, asked: Asked) -> Graph:
    """Of one document. An entity without relations is there where nothing but its kind is asked for."""
    its = part.graph
    company = its.linked.get(asked.company_id, asked.company_id)
    relations = tuple(one for one in its.relations if _fits(one, part, asked, company))
    ends = {end for one in relations for end in one.ends}
    alone = {} if company or asked.period else dict(_alone(its, asked.kind))
    entities = {key: one for key, one in its.entities.items() if key in ends or key in alone}
    return Graph(entities, relations, its.linked)


def _alone(graph: Graph, kind: Kind | None) -> Iterator[tuple[str, Entity]]:
    related = {end for one in graph.relations for end in one.ends}
    for key, one in graph.entities.items():
        if key not in related and kind in (None, one.kind):
            yield key, one


def _fits(one: Relation, part: Part, asked: Asked, company: str) -> bool:
    if asked.kind is not None and not _of_kind(one.ends, asked.kind):
        return False
    if company and company not in one.ends and company != f"company:{part.company}":
        return False
    if not asked.period:
        return True
    periods = [end.partition(":")[2] for end in one.ends if end.startswith("period:")]
    if periods:
        return any(is_of_period(key, asked.period) for key in periods)
    return part.period == asked.period or part.period.startswith(f"{asked.period}-")


def _of_kind(ends: Iterable[str], kind: Kind) -> bool:
    return any(end.startswith(f"{kind}:") for end in ends)
