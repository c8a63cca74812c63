"""Passages, made up."""

from collections.abc import Sequence

from ratchet_documents.chunking import Chunk, TablePart
from ratchet_retrieval.passages import Passage, Subject

ACME = Subject("Report of Acme", "Acme, Inc.", "2023-Q1", "financial_report", "2023-03-31")
BOLT = Subject("Report of Bolt", "Bolt & Nut Corporation", "2023-Q2", "contract", "2023-06-30")


def document(
    name: str,
    texts: Sequence[str],
    *,
    revision: int = 1,
    subject: Subject = ACME,
    headings: tuple[str, ...] = (),
    table: TablePart | None = None,
    caption: str = "",
) -> list[Passage]:
    return [
        Passage(name, revision, subject, Chunk(order, text, headings, order + 1, order + 1, table, caption))
        for order, text in enumerate(texts)
    ]
