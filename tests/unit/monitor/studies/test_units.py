import random
from datetime import timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from ratchet_common.events import Decision
from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.past import Before
from ratchet_monitor.studies.units import SLACK, Counted, Units
from tests.unit.monitor.make import NOW, result_id
from tests.unit.monitor.studies.make import START, Played, exposure, study, word

MINUTE = timedelta(minutes=1)
BY_USER = study(unit="user", window_hours=1.0)


def seen(units: Units, key: str = "") -> Counted:
    found = list(units.by_key.values())
    return found[0] if not key else units.by_key[key]


def test_a_unit_counts_once_with_its_first_word_and_its_first_outcome() -> None:
    units = Units(study())
    answers = [
        exposure(n, "a", at=START + n * MINUTE, unit="s", outcome="failed" if n == 0 else "ok") for n in range(3)
    ]
    words = [word(n, n / 2, at=START + n * MINUTE, seen_at=START + timedelta(hours=3 - n)) for n in range(3)]
    units.see(answers, words)
    assert len(units.by_key) == 1
    assert seen(units).first_of(Metric.SCORE) == (START + timedelta(hours=1), 1.0)
    assert seen(units).first_of(Metric.FAILURE) == (answers[0].seen_at, 1.0)


@given(st.randoms())
def test_any_order_within_an_hour_and_any_repetition_of_words_gives_the_same(chance: random.Random) -> None:
    played = Played(study(unit="user", window_hours=1.0), 1).paid(20, {"a": 0.01, "b": 0.02})
    words = [word(number, number % 2) for number in range(40)]
    in_order, shuffled = Units(BY_USER), Units(BY_USER)
    in_order.see(played.observations, words)
    chance.shuffle(played.observations)
    again = words + words[::3]
    chance.shuffle(again)
    shuffled.see(played.observations, again)
    assert in_order.by_key == shuffled.by_key


def test_costs_count_in_a_window_after_the_first_answer_and_once_it_is_over() -> None:
    units = Units(BY_USER)
    at = (START, START + 30 * MINUTE, START + 61 * MINUTE)
    units.see(
        [exposure(n, "a", at=one, unit=f"s{n}", user="u", cost_usd=Decimal("0.01")) for n, one in enumerate(at)], []
    )
    assert seen(units).sums.of(Metric.COST_PER_ANSWER) == (0.02, 2)
    assert seen(units).sums.of(Metric.COST_PER_SESSION) == (0.02, 2)
    assert not units.complete(START + 60 * MINUTE)
    assert len(units.complete(START + 60 * MINUTE + SLACK)) == 1


def test_one_answer_counts_for_no_more_than_its_cap() -> None:
    units = Units(study(unit="result"))
    units.see([exposure(1, "a", cost_usd=Decimal(500), latency_ms=3_600_000.0)], [])
    assert seen(units).sums.of(Metric.COST_PER_ANSWER) == (1.0, 1)
    assert seen(units).sums.of(Metric.LATENCY) == (60_000.0, 1)


def test_answers_of_others_out_of_the_cache_and_of_unknown_arms_take_no_part() -> None:
    units = Units(study())
    units.see(
        [
            exposure(1, "a", experiment="exp-2"),
            exposure(2, "", experiment=""),
            exposure(3, "nobody"),
            exposure(4, "a", cached_from=result_id(1)),
        ],
        [word(n, 1.0) for n in range(1, 5)],
    )
    assert not units.by_key


def test_a_unit_belongs_to_the_arm_that_drew_it_whoever_answered() -> None:
    units = Units(study())
    away = Decision(assigned_by="experiment", experiment="exp-1:a", fell_back=True)
    units.see([exposure(1, "a", model="another", decision=away), exposure(2, "a", outcome="cancelled")], [])
    assert {unit.arm for unit in units.by_key.values()} == {"a"}
    assert [unit.outcome and unit.outcome[2] for unit in units.exposed()] == [True, None]


def test_a_word_on_a_repetition_out_of_the_cache_is_none() -> None:
    units = Units(study())
    units.see([exposure(1, "a")], [word(1, 1.0, via=result_id(9))])
    assert seen(units).word is None


def test_what_a_judge_says_is_no_word_of_a_person() -> None:
    units, judge = Units(study()), word(1, 1.0, score_source="judge")
    units.see([exposure(1, "a")], [judge])
    assert seen(units).word is None
    units.see([exposure(1, "a")], [judge, word(1, 0.0, seen_at=START + timedelta(hours=1))])
    assert seen(units).first_of(Metric.SCORE) == (START + timedelta(hours=1), 0.0)
    before, past = Before(study()), START - timedelta(days=1)
    before.see([exposure(2, "", at=past, experiment="")], [word(2, 1.0, at=past, score_source="judge")])
    assert [one.of(Metric.SCORE) for one in before.by_key.values()] == [(0.0, 0)]


def test_users_are_units_over_their_sessions_and_results_each_alone() -> None:
    answers = [exposure(n, "a", unit=f"s{n % 2}", user="u") for n in range(4)]
    counted = {}
    for kind in ("session", "user", "result"):
        units = Units(study(unit=kind))
        units.see(answers, [])
        counted[kind] = len(units.by_key)
    assert counted == {"session": 2, "user": 1, "result": 4}


def test_no_more_units_are_held_than_the_most() -> None:
    units = Units(study(), most=3)
    units.see([exposure(n, "a", at=START + n * MINUTE) for n in range(6)], [])
    assert units.full
    assert len(units.by_key) == 3
    assert max(unit.first_at for unit in units.by_key.values()) == START + 2 * MINUTE


def test_the_past_is_from_before_the_experiment_and_bounded() -> None:
    before = Before(study(unit="user"), most=2)
    past = START - timedelta(days=1)
    before.see(
        [
            exposure(1, "", at=past, user="u", experiment="", cost_usd=Decimal("0.01")),
            exposure(2, "", at=past, user="u", experiment="", outcome="failed", cost_usd=Decimal(0)),
            exposure(3, "a", at=NOW, user="u"),
            exposure(4, "", at=past, user="v", experiment="", cached_from=result_id(1)),
            exposure(5, "", at=past, user="w", experiment=""),
            exposure(6, "", at=past, user="x", experiment=""),
        ],
        [word(1, 0.5, at=past), word(2, 1.0, at=past, seen_at=NOW)],
    )
    first, _ = before.by_key.values()
    assert first.of(Metric.COST_PER_ANSWER) == (0.01, 2)
    assert first.of(Metric.FAILURE) == (1.0, 2)
    assert first.of(Metric.SCORE) == (0.5, 1)
