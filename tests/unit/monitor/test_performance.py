from decimal import Decimal

import pytest

from ratchet_common.events import Attempt
from ratchet_common.vocabulary import EMBEDDING
from ratchet_monitor.buckets import Build, Period, Tally
from ratchet_monitor.costs import Beside, costs, summary
from ratchet_monitor.observations import Observation
from ratchet_monitor.performance import calibration_error, performance
from ratchet_monitor.scores import Scored
from ratchet_monitor.totals import Subject, Totals, include
from ratchet_monitor.traffic import traffic_of
from tests.unit.monitor.make import HOUR, NOW, observation, result_id, traffic


def totals_of(
    observations: list[Observation],
    scores: dict[int, float],
    hits: dict[int, int] | None = None,
    *,
    task: str = "summary",
) -> Totals:
    scored = {result_id(n): Scored(round(score * 1e6), 2 if score > 0.5 else 0, 1, 1) for n, score in scores.items()}
    build = Build(scored, {result_id(n): count for n, count in (hits or {}).items()})
    for one in observations:
        build.add(one)
    found: dict[Subject, Tally] = {}
    include(found, Period(task, HOUR, build.contents()))
    return found


FOUND = totals_of(
    [
        observation(1, confidence=0.8, has_document=True, premium_cost_usd=Decimal("0.006")),
        observation(2, confidence=0.8, latency_ms=400.0, version_id="summary-1", model="own"),
        observation(3, outcome="failed"),
        observation(4, cached_from=result_id(1), cost_usd=Decimal(0), has_document=True, latency_ms=1.0),
    ],
    scores={1: 1.0, 2: 0.0, 4: 1.0},
    hits={1: 1},
)


VECTORS = totals_of(
    [observation(5, task_type=EMBEDDING, model="words", latency_ms=9_000.0), observation(6, outcome="failed")],
    scores={},
    task=EMBEDDING,
)


def test_vectors_cost_and_are_no_answers() -> None:
    found = {**FOUND, **VECTORS}
    assert performance(found) == performance(FOUND)
    whole, without = summary(found, [], 0, NOW), summary(FOUND, [], 0, NOW)
    assert (whole.total_predictions, whole.accuracy) == (without.total_predictions, without.accuracy)
    assert (whole.total_cost, without.total_cost) == (0.01, 0.006)
    assert costs(found, "acme").cost_by_task == {"embedding": 0.004, "summary": 0.006}


def test_performance_leaves_cache_hits_out_of_everything_but_the_count() -> None:
    found = performance(FOUND)
    assert (found.total_predictions, found.cached_predictions, found.scored_predictions) == (4, 1, 2)
    assert (found.accuracy, found.avg_confidence, found.avg_cost) == (0.5, 0.8, 0.002)
    assert found.avg_latency == 0.3
    assert found.error_rate == pytest.approx(1 / 3, abs=1e-6)
    assert found.p99_latency_ms == pytest.approx(400, rel=0.01)
    assert found.calibration_error == 0.3


def test_performance_is_told_by_version_model_and_task() -> None:
    found = performance(FOUND)
    assert {name: part.accuracy for name, part in found.by_version.items()} == {"base": 1.0, "summary-1": 0.0}
    assert set(found.by_model) == {"own", "small-model"}
    assert found.by_task["summary"].total_predictions == 4


def test_of_nothing_there_are_no_means() -> None:
    found = performance({})
    assert (found.total_predictions, found.accuracy, found.p50_latency_ms, found.calibration_error) == (
        0,
        None,
        None,
        None,
    )


def test_calibration_error_weighs_the_bins_by_their_size() -> None:
    perfect, far_off = (3, 2_700_000, 2_700_000), (1, 500_000, 0)
    assert calibration_error({9: perfect, 5: far_off}) == 0.125


def test_costs_add_up_and_say_what_was_saved() -> None:
    found = costs(FOUND, "acme")
    assert found.total_cost == 0.006
    assert found.cost_per_document == 0.002
    assert found.cost_by_model == {"own": 0.002, "small-model": 0.004}
    assert found.cost_by_tenant == {"acme": 0.006}
    assert (found.savings_from_caching, found.savings_from_routing, found.net_savings) == (0.002, 0.004, 0.006)


def test_what_calls_cost_whose_answers_were_not_given_is_told_apart() -> None:
    weak = Attempt(model="small-model", latency_ms=1.0, error="quality", cost_usd=Decimal("0.0005"))
    given = Attempt(model="own", latency_ms=1.0)
    found = costs(totals_of([observation(1, model="own", attempts=(weak, given))], scores={}), "acme")
    assert (found.total_cost, found.cost_of_attempts, found.net_savings) == (0.002, 0.0005, -0.0005)


def test_what_the_shadow_cost_is_its_own_number() -> None:
    without, with_it = costs(FOUND, "acme"), costs(FOUND, "acme", Beside(of_shadows=2_000_000))
    assert (with_it.cost_of_shadows, with_it.total_cost) == (0.002, without.total_cost)
    assert with_it.net_savings == pytest.approx(without.net_savings - 0.002)


def test_what_was_saved_stands_beside_what_it_took() -> None:
    beside = Beside(0, 4_000_000, 500_000, 3_000_000, 1_000_000, {"large": 5_000_000})
    without, with_it = costs(FOUND, "acme"), costs(FOUND, "acme", beside)
    assert (with_it.savings_from_batching, with_it.training_cost, with_it.evaluation_cost) == (0.003, 0.004, 0.0005)
    assert (with_it.savings_from_provider_cache, with_it.savings_by_reference) == (0.001, {"large": 0.005})
    assert with_it.net_savings == pytest.approx(without.net_savings + 0.003 - 0.0045)


def test_vectors_are_taken_from_what_was_saved() -> None:
    found = costs(totals_of([observation(1, task_type=EMBEDDING)], {}, task=EMBEDDING), "acme")
    assert (found.embedding_cost, found.total_cost, found.net_savings) == (0.002, 0.002, -0.002)


def test_the_summary_tells_who_serves_and_since_when_it_has_learned() -> None:
    serving = traffic_of(traffic(percent=10))
    found = summary(FOUND, [serving], late=7, now=NOW)
    assert (found.total_documents, found.late, found.hours_since_last_training) == (1, 7, None)
    assert found.satisfaction == 0.5
    assert {(live.version_id, live.percent) for live in found.versions_live} == {("base", 90), ("summary-00000001", 10)}
