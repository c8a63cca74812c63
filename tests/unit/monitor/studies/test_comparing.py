import math
import random
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ratchet_monitor.studies.finding import ArmSeen, Finding
from ratchet_monitor.studies.metrics import Metric
from ratchet_monitor.studies.past import Before, Past
from ratchet_monitor.studies.sharing import OF_SHARES
from ratchet_monitor.studies.study import Arm, Rail
from tests.unit.monitor.make import NOW
from tests.unit.monitor.studies.make import RULES, START, THREE, Played, exposure, study, word


def arm_of(found: Finding, name: str) -> ArmSeen:
    return next(arm for arm in found.arms if arm.name == name)


async def test_a_clear_gain_advances_and_a_clear_loss_rolls_back() -> None:
    better = await Played(study(), 1).scored(2_000, {"a": 0.6, "b": 0.8}).found()
    assert (better.verdict, better.arm) == ("advance", "b")
    assert 0 < arm_of(better, "b").low < 0.2 < arm_of(better, "b").high
    assert better.numbers["b.gain_low"] > 0
    assert better.numbers["control.units"] + better.numbers["b.units"] == 2_000
    worse = await Played(study(), 1).scored(2_000, {"a": 0.8, "b": 0.6}).found()
    assert (worse.verdict, worse.arm) == ("roll_back", "b")


async def test_what_is_alike_goes_on_and_says_how_long() -> None:
    found = await Played(study(), 2).scored(400, {"a": 0.8, "b": 0.8}).found()
    assert found.verdict == "hold"
    assert found.days_early is not None
    assert found.days_likely is not None
    assert 0 < found.days_early <= found.days_likely < 60
    assert found.numbers["days_likely"] == found.days_likely
    assert "in 8 of 10 cases" in found.outlook


async def test_of_three_arms_the_one_that_loses_is_out_and_the_others_go_on() -> None:
    of_three = study(*THREE)
    found = await Played(of_three, 3).scored(3_000, {"a": 0.7, "b": 0.5, "c": 0.7}).found()
    assert (found.verdict, found.arm) == ("hold", "")
    assert (arm_of(found, "b").verdict, arm_of(found, "c").verdict) == ("roll_back", "hold")


async def test_several_arms_share_one_chance_to_err() -> None:
    """The same data are less sure where three are compared."""
    found = await Played(study(*THREE), 4).scored(1_500, {"a": 0.7, "b": 0.75, "c": 0.75}).found()
    pair = study(THREE[0], THREE[1])
    only = Played(pair, 4)
    of_three = Played(study(*THREE), 4).scored(1_500, {"a": 0.7, "b": 0.75, "c": 0.75})
    only.observations = [one for one in of_three.observations if one.arm_of_experiment in ("a", "b")]
    only.words = of_three.words
    alone = await only.found()
    assert alone.arms[1].low >= arm_of(found, "b").low
    assert alone.arms[1].high < arm_of(found, "b").high


async def test_shares_that_are_not_kept_hold_everything_and_say_so() -> None:
    found = await Played(study(), 5, {"a": 50, "b": 40}).scored(6_000, {"a": 0.6, "b": 0.8}).found()
    assert found.mismatch
    assert found.verdict == "hold"
    assert "do not get the units that they should" in found.why
    assert found.shares_p < OF_SHARES
    kept = await Played(study(), 5).scored(6_000, {"a": 0.6, "b": 0.8}).found()
    assert not kept.mismatch
    assert kept.shares_p > OF_SHARES


async def test_a_slow_arm_whose_answers_all_come_later_gets_its_share_all_the_same() -> None:
    played = Played(study(), 5)
    for number in range(200):
        late = number >= 100
        played.observations.append(exposure(number, "b" if late else "a", seen_at=START + timedelta(seconds=late)))
        played.words.append(word(number, float(late), seen_at=START + timedelta(seconds=30 + late)))
    found = await played.found()
    assert not found.mismatch
    assert (found.shares_p, found.scored_p) == (1.0, 1.0)


