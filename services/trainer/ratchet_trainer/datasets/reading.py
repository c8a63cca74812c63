"""One side of a dataset, example by example: without what was erased since, with what is made of the others."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import Protocol

from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.preparing import varied
from ratchet_trainer.datasets.augmenting import Plan
from ratchet_trainer.datasets.dataset import Listed, Manifest, Ref
from ratchet_trainer.datasets.split import Side

Vary = Callable[[Sequence[Example], Plan], Awaitable[list[Example]]]
AT_ONCE = 200


class Texts(Protocol):
    def read(self, tenant: str, wanted: Sequence[Ref]) -> AsyncIterator[Example]: ...


class Manifests(Protocol):
    async def get(self, tenant: str, dataset_id: str) -> Listed:
        """Raises UnknownDatasetError."""

    async def sides(self, tenant: str, dataset_id: str) -> dict[Side, list[Ref]]:
        """Raises UnknownDatasetError."""


async def vary_here(examples: Sequence[Example], plan: Plan) -> list[Example]:
    """Where there is no worker process to do it."""
    return varied(examples, plan)


async def members(
    tenant: str, dataset_id: str, side: Side, *, datasets: Manifests, examples: Texts, vary: Vary
) -> AsyncIterator[Example]:
    """What is made of an example comes after it, and on the training side only.

    Raises UnknownDatasetError, before the first one.
    """
    manifest = (await datasets.get(tenant, dataset_id)).manifest
    refs = (await datasets.sides(tenant, dataset_id))[side]
    stored = examples.read(tenant, refs)
    plan = plan_of(manifest) if side is Side.TRAIN else None
    return stored if plan is None else _varied(stored, plan, vary)


def plan_of(manifest: Manifest) -> Plan | None:
    """None: nothing is made."""
    rules = manifest.rules
    if rules.augment is None:
        return None
    labels = {label: sides.get(Side.TRAIN, 0) for label, sides in manifest.strata.get("label", {}).items()}
    return Plan(rules.augment, rules.seed, {label: count for label, count in labels.items() if count})


async def batches(examples: AsyncIterator[Example], most: int = AT_ONCE) -> AsyncIterator[list[Example]]:
    batch: list[Example] = []
    async for example in examples:
        batch.append(example)
        if len(batch) == most:
            yield batch
            batch = []
    if batch:
        yield batch


async def _varied(stored: AsyncIterator[Example], plan: Plan, vary: Vary) -> AsyncIterator[Example]:
    async for batch in batches(stored):
        for example in await vary(batch, plan):
            yield example
