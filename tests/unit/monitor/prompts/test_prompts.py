"""What is said of templates: it holds where requests differ and days do, and says so where it knows too little."""

import random
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

import pytest

from ratchet_monitor.buckets import OTHERS
from ratchet_monitor.counted import MOST_KINDS
from ratchet_monitor.prompts.asking import TemplatesOverlapError, of_each, time_of, trials_of
from ratchet_monitor.prompts.best import best
from ratchet_monitor.prompts.comparing import Comparison, Difference, compare
from ratchet_monitor.prompts.grouping import others_in
from ratchet_monitor.prompts.names import is_named, name_of
from ratchet_monitor.prompts.performance import performance
from ratchet_monitor.prompts.retiring import note_on, to_retire
from ratchet_monitor.prompts.uses import Uses
from ratchet_monitor.studies.study import Arm
from tests.unit.monitor.prompts.make import DAY, DAYS, SINCE, Made, periods, summed_uses, uses, uses_in
from tests.unit.monitor.studies.make import study

NOW = SINCE + DAYS * DAY
MONTH = timedelta(days=30)


def difference(found: Comparison, metric: str) -> Difference:
    return next(one for one in found.differences if one.metric == metric)


def against(found: dict[str, Uses], ours: str = "new_v1", theirs: str = "old_v1") -> Comparison:
    return compare(ours, found[ours], theirs, found[theirs])


@pytest.mark.parametrize(
    ("written", "named"),
    [("short_v2", ("short", 2)), ("short@12", ("short", 12)), ("short", ("short", 0)), ("a_v1_v3", ("a_v1", 3))],
)
def test_a_template_is_named_with_or_without_its_version(written: str, named: tuple[str, int]) -> None:
    assert name_of(written) == named


@pytest.mark.parametrize(
    ("asked", "used", "is_one"),
    [
        ("short", "short_v2", True),
        ("short@2", "short_v2", True),
        ("short_v1", "short_v2", False),
        ("short", "shorter_v1", False),
        ("short_v2", "short_v2", True),
    ],
)
def test_a_name_without_a_version_stands_for_all_of_them(asked: str, used: str, is_one: bool) -> None:
    assert is_named(asked, used) is is_one


def test_each_template_is_told_with_its_versions() -> None:
    found = uses(
        Made("short_v1", 30), Made("short_v2", 10, failing=0.2), Made("long_v1", 5), Made("long_v1", cached=True)
    )
    long, both = sorted(performance(found), key=lambda one: one.whole.template)
    assert [one.template for one in both.versions] == ["short_v1", "short_v2"]
    assert (both.whole.total_uses, long.whole.total_uses, long.whole.cached_uses) == (40 * DAYS, 25 * DAYS, 20 * DAYS)
    assert both.whole.share_of_uses + long.whole.share_of_uses == pytest.approx(1)
    assert (both.whole.version, both.versions[1].version) == (None, 2)
    one = both.versions[1]
    assert one.success
    assert one.success.interval[0] < 0.8 < one.success.interval[1]
    assert one.success.value == one.success_rate
    assert one.cost
    assert one.cost.low is not None
    assert one.cost.high is not None
    assert one.cost.low < 0.002 < one.cost.high
    assert one.avg_latency == pytest.approx(0.2)
    assert one.p95_latency_ms == pytest.approx(200, rel=0.01)
    assert (one.first_used, one.last_used) == (SINCE, SINCE + (DAYS - 1) * DAY)


def test_the_order_of_days_does_not_matter() -> None:
    found = periods([Made("short_v1"), Made("long_v3", good=0.4)])
    shuffled = random.Random(5).sample(found, len(found))
    assert performance(uses_in(found)) == performance(uses_in(shuffled))


def test_of_nothing_nothing_is_told() -> None:
    assert performance({}) == []
    assert best({}) == []
    assert to_retire({}, (), NOW, MONTH) == []


def test_of_a_few_days_costs_have_no_interval() -> None:
    (only,) = performance(uses(Made("short_v1", days=range(4))))
    assert only.whole.avg_cost
    assert only.whole.cost
    assert only.whole.cost.low is None


