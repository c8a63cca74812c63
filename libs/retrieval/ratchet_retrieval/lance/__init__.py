"""Passages in LanceDB: a folder, or an object store by its URL. A table a tenant."""

from ratchet_retrieval.lance.index import LanceIndex

__all__ = ["LanceIndex"]
