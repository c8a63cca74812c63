"""What LanceDB takes for a filter: SQL, with everything that comes from outside quoted."""

from collections.abc import Sequence

from ratchet_retrieval.port import Where


def condition(where: Where) -> str | None:
    """None: all of them."""
    said = {
        "document": where.documents,
        "company": where.companies,
        "period": where.periods,
        "document_type": where.document_types,
    }
    return " AND ".join(one_of(column, values) for column, values in said.items() if values is not None) or None


def one_of(column: str, values: Sequence[str]) -> str:
    """Of no value at all nothing is one."""
    return f"{column} IN ({', '.join(map(quoted, values))})" if values else "false"


def quoted(text: str) -> str:
    """The dialect knows one way out of a quoted text: the quote; it is doubled."""
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
