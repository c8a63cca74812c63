"""An evaluation from its order to its result, before models that do as they are told."""
# ruff: noqa: ARG002  a fake takes what the real one takes

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec
import pytest

from ratchet_catalogue.catalogue import Catalogue, Model
from ratchet_catalogue.prices import Prices
from ratchet_common.events import Usage
from ratchet_providers.base import ErrorKind, ModelAnswer, ModelRequest, ProviderError
from ratchet_trainer.datasets import overlap
from ratchet_trainer.datasets.duplicates import text_hash
from ratchet_trainer.datasets.near import signature
from ratchet_trainer.datasets.overlap import Fingerprints, OverlapError
from ratchet_trainer.leased import Leased
from ratchet_trainer.privacy.spans import Span
from ratchet_trainer.suites.asking import TRIES, Askers, CannotAskError
from ratchet_trainer.suites.bringing import KeptSuite
from ratchet_trainer.suites.learned import Lessons, documents_of
from ratchet_trainer.suites.material import Materials, NothingHeldOutError, of_examples
from ratchet_trainer.suites.ordering import Ordering
from ratchet_trainer.suites.outcomes import CaseOutcome, Outcome, Said, outcome
from ratchet_trainer.suites.run import ATTEMPTS, Order, Run, RunState, Subject, asked_for
from ratchet_trainer.suites.running import Running
from ratchet_trainer.suites.sides import LONG_SILENCE
from ratchet_trainer.suites.suite import Case, Message, Suite, UnknownSuiteError
from ratchet_trainer.suites.summary import Summary, summary
from ratchet_trainer.suites.texts import Question
from ratchet_trainer.tuning.jobs import IdempotencyMismatchError
from tests.unit.trainer.decision_fakes import NOW, FakeDatasets, FakeVersions, dataset, example, version

SUITE = Suite(
    name="s",
    task_type="qa",
    cases=tuple(Case(id=f"q{n}", input=f"say {n}", reference=f"word{n}") for n in range(6)),
)


def many(cases: int) -> Suite:
    its = (Case(id=f"q{n}", input=f"say {n}", reference=f"word{n}") for n in range(cases))
    return Suite(name="s", task_type="qa", cases=tuple(its))


@dataclass
class Scripted:
    """Answers each question with its reference, unless an error comes first."""

    errors: list[ErrorKind] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    prefix: str = "word"
    unsure: tuple[str, ...] = ()  # of what it is not, where it may say so

    async def answer(self, request: ModelRequest) -> ModelAnswer:
        self.asked.append(request.document)
        if self.errors:
            raise ProviderError(self.errors.pop(0))
        if request.may_abstain and request.document in self.unsure:
            raise ProviderError("unsure")
        usage = Usage(input_tokens=1_000, output_tokens=100)
        return ModelAnswer(output=f"{self.prefix}{request.document.split()[-1]}", usage=usage, model=request.model)


@dataclass
class FakeRuns:
    run: Run | None = None
    taken_over: bool = False
    keeps_until: int = 100  # portions, then the lease is lost

    async def add(self, run: Run) -> Run:
        self.run = run
        return run

    async def find(self, tenant: str, run_id: UUID) -> Run | None:
        return self.run if self.run and self.run.run_id == run_id else None

    async def take(self, now: datetime) -> Leased[Run] | None:
        due = self.run and self.run.state in (RunState.QUEUED, RunState.RUNNING) and self.run.due_at <= now
        return Leased(self.run, {}) if due and self.run else None

    async def save(self, held: Leased[Run], run: Run) -> bool:
        if self.taken_over or self.run is None:
            return False
        kept = self.run
        self.run = replace(run, outcomes=kept.outcomes, done=kept.done, spent_usd=kept.spent_usd)
        return True

    async def keep(self, held: Leased[Run], outcomes: Sequence[CaseOutcome], spent_usd: float) -> bool:
        if self.keeps_until == 0 or self.run is None:
            self.taken_over = True
            return False
        self.keeps_until -= 1
        both = (*self.run.outcomes, *outcomes)
        self.run = replace(self.run, outcomes=both, done=len(both), spent_usd=spent_usd)
        return True

    async def renew(self, held: Leased[Run]) -> bool:
        return not self.taken_over

    async def release(self, held: Leased[Run]) -> None:
        pass


