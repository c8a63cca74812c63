from datetime import datetime

import msgspec
import pytest

from ratchet_monitor.accuracy import MOST_VALUES, Accuracies, Hearings
from ratchet_monitor.blocks import DAY, Blocks
from ratchet_monitor.buckets import OTHERS, Build, Contents, Period
from ratchet_monitor.counted import Counted
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Scored, by_result, score_of
from tests.unit.monitor.make import HOUR, NOW, joined, observation, result_id


def accuracies(observations: list[Observation], scores: dict[int, float], **wanted: str) -> Accuracies:
    build = Build({result_id(n): Scored(round(score * 1e6), 0, 1) for n, score in scores.items()}, {})
    for one in observations:
        build.add(one)
    hearings = Hearings(lambda kind: all(getattr(kind, name) == value for name, value in wanted.items()))
    contents = build.contents()
    hearings.include(Period("summary", HOUR, contents))
    return hearings.accuracies(by_day((HOUR, contents)))


def by_day(*parts: tuple[datetime, Contents]) -> Counted:
    counted = Counted(Blocks(parts[0][0], parts[-1][0] + DAY))
    for start, contents in parts:
        counted.add("summary", start, contents.cells)
    return counted


SEEN = [
    *(observation(n, document_type="email", template="short_v1", confidence=0.95) for n in range(100)),
    *(observation(n, document_type="contract", template="long_v2", confidence=0.55) for n in range(100, 200)),
]
SCORES = dict.fromkeys(range(10), 1.0) | dict.fromkeys(range(100, 140), 0.25)


def test_accuracy_is_told_raw_and_weighted_with_intervals() -> None:
    found = accuracies(SEEN, SCORES).whole
    assert found.raw
    assert found.weighted
    assert (found.answers, found.raw.n, found.covered) == (200, 50, 1.0)
    assert found.raw.value == pytest.approx((10 + 40 * 0.25) / 50)
    assert found.weighted.value == pytest.approx((1 + 0.25) / 2)
    for one in (found.raw, found.weighted):
        assert one.interval[0] < one.value < one.interval[1]


def test_slices_are_told_apart_and_may_be_asked_for() -> None:
    found = accuracies(SEEN, SCORES)
    by_document = {name: one.raw.value for name, one in found.by_document_type.items() if one.raw}
    assert by_document == {"email": 1.0, "contract": 0.25}
    assert set(found.by_template) == {"short_v1", "long_v2"}
    assert set(found.by_task) == {"summary"}
    one = accuracies(SEEN, SCORES, template="short_v1").whole
    assert one.raw is not None
    assert (one.answers, one.raw.value) == (100, 1.0)


def test_confidence_is_held_against_what_people_said() -> None:
    found = accuracies(SEEN, SCORES).whole
    low, high = found.reliability
    assert (low.from_confidence, low.n, low.confidence, low.score) == (0.5, 40, 0.55, 0.25)
    assert (high.to_confidence, high.n, high.score) == (1.0, 10, 1.0)
    assert low.interval[0] < 0.25 < low.interval[1]
    assert found.calibration_error == pytest.approx((40 * 0.3 + 10 * 0.05) / 50)


def test_a_judge_is_never_mixed_with_people() -> None:
    said = [joined(1, 1.0), joined(1, 0.0, user="judge", score_source="judge"), joined(2, 0.5, score_source="judge")]
    scored = by_result(score_of(event, NOW) for event in said)
    assert (scored[result_id(1)].score, scored[result_id(1)].users, scored[result_id(1)].judged) == (1_000_000, 1, 0)
    build = Build(scored, {})
    for number in (1, 2):
        build.add(observation(number))
    hearings = Hearings(lambda _: True)
    contents = build.contents()
    hearings.include(Period("summary", HOUR, contents))
    found = hearings.accuracies(by_day((HOUR, contents))).whole
    assert found.raw is not None
    assert found.judge is not None
    assert (found.raw.n, found.raw.value) == (1, 1.0)
    assert (found.judge.n, found.judge.value) == (2, 0.25)


def test_of_silence_nothing_is_said() -> None:
    found = accuracies(SEEN, {}).whole
    assert (found.raw, found.weighted, found.judge, found.covered) == (None, None, None, 0.0)
    assert accuracies([], {}).whole.answers == 0


def test_cache_hits_take_no_part() -> None:
    hit = observation(300, cached_from=result_id(1), document_type="email")
    assert accuracies([*SEEN, hit], SCORES) == accuracies(SEEN, SCORES)


def test_many_templates_are_bounded() -> None:
    many = [msgspec.structs.replace(SEEN[0], template=f"t{n}", result_id=result_id(n)) for n in range(MOST_VALUES + 40)]
    found = accuracies(many, {0: 1.0})
    assert len(found.by_template) == MOST_VALUES + 1
    assert found.by_template[OTHERS].answers == 40


def of_days(*good: int) -> Accuracies:
    """Of twenty answers a day, all spoken of, so many were good."""
    hearings, parts = Hearings(lambda _: True), []
    for day, n in enumerate(good):
        at, number = HOUR + day * DAY, 20 * day
        scored = {result_id(number + k, at): Scored(1_000_000 * (k < n), 0, 1) for k in range(20)}
        build = Build(scored, {})
        for k in range(20):
            build.add(observation(number + k, at=at, seen_at=at))
        parts.append((at, build.contents()))
        hearings.include(Period("summary", at, parts[-1][1]))
    return hearings.accuracies(by_day(*parts))


def test_where_days_are_good_or_bad_as_a_whole_as_much_is_known_as_there_are_days() -> None:
    found = of_days(*(20, 10) * 10)
    (of_model,) = found.by_model.values()
    for one in (found.whole.raw, found.whole.weighted, of_model.weighted):
        assert one
        assert one.n == 400
        assert one.value == pytest.approx(0.75)
        assert one.effective_n < 100
        assert one.interval[1] - one.interval[0] > 0.2
    alike = of_days(*(15,) * 20).whole.raw
    assert alike
    assert alike.effective_n == pytest.approx(400, rel=0.01)


def test_of_four_days_nobody_knows_how_days_differ() -> None:
    found = of_days(20, 10, 20, 10).whole.raw
    assert found
    assert found.effective_n == pytest.approx(80, rel=0.05)
