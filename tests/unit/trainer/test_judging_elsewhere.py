"""A version that a platform serves is asked there, told what training told it, and judged like any other."""

import asyncio
from dataclasses import dataclass, field, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from ratchet_catalogue.catalogue import Catalogue, Platform
from ratchet_catalogue.prices import Prices
from ratchet_common.events import Usage
from ratchet_common.tuned_prompt import told
from ratchet_providers.base import ErrorKind, ModelAnswer, ModelRequest, ProviderError
from ratchet_trainer.judging.asking import Elsewhere
from ratchet_trainer.rollouts.versions import TRIES, Version, VersionState, to_judge_again
from ratchet_trainer.suites.asking import Askers
from tests.unit.trainer.decision_fakes import FakeProvider, example, version
from tests.unit.trainer.test_evaluate import RIGHT, TEST, Bench, V

OPENAI = Platform(provider="up", tier="fast", prices=Prices(Decimal(2), Decimal(4)), latency_ms=500)
USED = Usage(input_tokens=100, output_tokens=10)
NAME = "ft:small:acme::1"


@dataclass
class Platformed:
    """Says what is right of each document. `fails`: with these first. `never`: to the document of that number."""

    fails: list[ErrorKind] = field(default_factory=list)
    never: dict[str, ErrorKind] = field(default_factory=dict)
    asked: list[ModelRequest] = field(default_factory=list)
    at_once: int = 0
    most_at_once: int = 0
    hangs: bool = False

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        try:
            await (asyncio.Event().wait() if self.hangs else asyncio.sleep(0))
        finally:
            self.at_once -= 1
        if self.fails:
            raise ProviderError(self.fails.pop(0))
        if (kind := self.never.get(request.document)) is not None:
            raise ProviderError(kind)
        return ModelAnswer(output=RIGHT[request.document], usage=USED, model=request.model)


async def at_once(_: float) -> None:
    await asyncio.sleep(0)


def tuned(**changes: Any) -> Version:
    return version(V, platform="openai", model=NAME, artifact="", sha256="", **changes)


def bench(platform: Platformed, of: Version | None = None, *, known: bool = True, **how: Any) -> Bench:
    its = Bench(FakeProvider(), of=of or tuned())
    platforms = {"openai": OPENAI} if known else {}
    askers = Askers(Catalogue({}, platforms), {}, {"openai": platform}, FakeProvider(), its.versions)
    given: dict[str, Any] = {"most_tokens": 100, "at_once": 4, "most_usd": Decimal(5), "pause": at_once}
    its.judging = replace(its.judging, elsewhere=Elsewhere(askers, **given | how))
    return its


async def test_it_is_asked_by_name_with_the_words_of_its_training_and_goes_on_trial() -> None:
    platform = Platformed()
    its = bench(platform)
    await its.run()
    assert its.state is VersionState.CANARY
    assert [asked.model for asked in platform.asked] == [NAME] * len(TEST)
    first = TEST[0]
    assert tuple(platform.asked[0].messages) == tuple(told("classification", first.document, "", first.labels).messages)
    (kept,) = its.evaluations.kept.values()
    cost = float(OPENAI.prices.of(USED))
    assert {score.candidate.cost_usd for score in kept.verdict.scores} == {cost}
    assert kept.verdict.report.candidate.cost_usd == pytest.approx(cost)


async def test_no_more_than_four_are_asked_at_once() -> None:
    platform = Platformed()
    await bench(platform).run()
    assert platform.most_at_once == 4


async def test_what_passes_is_asked_again() -> None:
    platform = Platformed(fails=["rate_limited", "overloaded", "unreachable"])
    its = bench(platform)
    await its.run()
    assert its.state is VersionState.CANARY
    assert len(platform.asked) == len(TEST) + 3


async def test_a_platform_that_stays_down_leaves_it_to_be_judged_later() -> None:
    platform = Platformed(never={one.document: "unavailable" for one in TEST})
    its = bench(platform)
    await its.judging.run_once(here=False)
    there = its.versions.versions[V]
    assert (there.state, there.tries) == (VersionState.CANDIDATE, 1)
    assert there.reason == "It could not be evaluated yet: the model gave no answer (unavailable)."
    assert len(platform.asked) < len(TEST)
    for _ in range(TRIES):
        its.clock.tick(timedelta(hours=1))
        await its.judging.run_once(here=False)
    assert its.state is VersionState.REJECTED


