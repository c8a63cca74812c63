"""How long one estimate takes, and one decision with the shipped catalogue: the thread's own time, so that what else
runs on the machine does not count.
"""

import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial

import msgspec
import numpy as np

from ratchet_catalogue.catalogue_file import SHIPPED_CATALOGUE, read_catalogue
from ratchet_common import conversation
from ratchet_common.vocabulary import TaskType
from ratchet_estimate import Estimate, read
from ratchet_estimate.fitting import Outcome, fit
from ratchet_router.ask import Ask
from ratchet_router.plan import Situation, plan
from tests.bench.figure import Figure
from tests.bench.routing.data import Pair

REQUESTS, WARM_UP = 2_000, 200
LONG = 8_000  # characters; of longer ones no more is read
GOAL_ESTIMATE_MS, GOAL_DECISION_MS = 1.0, 0.3


def figures(pair: Pair) -> list[Figure]:
    estimate = _estimate(pair)
    usual = pair.prompts[:REQUESTS]
    long = _long(pair.prompts)
    decide = _decider()
    asks = [_ask(prompt) for prompt in usual]
    return [
        *_times("one estimate, MMLU prompts", [partial(_told, estimate, text) for text in usual], GOAL_ESTIMATE_MS),
        *_times(
            f"one estimate, {LONG:,} characters",
            [partial(_told, estimate, text) for text in long],
            GOAL_ESTIMATE_MS,
        ),
        *_times("one decision, MMLU prompts", [partial(decide, ask) for ask in asks], GOAL_DECISION_MS),
    ]


def _estimate(pair: Pair) -> Estimate:
    """Of the whole size that is served: what it says does not matter here."""
    known = list(zip([read(prompt) for prompt in pair.prompts], pair.weak, pair.strong, strict=True))
    outcomes = [Outcome(reading, "weak", weak) for reading, weak, _ in known]
    return fit(outcomes + [Outcome(reading, "strong", strong) for reading, _, strong in known], ("weak", "strong"))


def _told(estimate: Estimate, text: str) -> None:
    estimate(read(text))


def _long(prompts: Sequence[str]) -> list[str]:
    """Prompts one after the other, cut anew."""
    whole = "\n".join(prompts)
    return [whole[start : start + LONG] for start in range(0, min(LONG * REQUESTS, len(whole) - LONG), LONG)]


def _decider() -> Callable[[Ask], None]:
    catalogue = read_catalogue(SHIPPED_CATALOGUE)

    def quality(name: str) -> float:
        return catalogue.models[name].expected_quality("qa")

    situation = Situation(catalogue, None, quality, frozenset(), datetime.now(UTC))

    def decide(ask: Ask) -> None:
        plan(ask, "unit", situation)

    return decide


def _ask(prompt: str) -> Ask:
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages([prompt])))
    return Ask(tenant="bench", task_type=TaskType.QA, model="auto", messages=messages, document="", question=prompt)


def _times(name: str, works: Sequence[Callable[[], None]], goal_ms: float) -> list[Figure]:
    for work in works[:WARM_UP]:
        work()
    taken = np.array([_milliseconds(work) for work in works])
    median, p99 = np.quantile(taken, [0.5, 0.99])
    return [
        Figure(f"routing: CPU of {name}, median", float(median), "ms", "", None),
        Figure(f"routing: CPU of {name}, p99", float(p99), "ms", f"≤ {goal_ms}", bool(p99 <= goal_ms)),
    ]


def _milliseconds(work: Callable[[], None]) -> float:
    started = time.thread_time()
    work()
    return (time.thread_time() - started) * 1000
