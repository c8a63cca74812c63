"""The reranker that the operator has set up puts what the searches found in order, and is paid for as embeddings are.

It is never a reason for no answer: where it fails, or takes too long, the order of the searches stands. Then it is left
alone for a moment, so that not each question waits for it in vain.
"""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Protocol
from urllib.parse import urlsplit

from uuid_utils.compat import uuid7

from ratchet_catalogue.prices import MILLION
from ratchet_common.errors import CannotStartError, RefusedError
from ratchet_common.events import Attempt, Usage
from ratchet_providers.base import TimeLimits
from ratchet_providers.failing import THE_REQUESTS_FAULT, ProviderError
from ratchet_providers.reranking import HttpReranker, Reranked
from ratchet_providers.secrets import Secret, SecretError
from ratchet_providers.usage import estimated_tokens
from ratchet_providers.wire import Endpoint, Wire
from ratchet_retrieval.asking import Candidate, NotRerankedError
from ratchet_retrieval.searched_text import searched_text
from ratchet_router.embedded import EmbedAsk, Embedded, event_of
from ratchet_router.grounding.metrics import reranked
from ratchet_router.limits.admitted import Estimate
from ratchet_router.limits.subjects import Who
from ratchet_router.metrics import counted
from ratchet_router.parts import Parts
from ratchet_router.settings import RouterSettings

SHARE_OF_PATIENCE: Final = 0.4  # of that with the index: a question's vector may have taken half of it
REST_S: Final = 5.0
TAG: Final = "rerank"
log = logging.getLogger(__name__)


class Scores(Protocol):
    """`ratchet_providers.reranking.HttpReranker`."""

    async def rerank(self, question: str, texts: Sequence[str], limits: TimeLimits) -> Reranked:
        """Raises ProviderError."""


@dataclass(slots=True)
class Reranker:
    """For all tenants. `parts`: of the moment."""

    by: Scores
    name: str
    settings: RouterSettings
    parts: Callable[[], Parts]
    clock: Callable[[], float] = time.monotonic
    rests_until: float = field(default=float("-inf"), init=False)

    def of(self, tenant: str) -> "OfTenant":
        return OfTenant(self, tenant)

    @property
    def limits(self) -> TimeLimits:
        its = self.settings
        total_s = min(its.rerank_ms, SHARE_OF_PATIENCE * its.knowledge_patience_ms) / 1000
        return TimeLimits(connect_s=min(total_s, its.connect_ms / 1000), total_s=total_s)

    def cost_of(self, usage: Usage) -> Decimal:
        return Decimal(str(self.settings.rerank_usd_per_million)) * usage.input_tokens / MILLION

    def failed(self, error: ProviderError) -> None:
        """What is wrong with one question is no reason to spare it the next."""
        if error.kind not in THE_REQUESTS_FAULT:
            self.rests_until = self.clock() + REST_S
        log.warning("The reranker of ROUTER_RERANK_URL gave no order (%s, %s).", error.kind, error.detail)


@dataclass(frozen=True, slots=True)
class OfTenant:
    its: Reranker
    tenant: str

    @property
    def name(self) -> str:
        return self.its.name

    @property
    def most(self) -> int:
        return self.its.settings.rerank_passages

    async def rerank(self, question: str, found: Sequence[Candidate]) -> Sequence[float]:
        """Raises NotRerankedError."""
        its = self.its
        if its.clock() < its.rests_until:
            raise NotRerankedError("it failed a moment ago.")
        longest = its.settings.rerank_characters
        texts = [searched_text(one.passage)[:longest] for one in found]
        return await self._paid(question[:longest], texts)

    async def _paid(self, question: str, texts: Sequence[str]) -> Sequence[float]:
        parts, began = self.its.parts(), time.perf_counter()
        expected = Usage(input_tokens=sum(estimated_tokens(len(question) + len(text)) for text in texts))
        used, attempt = Usage(), Attempt(model=self.name, latency_ms=0.0)
        try:
            cost = self.its.cost_of(expected)
            admitted = await parts.admission.admit(Who(self.tenant, ""), Estimate(cost, expected.input_tokens))
            try:
                made = await self.its.by.rerank(question, texts, self.its.limits)
                used = made.usage
            finally:
                admitted.settle(self.its.cost_of(used), used.input_tokens)
            seconds = time.perf_counter() - began
            reranked("ok", seconds)
            await self._told(parts, made.usage, attempt, seconds)
        except ProviderError as error:
            reranked("failed", time.perf_counter() - began)
            self.its.failed(error)
            raise NotRerankedError(f"it gave none ({error.kind}).") from None
        except RefusedError as error:  # of limits, or of the record
            raise NotRerankedError(f"it was not asked, or could not be counted ({error.type}).") from None
        return made.scores

    async def _told(self, parts: Parts, usage: Usage, attempt: Attempt, seconds: float) -> None:
        """Raises NotRecordedError."""
        ask = EmbedAsk(tenant=self.tenant, model=self.name, inputs=(), fields={}, tags=(TAG,))
        said = Embedded(
            result_id=uuid7(),
            model=self.name,
            body={},
            usage=usage,
            cost_usd=self.its.cost_of(usage),
            attempts=(attempt,),
            latency_ms=round(seconds * 1000, 3),
        )
        event = event_of(ask, said, "ok")
        counted(event)
        await parts.recorder.record(event)


def reranker_of(settings: RouterSettings, wire: Wire, parts: Callable[[], Parts]) -> Reranker | None:
    """None: none is set up. Raises CannotStartError."""
    if not settings.rerank_url:
        if settings.rerank_key or settings.rerank_model:
            raise CannotStartError(
                "ROUTER_RERANK_MODEL and ROUTER_RERANK_KEY are of the reranker of ROUTER_RERANK_URL, and that is not "
                "set: set it, or leave them out."
            )
        return None
    if not settings.rerank_model and settings.rerank_shape == "cohere":
        raise CannotStartError("ROUTER_RERANK_URL is set, and no model is: name it in ROUTER_RERANK_MODEL.")
    refuse_no_url(settings.rerank_url)
    try:
        key = Secret(settings.rerank_key)
    except SecretError:
        raise CannotStartError("ROUTER_RERANK_KEY is no reference to a key: write env:NAME or file:PATH.") from None
    key.read_first("The reranker of ROUTER_RERANK_URL")
    by = HttpReranker(wire, settings.rerank_url, settings.rerank_model, key, settings.rerank_shape)
    return Reranker(by, settings.rerank_model or "a reranker", settings, parts)


def refuse_no_url(url: str) -> None:
    """Raises CannotStartError."""
    try:
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise CannotStartError("ROUTER_RERANK_URL holds a name or a password: give the key by ROUTER_RERANK_KEY.")
        Endpoint.of(url, {})
    except ValueError:
        raise CannotStartError("ROUTER_RERANK_URL is no URL of http or https: write https://HOST/PATH.") from None
