"""Where events travel: one row a topic, with who makes its events, who reads them, and how long they stay."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ratchet_common.events import (
    AlertChanged,
    CostIncurred,
    DocumentChanged,
    ErasureAsked,
    ErasureDone,
    EstimateTrained,
    Event,
    ExperimentChanged,
    FeedbackJoined,
    PredictionMade,
    QualityMeasured,
    ReportChanged,
    RetrainingFellDue,
    ShadowAnswered,
    TrafficAssigned,
    VerdictReached,
)

EVERY_SERVICE = ("router", "feedback", "trainer", "monitor")
DEAD_LETTERS_KEPT = timedelta(days=30)


@dataclass(frozen=True, slots=True)
class Topic:
    name: str
    event: type[Event]
    key: Callable[[Any], str]  # events of one key keep their order
    made_by: tuple[str, ...]
    read_by: tuple[str, ...]
    kept: timedelta | None  # None: compacted

    @property
    def dead_letters(self) -> str:
        return f"{self.name}.dlq"


def _task(e: Any) -> str:
    return f"{e.tenant}:{e.task_type}"


def _result(e: Any) -> str:
    return f"{e.tenant}:{e.result_id}"


WEEK, MONTH = timedelta(days=7), timedelta(days=30)

PREDICTIONS = Topic("predictions", PredictionMade, _result, ("router",), ("feedback", "trainer", "monitor"), WEEK)
SHADOWS = Topic("shadows", ShadowAnswered, _result, ("router",), ("trainer", "monitor"), WEEK)
FEEDBACK = Topic("feedback", FeedbackJoined, _result, ("feedback",), ("router", "trainer", "monitor"), MONTH)
RETRAIN_TRIGGERS = Topic("retrain-triggers", RetrainingFellDue, _task, ("feedback",), ("trainer",), MONTH)
TRAFFIC = Topic("traffic", TrafficAssigned, _task, ("trainer",), ("router", "monitor", "feedback"), None)
VERDICTS = Topic("verdicts", VerdictReached, _task, ("monitor",), ("trainer",), MONTH)
QUALITY = Topic("quality", QualityMeasured, lambda e: f"{_task(e)}:{e.model}", ("monitor",), ("router",), None)
ESTIMATES = Topic("estimates", EstimateTrained, _task, ("trainer",), ("router",), None)
EXPERIMENTS = Topic(
    "experiments", ExperimentChanged, lambda e: f"{e.tenant}:{e.experiment_id}", ("monitor",), ("router",), None
)
ALERTS = Topic("alerts", AlertChanged, lambda e: f"{e.tenant}:{e.alert_id}", ("monitor",), ("feedback",), MONTH)
SPENDING = Topic("spending", CostIncurred, lambda e: f"{e.tenant}:{e.about}", ("trainer",), ("monitor",), MONTH)
DOCUMENTS = Topic(
    "documents", DocumentChanged, lambda e: f"{e.tenant}:{e.document_id}", ("router",), ("router", "trainer"), MONTH
)
REPORTS = Topic("reports", ReportChanged, lambda e: f"{e.tenant}:{e.report_id}", ("router",), ("router",), MONTH)
ERASURES = Topic("erasures", ErasureAsked, lambda e: f"{e.tenant}:{e.user}", ("trainer",), EVERY_SERVICE, MONTH)
FORGOTTEN = Topic("forgotten", ErasureDone, lambda e: f"{e.tenant}:{e.erasure_id}", EVERY_SERVICE, ("trainer",), MONTH)

TABLE = (
    PREDICTIONS,
    SHADOWS,
    FEEDBACK,
    RETRAIN_TRIGGERS,
    TRAFFIC,
    VERDICTS,
    QUALITY,
    ESTIMATES,
    EXPERIMENTS,
    ALERTS,
    SPENDING,
    DOCUMENTS,
    REPORTS,
    ERASURES,
    FORGOTTEN,
)
TOPIC_OF = {topic.event: topic for topic in TABLE}
BY_NAME = {topic.name: topic for topic in TABLE}


def group_of(service: str, topic: str) -> str:
    """One consumer group a service and topic: lag is seen, and replicas are balanced, by topic."""
    return f"{service}.{topic}"
