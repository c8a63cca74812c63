"""What came out: read from the services' own stores and from monitor's answers, compared with what was acknowledged."""

import json
import time
import urllib.request
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from bson import Binary
from pymongo import MongoClient
from pymongo.database import Database

from tests.crash.load import Acknowledged

SETTLE_PATIENCE_S = 900.0
POLL_S = 1.0


@dataclass(frozen=True, slots=True)
class Counted:
    acknowledged: int
    acknowledged_feedback: int
    not_observed: int
    not_in_performance: int  # observed, and not in the total that monitor's API gives
    not_an_example_nor_refused: int
    acknowledged_twice: int
    counted_twice: int  # in the total of monitor's API, beyond those observed
    buried: int
    tried_again: int
    kills: int

    @property
    def nothing_lost(self) -> bool:
        return not (
            self.not_observed
            or self.not_in_performance
            or self.not_an_example_nor_refused
            or self.acknowledged_twice
            or self.counted_twice
        )


@dataclass(frozen=True, slots=True)
class Seen:
    """Where to look: the store, and monitor."""

    mongodb_url: str
    monitor_url: str
    token: str

    def total_predictions(self) -> int:
        headers = {"Authorization": f"Bearer {self.token}"}
        request = urllib.request.Request(f"{self.monitor_url}/api/models/performance?days=2", headers=headers)  # noqa: S310
        with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310  loopback
            return int(json.load(answer)["total_predictions"])


def count_when_settled(where: Seen, found: Acknowledged, kills: int) -> Counted:
    """Waits until nothing is missing any more, or until what is missing has not changed for a long while."""
    with MongoClient[dict[str, Any]](where.mongodb_url, uuidRepresentation="unspecified") as client:
        last, changed = None, time.monotonic()
        while True:
            counted = _count(client, where, found, kills)
            missing = (
                counted.not_observed,
                counted.not_in_performance,
                counted.counted_twice,
                counted.not_an_example_nor_refused,
            )
            if not any(missing):
                return counted
            if missing != last:
                last, changed = missing, time.monotonic()
            if time.monotonic() - changed > SETTLE_PATIENCE_S / 10:
                return counted
            time.sleep(POLL_S)


def _count(client: MongoClient[dict[str, Any]], where: Seen, found: Acknowledged, kills: int) -> Counted:
    observed = _observed(client.monitor)
    learned = _results(client.trainer.examples)  # examples and named refusals
    said = {UUID(result) for result in found.results}
    total = where.total_predictions()
    return Counted(
        acknowledged=len(found.results),
        acknowledged_feedback=len(found.feedback),
        not_observed=len(said - observed),
        not_in_performance=max(0, len(observed) - total),
        not_an_example_nor_refused=len({UUID(result) for result in found.feedback} - learned),
        acknowledged_twice=len(found.results) - len(said),
        counted_twice=max(0, total - len(observed)),
        buried=sum(client[name].dead_letters.estimated_document_count() for name in ("monitor", "trainer", "feedback")),
        tried_again=found.tried_again,
        kills=kills,
    )


def _observed(monitor: Database[dict[str, Any]]) -> set[UUID]:
    """Segments of what was delivered again may hold an observation twice."""
    days = [name for name in monitor.list_collection_names() if name.startswith("seen_")]
    segments = (msgspec.msgpack.decode(one["facts"]) for day in days for one in monitor[day].find({}, {"facts": 1}))
    return {UUID(bytes=seen["result_id"]) for segment in segments for seen in segment}


def _results(collection: Any) -> set[UUID]:
    return {_uuid(document["result_id"]) for document in collection.find({}, {"result_id": 1})}


def _uuid(value: Any) -> UUID:
    return value.as_uuid() if isinstance(value, Binary) else UUID(str(value))
