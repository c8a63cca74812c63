"""Passages of documents, searched by words and by vectors. No Kafka, no MongoDB, no HTTP in."""

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.passages import Passage, Subject
from ratchet_retrieval.port import Found, Index, Where

__all__ = ["AwayError", "Found", "Index", "Passage", "Subject", "Where"]
