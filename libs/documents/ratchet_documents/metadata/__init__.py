"""What a document is about, read by rules from its name, its title and the text of its first pages."""

from ratchet_documents.metadata.columns import PARTED_BY
from ratchet_documents.metadata.reading import Metadata, metadata_of
from ratchet_documents.metadata.sources import Found

__all__ = ["PARTED_BY", "Found", "Metadata", "metadata_of"]
