"""Requests and a small catalogue for the tests."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec

from ratchet_catalogue.catalogue import Catalogue, Model, Platform, Tier
from ratchet_catalogue.prices import Prices
from ratchet_common import conversation
from ratchet_common.events import Arm, ExperimentChanged, Serving, TrafficAssigned
from ratchet_common.vocabulary import TaskType
from ratchet_router.ask import Ask

NOW = datetime(2026, 11, 23, tzinfo=UTC)
VERSION = "classification-0a1b2c3d"


def model(name: str, tier: Tier, price: str, latency_ms: float, quality: float, **how: Any) -> Model:
    given: dict[str, Any] = {"context_window": 1_000, "provider": "simulated"}
    return Model(
        name=name,
        tier=tier,
        prices=Prices(Decimal(price), Decimal(price)),
        latency_ms=latency_ms,
        quality={"default": quality},
        **given | how,
    )


SMALL = model("small", "fast", "1", 20, 0.6)
MIDDLE = model("middle", "balanced", "4", 60, 0.7)
LARGE = model("large", "premium", "11", 120, 0.9, context_window=10_000, capabilities=("tools",))
MODELS = (SMALL, MIDDLE, LARGE)
LOCAL = Platform(provider="local_student", tier="fast", prices=Prices(Decimal("0.01"), Decimal("0.01")), latency_ms=5)
CATALOGUE = Catalogue({m.name: m for m in MODELS}, {"local": LOCAL})


def ask(document: str = "Please send it.", **how: Any) -> Ask:
    given: dict[str, Any] = {
        "tenant": "acme",
        "task_type": TaskType.CLASSIFICATION,
        "model": "auto",
        "messages": msgspec.Raw(msgspec.json.encode(conversation.as_messages([document]))),
        "document": document,
        "labels": ("request", "risk"),
        "has_document": True,
    }
    return Ask(**given | how)


def assigned(shares: dict[str, int], **how: Any) -> TrafficAssigned:
    serving = {
        version: Serving(platform="base")
        if version == "base"
        else Serving(platform="local", artifact="file:///models/x", sha256="ab")
        for version in shares
    }
    given: dict[str, Any] = {"tenant": "acme", "task_type": "classification", "revision": 3, "versions": serving}
    return TrafficAssigned(shares=shares, **given | how)


def experiment(id_: str = "e1", *arms: Arm, **how: Any) -> ExperimentChanged:
    given: dict[str, Any] = {
        "tenant": "acme",
        "task_type": "classification",
        "arms": arms or (Arm(name="a", share=50, model="small"), Arm(name="b", share=50, model="middle")),
        "unit": "session",
        "metric": "score",
        "state": "running",
    }
    return ExperimentChanged(experiment_id=id_, **given | how)
