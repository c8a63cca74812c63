import random

import msgspec
import numpy as np
import pytest

from ratchet_monitor.hearing import (
    FEWEST,
    Strata,
    heard,
    heard_in,
    scores_of,
    stratum_of,
    unweighted,
    weights,
    with_answer,
    with_strata,
)
from ratchet_monitor.intervals import wilson
from tests.unit.monitor.make import observation


def strata_of(answers: list[tuple[int, float, bool]]) -> Strata:
    """Of (stratum, score, did anybody speak)."""
    found: Strata = {}
    for stratum, score, spoken in answers:
        with_answer(found, stratum, round(score * 1e6) if spoken else None)
    return found


def test_who_complains_more_often_is_weighed_down_to_his_share_of_the_answers() -> None:
    """Of sure answers .9 are good and 2 % are spoken of, of unsure ones .4 and 40 %: truly .65."""
    chance = random.Random(5)
    answers = []
    for _ in range(60_000):
        sure = chance.random() < 0.5
        good = chance.random() < (0.9 if sure else 0.4)
        answers.append((1 if sure else 0, float(good), chance.random() < (0.02 if sure else 0.4)))
    found = heard(strata_of(answers).values())
    assert found.raw.mean == pytest.approx(0.42, abs=0.02)
    assert found.weighted.mean == pytest.approx(0.65, abs=0.03)
    assert found.covered == 1.0
    assert found.weighted.yes_or_no < found.raw.yes_or_no  # the price of the weights


def test_where_everybody_is_heard_alike_the_weights_change_nothing() -> None:
    answers = [(n % 3, (n % 7) / 6, n % 5 == 0) for n in range(3_000)]
    found = heard(strata_of(answers).values())
    assert found.weighted.mean == pytest.approx(found.raw.mean, abs=0.01)


def test_answers_that_nobody_like_them_was_spoken_of_are_told() -> None:
    found = heard(strata_of([(0, 1.0, n < 30) for n in range(60)] + [(1, 0.0, False)] * 40).values())
    assert (found.covered, found.weighted.mean) == (0.6, 1.0)


def test_a_stratum_of_few_scores_weighs_no_single_word_by_thousands() -> None:
    rare = [(stratum, 0.0, n == 0) for stratum in range(1, FEWEST + 1) for n in range(100)]
    found = heard(strata_of([(0, 1.0, n < 50) for n in range(1_000)] + rare).values())
    assert found.raw.n == 50 + FEWEST
    assert found.weighted.mean == pytest.approx(1_000 / (1_000 + 100 * FEWEST))
    assert heard([]).raw.n == 0


@pytest.mark.parametrize(
    ("shares", "good", "spoken"),
    [
        ((0.7, 0.3), (0.95, 0.5), (0.05, 0.4)),
        ((0.9, 0.1), (0.95, 0.4), (0.02, 0.5)),
        ((0.9, 0.1), (0.9, 0.4), (0.012, 0.6)),
        ((0.9, 0.1), (0.9, 0.4), (0.006, 0.6)),
        ((0.9, 0.1), (0.1, 0.7), (0.015, 0.6)),
        ((0.5, 0.5), (1.0, 0.0), (1.0, 1.0)),
    ],
)
def test_the_interval_holds_the_truth_where_few_speak_for_most_of_the_answers(
    shares: tuple[float, ...], good: tuple[float, ...], spoken: tuple[float, ...]
) -> None:
    """600 answers, 2,000 times; of the content ones some six to fifty are spoken of, or three. Without what each
    stratum is lent, .6 to .8 of the intervals held the truth."""
    rng, held, told = np.random.default_rng(3), 0, 0
    for _ in range(2_000):
        answers = rng.multinomial(600, shares)
        scored = rng.binomial(answers, spoken)
        yes = rng.binomial(scored, good) * 1e6
        found = heard_in(np.stack([answers, scored, yes, yes], axis=-1).astype(float))
        if found.covered == 1:
            low, high = wilson(found.weighted.mean, found.weighted.yes_or_no)
            told += 1
            held += low <= np.dot(shares, good) <= high
    assert held / told > 0.935


def test_a_handful_of_scores_that_are_nearly_alike_is_not_taken_for_thousands() -> None:
    alike = np.array([[40, 8, 7_600_000, 7_220_200]], float)  # eight of about .95: a ninth may be 0
    for scores in (heard_in(alike).raw, heard_in(alike).weighted):
        assert 8 <= scores.yes_or_no < 16
    yes_and_no = heard_in(np.array([[40, 8, 6e6, 6e6]])).raw
    assert yes_and_no.yes_or_no == pytest.approx(8)


def test_hours_add_up() -> None:
    answers = [(n % 4, (n % 7) / 6, n % 2 == 0) for n in range(200)]
    together = strata_of(answers[:77])
    with_strata(together, strata_of(answers[77:]))
    assert together == strata_of(answers)


def test_strata_tell_how_sure_an_answer_seemed_and_whether_it_was_well_formed() -> None:
    known = [observation(n, confidence=c) for n, c in enumerate((0.0, 0.49, 0.5, 0.69, 0.7, 0.9, 0.95, 1.0))]
    assert [stratum_of(one) for one in known] == [2, 2, 4, 4, 6, 8, 10, 10]
    assert stratum_of(observation(9)) == 0


def test_of_several_side_by_side_the_same_is_heard_as_of_each_alone() -> None:
    rng = np.random.default_rng(7)
    scored = rng.integers(0, 12, (9, 4))
    yes = rng.binomial(scored, 0.7) * 1_000_000
    strata = np.stack([scored + rng.integers(0, 50, scored.shape), scored, yes, yes], axis=-1).astype(float)
    strata[3:5, :, 1:] = 0  # nobody spoke of these
    starts = np.array([0, 2, 3, 5])
    together = scores_of(strata, weights(strata, starts), starts)
    for scores, lines in zip(together, np.split(strata, starts[1:]), strict=True):
        alone = heard_in(lines.reshape(-1, 4)).weighted
        assert msgspec.structs.astuple(scores) == pytest.approx(msgspec.structs.astuple(alone))
    for scores, lines in zip(unweighted(strata, starts), np.split(strata, starts[1:]), strict=True):
        alone = heard_in(lines.reshape(-1, 4)).raw
        assert msgspec.structs.astuple(scores) == pytest.approx(msgspec.structs.astuple(alone))
