import pytest

from ratchet_feedback.summary import Given, Raised, Said, Scope, figures, rate

SAID = [
    Said("joined", "negative", "summary", "email", 3, 2, 0.75),
    Said("joined", "positive", "summary", "contract", 1, 0, 1.0),
    Said("joined", "positive", "qa", "email", 4, 0, 4.0),
    Said("pending", "negative", None, None, 5, 5, 0.0),
    Said("expired", "neutral", None, None, 2, 0, 0.0),
]
RAISED = [
    Raised("wrong_facts", "summary", "email", 2),
    Raised("too_long", "summary", "contract", 1),
    Raised("wrong_facts", "qa", "email", 1),
]


def test_figures_of_everything() -> None:
    found = figures(SAID, RAISED, Scope())
    assert (found.total, found.corrections, found.pending, found.expired) == (8, 2, 5, 2)
    assert found.by_rating == {"positive": 5, "neutral": 0, "negative": 3}
    assert found.mean_score == pytest.approx(5.75 / 8)
    assert found.by_issue == {"wrong_facts": 3, "too_long": 1}


def test_figures_of_a_task_and_document_type_leave_out_the_others_but_not_what_waits() -> None:
    found = figures(SAID, RAISED, Scope("summary", "email"))
    assert (found.total, found.mean_score, found.by_issue) == (3, 0.25, {"wrong_facts": 2})
    assert (found.pending, found.expired) == (5, 2)


def test_words_without_a_rating_are_words_and_dilute_nothing() -> None:
    comments = Said("joined", None, "summary", "email", 100, 0, 0.0, unscored=100)
    references = Said("joined", None, "summary", "email", 2, 2, 1.0)
    of_sessions = [
        Said("joined", "negative", "summary", None, 4, 0, 0.0, of_session=True, weight=1.0),
        Said("joined", None, "summary", None, 4, 0, 0.0, unscored=4, of_session=True, weight=1.0, weighed=0.0),
    ]
    found = figures([*SAID, comments, references, *of_sessions], [], Scope("summary"))
    assert (found.total, found.corrections) == (106, 4)
    assert found.by_rating == {"positive": 1, "neutral": 0, "negative": 3}
    assert found.negative_share == pytest.approx(3 / 4)
    assert found.mean_score == pytest.approx((1.75 + 1.0) / (4 + 2))
    assert (found.sessions.words, found.sessions.mean_score) == (2.0, 0.0)
    alone = figures([comments], [], Scope())
    assert (alone.total, alone.mean_score, alone.negative_share) == (100, None, None)


def test_without_feedback_there_is_no_mean() -> None:
    assert figures([], [], Scope()).mean_score is None


def test_the_rate_is_feedback_per_answer() -> None:
    given = [Given("summary", "email", 12), Given("qa", None, 100)]
    assert rate(SAID, given, Scope("summary", "email")) == (12, 0.25)
    assert rate(SAID, [], Scope()) == (0, None)


def test_figures_have_intervals_and_sessions_stand_apart() -> None:
    said = [*SAID, Said("joined", "positive", "summary", None, 4, 0, 4.0, of_session=True, weight=1.0, weighed=1.0)]
    found = figures(said, RAISED, Scope("summary"))
    assert (found.total, found.negative_share) == (4, 0.75)
    assert found.mean_score_interval is not None
    assert found.negative_share_interval is not None
    assert found.mean_score_interval.low < 1.75 / 4 < found.mean_score_interval.high
    assert found.negative_share_interval.low < 0.75 < found.negative_share_interval.high
    assert (found.sessions.words, found.sessions.by_rating["positive"], found.sessions.mean_score) == (1.0, 1.0, 1.0)
    assert figures([], [], Scope()).mean_score_interval is None
