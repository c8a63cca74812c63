"""Passages in a Qdrant server or cluster, by its URL. One collection; each tenant's points stand together in it."""

from ratchet_retrieval.qdrant.index import QdrantIndex, at

__all__ = ["QdrantIndex", "at"]
