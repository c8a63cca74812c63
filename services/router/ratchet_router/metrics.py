"""What the router counts. Labels are from closed sets: a trained version counts as `trained`."""

from typing import Any

from prometheus_client import Counter, Gauge, Histogram

from ratchet_common import request_log, tracing
from ratchet_common.events import BASE_VERSION, PredictionMade
from ratchet_common.vocabulary import NOT_FOUND_CHECK
from ratchet_router.grounding.metrics import NOT_FOUND
from ratchet_router.names import VERSION

PREDICTIONS = Counter("ratchet_predictions", "Answers by task and model", ("task", "model", "outcome", "cached"))
TOKENS = Counter("ratchet_tokens", "Tokens that models read and wrote", ("model", "direction"))
COST = Counter("ratchet_cost_usd", "What answers cost", ("model",))
COST_OF_ATTEMPTS = Counter(
    "ratchet_attempts_cost_usd", "What calls cost whose answers were not given: billed to nobody", ("model",)
)
TO_AN_ANSWER = (0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92, 163.84, 327.68)
SECONDS = Histogram(
    "ratchet_answer_seconds", "Time from a request to its answer", ("model", "cached"), buckets=TO_AN_ANSWER
)
CALLS = Histogram(
    "gen_ai_client_operation_duration_seconds",
    "Time of one call to a model, whatever came of it",
    ("gen_ai_operation_name", "gen_ai_provider_name", "gen_ai_request_model", "error_type"),
    buckets=TO_AN_ANSWER,
)
FIRST = Histogram(
    "gen_ai_client_operation_time_to_first_chunk_seconds",
    "Time from a call to the first part of a streamed answer that shows something",
    ("gen_ai_provider_name", "gen_ai_request_model"),
    buckets=TO_AN_ANSWER,
)
ESTIMATES = Counter("ratchet_estimates", "Estimates that routing asks, loaded or not", ("outcome",))
UNSERVED = Gauge("ratchet_unserved_versions", "Versions with traffic whose platform the catalogue lacks")
SHADOW_ANSWERS = Counter("ratchet_shadow_answers", "Copies that a version in the shadow was asked", ("task", "outcome"))
SHADOWS_LEFT_OUT = Counter("ratchet_shadows_left_out", "Copies that no version in the shadow was asked", ("why",))
COST_OF_SHADOWS = Counter("ratchet_shadow_cost_usd", "What answers cost that nobody saw: billed to nobody")
TRAINED = "trained"


class _Children:
    """The children of one combination of labels: `labels()` costs three times as much as to count."""

    def __init__(self, task: str, model: str, outcome: str, cached: bool) -> None:
        self.predictions = PREDICTIONS.labels(task, model, outcome, str(cached).lower())
        self.read, self.written = TOKENS.labels(model, "input"), TOKENS.labels(model, "output")
        self.cost = COST.labels(model)
        self.seconds = SECONDS.labels(model, str(cached).lower())


_children: dict[tuple[str, str, str, bool], _Children] = {}
_calls: dict[tuple[str, str, str, str], Any] = {}


def called(operation: str, provider: str, model: str, error: str, seconds: float) -> None:
    """`error`: its kind; empty where there was none."""
    key = (operation, provider, _one_of(model), error)
    child = _calls.get(key)
    if child is None:
        child = _calls[key] = CALLS.labels(*key)
    child.observe(seconds)


def begun(provider: str, model: str, seconds: float) -> None:
    FIRST.labels(provider, _one_of(model)).observe(seconds)


def observed(event: PredictionMade, *, trained: bool) -> None:
    """Of the request under way: somebody waits for it."""
    _counted(event, trained=trained).seconds.observe(event.latency_ms / 1000)
    tracing.note("ratchet.result_id", str(event.result_id))
    if (line := request_log.current()) is not None:
        _note(line, event)


def counted(event: PredictionMade) -> None:
    """Of a batch: nobody waited for it, so no time is told."""
    _counted(event, trained=event.version_id != BASE_VERSION)


def _counted(event: PredictionMade, *, trained: bool) -> _Children:
    cached = event.cached_from is not None
    key = (event.task_type, TRAINED if trained else event.model, event.outcome, cached)
    children = _children.get(key)
    if children is None:
        children = _children[key] = _Children(*key)
    children.predictions.inc()
    if not cached:
        children.read.inc(event.usage.input_tokens)
        children.written.inc(event.usage.output_tokens)
        children.cost.inc(float(event.cost_usd))
    if event.retrieval and any(check.name == NOT_FOUND_CHECK for check in event.checks):
        NOT_FOUND.inc()
    for attempt in event.attempts:
        if attempt.cost_usd:
            COST_OF_ATTEMPTS.labels(_one_of(attempt.model)).inc(float(attempt.cost_usd))
    return children


def _one_of(model: str) -> str:
    """Of the catalogue, or any that was trained."""
    return TRAINED if VERSION.fullmatch(model) else model


def _note(line: request_log.Line, event: PredictionMade) -> None:
    """For the line of the request that it answers."""
    line.result_id, line.model, line.version = str(event.result_id), event.model, event.version_id
    line.outcome, line.cached = event.outcome, event.cached_from is not None
    line.input_tokens, line.output_tokens = event.usage.input_tokens, event.usage.output_tokens
    line.cost_usd = float(event.cost_usd)
    line.attempts = tuple(f"{one.model}:{one.error}" for one in event.attempts if one.error)
