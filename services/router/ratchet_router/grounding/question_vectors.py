"""Vectors of a tenant's questions: asked for as /v1/embeddings is, with its retries, limits and record."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from ratchet_common.errors import RefusedError
from ratchet_retrieval.embedding import NotEmbeddedError
from ratchet_router.embed import embed
from ratchet_router.embedded import EmbedAsk
from ratchet_router.parts import Parts

SHARE_OF_PATIENCE: Final = 0.5  # the rest is for searching by words alone, should no vector come
TAG: Final = "question"


class _One(msgspec.Struct):
    embedding: list[float]


_data = msgspec.json.Decoder(list[_One])


@dataclass(frozen=True, slots=True)
class QuestionVectors:
    """`parts`: of the moment. Nothing is kept: a question may be private, and nobody finds its vector by its user."""

    tenant: str
    model: str
    parts: Callable[[], Parts]

    async def embed(self, texts: Sequence[str]) -> Sequence[Sequence[float]]:
        """Raises NotEmbeddedError."""
        parts = self.parts()
        ask = EmbedAsk(
            tenant=self.tenant,
            model=self.model,
            inputs=list(texts),
            fields={"input": msgspec.Raw(msgspec.json.encode(list(texts)))},
            cache="off",
            deadline_s=parts.settings.knowledge_patience_ms / 1000 * SHARE_OF_PATIENCE,
            tags=(TAG,),
        )
        try:
            made = await embed(ask, parts, _waits)
        except RefusedError as error:
            raise NotEmbeddedError(f"the question got no vector ({error.type}).") from None
        return [one.embedding for one in _data.decode(made.body["data"])]


async def _waits() -> bool:
    """Whoever asked is still there: who hangs up has all of it cancelled."""
    return False
