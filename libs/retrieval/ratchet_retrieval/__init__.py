"""Passages of documents, searched by words and by vectors. No Kafka, no MongoDB, no HTTP in.

The adapters bring their own libraries, and are imported by whoever takes one: `lance`, `qdrant`.
"""

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.embedding import Embeds, EmbedsOnce, NotEmbeddedError, OtherEmbeddingsError
from ratchet_retrieval.passages import Passage, Place, Subject
from ratchet_retrieval.port import Found, Index, Ranked, Where

__all__ = [
    "AwayError",
    "Embeds",
    "EmbedsOnce",
    "Found",
    "Index",
    "NotEmbeddedError",
    "OtherEmbeddingsError",
    "Passage",
    "Place",
    "Ranked",
    "Subject",
    "Where",
]