@dataclass
class FakeSuites:
    suite: Suite = SUITE

    async def get(self, tenant: str, suite_id: str) -> tuple[KeptSuite, Suite]:
        if suite_id != "s":
            raise UnknownSuiteError(suite_id)
        kept = KeptSuite(
            suite_id="s", tenant=tenant, name="s", task_type="qa", cases=6, tags={}, pii={}, created_at=NOW, made_by="a"
        )
        return kept, self.suite


def nobody(_: str) -> list[Span]:
    return []


async def score(suite: Suite, said: Sequence[tuple[Case, tuple[Said, ...]]]) -> list[tuple[Outcome, ...]]:
    return [tuple(outcome(suite, case, one, nobody) for one in its) for case, its in said]


async def summarise(outcomes: Sequence[CaseOutcome]) -> Summary:
    return summary(outcomes, 1)


async def at_once(_: float) -> None:
    """No waiting in tests."""


@dataclass
class Taught:
    """What every dataset trains on."""

    documents: tuple[str, ...] = ()

    async def trained_on(self, tenant: str, dataset_id: str) -> Fingerprints:
        return Fingerprints([text_hash(one) for one in self.documents], [signature(one) for one in self.documents])


async def seen_among(known: Fingerprints, asked: Sequence[Sequence[str]]) -> list[bool]:
    return overlap.seen_among(known, asked, 0.85)


@dataclass
class Site:
    provider: Scripted = field(default_factory=Scripted)
    runs: FakeRuns = field(default_factory=FakeRuns)
    versions: FakeVersions = field(default_factory=FakeVersions)
    taught: Taught = field(default_factory=Taught)
    others: dict[str, Scripted] = field(default_factory=dict)

    def __post_init__(self) -> None:
        model = Model(
            name="m",
            provider="p",
            tier="fast",
            context_window=1000,
            prices=Prices(Decimal(1), Decimal(10)),
            quality={"default": 0.5},
            latency_ms=1,
        )
        lessons = Lessons(self.versions, self.taught, seen_among)
        held_out = FakeDatasets(dataset([], [example(n) for n in range(4)]))
        models = {name: msgspec.structs.replace(model, name=name) for name in ("m", *self.others)}
        self.suites = FakeSuites()
        self.materials = Materials(self.suites, held_out, lessons, 100)
        providers = {"m": self.provider, **self.others}
        self.askers = Askers(Catalogue(models, {}), providers, {}, self.provider, self.versions)
        self.ordering = Ordering(self.runs, self.materials, self.askers, "", 5.0, lambda: NOW)
        self.running = Running(
            runs=self.runs,
            materials=self.materials,
            askers=self.askers,
            score=score,
            summarise=summarise,
            most_tokens=100,
            at_once=2,
            renew_every=30,
            now=lambda: NOW,
            pause=at_once,
        )

    async def asked(self, suite: Suite = SUITE, *, cost_usd: float = 5.0, baseline: str = "", judge: str = "") -> None:
        self.suites.suite = suite
        against = Subject(model=baseline) if baseline else None
        order = Order(candidate=Subject(model="m"), baseline=against, suite_id="s")
        ordering = replace(self.ordering, judge=judge)
        await ordering.ask("acme", "ann", order, judge=None, cost_usd=cost_usd)

    @property
    def run(self) -> Run:
        assert self.runs.run is not None
        return self.runs.run


async def test_every_case_is_asked_scored_and_summed_up() -> None:
    site = Site()
    await site.asked()
    assert await site.running.run_once()
    assert (site.run.state, site.run.done, site.run.progress) == (RunState.SUCCEEDED, 6, 1)
    assert site.run.summary is not None
    assert site.run.summary.benchmark_score == 1
    assert site.run.spent_usd == pytest.approx(6 * 0.002)
    assert not await site.running.run_once()


