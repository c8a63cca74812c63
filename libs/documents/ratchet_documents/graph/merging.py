"""Graphs of documents made one, and the part of one document taken out again. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from ratchet_documents.graph.model import Entity, Graph, Relation


def merged(graphs: Iterable[Graph]) -> Graph:
    """A name that one document links to a company is that company's in all; in the order of the documents' ids."""
    graphs = list(graphs)
    linked: dict[str, str] = {}
    for graph in graphs:
        for alone, its in sorted(graph.linked.items()):
            linked.setdefault(alone, its)
    entities: dict[str, Entity] = {}
    for graph in graphs:
        for one in graph.entities.values():
            its = final_id(one.id, linked)
            there = entities.get(its)
            names = {*one.names, *(there.names if there else ())}
            name = there.name if there else one.name
            entities[its] = Entity(its, one.kind, name, tuple(sorted(names)))
    relations = {_moved(one, linked): None for graph in graphs for one in graph.relations}
    return Graph(entities, tuple(sorted(relations, key=_place)), linked)


def without(graph: Graph, document_id: str) -> Graph:
    """No relation of the document, and no entity that no other relation speaks of. What documents link stays linked."""
    kept = tuple(one for one in graph.relations if one.where.document_id != document_id)
    named = {end for one in kept for end in one.ends}
    return Graph({key: one for key, one in graph.entities.items() if key in named}, kept, graph.linked)


def final_id(name: str, linked: Mapping[str, str]) -> str:
    """Of the entity that goes by this id, too."""
    seen = {name}
    while (name := linked.get(name, name)) not in seen:
        seen.add(name)
    return name


def _moved(one: Relation, linked: Mapping[str, str]) -> Relation:
    ends = tuple(final_id(end, linked) for end in one.ends)
    return one if ends == one.ends else replace(one, ends=ends)


def _place(one: Relation) -> tuple[str, int, int, int, str, tuple[str, ...]]:
    its = one.where
    return its.document_id, its.chunk, its.start, its.end, one.type, one.ends
