import random
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from ratchet_common.events import ExperimentChanged, VerdictReached
from ratchet_monitor.api.study_views import view
from ratchet_monitor.filing import filed
from ratchet_monitor.hours import TaskKey
from ratchet_monitor.intake import on_traffic
from ratchet_monitor.studies.finding import MOST_LOOKS, Finding, Look, remembered
from ratchet_monitor.studies.looking import Known, study_once
from ratchet_monitor.studies.saying import held, told_by, what_now
from ratchet_monitor.studies.study import Arm, Ended, State, Study, after_look, changed
from ratchet_monitor.studies.watching import longest, watch_once
from tests.unit.monitor.make import NOW, traffic
from tests.unit.monitor.memory import InMemoryExperiments, InMemoryFacts, InMemoryMarks, InMemoryStudies
from tests.unit.monitor.studies.make import RULES, START, THREE, Played, exposure, study, word

TASK = TaskKey("acme", "summary")
RAW = timedelta(days=30)


async def looked(of: Study, rates: dict[str, float], n: int = 3_000) -> tuple[Study, Finding]:
    found = await Played(of, 3).scored(n, rates).found()
    return after_look(of, found, ()), found


async def test_a_loser_of_three_is_taken_out_and_the_router_hears_of_it() -> None:
    before = study(*THREE)
    after, finding = await looked(before, {"a": 0.7, "b": 0.5, "c": 0.7})
    assert (after.state, after.revision, [arm.out for arm in after.arms]) == (State.RUNNING, 2, [False, True, False])
    verdict, told = told_by(before, after)
    assert isinstance(verdict, VerdictReached)
    assert (verdict.conclusion, verdict.arm, verdict.experiment_id) == ("roll_back", "b", "exp-1")
    assert verdict.numbers == finding.numbers
    assert verdict.numbers["b.gain_high"] < 0
    assert isinstance(told, ExperimentChanged)
    assert (told.state, told.revision, [arm.out for arm in told.arms]) == ("running", 2, [False, True, False])
    assert told.arms[1].share == 30
    again, _ = await looked(after, {"a": 0.7, "b": 0.5, "c": 0.7})
    assert told_by(after, again) == ()
    assert len(again.finding.arms if again.finding else ()) == 2
    shown = view(again).arms[1]
    assert (shown.out, shown.verdict, shown.exposed) == (True, "roll_back", finding.arms[1].exposed)
    assert shown.interval[1] is not None
    assert shown.interval[1] < 0


async def test_a_winner_ends_it_and_nothing_is_switched() -> None:
    before = study()
    after, _ = await looked(before, {"a": 0.6, "b": 0.8})
    assert (after.state, after.ended and after.ended.arm) == (State.DECIDED, "b")
    verdict, told = told_by(before, after)
    assert isinstance(verdict, VerdictReached)
    assert (verdict.conclusion, verdict.arm) == ("advance", "b")
    assert isinstance(told, ExperimentChanged)
    assert told.state == "stopped"
    assert "Nothing else was switched: to have model-b answer summary" in what_now(after)


async def test_the_last_loser_ends_it() -> None:
    before = study()
    after, _ = await looked(before, {"a": 0.8, "b": 0.5})
    assert (after.state, after.ended and after.ended.arm) == (State.DECIDED, "")
    assert [type(event) for event in told_by(before, after)] == [VerdictReached, ExperimentChanged]
    assert what_now(after) == "Its units are answered as they were before it."


def test_what_a_person_has_left_to_do_depends_on_the_winner() -> None:
    def of(arm: Arm) -> str:
        ended = Ended(at=NOW, who="ratchet", why="", arm=arm.name)
        return what_now(study(THREE[0], arm, state=State.DECIDED, ended=ended))

    assert "ratchet versions activate summary-00000001" in of(Arm(name="v", share=50, version_id="summary-00000001"))
    assert "roll the version back" in of(Arm(name="v", share=50, version_id="base"))
    assert "activate that version of it" in of(Arm(name="t", share=50, template="short@2"))
    assert what_now(study()) == ""


async def test_that_it_goes_on_is_said_with_its_numbers_once_a_day() -> None:
    after, finding = await looked(study(), {"a": 0.7, "b": 0.7}, 300)
    verdict = held(after, NOW)
    assert (verdict.conclusion, verdict.numbers) == ("hold", finding.numbers)
    assert finding.outlook in verdict.why
    assert held(after, NOW + timedelta(hours=1)).event_id == verdict.event_id
    assert held(after, NOW + timedelta(days=1)).event_id != verdict.event_id


class Ground:
    def __init__(self, *there: Study) -> None:
        self.facts, self.marks, self.studies = InMemoryFacts(), InMemoryMarks[TaskKey](), InMemoryStudies(*there)
        self.traffic = InMemoryExperiments()

    async def look(self, now: datetime = NOW) -> None:
        await self.marks.set({TASK})
        await study_once(self.marks, self.studies, self.facts, Known(), RULES, now)

    @property
    def verdicts(self) -> list[VerdictReached]:
        return [event for event in self.studies.events if isinstance(event, VerdictReached)]


async def test_facts_in_any_order_come_to_the_same_verdict_once() -> None:
    played = Played(study(), 1).scored(1_200, {"a": 0.5, "b": 0.8})
    found = []
    for seed in range(3):
        ground, chance = Ground(study()), random.Random(seed)
        observations, words = list(played.observations), list(played.words)
        chance.shuffle(observations)
        chance.shuffle(words)
        await ground.facts.add_scores(filed(words))
        await ground.facts.add_observations(filed(observations + observations[::4]))
        await ground.look()
        await ground.look()
        (verdict,) = ground.verdicts
        found.append((verdict.conclusion, verdict.arm, verdict.numbers))
    assert found[0] == found[1] == found[2]
    assert found[0][:2] == ("advance", "b")