async def test_what_is_wrong_with_one_case_is_an_answer_that_says_nothing() -> None:
    its = bench(Platformed(never={TEST[3].document: "filtered"}))
    await its.run()
    assert its.state is VersionState.REJECTED  # of label tasks an empty answer is malformed, and the baseline has none
    (kept,) = its.evaluations.kept.values()
    assert kept.verdict.report.candidate.malformed == 1
    assert kept.verdict.report.n == len(TEST)


@pytest.mark.parametrize("kind", ["unauthorized", "no_such_model", "quota"])
async def test_what_a_person_has_to_mend_makes_it_wait(kind: ErrorKind) -> None:
    its = bench(Platformed(never={one.document: kind for one in TEST}))
    for _ in range(TRIES + 1):
        await its.judging.run_once(here=False)
        its.clock.tick(timedelta(hours=1))
    there = its.versions.versions[V]
    assert (there.state, there.tries) == (VersionState.CANDIDATE, 0)
    assert there.reason.startswith(f"It waits to be evaluated: Its platform refuses to be asked ({kind})")


async def test_a_model_that_refuses_every_case_is_not_judged_by_that() -> None:
    """As one does that is no model to chat with, or is not deployed."""
    platform = Platformed(never={one.document: "bad_request" for one in TEST})
    its = bench(platform)
    await its.judging.run_once(here=False)
    there = its.versions.versions[V]
    assert there.state is VersionState.CANDIDATE
    assert "refused all of the first 20 cases (bad_request)" in there.reason
    assert len(platform.asked) < len(TEST)


async def test_money_that_pays_for_no_case_is_said() -> None:
    platform = Platformed()
    its = bench(platform, most_usd=Decimal("0.0001"))
    await its.run()
    assert its.state is VersionState.CANDIDATE
    assert "0.0001 USD pay for no case: raise TRAINER_EVALUATION_COST_USD" in its.versions.versions[V].reason
    assert not platform.asked


async def test_a_platform_that_the_catalogue_lacks_makes_it_wait() -> None:
    its = bench(Platformed(), known=False)
    await its.run()
    assert its.state is VersionState.CANDIDATE
    assert "is served by openai, which the trainer's catalogue" in its.versions.versions[V].reason


async def test_only_so_many_cases_are_asked_as_the_money_pays_for() -> None:
    platform = Platformed()
    its = bench(platform, most_usd=Decimal("0.01"))
    await its.run()
    (kept,) = its.evaluations.kept.values()
    assert 0 < kept.verdict.report.n == len(platform.asked) < len(TEST)
    assert sum(score.candidate.cost_usd for score in kept.verdict.scores) <= 0.01


async def test_a_platform_that_says_nothing_is_given_up_in_time() -> None:
    platform = Platformed(hangs=True)
    its = bench(platform, patience_s=0.05)
    await its.judging.run_once(here=False)
    assert "openai did not answer 60 cases within" in its.versions.versions[V].reason
    assert platform.at_once == 0


async def test_students_and_platforms_are_judged_by_different_loops() -> None:
    its = bench(Platformed())
    assert not await its.judging.run_once(here=True)
    assert await its.judging.run_once(here=False)


async def test_one_that_was_trained_elsewhere_is_judged_on_what_it_cannot_have_learned() -> None:
    late = [example(n, "spam", document=f"late {n}") for n in range(60)]
    learned_until = TEST[0].learned_at
    its = bench(Platformed(), tuned(dataset_id="", learned_until=learned_until))
    newer = [replace(one, learned_at=learned_until + timedelta(seconds=1)) for one in TEST[:40]]
    its.datasets.content = replace(its.datasets.content, test=[*late, *newer])
    await its.run()
    (kept,) = its.evaluations.kept.values()
    assert kept.verdict.report.n == 40
    assert (kept.dataset_id, its.datasets.built) == ("d1", 1)


async def test_its_exam_is_the_same_at_each_try_until_something_else_serves() -> None:
    its = bench(Platformed(never={one.document: "unavailable" for one in TEST}), tuned(dataset_id=""))
    for _ in range(3):
        await its.judging.run_once(here=False)
        its.clock.tick(timedelta(hours=1))
    assert (its.versions.versions[V].exam, its.versions.versions[V].tries, its.datasets.built) == ("d1", 3, 1)
    assert to_judge_again(its.versions.versions[V], "other").exam == ""


async def test_without_enough_examples_it_waits() -> None:
    its = bench(Platformed(), tuned(dataset_id=""))
    its.datasets.found = 3
    await its.run()
    assert its.state is VersionState.CANDIDATE
    assert "There are 3 different examples" in its.versions.versions[V].reason
