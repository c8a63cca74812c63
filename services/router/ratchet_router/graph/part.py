"""The part of one document in its tenant's graph: bounded, and under the ids by which it is found. Pure."""

import zlib
from dataclasses import dataclass, replace
from typing import Final

import msgspec

from ratchet_documents.graph import Entity, Graph, merged
from ratchet_documents.graph.named import key_of
from ratchet_retrieval.passages import Subject

MOST_RELATIONS: Final = 5_000  # of a document
MOST_ENTITIES: Final = 2_000
MOST_NAMES: Final = 20  # of an entity
LONGEST_ID: Final = 200  # characters: what is longer is a sentence that was taken for a name

_decoder = msgspec.msgpack.Decoder(Graph)


@dataclass(frozen=True, slots=True)
class Part:
    """`company`: the key of whose document it is, as in `company:apple`; `period` as `2022-Q3`; empty: not known."""

    document_id: str
    revision: int
    title: str
    company: str
    period: str
    document_type: str
    graph: Graph


def part_of(document_id: str, revision: int, about: Subject, graph: Graph) -> Part:
    company = key_of(about.company) if about.company else ""
    return Part(document_id, revision, about.title, company, about.period, about.document_type, graph)


def keys_of(graph: Graph) -> list[str]:
    """The ids by which it is found, those that it says are other names of an entity among them."""
    return sorted({*graph.entities, *graph.linked})


def bounded(graph: Graph) -> Graph:
    """The first relations of a document that speaks of more than is kept; other names of a company are that company."""
    whole = merged([graph])
    held: dict[str, None] = {}
    kept = []
    for one in whole.relations:
        new = [end for end in one.ends if end not in held]
        if len(held) + len(new) > MOST_ENTITIES or any(len(end) > LONGEST_ID for end in new):
            continue
        held.update(dict.fromkeys(new))
        kept.append(one)
        if len(kept) == MOST_RELATIONS:
            break
    alone = [key for key in whole.entities if key not in held and len(key) <= LONGEST_ID]
    held.update(dict.fromkeys(alone[: MOST_ENTITIES - len(held)]))
    linked = {other: its for other, its in whole.linked.items() if its in held and len(other) <= LONGEST_ID}
    entities = {key: _with_few_names(whole.entities[key]) for key in held}
    return Graph(entities, tuple(kept), dict(list(linked.items())[:MOST_ENTITIES]))


def packed(graph: Graph) -> bytes:
    return zlib.compress(msgspec.msgpack.encode(graph))


def unpacked(body: bytes) -> Graph:
    return _decoder.decode(zlib.decompress(body))


def _with_few_names(one: Entity) -> Entity:
    return replace(one, names=one.names[:MOST_NAMES]) if len(one.names) > MOST_NAMES else one
