from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_common.persons import digest
from ratchet_common.vocabulary import EMBEDDING, UnknownTaskError
from ratchet_monitor.observations import ImplausibleError, hit_of, observation_of
from tests.unit.monitor.make import HOUR, NOW, observation, prediction, result_id


def test_no_text_and_no_name_of_a_person_is_kept() -> None:
    private = msgspec.Raw(b'[{"role": "user", "content": "the secret merger"}]')
    event = prediction(
        1, input=private, output="the secret answer", user="ann@example.com", session="s-77", unit="s-77"
    )
    kept = repr(observation_of(event, NOW))
    assert not any(word in kept for word in ("secret", "ann@example.com", "s-77"))


def test_units_of_two_tenants_are_not_the_same() -> None:
    assert digest("acme", "u1") == digest("acme", "u1") != digest("globex", "u1")


def test_the_arm_of_an_experiment_is_kept_and_a_repetition_has_none() -> None:
    seen = observation(1, experiment="exp-1:b", user="ann")
    assert (seen.experiment, seen.arm_of_experiment, seen.user) == ("exp-1", "b", digest("acme", "ann"))
    assert observation(2).experiment == observation(2).arm_of_experiment == observation(2).user == ""


def test_money_and_time_become_integers() -> None:
    seen = observation_of(prediction(1, cost_usd=Decimal("0.000000123"), latency_ms=1.5, confidence=0.25), NOW)
    assert (seen.cost, seen.latency, seen.confidence) == (123, 1500, 250_000)
    assert seen.bucket.hour == HOUR


@pytest.mark.parametrize(
    "wrong",
    [
        {"cost_usd": Decimal(-1)},
        {"cost_usd": Decimal(10**30)},
        {"premium_cost_usd": Decimal("NaN")},
        {"latency_ms": -0.1},
        {"latency_ms": 1e300},
        {"latency_ms": float("nan")},
        {"latency_ms": float("inf")},
        {"confidence": 1.01},
        {"confidence": -0.01},
        {"confidence": float("nan")},
    ],
)
def test_a_number_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ImplausibleError):
        observation_of(prediction(1, **wrong), NOW)


def test_an_unknown_task_is_refused() -> None:
    with pytest.raises(UnknownTaskError):
        observation_of(prediction(1, task_type="poetry"), NOW)


def test_vectors_are_observed_for_what_they_cost() -> None:
    seen = observation_of(prediction(1, task_type=EMBEDDING), NOW)
    assert (seen.task_type, seen.cost) == (EMBEDDING, 2_000_000)
    hit = hit_of(prediction(2, task_type=EMBEDDING, cached_from=result_id(1)), NOW)
    assert hit is not None
    assert hit.bucket == seen.bucket


def test_a_cache_hit_is_filed_under_its_origin() -> None:
    origin = result_id(5)
    hit = hit_of(prediction(1, cached_from=origin), NOW)
    assert hit is not None
    assert (hit.origin, hit.bucket.hour) == (origin, HOUR)
    assert hit_of(prediction(1), NOW) is None


def test_a_result_of_the_future_is_refused() -> None:
    with pytest.raises(ImplausibleError):
        observation_of(prediction(1, at=NOW + timedelta(days=2)), NOW)
