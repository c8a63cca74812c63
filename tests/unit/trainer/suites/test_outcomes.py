from dataclasses import replace
from typing import Any

import pytest

from ratchet_trainer.privacy.spans import Span
from ratchet_trainer.suites.comparing import NothingInCommonError, compare
from ratchet_trainer.suites.giving_up import why_nothing
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome, Said, outcome
from ratchet_trainer.suites.report import report_of
from ratchet_trainer.suites.run import Order, Run, RunState, Subject, asked_for, ended
from ratchet_trainer.suites.suite import Case, Check, Suite
from ratchet_trainer.suites.summary import summary
from tests.unit.trainer.decision_fakes import NOW

SUITE = Suite(name="s", task_type="qa", cases=())


def find(text: str) -> list[Span]:
    place = text.find("Ann")
    return [Span(place, place + 3, "PERSON", 0.9)] if place >= 0 else []


def came_to(case: Case, *outputs: str, suite: Suite = SUITE, **said: Any) -> Outcome:
    return outcome(suite, case, Said(outputs, **said), find)


def test_without_checks_the_tasks_scorer_decides() -> None:
    case = Case(id="x", input="Who?", reference="a b c d")
    assert came_to(case, "a b c d").passed
    assert came_to(case, "a b").score == pytest.approx(2 / 3)
    assert not came_to(case, "z").passed


def test_every_check_must_pass_and_the_score_is_their_mean() -> None:
    checks = (Check(scorer="numeric"), Check(scorer="most_words", most_words=3))
    case = Case(id="x", input="How much?", reference="$3 million", checks=checks)
    found = came_to(case, "It came to 3,000,000 dollars")
    assert (found.score, found.passed) == (0.5, False)
    assert came_to(case, "3,000,000").passed


def test_several_draws_count_by_their_mean_and_most_must_pass() -> None:
    case = Case(id="x", input="Which?", reference="yes", labels=("yes", "no"))
    found = came_to(case, "yes", "yes", "no", suite=Suite(name="s", task_type="classification", cases=()))
    assert found.score == pytest.approx(2 / 3)
    assert found.passed
    assert found.consistency == pytest.approx(1 / 3)
    assert came_to(case, "yes").consistency is None


def test_an_answer_without_its_form_is_malformed() -> None:
    label = Suite(name="s", task_type="classification", cases=())
    case = Case(id="x", input="Which?", reference="yes", labels=("yes", "no"))
    assert came_to(case, "perhaps", suite=label).malformed
    as_json = Case(id="x", input="Which?", reference="{}", checks=(Check(scorer="json"),))
    assert came_to(as_json, "no JSON").malformed
    assert not came_to(as_json, "{}").malformed


def test_private_data_that_nobody_gave_it_is_told() -> None:
    case = Case(id="x", input="Who?", context="It was [PERSON_1].", reference="[PERSON_1]")
    assert came_to(case, "Ann").private
    assert came_to(case, "[PERSON_2]").private
    assert not came_to(case, "[PERSON_1]").private


def test_no_answer_is_no_score_unless_the_model_could_not_give_one() -> None:
    case = Case(id="x", input="Who?", reference="a")
    assert came_to(case, error="timeout").score is None
    refused = came_to(case, error="too_long", refused=True)
    assert (refused.score, refused.malformed) == (0, True)


def case_outcome(number: int, ours: float | None, theirs: float | None = None, **how: Any) -> CaseOutcome:
    baseline = None if theirs is None else Outcome(theirs, passed=theirs >= 0.5)
    candidate = Outcome(ours, passed=(ours or 0) >= 0.5, latency_ms=100.0 * number)
    slices = ("even",) if number % 2 == 0 else ("odd", "all")
    given: dict[str, Any] = {"weight": 1.0, "group": f"g{number}", "slices": slices} | how
    return CaseOutcome(f"q{number}", f"d{number}", candidate=candidate, baseline=baseline, **given)


def test_a_summary_has_intervals_and_slices() -> None:
    found = summary([case_outcome(n, 1.0, float(n % 2)) for n in range(40)], seed=1)
    assert found.benchmark_score == 1
    assert found.improvement is not None
    assert found.improvement.absolute.low > 0
    assert found.improvement.relative == pytest.approx(1)
    by_name = {one.name: one for one in found.slices}
    assert by_name["odd"].gain is not None
    assert by_name["odd"].gain.mean == 0
    assert by_name["even"].gain is not None
    assert by_name["even"].gain.low > 0
    assert (found.candidate.latency_p50_ms, found.candidate.latency_p95_ms) == (1900, 3700)


def test_cases_that_one_side_did_not_answer_count_for_neither() -> None:
    found = summary([case_outcome(0, None, 1.0), case_outcome(1, 1.0, 0.0), case_outcome(2, 0.0, 0.0)], seed=1)
    assert (found.cases, found.counted, found.candidate.unanswered) == (3, 2, 1)
    assert found.candidate.accuracy.mean == 0.5


def test_weights_count() -> None:
    found = summary([case_outcome(0, 1.0, weight=3.0), case_outcome(1, 0.0)], seed=1)
    assert found.benchmark_score == 0.75


def run_of(*cases: CaseOutcome) -> Run:
    begun = asked_for("acme", "qa", Order(candidate=Subject(model="m"), suite_id="s"), len(cases), "ann", NOW)
    return ended(begun, cases, summary(cases, 1), None, why_nothing(begun, cases), NOW)


def test_with_too_many_unanswered_cases_a_run_is_no_result() -> None:
    assert run_of(case_outcome(0, None), case_outcome(1, 1.0)).state is RunState.FAILED
    few = run_of(*(case_outcome(n, 1.0) for n in range(9)), case_outcome(9, None))
    assert few.state is RunState.SUCCEEDED
    assert "1 case got no answer" in few.reason


def test_two_reports_are_compared_on_what_they_have_in_common() -> None:
    before = report_of(run_of(*(case_outcome(n, 0.2) for n in range(30))), 1)
    after = report_of(run_of(*(case_outcome(n, 0.8) for n in range(10, 40))), 1)
    found = compare(before, after, 1)
    assert (found.common, found.a.only_here, found.b.only_here) == (20, 10, 10)
    assert found.improvement.absolute.mean == pytest.approx(0.6)
    assert found.improvement.absolute.low > 0
    assert found.improvement.relative == pytest.approx(3)
    assert len(found.newly_passed) == 20
    assert not found.newly_failed
    assert {one.name for one in found.slices} == {"even", "odd", "all"}


def test_reports_on_other_cases_are_not_compared() -> None:
    with pytest.raises(NothingInCommonError, match="no case in common"):
        compare(report_of(run_of(case_outcome(0, 1.0)), 1), report_of(run_of(case_outcome(1, 1.0)), 1), 1)


def test_what_is_under_way_is_not_compared() -> None:
    over = run_of(case_outcome(0, 1.0))
    running = replace(over, state=RunState.RUNNING)
    with pytest.raises(NothingInCommonError, match="wait until it has ended"):
        compare(report_of(over, 1), report_of(running, 1), 1)
