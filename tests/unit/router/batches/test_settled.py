"""An item of a batch that is settled counts like any answer, once, and tells no time."""

from decimal import Decimal
from typing import Any

from prometheus_client import REGISTRY
from uuid_utils.compat import uuid7

from ratchet_common.events import BASE_VERSION, Decision, PredictionMade, Usage
from ratchet_router.batches.asked import Kept
from ratchet_router.batches.batch import Item
from ratchet_router.batches.working import Working

ITEM = Item(batch="batch_1", tenant="acme", line=1, custom_id="one", body=b"{}", model="counted-in-batches")


class Store:
    """Takes the first end of an item, as the real one does."""

    def __init__(self) -> None:
        self.ended = False

    async def finish(self, *_: Any, **__: Any) -> bool:
        first, self.ended = not self.ended, True
        return first


def working(store: Any) -> Working:
    nothing: Any = None
    return Working(store=store, files=nothing, singles=nothing, current=lambda: nothing, plans={}, budgets=nothing)


def event(version_id: str = BASE_VERSION) -> PredictionMade:
    return PredictionMade(
        tenant="acme",
        result_id=uuid7(),
        task_type="qa",
        unit="u",
        model="counted-in-batches",
        version_id=version_id,
        tier="economy",
        decision=Decision(assigned_by="pinned"),
        outcome="ok",
        usage=Usage(input_tokens=1_000, output_tokens=100, batch=True),
        cost_usd=Decimal("0.25"),
        premium_cost_usd=Decimal(1),
        latency_ms=0.0,
    )


def value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_its_answer_its_tokens_and_its_cost_count_once() -> None:
    labels = {"task": "qa", "model": "counted-in-batches", "outcome": "ok", "cached": "false"}
    its, kept = working(Store()), Kept(b"{}", Decimal("0.25"), event())
    await its.keep(ITEM, kept)
    await its.keep(ITEM, kept)  # by another worker, whose word came second
    assert value("ratchet_predictions_total", **labels) == 1
    assert value("ratchet_tokens_total", model="counted-in-batches", direction="input") == 1_000
    assert value("ratchet_tokens_total", model="counted-in-batches", direction="output") == 100
    assert value("ratchet_cost_usd_total", model="counted-in-batches") == 0.25
    assert value("ratchet_answer_seconds_count", model="counted-in-batches", cached="false") == 0


async def test_what_was_trained_counts_as_such() -> None:
    labels = {"task": "qa", "model": "trained", "outcome": "ok", "cached": "false"}
    before = value("ratchet_predictions_total", **labels)
    await working(Store()).keep(ITEM, Kept(b"{}", Decimal(0), event("qa-0000000a")))
    assert value("ratchet_predictions_total", **labels) == before + 1
