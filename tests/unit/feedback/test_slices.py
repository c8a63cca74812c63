import random
from uuid import UUID

import pytest

from ratchet_feedback.chances import Scores
from ratchet_feedback.opportunities import Rated, in_order
from ratchet_feedback.rollups import telling
from ratchet_feedback.rollups.hearing import Heard
from ratchet_feedback.rollups.pieces import JOINED, OTHERS, Kind, Piece
from ratchet_feedback.rollups.sums import Rollup
from ratchet_feedback.slices import LEAST_ANSWERS, By, Slice, worse_slices
from ratchet_feedback.summary import Scope

EVERYTHING = Scope(None, None, None, None, None)
GOOD_ONE, BAD_ONE = Kind("summary", "email", "large", "v1", "short"), Kind("summary", "report", "large", "v1", "long")


def scores(good: int, bad: int) -> Scores:
    return Scores(good + bad, float(good), float(good))


def piece(number: int, kind: Kind, score: float) -> Piece:
    its = UUID(int=number)
    return Piece(about=its.bytes, result_id=its, place=f"{number:032x}", state=JOINED, kind=kind, score=score)


def heard(pieces: list[Piece]) -> Heard:
    rollup = Rollup()
    for one in pieces:
        rollup.add(one, alone=True)
    return Heard(rollup)


def test_answers_that_are_worse_than_the_others_are_told_without_an_issue() -> None:
    said = [piece(n, GOOD_ONE, 1.0) for n in range(60)] + [piece(100 + n, BAD_ONE, 0.0) for n in range(20)]
    its = heard(said)
    found = in_order(worse_slices(telling.sliced(its, EVERYTHING), telling.rated(its, EVERYTHING)))
    assert [(one.by, one.value) for one in found] == [("document_type", "report"), ("template", "long")]
    first = found[0]
    assert (first.issue, first.count, first.share, first.answers, first.mean_score, first.weight) == (
        None,
        20,
        0.25,
        20,
        0.0,
        20.0,
    )
    assert first.gain is not None
    assert first.gain.mean == pytest.approx(0.25)
    assert first.gain.interval.low > 0
    assert len(first.evidence) == 5
    assert all(one.int >= 100 for one in first.evidence)
    assert "template" in first.suggestion


def test_a_task_that_is_bad_as_a_whole_is_told_though_there_is_nothing_to_compare_it_with() -> None:
    its = heard([piece(n, GOOD_ONE, float(n % 4 == 0)) for n in range(40)])
    found = worse_slices(telling.sliced(its, EVERYTHING), telling.rated(its, EVERYTHING))
    assert [(one.by, one.value, one.gain, one.answers) for one in found] == [("task_type", "summary", None, 40)]


def test_few_answers_and_those_told_together_are_no_slice_to_judge() -> None:
    few = LEAST_ANSWERS - 1
    others = GOOD_ONE._replace(model=OTHERS, version_id=OTHERS, template=OTHERS)
    said = [piece(n, GOOD_ONE, 1.0) for n in range(100)]
    said += [piece(200 + n, BAD_ONE, 0.0) for n in range(few)] + [piece(300 + n, others, 0.5) for n in range(30)]
    its = heard(said)
    assert not worse_slices(telling.sliced(its, EVERYTHING), telling.rated(its, EVERYTHING))


def test_of_equal_slices_hardly_ever_one_is_told() -> None:
    rng, told = random.Random(3), 0
    for _ in range(400):
        parts = [scores(good := sum(rng.random() < 0.85 for _ in range(50)), 50 - good) for _ in range(8)]
        whole = Scores(sum(p.n for p in parts), sum(p.total for p in parts), sum(p.squares for p in parts))
        slices = [Slice("qa", By.TEMPLATE, str(number), part, part.n) for number, part in enumerate(parts)]
        told += bool(worse_slices(slices, [Rated("qa", whole, whole.n)]))
    assert told / 400 < 0.05


def test_within_a_scope_only_what_is_in_it_is_compared() -> None:
    said = [piece(n, GOOD_ONE, 1.0) for n in range(60)] + [piece(100 + n, BAD_ONE, 0.0) for n in range(20)]
    its, scope = heard(said), Scope(None, "email", None, None, None)
    assert not worse_slices(telling.sliced(its, scope), telling.rated(its, scope))
