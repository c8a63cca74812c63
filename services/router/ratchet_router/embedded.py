"""Embeddings that are asked for, and what was made of them: over HTTP, in the event, in the cache. Pure."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import msgspec
from msgspec.structs import replace

from ratchet_catalogue.prices import ZERO
from ratchet_catalogue.provider_table import LimitsTable
from ratchet_common.events import BASE_VERSION, Attempt, Decision, Outcome, PredictionMade, Savings, Usage
from ratchet_common.limits import Limits
from ratchet_common.persons import digest_of_some
from ratchet_common.vocabulary import EMBEDDING
from ratchet_providers.embedding import EncodingFormat, Inputs
from ratchet_providers.usage import estimated_tokens
from ratchet_router.ask import CacheUse
from ratchet_router.cache import WITHOUT_MEANING
from ratchet_router.epochs import Kind
from ratchet_router.memory import Entry


class EmbedAsk(msgspec.Struct, frozen=True, kw_only=True):
    """`fields`: the request's body as it came. `max_age_s` and `only_cached` as in `Ask`."""

    tenant: str
    model: str
    inputs: Inputs
    fields: Mapping[str, msgspec.Raw]
    dimensions: int | None = None
    encoding_format: EncodingFormat = "float"
    key: str = ""
    key_limits: Limits | None = None
    user: str | None = None
    session: str | None = None
    tags: tuple[str, ...] = ()
    cache: CacheUse = "use"
    max_age_s: int | None = None
    only_cached: bool = False
    limits: LimitsTable | None = None
    deadline_s: float | None = None

    @property
    def estimate(self) -> Usage:
        read = sum(estimated_tokens(len(one)) if isinstance(one, str) else len(one) for one in self.inputs)
        return Usage(input_tokens=read, estimated=True)


class Embedded(msgspec.Struct, frozen=True, kw_only=True):
    """`body` is in OpenAI's shape."""

    result_id: UUID
    model: str
    body: Mapping[str, msgspec.Raw]
    usage: Usage
    cost_usd: Decimal = ZERO
    savings: Savings | None = None
    attempts: tuple[Attempt, ...] = ()
    cached_from: UUID | None = None
    age_s: int = 0  # of a cache hit
    replayed: bool = False  # given once more for the same Idempotency-Key
    latency_ms: float = 0.0
    recorded: bool = True
    simulated: bool = False
    rate_headers: Mapping[str, str] | None = None


def kind_of(ask: EmbedAsk) -> Kind:
    return Kind(None, BASE_VERSION, ask.model)


def key_of(ask: EmbedAsk, epoch: tuple[int, int]) -> bytes:
    fields = [(name, ask.fields[name]) for name in sorted(ask.fields.keys() - WITHOUT_MEANING)]
    return hashlib.sha256(msgspec.json.encode((ask.tenant, epoch, EMBEDDING, ask.model, fields))).digest()


def to_keep(made: Embedded, ask: EmbedAsk, expires_at: datetime) -> Entry:
    return Entry(
        tenant=ask.tenant,
        result_id=made.result_id,
        version_id=BASE_VERSION,
        model=made.model,
        tier="",
        approach="direct",
        output="",
        usage=made.usage,
        cost_usd=made.cost_usd,
        premium_cost_usd=made.cost_usd,
        expires_at=expires_at,
        simulated=made.simulated,
        body=made.body,
        user=digest_of_some(ask.tenant, ask.user) or "",
    )


def again(entry: Entry, result_id: UUID) -> Embedded:
    """Those that were made before: they cost nothing and name their origin."""
    return Embedded(
        result_id=result_id,
        model=entry.model,
        body=entry.body or {},
        usage=entry.usage,
        cached_from=entry.result_id,
        age_s=int(entry.age_s(datetime.now(UTC))),
        simulated=entry.simulated,
    )


def replayed(entry: Entry) -> Embedded:
    """The very same: their result id and their cost are those of the first time."""
    said = again(entry, entry.result_id)
    return replace(said, cached_from=None, cost_usd=entry.cost_usd, age_s=0, replayed=True)


def event_of(ask: EmbedAsk, made: Embedded, outcome: Outcome) -> PredictionMade:
    """Without text: there is nothing to learn from it."""
    return PredictionMade(
        tenant=ask.tenant,
        result_id=made.result_id,
        task_type=EMBEDDING,
        unit=ask.session or ask.user or str(made.result_id),
        model=made.model,
        version_id=BASE_VERSION,
        tier="",
        decision=Decision(assigned_by="pinned"),
        outcome=outcome,
        usage=made.usage,
        cost_usd=made.cost_usd,
        premium_cost_usd=made.cost_usd,
        savings=made.savings,
        latency_ms=made.latency_ms,
        cached_from=made.cached_from,
        user=ask.user,
        session=ask.session,
        attempts=made.attempts,
        tags=ask.tags,
        simulated=made.simulated,
        collect=False,
        text_omitted="not_collected",
    )
