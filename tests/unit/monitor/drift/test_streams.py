"""Streams are taken once, by whoever; changes are found; false alarms stay within the month's budget."""

import random
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec

from ratchet_monitor.drift.streams import (
    LEARNS,
    MOST_AT_ONCE,
    MOST_STREAMS,
    Change,
    Round,
    StreamKey,
    Streams,
    first_words,
)
from ratchet_monitor.hours import hour_of
from ratchet_monitor.observations import Observation
from ratchet_monitor.scores import Score, score_of
from tests.unit.monitor.make import HOUR, NOW, joined, observation, result_id

START = HOUR - timedelta(days=2)
LATER = NOW + timedelta(days=1)


def seen(number: int, came_at: datetime, *, failed: bool = False, **changes: Any) -> Observation:
    made = observation(number, **{"outcome": "failed" if failed else "ok"} | changes)
    return msgspec.structs.replace(made, seen_at=came_at)


def word(number: int, score: float, came_at: datetime, **changes: Any) -> Score:
    return msgspec.structs.replace(score_of(joined(number, score, **changes), NOW), scored_at=came_at)


def run(
    streams: Streams,
    answers: Sequence[Observation],
    until: datetime,
    words: Sequence[Score] = (),
    *,
    hour: datetime = HOUR,
    alarms: float = 1.0,
    tolerance: float = 0.0,
) -> list[Change]:
    """One round, with the state read and written as the store does it."""
    stored = msgspec.msgpack.decode(msgspec.msgpack.encode(streams), type=Streams)
    taking = Round(stored, hour, until, words)
    for one in answers:
        taking.add(one)
    facts = taking.facts()
    taking.open(facts, tolerance)
    found = [taking.take(fact, alarms, max(1, stored.detectors)) for fact in facts]
    taking.close(START - timedelta(days=30))
    for name in Streams.__struct_fields__:
        setattr(streams, name, getattr(stored, name))
    return [change for change in found if change]


def seen_by(streams: Streams, signal: str = "failures") -> int:
    return sum(stream.signals[signal].state.seen for stream in streams.streams if signal in stream.signals)


ANSWERS = [seen(n, NOW - timedelta(seconds=600 - n), failed=n % 9 == 0) for n in range(200)]


def test_what_is_delivered_twice_or_in_another_order_is_taken_once() -> None:
    once, again = Streams(), Streams()
    run(once, ANSWERS, LATER)
    shuffled = random.Random(1).sample(ANSWERS, len(ANSWERS))
    run(again, shuffled, LATER)
    run(again, shuffled, LATER)
    assert seen_by(once) == seen_by(again) == len(ANSWERS)
    assert msgspec.to_builtins(once.streams) == msgspec.to_builtins(again.streams)


def test_rounds_go_on_where_the_last_one_ended_whoever_ran_it() -> None:
    whole, parts = Streams(), Streams()
    run(whole, ANSWERS, LATER)
    for minute in range(9, -1, -1):
        run(parts, ANSWERS, NOW - timedelta(minutes=minute))
    assert seen_by(parts) == seen_by(whole) == len(ANSWERS)
    (one,), (other,) = whole.streams, parts.streams
    assert one.signals["failures"] == other.signals["failures"]


def test_what_came_after_the_moment_waits_for_the_next_round() -> None:
    streams = Streams()
    taking = Round(streams, HOUR, NOW - timedelta(minutes=9), [])
    for one in ANSWERS:
        taking.add(one)
    assert 0 < len(taking.facts()) < 2 * len(ANSWERS)
    assert taking.pending


def test_an_hour_that_is_looked_at_late_by_another_clock_takes_nothing_back() -> None:
    streams = Streams()
    run(streams, ANSWERS, LATER)
    run(streams, ANSWERS, NOW - timedelta(hours=5))
    run(streams, ANSWERS, LATER)
    assert seen_by(streams) == len(ANSWERS)


def test_answers_of_models_and_templates_are_streams_of_their_own() -> None:
    streams = Streams()
    some = [seen(n, NOW, template=f"t_v{n % 2}", model=f"m{n % 3}") for n in range(60)]
    run(streams, [*some, seen(99, NOW, cached_from=result_id(1)), seen(98, NOW, outcome="cancelled")], LATER)
    assert len(streams.streams) == 6
    assert seen_by(streams) == 60


