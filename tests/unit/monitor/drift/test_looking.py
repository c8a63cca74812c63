"""Windows of a task: what has changed is found, each feature by itself; what has not cries no more than is allowed."""

import random
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from ratchet_monitor.buckets import Build, Period
from ratchet_monitor.drift.looking import Looked, Window, look, look_at_mix
from ratchet_monitor.hours import HOUR as AN_HOUR
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Scored
from tests.unit.monitor.make import HOUR, observation

Drawn = Callable[[random.Random], dict[str, Any]]


def steady(draw: random.Random) -> dict[str, Any]:
    """An answer as they are; with what is measured of it."""
    return {
        "latency_ms": draw.lognormvariate(6, 0.5),
        "cost_usd": Decimal(round(draw.lognormvariate(-8, 0.4), 9)),
        "confidence": round(draw.betavariate(8, 2), 3),
        "output": "x" * round(draw.lognormvariate(5, 0.4)),
        "outcome": "failed" if draw.random() < 0.02 else "ok",
        "measured": {
            "input_length": round(draw.lognormvariate(7, 0.5)),
            "language": "en" if draw.random() < 0.9 else "de",
            "word": int(draw.paretovariate(0.6)) % 64,
            "refusal": draw.random() < 0.01,
            "misshapen": draw.random() < 0.03,
        },
        "score": float(draw.random() < 0.8) if draw.random() < 0.3 else None,
    }


def window(drawn: Drawn, n: int, seed: int, *, task: str = "summary", version: str = "base") -> Window:
    draw, found = random.Random(seed), Window(lambda _: True)
    scored: dict[Any, Scored] = {}
    answers: list[Observation] = []
    for number in range(n):
        its = drawn(draw)
        measured, score = its.pop("measured"), its.pop("score")
        seen = msgspec.structs.replace(observation(number, version_id=version, **its), **measured)
        answers.append(seen)
        if score is not None:
            scored[seen.result_id] = Scored(round(score * 1e6), 0, 1)
    for part in range(4):
        build = Build(scored, {})
        for one in answers[part::4]:
            build.add(one)
        found.include(Period(task, HOUR - part * AN_HOUR, build.contents()))
    return found


REFERENCE = window(steady, 3_000, 1)


def drifted(found: list[Looked]) -> set[str]:
    return {one.finding.feature for one in found if one.finding.drifted}


def changed(**changes: Any) -> Drawn:
    """`steady`, and what a name says of its value; of what is measured too."""

    def of(draw: random.Random) -> dict[str, Any]:
        its = steady(draw)
        for name, change in changes.items():
            where = its["measured"] if name in its["measured"] else its
            where[name] = change(where[name], draw)
        return its

    return of


@pytest.mark.parametrize(
    ("feature", "now"),
    [
        ("accuracy", changed(score=lambda x, draw: None if x is None else float(draw.random() < 0.5))),
        ("failures", changed(outcome=lambda _, draw: "failed" if draw.random() < 0.15 else "ok")),
        ("broken formats", changed(misshapen=lambda _, draw: draw.random() < 0.2)),
        ("refusals", changed(refusal=lambda _, draw: draw.random() < 0.1)),
        ("output length (characters)", changed(output=lambda x, _: x * 2)),
        ("confidence", changed(confidence=lambda x, _: x / 2)),
        ("latency (ms)", changed(latency_ms=lambda x, _: 1.8 * x)),
        ("cost (USD)", changed(cost_usd=lambda x, _: x * 2)),
        ("input length (characters)", changed(input_length=lambda x, _: 2 * x)),
        ("input language", changed(language=lambda _, draw: "fr" if draw.random() < 0.4 else "en")),
        ("inputs", changed(word=lambda x, _: (x + 7) % 64)),
    ],
)
def test_each_change_is_found_by_itself(feature: str, now: Drawn) -> None:
    found = look(REFERENCE, window(now, 900, 2), 0.001)
    assert drifted(found) == {feature}
    (one,) = (one.finding for one in found if one.finding.drifted)
    assert "That is drift" in one.why


def test_what_has_not_changed_cries_no_more_often_than_the_level_says() -> None:
    """60 looks at .05: 3 are to be expected at most, 8 are improbable by 1 in 100."""
    cried = sum(bool(drifted(look(REFERENCE, window(steady, 400, 100 + seed), 0.05))) for seed in range(60))
    assert cried <= 8


def test_traffic_that_moves_to_another_version_is_no_drift_of_either() -> None:
    was, now = window(steady, 1_500, 3), window(steady, 200, 4)
    longer = changed(output=lambda x, _: x * 3, cost_usd=lambda x, _: x * 3)
    for into, n, seed in ((was, 100, 5), (now, 900, 6)):
        other = window(longer, n, seed, version="summary-2")
        into.inputs.add(other.inputs)
        for name in ("spreads", "tallies", "_strata"):
            getattr(into, name).update(getattr(other, name))
    found = look(was, now, 0.01)
    assert {one.speaker.version_id for one in found} == {"", "base", "summary-2"}
    assert not drifted(found)


def test_accuracy_is_weighed_by_who_speaks() -> None:
    """Unsure answers are now spoken of by everybody, and are as good as they were: no fall of accuracy."""

    def spoken(share_of_unsure: float) -> Drawn:
        def of(draw: random.Random) -> dict[str, Any]:
            sure = draw.random() < 0.5
            speaks = draw.random() < (0.3 if sure else share_of_unsure)
            score = float(draw.random() < (0.9 if sure else 0.5)) if speaks else None
            return steady(draw) | {"confidence": 0.97 if sure else 0.6, "score": score, "outcome": "ok"}

        return of

    was, now = window(spoken(0.1), 4_000, 7), window(spoken(0.9), 2_000, 8)
    assert "accuracy" not in drifted(look(was, now, 0.05))


def test_too_few_answers_are_told_as_such() -> None:
    found = look(REFERENCE, window(steady, 20, 9), 0.05)
    assert {one.finding.p for one in found} == {None}
    assert all("Too little to say" in one.finding.why for one in found)
    assert not drifted(look(Window(lambda _: True), Window(lambda _: True), 0.05))


def test_another_mix_of_tasks_is_found() -> None:
    was, now = window(steady, 300, 1), window(steady, 100, 2)
    for into, n in ((was, 100), (now, 250)):
        into.tasks["qa"] = n
    (one,) = look_at_mix(was, now, 0.01)
    assert one.finding.drifted
    assert one.finding.feature == "tasks"
    (same,) = look_at_mix(was, was, 0.01)
    assert not same.finding.drifted


def test_a_version_may_be_asked_for_alone() -> None:
    only = Window(lambda version: version == "nobody")
    build = Build({}, {})
    build.add(observation(1))
    only.include(Period("summary", HOUR - timedelta(hours=1), build.contents()))
    assert not only.tasks
    assert not only.spreads