async def test_whoever_takes_over_asks_only_what_is_left() -> None:
    site = Site()
    await site.asked()
    site.runs.keeps_until = 2
    assert await site.running.run_once()
    assert (site.run.state, site.run.done) == (RunState.RUNNING, 4)
    site.runs.taken_over, site.runs.keeps_until, site.provider.asked = False, 100, []
    assert await site.running.run_once()
    assert (site.run.state, site.run.done) == (RunState.SUCCEEDED, 6)
    assert site.provider.asked == ["say 4", "say 5"]


async def test_what_passes_is_tried_again_a_bounded_number_of_times() -> None:
    site = Site(Scripted(["rate_limited", "timeout"]))
    await site.asked()
    await site.running.run_once()
    assert site.run.state is RunState.SUCCEEDED
    away = Site(Scripted(["overloaded"] * 1_000))
    await away.asked()
    await away.running.run_once()
    assert away.run.state is RunState.FAILED
    assert "2 of 2 cases got no answer" in away.run.reason
    assert "the other 4 were not asked" in away.run.reason
    assert len(away.provider.asked) == 2 * TRIES


async def test_where_nobody_is_there_the_rest_is_not_asked() -> None:
    site = Site(Scripted(["timeout"] * 1_000))
    await site.asked(many(100))
    await site.running.run_once()
    assert site.run.state is RunState.FAILED
    assert "8 of 8 cases got no answer from one of the models, and the other 92 were not asked" in site.run.reason
    assert len(site.provider.asked) == 8 * TRIES


async def test_a_few_cases_without_an_answer_are_told() -> None:
    site = Site(Scripted(["timeout"] * TRIES))
    await site.asked()
    await site.running.run_once()
    assert site.run.state is RunState.SUCCEEDED
    assert site.run.reason == "1 case got no answer, and counts for neither side."


async def test_a_model_that_refuses_every_case_is_not_scored_by_that() -> None:
    site = Site(Scripted(["bad_request"] * 1_000))
    await site.asked(many(100))
    await site.running.run_once()
    assert site.run.state is RunState.FAILED
    assert "m refused all of the first 20 cases (bad_request)" in site.run.reason
    assert len(site.provider.asked) == 20


async def test_nothing_is_better_than_a_baseline_that_refuses_every_case() -> None:
    site = Site(others={"other": Scripted(["bad_request"] * 1_000)})
    await site.asked(baseline="other")
    await site.running.run_once()
    assert site.run.state is RunState.FAILED
    assert "other refused all of the first 6 cases" in site.run.reason


async def test_what_one_case_is_refused_for_scores_0() -> None:
    site = Site(Scripted(["filtered"]))
    await site.asked()
    await site.running.run_once()
    assert site.run.state is RunState.SUCCEEDED
    assert site.run.summary is not None
    assert site.run.summary.benchmark_score == pytest.approx(5 / 6)


async def test_a_judge_that_is_not_there_is_not_waited_for_again_and_again() -> None:
    judge = Scripted(["timeout"] * 1_000)
    site = Site(others={"other": Scripted(prefix="else"), "judge": judge})
    await site.asked(many(30), baseline="other", judge="judge")
    await site.running.run_once()
    assert site.run.state is RunState.SUCCEEDED
    assert site.run.judged is not None
    assert (site.run.judged.unclear, site.run.judged.silent) == (30, True)
    assert len(judge.asked) == LONG_SILENCE * TRIES


async def test_a_judge_that_says_something_else_now_and_then_is_asked_to_the_end() -> None:
    judge = Scripted(["timeout", "timeout"])
    site = Site(others={"other": Scripted(prefix="else"), "judge": judge})
    await site.asked(baseline="other", judge="judge")
    await site.running.run_once()
    assert site.run.judged is not None
    assert (site.run.judged.unclear, site.run.judged.silent) == (6, False)