def test_one_that_gets_the_hard_documents_is_not_worse_for_that() -> None:
    """Simpson's paradox: over all, the new one looks worse, and it is better on both kinds."""
    found = uses(
        Made("old_v1", 60, 30, 0.9, "email", usd=0.001),
        Made("old_v1", 10, 5, 0.4, "contract", usd=0.01),
        Made("new_v1", 10, 5, 0.99, "email", usd=0.0008),
        Made("new_v1", 60, 30, 0.6, "contract", usd=0.008),
    )
    new, old = found["new_v1"].quality, found["old_v1"].quality
    assert new
    assert old
    assert new.mean < old.mean
    told = against(found)
    quality, cost = difference(told, "quality"), difference(told, "cost")
    assert (quality.verdict, cost.verdict) == ("better", "better")
    assert quality.low is not None
    assert quality.low > 0
    assert (told.places, told.in_common) == (2, 1.0)
    assert "quality +0." in told.says


def test_what_was_never_used_for_the_same_is_not_compared() -> None:
    told = against(uses(Made("old_v1", document_type="email"), Made("new_v1", document_type="contract")))
    assert {one.verdict for one in told.differences} == {"too_little"}
    assert {one.difference for one in told.differences} == {None}
    assert "cannot be compared" in told.says


def test_too_few_scores_say_so_and_show_what_there_is() -> None:
    told = difference(against(uses(Made("old_v1", scored=1, good=1), Made("new_v1", scored=1, good=0))), "quality")
    assert (told.verdict, told.n) == ("too_little", DAYS)
    assert told.difference == -1.0


def test_what_a_day_does_to_both_is_no_difference() -> None:
    """Days differ threefold; the two differ by a tenth, and that is seen."""
    made = Made("old_v1", 100, usd=0.002), Made("new_v1", 100, usd=0.0018)
    told = difference(against(uses(*made, of_day=lambda drawn: drawn.choice([0.5, 1.0, 3.0]))), "cost")
    assert told.verdict == "better"


def test_two_that_are_alike_are_hardly_ever_told_apart() -> None:
    """Of 4 x 200 intervals of 95 %, days differing: no more than one in twenty and what chance adds to that."""
    missed = 0
    for seed in range(200):
        made = Made("old_v1", 12, 4, 0.7, failing=0.1), Made("new_v1", 12, 4, 0.7, failing=0.1)
        told = against(summed_uses(*made, seed=seed, of_day=lambda drawn: drawn.uniform(0.5, 2)))
        missed += sum(one.verdict in ("better", "worse") for one in told.differences)
    assert missed <= 0.05 * 800 + 3 * (800 * 0.05 * 0.95) ** 0.5


def daily(template: str, days: Iterable[int], good: Callable[[int], float], **others: Any) -> list[Made]:
    """One that each day's scores of are drawn for themselves."""
    return [Made(template, good=good(day), days=[day], **others) for day in days]


def test_two_that_are_alike_and_follow_each_other_are_not_told_apart_by_their_days() -> None:
    """Version 1 until the tenth day and 2 since, while answers became dearer and worse from day to day."""

    def usd(day: int) -> float:
        return 0.001 * (1 + day)

    made = [Made("old_v1", 40, 20, 0.9 - day / 25, usd=usd(day), days=[day]) for day in range(10)]
    made += [Made("new_v1", 40, 20, 0.9 - day / 25, usd=usd(day), days=[day]) for day in range(10, DAYS)]
    apart = against(summed_uses(*made))
    assert {(one.difference, one.verdict) for one in apart.differences} == {(None, "too_little")}
    assert apart.in_common == 0
    assert "were never used at the same time" in apart.says
    both = [*made, *(Made("new_v1", 40, 20, 0.9 - day / 25, usd=usd(day), days=[day]) for day in range(3, 10))]
    told = against(summed_uses(*both))
    assert {one.verdict for one in told.differences} == {"no_difference_known"}
    assert difference(told, "quality").n == 7 * 20
    assert told.in_common == pytest.approx(14 / 27, abs=1e-6)


def test_days_that_differ_are_never_too_few_to_tell_them_apart() -> None:
    """Each day each template has a luck of its own: of 4 days nothing is told, of 5 and more no more than chance is."""
    for days in (4, 5, 8):
        wrong = 0
        for seed in range(200):
            drawn = random.Random(seed)
            made = [
                one
                for name in ("old_v1", "new_v1")
                for one in daily(name, range(days), lambda _: drawn.betavariate(3, 2), each_day=40, scored=40)  # noqa: B023
            ]
            verdict = difference(against(summed_uses(*made, seed=seed)), "quality").verdict
            wrong += verdict in ("better", "worse")
            assert (verdict == "too_little") == (days < 5)
        assert wrong <= 200 * 0.05 + 3 * (200 * 0.05 * 0.95) ** 0.5


