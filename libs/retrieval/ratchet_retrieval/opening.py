"""Documents that a question names one by one, and of which no search finds a passage: what they begin with.

Who asks for the minutes of a day means these, in whatever words, or language, they are written.
"""

from collections.abc import Sequence
from typing import Final

from ratchet_retrieval.asking import Hit
from ratchet_retrieval.passages import Passage
from ratchet_retrieval.port import Index, Where

MOST_OPENED: Final = 4  # documents
OPENED: Final = "No word of the question stands in the documents that it names: they are read from their beginning."


async def beginnings(index: Index, tenant: str, named: Sequence[str], where: Where, limit: int) -> tuple[Hit, ...]:
    """At most `limit` passages, of each document as many. Empty where so many are named that none is meant. Raises
    AwayError.
    """
    ids = [one for one in named if where.documents is None or one in where.documents]
    if not 0 < len(ids) <= min(MOST_OPENED, limit):
        return ()
    orders = range(limit // len(ids))
    found = [its for one in ids for its in await index.passages(tenant, one, orders)]
    return tuple(Hit(one, 0.0) for one in found if _fits(one, where))


def _fits(one: Passage, where: Where) -> bool:
    its = one.subject
    asked = ((where.companies, its.company), (where.periods, its.period), (where.document_types, its.document_type))
    return all(wanted is None or value in wanted for wanted, value in asked)