async def test_an_arm_whose_users_speak_less_is_no_fair_comparison_of_scores() -> None:
    played, chance = Played(study(), 6).scored(6_000, {"a": 0.6, "b": 0.8}), random.Random(6)
    quiet = {one.result_id for one in played.observations if one.arm_of_experiment == "b" and chance.random() < 0.25}
    played.words = [one for one in played.words if one.result_id not in quiet]
    found = await played.found()
    assert found.shares_p > OF_SHARES
    assert found.scored_p < OF_SHARES
    assert found.verdict == "hold"
    assert found.why.startswith("Of the units that were scored")


async def test_a_broken_guard_rail_takes_back_what_would_advance() -> None:
    guarded = study(guard_rails=(Rail(metric=Metric.FAILURE, limit=0.02),))
    found = await Played(guarded, 7).scored(3_000, {"a": 0.6, "b": 0.9}, failing={"b": 0.15}).found()
    assert found.verdict == "roll_back"
    (rail,) = arm_of(found, "b").guard_rails
    assert rail.broken
    assert 0.02 < rail.low < 0.15 < rail.high
    assert found.numbers["b.failure_low"] == rail.low
    whole = await Played(guarded, 7).scored(3_000, {"a": 0.6, "b": 0.9}).found()
    assert whole.verdict == "advance"


def cost(**changes: Any) -> Any:
    given = {"unit": "user", "metric": Metric.COST_PER_ANSWER, "minimum_effect": 0.001, "window_hours": 1.0}
    return study(**given | changes)


async def test_what_costs_less_advances() -> None:
    found = await Played(cost(), 8).paid(1_500, {"a": 0.01, "b": 0.008}).found()
    assert (found.verdict, found.arm) == ("advance", "b")
    arm = arm_of(found, "b")
    assert 0.0005 < arm.low < arm.gain < arm.high < 0.004
    assert arm.value == pytest.approx(0.0084, rel=0.1)
    assert found.arms[0].value == pytest.approx(0.0105, rel=0.1)


async def test_a_cost_per_session_divides_by_the_users_sessions() -> None:
    found = await Played(cost(metric=Metric.COST_PER_SESSION), 9).paid(600, {"a": 0.01, "b": 0.01}).found()
    assert found.arms[0].value == pytest.approx(0.0105, rel=0.1)
    assert found.verdict == "hold"


async def test_slower_is_worse() -> None:
    of_time = study(metric=Metric.LATENCY, minimum_effect=50.0, window_hours=1.0)
    played = Played(of_time, 10)
    for number in range(1_000):
        arm = played.draw()
        latency = played.chance.lognormvariate(5.0, 0.4) * (1.5 if arm == "b" else 1.0)
        played.observations.append(exposure(number, arm, at=played.at(number, 1_000), latency_ms=latency))
    found = await played.found()
    assert found.verdict == "roll_back"
    assert arm_of(found, "b").high < 0


async def test_of_costs_nothing_is_said_before_there_are_enough_units_and_their_windows_are_over() -> None:
    played = Played(cost(), 11).paid(300, {"a": 0.01, "b": 0.002})
    early = await played.found(now=START + timedelta(minutes=30))
    assert early.verdict == "hold"
    assert early.arms[0].units == 0
    assert early.arms[0].exposed > 100
    assert math.isinf(arm_of(early, "b").low)
    few = await Played(cost(), 11).paid(120, {"a": 0.01, "b": 0.002}).found()
    assert few.verdict == "hold"
    assert "100 of each are needed" in few.why


async def test_the_pre_period_makes_the_interval_narrower_and_keeps_users_without_a_past() -> None:
    of = cost(pre_period_days=7)
    played = Played(of, 12).paid(1_000, {"a": 0.01, "b": 0.0095}, known=0.9)
    before = Before(of)
    before.see(played.observations, [])
    raw, adjusted = await played.found(), await played.found(before.by_key)
    wide, narrow = arm_of(raw, "b"), arm_of(adjusted, "b")
    assert narrow.units == wide.units
    assert 0.85 < narrow.with_past < 0.95
    assert narrow.saved > 0.3
    assert narrow.high - narrow.low < 0.9 * (wide.high - wide.low)
    assert wide.value == narrow.value