async def test_words_that_come_before_their_answers_wait_for_them() -> None:
    ground, played = Ground(study()), Played(study(), 1).scored(1_200, {"a": 0.5, "b": 0.8})
    await ground.facts.add_scores(filed(played.words))
    await ground.look()
    assert not ground.verdicts
    await ground.facts.add_observations(filed(played.observations))
    await ground.look()
    assert [verdict.conclusion for verdict in ground.verdicts] == ["advance"]


async def test_what_was_stopped_meanwhile_is_not_decided() -> None:
    before = study()
    after, _ = await looked(before, {"a": 0.6, "b": 0.8})
    studies = InMemoryStudies(replace(before, state=State.STOPPED, revision=2))
    assert not await studies.record(before, after, told_by(before, after))


async def test_time_alone_has_it_looked_at_and_ends_it() -> None:
    ground = Ground(study())
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, NOW)
    assert list(ground.marks.marks) == [TASK]
    await ground.look()
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, START + timedelta(days=2))
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, START + timedelta(days=2))
    assert [verdict.conclusion for verdict in ground.studies.held.values()] == ["hold"]
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, START + RAW)
    (over,) = ground.studies.known.values()
    assert (over.state, over.ended and over.ended.who) == (State.STOPPED, "ratchet")
    assert over.ended is not None
    assert "It ran for 30 days" in over.ended.why
    assert not ground.verdicts


async def test_units_that_wait_for_slower_words_get_a_look_of_their_own() -> None:
    """Nobody asks any more, and the last units count all the same."""
    ground, played = Ground(study()), Played(study(), 1)
    for number in range(40):
        at = START + timedelta(minutes=number)
        slow = timedelta(minutes=4 if number == 0 else 1)
        played.observations.append(exposure(number, "ab"[number % 2], at=at))
        played.words.append(word(number, 1.0, at=at, seen_at=at + slow))
    await ground.facts.add_observations(filed(played.observations))
    await ground.facts.add_scores(filed(played.words))
    last = START + timedelta(minutes=39)

    await ground.look(last + timedelta(minutes=1))
    (before,) = ground.studies.known.values()
    assert before.finding is not None
    assert before.finding.arms[1].units == 18  # of the last three minutes two are its own
    assert before.finding.more_at is not None
    assert timedelta(minutes=4) <= before.finding.more_at - last < timedelta(minutes=4, seconds=1)
    assert list(ground.marks.marks) == [TASK]  # a look is to come

    await study_once(ground.marks, ground.studies, ground.facts, Known(), RULES, before.finding.more_at)
    (after,) = ground.studies.known.values()
    assert after.finding is not None
    assert (after.finding.arms[1].units, after.finding.more_at) == (20, None)
    assert not ground.marks.marks


async def test_shares_that_are_not_kept_are_told_on_the_first_day() -> None:
    found = await Played(study(), 5, {"a": 50, "b": 35}).scored(3_000, {"a": 0.7, "b": 0.7}).found()
    soon = START + timedelta(hours=3)
    ground = Ground(replace(study(), finding=replace(found, at=soon)))
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, soon)
    (verdict,) = ground.studies.held.values()
    assert "do not get the units that they should" in verdict.why
    assert verdict.numbers["shares.p_value"] < 0.01


async def test_what_loses_its_traffic_ends_the_experiment() -> None:
    version = Arm(name="v", share=50, version_id="summary-00000001")
    ground = Ground(study(THREE[0], version))
    await on_traffic([traffic(1, occurred_at=START)], ground.traffic, ground.marks, lambda: START)
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, NOW)
    assert [one.state for one in ground.studies.known.values()] == [State.RUNNING]
    await on_traffic([traffic(2, canary="", occurred_at=NOW)], ground.traffic, ground.marks, lambda: NOW)
    await watch_once(ground.studies, ground.traffic, ground.marks, RAW, NOW)
    (over,) = ground.studies.known.values()
    assert over.ended is not None
    assert over.ended.why.startswith("summary-00000001 has no traffic any more")
    assert [type(event) for event in ground.studies.events] == [ExperimentChanged]


def test_its_pre_period_is_known_until_it_ends() -> None:
    assert longest(study(pre_period_days=7), RAW) == timedelta(days=23)


@given(st.lists(st.integers(0, 100_000), max_size=400))
def test_looks_are_few_in_their_order_and_end_with_the_latest(minutes: list[int]) -> None:
    looks: tuple[Look, ...] = ()
    for minute in minutes:
        looks = remembered(looks, Look(START + timedelta(minutes=minute), ()))
    times = [look.at for look in looks]
    assert times == sorted(set(times))
    assert len(times) <= MOST_LOOKS
    if minutes:
        assert times[0] == START + timedelta(minutes=minutes[0])
        assert times[-1] == START + timedelta(minutes=max(minutes[0], max(minutes)))


def test_looks_cover_a_long_time_evenly() -> None:
    looks: tuple[Look, ...] = ()
    for minute in range(10_000):
        looks = remembered(looks, Look(START + timedelta(minutes=minute), ()))
    gaps = [(two.at - one.at) / timedelta(minutes=1) for one, two in pairwise(looks[:-1])]
    assert MOST_LOOKS / 3 <= len(looks) <= MOST_LOOKS
    assert max(gaps) < 10_000 / 8


def test_the_router_is_told_what_it_needs() -> None:
    told = changed(study())
    assert (told.experiment_id, told.task_type, told.unit, told.metric) == ("exp-1", "summary", "session", "score")
    assert [(arm.name, arm.share, arm.model) for arm in told.arms] == [("a", 50, "model-a"), ("b", 50, "model-b")]