def test_a_rise_of_failures_is_found_and_told_with_its_size() -> None:
    chance, streams, found = random.Random(4), Streams(), []
    for hour in range(48):
        at = START + timedelta(hours=hour)
        rate = 0.05 if hour < 30 else 0.45
        answers = [
            seen(100 * hour + n, at + timedelta(seconds=30 * n), failed=chance.random() < rate) for n in range(100)
        ]
        found += run(streams, answers, LATER, hour=at)
    (change,) = [one for one in found if one.signal == "failures"]
    assert change.rose
    assert change.key == StreamKey("base", "small-model", "")
    assert change.before < 0.1
    assert change.after > 0.3
    assert change.at >= START + timedelta(hours=30)
    assert streams.changes == found


def test_people_who_are_content_no_more_are_heard_by_their_first_words() -> None:
    answers = [seen(n, NOW) for n in range(3)]
    words = [
        word(0, 0.2, NOW + timedelta(minutes=1)),
        word(0, 1.0, NOW + timedelta(minutes=5), revision=2),
        word(1, 0.0, NOW + timedelta(minutes=2), score_source="judge"),
        word(7, 0.0, NOW),
    ]
    assert [one.score for one in first_words(words)] == [0, 200_000]
    streams = Streams()
    run(streams, answers, NOW + timedelta(minutes=3), words)
    assert seen_by(streams, "discontent") == 1
    run(streams, answers, LATER, words)
    assert seen_by(streams, "discontent") == 1


def test_which_latency_is_slow_is_learned_from_the_first_ones() -> None:
    streams = Streams()
    answers = [seen(n, NOW + timedelta(seconds=n), latency_ms=float(n % 100)) for n in range(LEARNS)]
    run(streams, answers, LATER)
    (stream,) = streams.streams
    assert stream.slow is not None
    assert 90_000 < stream.slow < 98_000
    more = [seen(1000 + n, LATER + timedelta(seconds=1), latency_ms=500.0) for n in range(10)]
    run(streams, more, LATER + timedelta(hours=1))
    assert seen_by(streams, "slowness") == 10


def test_of_more_streams_those_heard_of_last_stay_and_of_more_facts_some_are_drawn() -> None:
    streams = Streams()
    many = [seen(n, NOW + timedelta(seconds=n), template=f"t{n}") for n in range(MOST_STREAMS + 7)]
    run(streams, many, LATER)
    assert {one.key.template for one in streams.streams} == {f"t{n}" for n in range(7, MOST_STREAMS + 7)}
    busy = Streams()
    run(busy, [seen(n, NOW + timedelta(milliseconds=n)) for n in range(MOST_AT_ONCE * 3)], LATER)
    assert seen_by(busy) == MOST_AT_ONCE


def test_an_hour_that_takes_nothing_any_more_is_forgotten() -> None:
    streams = Streams()
    run(streams, ANSWERS, LATER)
    long_ago = HOUR - timedelta(days=60)
    run(streams, [], LATER, hour=long_ago)
    assert len(streams.taken_until) == 1


def test_false_alarms_stay_within_the_budget_of_the_month() -> None:
    """Ten tenants for a month, each with two models whose failures, slowness and discontent stay as they are: at one
    false alarm allowed a month each, ten are allowed together."""
    alarms, chance = 0, random.Random(9)
    for _ in range(10):
        streams = Streams()
        for day in range(30):
            at = HOUR - timedelta(days=40 - day)
            answers, words = [], []
            for n in range(40):
                number, came = 1000 * day + n, at + timedelta(minutes=n)
                answers.append(
                    seen(
                        number,
                        came,
                        failed=chance.random() < 0.2,
                        model=f"m{n % 2}",
                        latency_ms=chance.lognormvariate(6, 1),
                    )
                )
                if n % 2:
                    words.append(word(number, float(chance.random() < 0.7), came + timedelta(minutes=1)))
            alarms += len(run(streams, answers, LATER, words, hour=hour_of(at)))
    assert alarms <= 10
