"""An index of passages in memory, by the port's words. Its every call can be made to fail."""

# ruff: noqa: ARG002  as the port has it
from collections.abc import Sequence
from dataclasses import dataclass, field

from ratchet_retrieval.away import AwayError
from ratchet_retrieval.passages import Passage, Place
from ratchet_retrieval.port import Found, Ranked, Where


@dataclass
class MemoryIndex:
    """`away`: so many puts and removals fail. `puts`: how many came."""

    kept: dict[tuple[str, str], tuple[Passage, ...]] = field(default_factory=dict)
    away: int = 0
    puts: int = 0
    vectors: dict[tuple[str, str], tuple[Sequence[float], ...]] = field(default_factory=dict)
    removals: list[str] = field(default_factory=list)

    async def put(
        self, tenant: str, passages: Sequence[Passage], vectors: Sequence[Sequence[float]] | None = None
    ) -> None:
        self._reached()
        self.puts += 1
        key = (tenant, passages[0].document_id)
        there = self.kept.get(key, ())
        if not there or there[0].revision < passages[0].revision:
            self.kept[key] = tuple(passages)
            self.vectors[key] = tuple(vectors or ())

    async def remove(self, tenant: str, document_id: str) -> None:
        self._reached()
        self.removals.append(document_id)
        self.kept.pop((tenant, document_id), None)

    async def by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Found]:
        words = set(text.lower().split())
        found = [
            Found(one, float(len(words & set(one.chunk.text.lower().split()))))
            for (whose, document), kept in self.kept.items()
            if whose == tenant and (where.documents is None or document in where.documents) and _fits(kept[0], where)
            for one in kept
        ]
        return sorted((one for one in found if one.score), key=lambda one: -one.score)[:limit]

    async def by_vector(self, tenant: str, vector: Sequence[float], where: Where, limit: int) -> list[Found]:
        return []

    async def ranked_by_words(self, tenant: str, text: str, where: Where, limit: int) -> list[Ranked]:
        return [Ranked(one.place, one.score) for one in await self.by_words(tenant, text, where, limit)]

    async def ranked_by_vector(self, tenant: str, vector: Sequence[float], where: Where, limit: int) -> list[Ranked]:
        return []

    async def passages_at(self, tenant: str, places: Sequence[Place]) -> list[Passage]:
        there = {one.place: one for (whose, _), kept in self.kept.items() if whose == tenant for one in kept}
        return [there[place] for place in dict.fromkeys(places) if place in there]

    async def passages(self, tenant: str, document_id: str, orders: Sequence[int]) -> list[Passage]:
        return [one for one in self.kept.get((tenant, document_id), ()) if one.chunk.order in orders]

    async def tend(self) -> None:
        pass

    def _reached(self) -> None:
        if self.away:
            self.away -= 1
            raise AwayError("The index is away.")


def _fits(one: Passage, where: Where) -> bool:
    its = one.subject
    return (where.companies is None or its.company in where.companies) and (
        where.periods is None or its.period in where.periods
    )
