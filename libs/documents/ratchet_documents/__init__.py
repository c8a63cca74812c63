"""Documents parsed into pages and blocks, cut into chunks, with what they are about. No Kafka, no store, no HTTP.

The parsers bring libraries that only worker processes import: `parsing`. What they give is light: `parsed`, `chunking`.
"""

from ratchet_documents.limits import Limits
from ratchet_documents.parsed import Block, Heading, ListItem, Merged, Page, Paragraph, Parsed, Table
from ratchet_documents.refusal import RefusedError

__all__ = [
    "Block",
    "Heading",
    "Limits",
    "ListItem",
    "Merged",
    "Page",
    "Paragraph",
    "Parsed",
    "RefusedError",
    "Table",
]
