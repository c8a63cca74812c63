"""Documents in memory, searched by their words: what stands where the index is in production."""

import asyncio
import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from ratchet_common.errors import RefusedError
from ratchet_retrieval import Where
from ratchet_router.grounding.enough import words_of
from ratchet_router.grounding.sources import Brought, Meant, Source, TablePlace

RATE = "The lease runs until 2031. The rate is 4.5 percent. It may be renewed once."
SALES = "Net sales were 81,797 million in the third quarter of 2023, against 82,959 million in 2022."


def source(text: str, *, document_id: str = "lease", order: int = 0, **how: object) -> Source:
    given = {"revision": 1, "title": "Lease of the hall", "first_page": 3, "last_page": 3} | how
    return Source(document_id=document_id, order=order, text=text, **given)  # type: ignore[arg-type]


LEASE = source(RATE)
REPORT = source(
    SALES, document_id="report", title="10-Q, Q3 2023", first_page=4, last_page=5, table=TablePlace(2, 0, 9),
    company="Apple", period="2023-Q3",
)  # fmt: skip


@dataclass
class Library:
    """Of one tenant. By how many of the question's words stand in a passage, rare ones more; best first."""

    sources: list[Source] = field(default_factory=lambda: [LEASE, REPORT])
    tenant: str = "acme"
    refuses: RefusedError | None = None
    asked: list[tuple[str, int, bool]] = field(default_factory=list)
    opened: bool = True
    hangs: bool = False
    joined: dict[str, Source] = field(default_factory=dict)  # comes along where the question has the word

    def open_soon(self) -> None:
        """It is open."""

    def is_open(self) -> bool:
        return self.opened

    def meant(self, tenant: str, question: str) -> Meant:  # noqa: ARG002  as Retrieves
        return Meant(question)

    async def retrieve(
        self,
        tenant: str,
        question: str,
        where: Where,
        most: int,
        *,
        wider: bool,
        meant: Meant | None = None,  # noqa: ARG002  searched by words alone
    ) -> Brought:
        self.asked.append((question, most, wider))
        if self.refuses is not None:
            raise self.refuses
        if self.hangs:
            await asyncio.Event().wait()
        fitting = [one for one in self.sources if tenant == self.tenant and _fits(one, where)]
        scored = sorted(((_score(question, one, fitting), one) for one in fitting), key=lambda pair: -pair[0])
        found = [_ranked(one, score, n) for n, (score, one) in enumerate(scored, 1) if score > 0][:most]
        along = [one for word, one in self.joined.items() if wider and word in words_of(question)]
        return Brought(sources=(*found, *along), searched="full text")


def _fits(one: Source, where: Where) -> bool:
    return (
        (where.documents is None or one.document_id in where.documents)
        and (where.companies is None or one.company in where.companies)
        and (where.periods is None or one.period in where.periods)
    )


def _score(question: str, one: Source, among: Sequence[Source]) -> float:
    words = Counter(words_of(one.text + " " + one.title))
    rarity = {word: math.log(1 + len(among) / (1 + sum(word in words_of(o.text) for o in among))) for word in words}
    return sum(rarity[word] for word in words_of(question) if word in words)


def _ranked(one: Source, score: float, rank: int) -> Source:
    return replace(one, score=score, ranks={"words": rank})
