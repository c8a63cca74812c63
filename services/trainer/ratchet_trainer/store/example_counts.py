"""How many examples and refusals there are of a tenant, by all that people ask about."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from pymongo.asynchronous.collection import AsyncCollection

from ratchet_common.mongo import Document, waiting_is_worth_it
from ratchet_trainer.collecting.counting import TENTHS, Count, Counts
from ratchet_trainer.store import heads


async def counts(examples: AsyncCollection[Document], tenant: str) -> Counts:
    kinds = {"task": "$task_type", "state": "$state", "source": "$target_source", "reason": "$reason"}
    of_tenant: dict[str, Any] = {"$match": {"tenant": tenant}}
    counted = await grouped(examples, [of_tenant, {"$group": {"_id": kinds, "count": {"$sum": 1}}}])
    found = {"_id": "$pii.kind", "count": {"$sum": "$pii.count"}}
    of_examples = [of_tenant, {"$match": {"state": heads.EXAMPLE}}]
    pii = await grouped(examples, [*of_examples, {"$unwind": "$pii"}, {"$group": found}])
    months = await grouped(examples, [*of_examples, _by({"$dateToString": {"format": "%Y-%m", "date": "$learned_at"}})])
    tenths = await grouped(examples, [*of_examples, _by({"$floor": {"$multiply": ["$quality", TENTHS]}})])
    return Counts(
        examples=[_count(row, "source") for row in counted if row["_id"]["state"] == heads.EXAMPLE],
        refusals=[_count(row, "reason") for row in counted if row["_id"]["state"] == heads.REFUSED],
        archived=sum(row["count"] for row in counted if row["_id"]["state"] == heads.ARCHIVED),
        outdated=sum(row["count"] for row in counted if row["_id"]["state"] == heads.OUTDATED),
        months={row["_id"]: row["count"] for row in sorted(months, key=lambda row: str(row["_id"]))},
        qualities=_histogram({row["_id"]: row["count"] for row in tenths}),
        pii={row["_id"]: row["count"] for row in sorted(pii, key=lambda row: str(row["_id"]))},
    )


async def grouped(examples: AsyncCollection[Document], pipeline: Sequence[dict[str, Any]]) -> Collection[Document]:
    with waiting_is_worth_it():
        return await (await examples.aggregate(pipeline)).to_list()


def _by(expression: dict[str, Any]) -> dict[str, Any]:
    return {"$group": {"_id": expression, "count": {"$sum": 1}}}


def _histogram(tenths: Mapping[float | None, int]) -> tuple[int, ...]:
    """What was stored without its quality, as earlier ones were, is in none."""
    found = [0] * TENTHS
    for tenth, count in tenths.items():
        if tenth is not None:
            found[min(int(tenth), TENTHS - 1)] += count
    return tuple(found)


def _count(row: Document, what: str) -> Count:
    return Count(row["_id"]["task"], row["_id"][what], row["count"])
