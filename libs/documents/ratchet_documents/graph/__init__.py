"""Who and what documents speak of: found by rules, merged, expanded from what is asked, drawn."""

from ratchet_documents.graph.expanding import asked_entities, expanded
from ratchet_documents.graph.extracting import graph_of
from ratchet_documents.graph.merging import merged, without
from ratchet_documents.graph.model import Entity, Graph, Kind, Relation, RelationType, Where
from ratchet_documents.graph.picture import as_json, as_svg

__all__ = [
    "Entity",
    "Graph",
    "Kind",
    "Relation",
    "RelationType",
    "Where",
    "as_json",
    "as_svg",
    "asked_entities",
    "expanded",
    "graph_of",
    "merged",
    "without",
]
