"""What is read of a document is kept with the place where it stands. Pure."""

from ratchet_documents.metadata import Metadata
from ratchet_router.documents.document import Said

FIELDS = ("document_type", "company", "period", "period_end", "date", "periods")


def metadata_said(about: Metadata) -> dict[str, Said]:
    found = {field: getattr(about, field) for field in FIELDS}
    said = {
        field: Said(one.value, one.place, one.page, one.assumption) for field, one in found.items() if one is not None
    }
    return ({"title": Said(about.title, "title")} if about.title else {}) | said