def test_scores_of_few_days_tell_no_best_and_nothing_to_retire() -> None:
    made = Made("old_v1", 40, 40, 0.3, days=range(4)), Made("new_v1", 40, 40, 0.9, days=range(4))
    found = summed_uses(*made)
    assert not best(found)[0].best
    assert not to_retire(found, (), SINCE + 5 * DAY, MONTH)


def test_many_places_of_a_score_each_are_no_proof() -> None:
    """Of one answer a place each is surely good or surely bad: that is chance, and is told as such."""
    wrong = 0
    for seed in range(100):
        made = [
            Made(name, 1, 1, 0.8, document_type=f"kind {n}", days=[n % 6])
            for name in ("old_v1", "new_v1")
            for n in range(40)
        ]
        wrong += difference(against(summed_uses(*made, seed=seed)), "quality").verdict in ("better", "worse")
    assert wrong <= 100 * 0.05 + 3 * (100 * 0.05 * 0.95) ** 0.5


def test_the_same_answers_never_stand_on_both_sides() -> None:
    found = uses(Made("short_v1"), Made("short_v2"))
    assert set(of_each(found, ["short_v1", "short_v2", "other"])) == {"short_v1", "short_v2", "other"}
    for asked in (["short", "short_v2"], ["short_v1", "short_v1"], ["other", "other"]):
        with pytest.raises(TemplatesOverlapError):
            of_each(found, asked)


def test_experiments_that_compared_them_are_named() -> None:
    arms = (Arm(name="a", share=50, template="short"), Arm(name="b", share=50, template="long@2"))
    found = [study(arms=arms), study(experiment_id="other")]
    assert [one.experiment_id for one in trials_of(found, ["short_v1", "long_v2"])] == [found[0].experiment_id]
    assert not trials_of(found, ["short_v1", "long_v3"])


@pytest.mark.parametrize(
    ("made", "why"),
    [
        ([Made("old_v1")], "Only old_v1 was used"),
        ([Made("old_v1", scored=1), Made("new_v1", scored=1)], "Too little is known: 2 templates were used, and none"),
        ([Made("old_v1", scored=9), Made("new_v1", scored=1)], "only old_v1 has 30 scores"),
        ([Made("old_v1", good=0.70), Made("new_v1", good=0.75)], "that may be chance"),
        (
            [Made("old_v1"), Made("new_v1", model="other")],
            "cannot be compared: they need 30 scores each of answers by the same",
        ),
    ],
)
def test_a_best_template_is_not_told_where_too_little_is_known(made: list[Made], why: str) -> None:
    (told,) = best(uses(*made))
    assert told.best == ""
    assert why in told.why


def test_the_one_that_leads_is_ahead_where_both_were_used_whatever_its_mean() -> None:
    """Where the easy requests went to one only, its mean is the highest, and it is behind the other one."""
    made = Made("old_v1", 20, 10, 0.5), Made("new_v1", 20, 10, 0.8), Made("old_v1", 90, 90, 0.99, model="other")
    found = summed_uses(*made)
    old, new = found["old_v1"].quality, found["new_v1"].quality
    assert old
    assert new
    assert old.mean > new.mean
    (told,) = best(found)
    assert (told.leads, told.best) == ("new_v1", "new_v1")


def test_none_leads_that_is_behind_another() -> None:
    for seed in range(60):
        made = [Made(name, 20, 4, 0.7, model=model) for name in ("a_v1", "b_v1", "c_v1") for model in ("x", "y")]
        (told,) = best(summed_uses(*made, seed=seed))
        assert (told.leads != "") == ("leads by +" in told.why or "is the best" in told.why)
        assert told.lead is None or told.lead > 0


def test_no_best_is_told_of_a_few_scores_in_common() -> None:
    made = [
        Made("old_v1", 20, 10, 0.0, model="other"),
        Made("old_v1", 1, 1, 0.0, days=range(4)),
        Made("new_v1", 20, 10, 1.0),
    ]
    (told,) = best(summed_uses(*made))
    assert (told.best, told.leads) == ("", "")
    assert "cannot be compared" in told.why


