"""Who and what documents speak of: found by rules, merged, expanded from what is asked, drawn."""

from ratchet_documents.graph.candidates import Candidates, candidates, ids_of_name
from ratchet_documents.graph.expanding import MOST_HOPS, asked_entities, expanded, is_of_period
from ratchet_documents.graph.extracting import graph_of
from ratchet_documents.graph.merging import final_id, merged, without
from ratchet_documents.graph.model import Entity, Graph, Kind, Relation, RelationType, Where
from ratchet_documents.graph.picture import as_json, as_svg

__all__ = [
    "MOST_HOPS",
    "Candidates",
    "Entity",
    "Graph",
    "Kind",
    "Relation",
    "RelationType",
    "Where",
    "as_json",
    "as_svg",
    "asked_entities",
    "candidates",
    "expanded",
    "final_id",
    "graph_of",
    "ids_of_name",
    "is_of_period",
    "merged",
    "without",
]