STUDENT = Subject(version_id="qa-abababab")


def with_student(site: Site) -> Site:
    site.versions.versions[STUDENT.version_id] = version(STUDENT.version_id, task_type="qa")
    return site


async def test_what_a_student_is_not_sure_of_is_left_to_the_baseline() -> None:
    student = Scripted(prefix="else", unsure=("say 1", "say 4"))
    site = with_student(Site(student, others={"other": Scripted()}))
    order = Order(candidate=STUDENT, baseline=Subject(model="other"), suite_id="s")
    await site.ordering.ask("acme", "ann", order, judge=None, cost_usd=None)
    await site.running.run_once()
    assert site.run.summary is not None
    found = site.run.summary.candidate
    assert found.accuracy.mean == pytest.approx(2 / 6)
    assert found.abstained == 2
    assert found.cost_usd == pytest.approx(2 / 6 * 0.002)
    assert site.run.spent_usd == pytest.approx(6 * 0.002)
    assert [case.candidate.abstained for case in site.run.outcomes] == [False, True, False, False, True, False]


async def test_where_nobody_else_has_an_answer_it_gives_its_own() -> None:
    for others, baseline in (({}, None), ({"other": Scripted(["filtered"] * 5)}, Subject(model="other"))):
        site = with_student(Site(Scripted(unsure=("say 1",)), others=others))
        order = Order(candidate=STUDENT, baseline=baseline, suite_id="s")
        await site.ordering.ask("acme", "ann", order, judge=None, cost_usd=None)
        await site.running.run_once()
        assert site.run.summary is not None
        assert (site.run.summary.benchmark_score, site.run.summary.candidate.abstained) == (1, 1)


async def test_a_wrong_key_ends_it_at_once() -> None:
    site = Site(Scripted(["unauthorized"] * 1_000))
    await site.asked()
    await site.running.run_once()
    assert site.run.state is RunState.FAILED
    assert "unauthorized" in site.run.reason
    assert len(site.provider.asked) == 2


async def test_no_call_is_made_that_might_cost_too_much() -> None:
    site = Site()
    await site.asked(cost_usd=0.0005)
    await site.running.run_once()
    assert site.run.state is RunState.FAILED
    assert "raise max_cost_usd" in site.run.reason
    assert site.provider.asked == []


async def test_what_a_call_may_cost_is_reckoned_by_what_its_script_takes() -> None:
    asker = Site().askers.of_model("acme", "m")
    scripts = "e", "\u6f22", "\U0001f680"
    asked = [Question(({"role": "user", "content": letter * 1_000},), "") for letter in scripts]
    costs = [asker.at_most(question, 0) for question in asked]
    assert costs == [Decimal("0.0005"), Decimal("0.0015"), Decimal("0.002")]


async def test_one_that_breaks_its_workers_again_and_again_fails() -> None:
    site = Site()
    await site.asked()
    site.runs.run = replace(site.run, attempts=ATTEMPTS)
    await site.running.run_once()
    assert site.run.state is RunState.FAILED
    assert "its worker died" in site.run.reason


async def test_what_cannot_be_asked_is_said_at_once() -> None:
    site = Site()
    site.versions.versions["v"] = version("v", task_type="summary")
    for candidate, words in ((Subject(model="x"), "known are m"), (Subject(version_id="v"), "is for summary")):
        with pytest.raises(CannotAskError, match=words):
            await site.ordering.ask("acme", "ann", Order(candidate=candidate, suite_id="s"), judge=None, cost_usd=None)
    order = Order(candidate=Subject(model="m"), suite_id="s")
    with pytest.raises(CannotAskError, match="No case has paraphrases"):
        await site.ordering.ask("acme", "ann", replace(order, paraphrases=True), judge=None, cost_usd=None)
    with pytest.raises(CannotAskError, match="TRAINER_JUDGE_MODEL"):
        await site.ordering.ask("acme", "ann", order, judge=True, cost_usd=None)
    assert site.runs.run is None