def test_the_best_is_told_for_each_task_and_document_type() -> None:
    found = best(
        uses(
            Made("old_v1", 20, 10, 0.5, "email"),
            Made("new_v1", 20, 10, 0.8, "email"),
            Made("old_v1", 20, 10, 0.9, "contract"),
            Made("new_v1", 20, 10, 0.6, "contract"),
            Made("third_v1", 20, 1, 0.9, "contract"),
        )
    )
    assert {one.document_type: one.best for one in found} == {"email": "new_v1", "contract": "old_v1"}
    contract = next(one for one in found if one.document_type == "contract")
    assert "Not compared: third_v1" in contract.why
    assert contract.low is not None
    assert 0 < contract.low < (contract.lead or 0)


def test_no_best_is_told_by_chance() -> None:
    """Of 60 times 4 kinds of documents with 3 templates that are alike, hardly any has a best one."""
    told = 0
    for seed in range(60):
        made = [Made(f"t{n}_v1", 6, 4, 0.7, kind) for n in range(3) for kind in ("email", "contract", "other", "")]
        told += any(one.best for one in best(summed_uses(*made, seed=seed)))
    assert told <= 60 * 0.025 + 3 * (60 * 0.025) ** 0.5


def test_one_that_is_worse_is_named_with_its_numbers() -> None:
    found = uses(Made("old_v1", 20, 10, 0.5, usd=0.001), Made("new_v2", 20, 10, 0.9), Made("new_v1", 20, 10, 0.88))
    (told,) = to_retire(found, {"new_v2"}, NOW, MONTH)
    assert (told.template, told.reason, told.instead) == ("old_v1", "worse", "new_v2")
    assert told.high is not None
    assert told.high < 0
    assert "200 and 200 scores" in told.why
    assert "less by it" in told.why  # it is cheaper, and a person may weigh that
    assert "Name new_v2 in requests" in told.what_to_do


def test_a_worse_version_is_left_by_activating_another() -> None:
    (told,) = to_retire(uses(Made("short_v3", 20, 10, 0.5), Made("short_v2", 20, 10, 0.9)), (), NOW, MONTH)
    assert told.template == "short_v3"
    assert 'POST /api/templates/short/activate` {"version": 2}' in told.what_to_do


def test_the_best_of_any_kind_of_document_stays() -> None:
    found = uses(Made("old_v1", 20, 10, 0.5), Made("new_v1", 20, 10, 0.9))
    assert not to_retire(found, {"old_v1"}, NOW, MONTH)


def test_a_small_loss_is_no_reason() -> None:
    assert not to_retire(summed_uses(Made("old_v1", 900, 900, 0.86), Made("new_v1", 900, 900, 0.9)), (), NOW, MONTH)


def test_one_that_nobody_uses_any_more_is_named_unless_another_version_is() -> None:
    before = range(5)
    found = uses(Made("gone_v1", days=before), Made("short_v1", days=before), Made("short_v2"))
    (told,) = to_retire(found, (), NOW, timedelta(days=10))
    assert (told.template, told.reason, told.last_used) == ("gone_v1", "unused", SINCE + 4 * DAY)
    assert "used 100 times, last on 2026-11-05" in told.why
    assert not to_retire(found, (), NOW, timedelta(days=16))


def test_what_is_not_told_apart_is_no_template_and_none_is_called_unused_meanwhile() -> None:
    """Past so many kinds the next are counted as others: among them may be those of any template."""
    many = [Made(f"t{n}_v1", 1, 0, days=[1]) for n in range(MOST_KINDS - 1)]
    late = Made("gone_v1", days=range(DAYS - 5, DAYS))
    found = summed_uses(Made("gone_v1", model="other", days=[0]), *many, late)
    assert others_in(found) == 100
    assert OTHERS not in {one.whole.template for one in performance(found)}
    assert not to_retire(found, (), NOW, timedelta(days=10))
    assert "100 uses were counted as those of others" in note_on(others_in(found))
    before = summed_uses(*many)
    assert len(to_retire(before, (), NOW, timedelta(days=10))) == MOST_KINDS - 1
    assert (others_in(before), note_on(0)) == (0, "")


@pytest.mark.parametrize(
    ("days", "blocks", "step"), [(1, 2, DAY), (30, 31, DAY), (90, 31, 3 * DAY), (400, 31, 13 * DAY)]
)
def test_a_time_is_whole_days_and_today_in_a_bounded_number_of_blocks(days: int, blocks: int, step: timedelta) -> None:
    found = time_of(days, NOW + timedelta(hours=9, minutes=30))
    assert (found.since, found.until) == (NOW - days * DAY, NOW + timedelta(hours=10))
    assert (found.blocks, found.step) == (blocks, step)
