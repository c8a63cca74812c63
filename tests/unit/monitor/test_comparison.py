"""The decision table of the running comparison."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_common.events import Attempt, Check, Holdout
from ratchet_monitor.comparison import (
    FAILURE_ALPHA,
    NOTHING_PROVEN,
    OF_ALL,
    SAVING_ALPHA,
    SCORE_ALPHA,
    Proven,
    Rules,
    conclude,
    failure_alpha,
    failures_in_order,
    first_words,
    scores_in_order,
    speaks_of,
    takes_part,
    worse_slices,
)
from ratchet_monitor.experiments import Experiment, experiment_of, verdict_of
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score, score_of
from ratchet_scoring.advance import Limits
from ratchet_scoring.sequential import Comparison
from tests.unit.monitor.make import NOW, experiment, joined, observation, result_id, traffic

CANARY = "summary-00000001"
RULES = Rules(Limits(), min_observations=30)
FASTER = Proven(cheaper=False, faster=True)


def guard() -> Experiment:
    held = Holdout(version_id="base", percent=5, until=NOW + timedelta(days=7))
    return experiment(canary="", control=CANARY, holdout=held)


def compared(low: float = -1.0, high: float = 1.0, n_canary: int = 100, n_control: int = 900) -> Comparison:
    return Comparison(n_canary, n_control, n_canary, 0.8, 0.7, low, high)


def arms(canary_ms: float = 200.0) -> list[Observation]:
    return [observation(1, version_id=CANARY, latency_ms=canary_ms), observation(2)]


@pytest.mark.parametrize(
    ("scores", "failures", "canary_ms", "proof", "conclusion"),
    [
        (compared(0.01, 0.2), compared(), 200, FASTER, "advance"),
        (compared(0.01, 0.2, n_canary=29), compared(), 200, FASTER, "hold"),
        (compared(0.01, 0.2, n_control=29), compared(), 200, FASTER, "hold"),
        (compared(-0.01, 0.2), compared(), 200, FASTER, "hold"),
        (compared(-0.01, 0.2), compared(), 100, FASTER, "advance"),
        (compared(-0.01, 0.2), compared(), 100, Proven(cheaper=True, faster=False), "hold"),
        (compared(-0.01, 0.2), compared(), 100, NOTHING_PROVEN, "hold"),
        (compared(0.01, 0.2), compared(), 100, NOTHING_PROVEN, "advance"),
        (compared(-0.019, -0.003), compared(), 100, FASTER, "advance"),
        (compared(-0.019, -0.003), compared(), 100, NOTHING_PROVEN, "roll_back"),
        (compared(-0.03, 0.2), compared(), 100, FASTER, "hold"),
        (compared(-0.3, -0.01), compared(), 100, FASTER, "roll_back"),
        (compared(-0.3, -0.01, n_canary=12), compared(), 200, FASTER, "hold"),
        (compared(0.05, -0.05), compared(), 200, FASTER, "hold"),
        (compared(0.01, 0.2), compared(0.02, 0.5), 200, FASTER, "roll_back"),
        (compared(n_canary=0, n_control=0), compared(0.02, 0.5), 200, FASTER, "roll_back"),
        (compared(0.01, 0.2), compared(-0.5, -0.1), 200, FASTER, "advance"),
    ],
)
def test_the_verdict(
    scores: Comparison, failures: Comparison, canary_ms: float, proof: Proven, conclusion: str
) -> None:
    found = conclude(experiment(), arms(canary_ms), scores, failures, (), RULES, NOW, proof)
    assert found.conclusion == conclusion
    assert found.why


@pytest.mark.parametrize(
    ("scores", "conclusion"), [(compared(0.01, 0.2), "hold"), (compared(-0.3, -0.01), "roll_back")]
)
def test_what_serves_already_is_taken_back_or_stays(scores: Comparison, conclusion: str) -> None:
    found = conclude(guard(), arms(), scores, compared(), (), RULES, NOW)
    assert found.conclusion == conclusion


def test_what_was_promoted_is_compared_with_what_is_held_out() -> None:
    assert (guard().canary, guard().control, guard().percent) == (CANARY, "base", 100)
    held = Holdout(version_id=CANARY, percent=5, until=NOW)
    assert experiment_of(traffic(canary="", control="base", holdout=held)) is None
    assert not experiment(holdout=held).guard


def test_a_guard_goes_on_with_what_it_saw_before_another_version_was_on_trial() -> None:
    promoted_at = NOW - timedelta(days=2)
    held = Holdout(version_id="base", percent=5, until=NOW + timedelta(days=5), since=5, begun_at=promoted_at)
    between = experiment_of(traffic(6, canary="summary-00000002", control=CANARY, holdout=held))
    again = experiment_of(traffic(7, canary="", control=CANARY, holdout=held))
    assert between is not None
    assert again is not None
    assert (between.guard, between.canary, between.control) == (False, "summary-00000002", CANARY)
    assert (again.guard, again.revision, again.started_at) == (True, 7, promoted_at)
    seen = [observation(n, revision=n, version_id=CANARY) for n in (4, 5, 6, 7, 8)]
    words = [msgspec.structs.replace(score_of(joined(n, 1.0), NOW), revision_of_traffic=n, arm="base") for n in (4, 5)]
    assert [one.revision for one in seen if takes_part(one, again)] == [5, 6, 7]
    assert [one.revision for one in seen if takes_part(one, between)] == [6]
    assert [word.revision_of_traffic for word in words if speaks_of(word, again)] == [5]


def test_a_verdict_is_published_unless_it_holds() -> None:
    trial = experiment(revision=3)
    holds = conclude(trial, arms(), compared(), compared(), (), RULES, NOW)
    decided = conclude(trial, arms(), compared(0.1, 0.2), compared(), (), RULES, NOW)
    assert verdict_of(trial, holds) is None
    verdict, again = verdict_of(trial, decided), verdict_of(trial, decided)
    assert verdict is not None
    assert again is not None
    assert verdict.event_id == again.event_id
    assert (verdict.revision, verdict.experiment_id) == (3, f"summary:{CANARY}:3")
    assert verdict.numbers["n_canary"] == 100


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, True),
        ({"version_id": CANARY}, True),
        ({"arm": CANARY, "fell_back": True}, True),
        ({"version_id": "summary-0000000f"}, False),
        ({"revision": 0}, False),
        ({"revision": 2}, False),
        ({"by": "pinned"}, False),
        ({"by": "routed"}, False),
        ({"cached_from": result_id(9)}, False),
    ],
)
def test_who_takes_part(changes: dict[str, Any], part: bool) -> None:
    assert takes_part(observation(1, **changes), experiment()) is part


def word(number: int, score: float, after: int, **changes: Any) -> Score:
    return score_of(joined(number, score, **changes), NOW + timedelta(seconds=after))


def test_scores_come_in_the_order_in_which_they_became_known() -> None:
    words = [word(1, 0.1, 2), word(2, 0.2, 3, version_id=CANARY), word(3, 0.3, 1)]
    assert scores_in_order(first_words(words), experiment()) == [(False, 0.3), (False, 0.1), (True, 0.2)]


def test_a_unit_counts_once_with_its_first_word_as_it_was_said_first() -> None:
    words = [
        word(1, 0.1, 9, unit="u"),
        word(2, 0.2, 1, unit="u"),
        word(2, 0.9, 4, unit="u", revision=2),
        word(2, 0.8, 5, unit="u", user="bob"),
        word(3, 0.3, 5, unit="v"),
    ]
    assert scores_in_order(first_words(words), experiment()) == [(False, 0.2), (False, 0.3)]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({}, True),
        ({"version_id": CANARY}, True),
        ({"assigned_version": CANARY}, True),  # another one answered
        ({"version_id": "summary-0000000f"}, False),
        ({"traffic_revision": 2}, False),
        ({"assigned_by": "routed"}, False),
        ({"via": result_id(9)}, False),
    ],
)
def test_whose_words_count(changes: dict[str, Any], part: bool) -> None:
    assert speaks_of(word(1, 0.5, 0, **changes), experiment()) is part


def test_a_slice_that_loses_too_much_holds_what_would_advance() -> None:
    words = [
        word(n, score, n, version_id=version, document_type=kind)
        for n, (score, version, kind) in enumerate(
            [(0.4, CANARY, "contract"), (0.8, "base", "contract"), (0.9, CANARY, "email"), (0.5, "base", "email")] * 30
        )
    ]
    worse = worse_slices(words, experiment(), Limits())
    assert [(one.name, round(one.gain, 3), one.n) for one in worse] == [("contract", -0.4, 30)]
    assert not worse_slices(words[4:], experiment(), Limits())  # 29 of each are too few
    found = conclude(experiment(), arms(), compared(0.01, 0.2), compared(), worse, RULES, NOW)
    assert (found.conclusion, "contract" in found.why) == ("hold", True)


def test_the_hours_of_a_trial_err_together_no_more_than_one_test_may() -> None:
    hours = [NOW + n * timedelta(hours=1) for n in range(10_000)]
    assert OF_ALL + sum(failure_alpha(hour, experiment()) for hour in hours) <= FAILURE_ALPHA


def test_scores_failures_and_savings_err_together_no_more_than_a_twentieth() -> None:
    """Of failures and of each saving one side alone decides: that of more of the one, of less of the others."""
    assert SCORE_ALPHA + FAILURE_ALPHA / 2 + 2 * SAVING_ALPHA / 2 <= 0.05 + 1e-12


def test_who_fell_back_or_answered_in_a_wrong_form_has_failed() -> None:
    wrong = Check(name="label", passed=False)
    seen = [
        observation(1, arm=CANARY, fell_back=True),
        observation(2, version_id=CANARY, checks=(wrong,)),
        observation(3, version_id=CANARY),
        observation(4, arm=CANARY),  # it was too dear for the request: no failure
        observation(5, arm=CANARY, abstained=True),
    ]
    assert failures_in_order(seen, experiment()) == [(True, 1.0), (True, 1.0), *[(True, 0.0)] * 3]


def test_what_a_canary_leaves_to_others_costs_their_answer_and_its_own() -> None:
    tried = Attempt(model=CANARY, latency_ms=1.0, error="unsure", cost_usd=Decimal("0.001"))
    left = [observation(1, arm=CANARY, abstained=True, attempts=(tried,)), observation(2, version_id=CANARY)]
    found = conclude(experiment(), left, compared(), compared(), (), RULES, NOW)
    assert (found.canary.observations, found.canary.cost_usd, found.canary.failure_rate) == (2, 0.0025, 0)


def test_failures_leave_out_who_hung_up_and_count_a_unit_once() -> None:
    seen = [
        observation(1, outcome="cancelled", unit="u"),
        observation(2, outcome="failed", unit="u", version_id=CANARY, seen_at=NOW + timedelta(seconds=1)),
        observation(3, unit="u", version_id=CANARY, seen_at=NOW + timedelta(seconds=2)),
        observation(4),
    ]
    assert failures_in_order(seen, experiment()) == [(False, 0.0), (True, 1.0)]


def test_what_costs_nothing_cannot_be_undercut() -> None:
    free = [observation(1, version_id=CANARY, latency_ms=50.0), observation(2, cost_usd=Decimal(0), latency_ms=100.0)]
    found = conclude(experiment(), free, compared(), compared(), (), RULES, NOW)
    assert (found.cheaper, found.faster) == (-1.0, 0.5)