async def test_what_is_asked_for_again_is_the_same_and_another_request_is_refused() -> None:
    site, name = Site(), UUID(int=7)
    order = Order(candidate=Subject(model="m"), suite_id="s")

    async def ask(order: Order, cost_usd: float | None = None) -> Run:
        return await site.ordering.ask("acme", "ann", order, judge=None, cost_usd=cost_usd, run_id=name)

    first = await ask(order)
    assert await ask(order) is first
    for other in (replace(order, draws=2), replace(order, paraphrases=True), replace(order, suite_id="t")):
        with pytest.raises(IdempotencyMismatchError):
            await ask(other)
    with pytest.raises(IdempotencyMismatchError):
        await ask(order, 1.0)


async def test_the_held_out_side_of_a_dataset_is_cases_too() -> None:
    material = await Site().materials.of("acme", Order(candidate=Subject(model="m"), dataset_id="d1"))
    assert [item.case.input for item in material.items] == [f"document {n}" for n in range(4)]
    assert [(one.output, one.score) for one in material.items[0].case.ratings] == [("ham", 0), ("spam", 1)]


def test_examples_of_one_session_are_drawn_together() -> None:
    alike = [replace(example(n), session_hash="s" if n < 2 else None) for n in range(3)]
    groups = [item.group for item in of_examples("d", "classification", alike, [1.0] * 3).items]
    assert groups[0] == groups[1] != groups[2]


def test_progress_is_the_share_of_cases() -> None:
    begun = asked_for("acme", "qa", Order(candidate=Subject(model="m"), suite_id="s"), 4, "ann", NOW)
    assert replace(begun, done=1).progress == 0.25


async def test_a_suite_with_what_a_version_was_trained_on_is_refused_with_its_cases() -> None:
    site = Site(taught=Taught(("Say 1", "something else", "SAY  4")))
    site.versions.versions |= {"v": version("v", task_type="qa"), "w": version("w", task_type="qa", dataset_id="")}
    order = Order(candidate=Subject(model="m"), baseline=Subject(version_id="v"), suite_id="s")
    with pytest.raises(OverlapError, match=r"2 stand, .* on which v was trained: q1, q4\. Take them out") as refused:
        await site.ordering.ask("acme", "ann", order, judge=None, cost_usd=None)
    assert refused.value.extra["overlapping"] == 2
    assert site.runs.run is None
    nobody_knows = Order(candidate=Subject(version_id="w"), suite_id="s")
    assert len((await site.materials.of("acme", nobody_knows)).items) == 6


async def test_of_a_datasets_held_out_side_what_a_version_of_another_one_has_learned_is_left_out() -> None:
    site = Site(taught=Taught(("document 1", "document 2")))
    site.versions.versions["v"] = version("v", dataset_id="other")
    order = Order(candidate=Subject(model="m"), baseline=Subject(version_id="v"), dataset_id="d1")
    await site.ordering.ask("acme", "ann", order, judge=None, cost_usd=None)
    assert (site.run.cases, site.run.left_out) == (2, 2)
    site.versions.versions["v"] = version("v", dataset_id="d1")
    assert (await site.materials.of("acme", order)).left_out == 0
    site.versions.versions["v"], site.taught.documents = (
        version("v", dataset_id="other"),
        tuple(f"document {n}" for n in range(4)),
    )
    with pytest.raises(NothingHeldOutError, match="v has learned"):
        await site.materials.of("acme", order)


def test_a_case_over_passages_is_known_by_each_of_them() -> None:
    assert documents_of(Case(id="a", input="who?", context=("one", "two"))) == ("one", "two", "one\n\ntwo")
    assert documents_of(Case(id="a", input="who?", context="one")) == ("one",)
    assert documents_of(Case(id="a", messages=(Message(role="user", content="hi"),))) == ("hi",)
