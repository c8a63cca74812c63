from uuid import UUID

import pytest

from ratchet_feedback.chances import Scores
from ratchet_feedback.groups import Group, GroupedBy, in_periods
from ratchet_feedback.opportunities import Named, Rated, Touched, in_order, opportunities
from ratchet_feedback.summary import Raised, Said, Scope
from ratchet_feedback.trends import Direction, Period, trends


def period(words: int, **issues: int) -> Period:
    said = [
        Said("joined", "negative", "summary", None, words, 0, 0.0),
        Said("pending", "negative", None, None, 99, 0, 0.0),
    ]
    return Period(said, [Raised(name, "summary", None, count) for name, count in issues.items()])


def test_an_issue_that_is_named_more_often_rises_and_a_sentence_says_so() -> None:
    rising, steady, gone = trends(
        period(80, wrong_facts=30, too_long=8), period(90, wrong_facts=6, too_long=9, privacy=1), Scope(), 30
    )
    assert (rising.issue, rising.count, rising.count_before) == ("wrong_facts", 30, 6)
    assert (rising.direction, steady.direction, gone.direction) == (
        Direction.RISES,
        Direction.UNCLEAR,
        Direction.UNCLEAR,
    )
    assert rising.sentence.startswith(
        "wrong_facts was named in 30 of 80 words (38%), against 6 of 90 (7%) in the 30 days before: it is named more"
    )
    assert "that may be chance" in steady.sentence
    assert (gone.issue, gone.count, gone.share) == ("privacy", 0, 0.0)
    (falling,) = trends(period(90, wrong_facts=6), period(80, wrong_facts=30), Scope(), 30)
    assert falling.direction is Direction.FALLS


def test_without_a_time_before_nothing_is_compared() -> None:
    (found,) = trends(period(10, too_long=9), period(0), Scope(), 7)
    assert (found.direction, found.share_before) == (Direction.UNCLEAR, None)
    assert found.sentence == (
        "too_long was named in 9 of 10 words (90%); in the 7 days before nobody said a word, "
        "so there is nothing to compare with."
    )
    assert not trends(period(0), period(0), Scope(), 7)


def test_opportunities_are_ordered_by_how_many_answers_they_touch_times_how_bad_these_are() -> None:
    rated = [Rated("summary", Scores(100, 70.0, 60.0), 120), Rated("qa", Scores(10, 9.0, 9.0), 10)]
    touched = [
        Touched("summary", "too_long", Scores(30, 27.0, 25.0), 31),  # many, and nearly good
        Touched("summary", "wrong_facts", Scores(10, 1.0, 1.0), 12),
        Touched("qa", "hallucination", Scores(1, 0.0, 0.0), 1),
    ]
    named = [Named("summary", ("wrong_facts", "too_long"), UUID(int=n), n / 10) for n in (7, 3, 1, 9, 3, 5, 2)]
    found = in_order(opportunities(touched, rated, named))
    assert [(one.task_type, one.issue, one.weight) for one in found] == [
        ("summary", "wrong_facts", 9.0),
        ("summary", "too_long", 3.0),
        ("qa", "hallucination", 1.0),
    ]
    first, _, last = found
    assert (first.answers, first.mean_score, first.count, first.share) == (10, 0.1, 12, 0.1)
    assert first.gain is not None
    assert first.gain.mean == pytest.approx(69 / 90 - 0.7)
    assert [evidence.int for evidence in first.evidence] == [1, 2, 3, 5, 7]
    assert (list(last.evidence), last.suggestion.endswith(".")) == ([], True)


def test_days_add_up_to_weeks_and_months() -> None:
    by_rating = {"positive": 1, "neutral": 0, "negative": 1}
    days = [
        Group(name=name, words=3, scores=Scores(2, 1.0, 1.0), by_rating=by_rating, corrections=1)
        for name in ("2026-11-30", "2026-12-01", "2027-01-01", "2026-11-29")
    ]
    assert [one.name for one in in_periods(days, GroupedBy.DAY)] == sorted(day.name or "" for day in days)
    weeks = {one.name: one.scores.n for one in in_periods(days, GroupedBy.WEEK)}
    assert weeks == {"2026-W48": 2, "2026-W49": 4, "2026-W53": 2}
    months = in_periods(days, GroupedBy.MONTH)
    assert [(one.name, one.words, one.scores, one.by_rating["negative"], one.corrections) for one in months] == [
        ("2026-11", 6, Scores(4, 2.0, 2.0), 2, 2),
        ("2026-12", 3, Scores(2, 1.0, 1.0), 1, 1),
        ("2027-01", 3, Scores(2, 1.0, 1.0), 1, 1),
    ]