async def test_scores_can_be_adjusted_too_and_are_compared_by_the_interval_then() -> None:
    of, chance = study(pre_period_days=7), random.Random(13)
    played, pasts = Played(of, 13), {}
    for number in range(1_000):
        arm, at, easy = played.draw(), played.at(number, 1_000), chance.random()
        played.observations.append(exposure(number, arm, at=at))
        played.words.append(word(number, min(1.0, max(0.0, easy + chance.gauss(0, 0.1))), at=at))
        if number % 4:
            pasts[played.observations[-1].unit] = Past(words=2, score=round(2_000_000 * easy))
    found = await played.found(pasts)
    adjusted = arm_of(found, "b")
    assert found.verdict == "hold"
    assert 0.7 < adjusted.with_past < 0.8
    assert adjusted.saved > 0.3
    raw = await played.found()
    assert arm_of(raw, "b").with_past == 0
    assert adjusted.high - adjusted.low < arm_of(raw, "b").high - arm_of(raw, "b").low


def alike_with_costs(seed: int, usd: dict[str, float], dear: int = 0) -> Played:
    """All units are content. `dear`: of the control's answers, which cost a hundred times as much."""
    played = Played(study(window_hours=0.0), seed).scored(3_000, {"a": 1.0, "b": 1.0})
    for number, one in enumerate(played.observations):
        arm = one.arm_of_experiment
        times = 100 if arm == "a" and dear and number < 2 * dear else 1
        cost = Decimal(str(round(usd[arm] * times * 2.718 ** (0.3 * played.chance.gauss(0, 1)), 9)))
        played.observations[number] = exposure(number, arm, at=one.at, cost_usd=cost)
    return played


async def test_what_is_no_worse_advances_where_it_is_proven_to_be_cheaper() -> None:
    found = await alike_with_costs(14, {"a": 0.01, "b": 0.005}).found()
    assert (found.verdict, found.arm) == ("advance", "b")
    assert "Not worse" in found.why
    assert 0.4 < found.numbers["b.cheaper"] < 0.6


async def test_a_few_dear_answers_of_the_control_are_no_saving() -> None:
    found = await alike_with_costs(14, {"a": 0.001, "b": 0.001}, dear=8).found()
    assert found.numbers["b.cheaper"] >= RULES.limits.saving
    assert found.verdict == "hold"
    assert "What it saves may be by chance" in found.why


async def test_nothing_advances_before_a_step_is_over() -> None:
    played = Played(study(), 1).scored(2_000, {"a": 0.6, "b": 0.8})
    slow = replace(RULES, min_step=timedelta(days=2))
    found = await played.found(rules=slow)
    assert found.verdict == "hold"
    assert "It runs until" in found.why
    assert arm_of(found, "b").verdict == "hold"
    assert (
        await played.found(rules=replace(RULES, min_step=timedelta(days=2)), now=NOW + timedelta(days=1))
    ).arm == "b"


async def test_the_false_verdicts_are_few() -> None:
    """Twenty experiments without a difference: at .05, more than 4 have a chance of .003."""
    found = [await Played(study(), seed).scored(300, {"a": 0.5, "b": 0.5}).found() for seed in range(20)]
    assert sum(one.verdict != "hold" for one in found) <= 4


@pytest.mark.parametrize("order", ["abc", "acb"])
async def test_an_arm_of_which_little_is_known_yet_keeps_no_other_from_its_verdict(order: str) -> None:
    """Of one that gets 1 % nobody has spoken, as is no wonder among 400; the other is far worse."""
    shares = {"a": 90, "b": 1, "c": 9}
    arms = [Arm(name=name, share=shares[name], model=f"m-{name}") for name in order]
    played = Played(study(*arms), seed=2).scored(400, {"a": 0.95, "b": 1.0, "c": 0.05})
    silent = {one.result_id for one in played.observations if one.arm_of_experiment == "b"}
    played.words = [one for one in played.words if one.result_id not in silent]
    found = await played.found()
    assert not found.mismatch
    assert {arm.name: arm.verdict for arm in found.arms[1:]} == {"b": "hold", "c": "roll_back"}
