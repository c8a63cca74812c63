"""An answer that was made elsewhere, as the loop's own: its event, and what it cost. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any, Final, Literal
from uuid import UUID, uuid5

import msgspec
from uuid_utils.compat import uuid7

from ratchet_catalogue.catalogue import Model
from ratchet_catalogue.prices import ZERO
from ratchet_common.events import BASE_VERSION, Decision, PredictionMade, Usage
from ratchet_providers.usage import estimated_tokens
from ratchet_router.recording import fitting

NAMESPACE: Final = UUID("0f4f7a52-8c0e-5a53-9d0c-5f0c7f1f4b1e")
CostFrom = Literal["given", "catalogue", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MadeElsewhere:
    """`usage` and `cost_usd` None: nobody said. `reference`: what would have been right, where that is known."""

    tenant: str
    task_type: str
    model: str
    answered_at: datetime
    messages: msgspec.Raw = field(repr=False)  # in OpenAI's chat shape
    output: str = field(repr=False)
    external_id: str | None = None
    version_id: str = BASE_VERSION
    document_type: str | None = None
    document_id: str | None = None  # the caller's own name of it
    template: str | None = None
    user: str | None = None
    session: str | None = None
    tags: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    has_document: bool = True
    confidence: float | None = None
    latency_ms: float = 0.0
    usage: Usage | None = None
    cost_usd: Decimal | None = None
    reference: Any = field(default=None, repr=False)
    collect: bool = True
    told_under: str = ""  # digests of an Idempotency-Key and of what was told under it

    @property
    def result_id(self) -> UUID:
        """From the caller's own name for it, or what he tells it under, within his tenant: told twice, it is one, even
        where nobody knows how the first time ended.
        """
        if self.external_id is not None:
            return uuid5(NAMESPACE, f"{len(self.tenant)}:{self.tenant}{self.external_id}")
        return uuid5(NAMESPACE, f"key:{self.tenant}:{self.told_under}") if self.told_under else uuid7()


@dataclass(frozen=True, slots=True)
class Told:
    event: PredictionMade
    cost_from: CostFrom


def told(made: MadeElsewhere, models: Mapping[str, Model], text_limit_bytes: int) -> Told:
    """`models`: of the catalogue; one that is known there has a tier, and prices for what was used."""
    model = models.get(made.model)
    usage = made.usage or _estimated(made)
    cost, cost_from = _cost(made, usage, model)
    result_id = made.result_id
    texts = fitting(made.messages, made.output, text_limit_bytes)
    event = PredictionMade(
        event_id=uuid5(NAMESPACE, str(result_id)),
        occurred_at=made.answered_at,
        tenant=made.tenant,
        result_id=result_id,
        task_type=made.task_type,
        unit=made.session or made.user or str(result_id),
        model=made.model,
        version_id=made.version_id,
        tier=model.tier if model else "",
        decision=Decision(assigned_by="routed", reasons=("It was made elsewhere.",)),
        outcome="ok",
        usage=usage,
        cost_usd=cost,
        premium_cost_usd=cost,
        latency_ms=made.latency_ms,
        document_type=made.document_type,
        document=made.document_id,
        user=made.user,
        session=made.session,
        template=made.template,
        confidence=made.confidence,
        tags=made.tags,
        labels=made.labels,
        has_document=made.has_document,
        collect=made.collect,
        reference=made.reference,
        input=texts.input,
        output=texts.output,
        text_omitted=texts.text_omitted,
    )
    return Told(event, cost_from)


def _estimated(made: MadeElsewhere) -> Usage:
    read, written = len(memoryview(made.messages)), len(made.output)
    return Usage(input_tokens=estimated_tokens(read), output_tokens=estimated_tokens(written), estimated=True)


def _cost(made: MadeElsewhere, usage: Usage, model: Model | None) -> tuple[Decimal, CostFrom]:
    if made.cost_usd is not None:
        return made.cost_usd, "given"
    return (model.prices.of(usage), "catalogue") if model else (ZERO, "unknown")
