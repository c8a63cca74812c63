"""The cases of a run: those of a suite, or the held-out side of a dataset as cases."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from ratchet_common.errors import RefusedError
from ratchet_common.vocabulary import DocumentType
from ratchet_scoring.scorers import render_target
from ratchet_trainer.collecting.example import Example
from ratchet_trainer.collecting.targets import may_be_reference
from ratchet_trainer.judging import evaluation
from ratchet_trainer.judging.held_out import Datasets
from ratchet_trainer.suites.bringing import KeptSuite
from ratchet_trainer.suites.learned import Learned, Lessons, refuse_what_was_learned
from ratchet_trainer.suites.reading import digest_of
from ratchet_trainer.suites.run import Order
from ratchet_trainer.suites.suite import Case, Rating, Suite


class NothingHeldOutError(RefusedError):
    status = 409
    type = "nothing-held-out"
    title = "There is nothing to evaluate on"


@dataclass(frozen=True, slots=True)
class Item:
    """`group`: cases over the same text are drawn together."""

    case: Case
    digest: str
    weight: float
    group: str
    slices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Material:
    suite: Suite  # without its cases
    items: tuple[Item, ...]
    left_out: int = 0  # held-out examples that one of the versions has learned


class Suites(Protocol):
    async def get(self, tenant: str, suite_id: str) -> tuple[KeptSuite, Suite]:
        """Raises UnknownSuiteError."""


@dataclass(frozen=True)
class Materials:
    suites: Suites
    datasets: Datasets
    lessons: Lessons
    cases: int  # of a dataset, at most

    async def of(self, tenant: str, order: Order) -> Material:
        """A suite that has what a version learned is refused; of a dataset that is left out.

        Raises UnknownSuiteError, UnknownDatasetError, UnknownVersionError, OverlapError, NothingHeldOutError.
        """
        if order.suite_id:
            _, suite = await self.suites.get(tenant, order.suite_id)
            refuse_what_was_learned(await self._learned(tenant, order, suite.cases), suite.cases)
            return of_suite(suite)
        found = await self._of_dataset(tenant, order)
        learned = await self._learned(tenant, order, [item.case for item in found.items])
        seen = {place for one in learned for place in one.places}
        items = tuple(item for place, item in enumerate(found.items) if place not in seen)
        if not items:
            names = " and ".join(one.version_id for one in learned)
            raise NothingHeldOutError(
                f"All that {order.dataset_id} holds out {names} has learned: build a dataset of what came since then."
            )
        return replace(found, items=items, left_out=len(seen))

    async def _learned(self, tenant: str, order: Order, cases: Sequence[Case]) -> list[Learned]:
        subjects = filter(None, (order.candidate, order.baseline))
        version_ids = [subject.version_id for subject in subjects if subject.version_id]
        return await self.lessons.among(tenant, version_ids, cases, order.dataset_id)

    async def _of_dataset(self, tenant: str, order: Order) -> Material:
        dataset = await self.datasets.load(tenant, order.dataset_id)
        usable = [one for one in dataset.test if may_be_reference(dataset.task_type, one.target_source)][: self.cases]
        if not usable:
            raise NothingHeldOutError(
                f"The dataset {order.dataset_id} has no held-out example with a reference that people wrote."
            )
        weights = await self.datasets.weights(tenant, dataset.task_type, usable)
        return of_examples(order.dataset_id, dataset.task_type, usable, weights)


def of_suite(suite: Suite) -> Material:
    items = (Item(case, digest_of(case), case.weight, _group(case), case.slices) for case in suite.cases)
    return Material(_without_cases(suite), tuple(items))


def of_examples(name: str, task_type: str, examples: Sequence[Example], weights: Sequence[float]) -> Material:
    grouped = evaluation.cases_of(examples, weights)
    items = (
        Item(_case(one.example), digest_of_example(str(one.example.example_id)), one.weight, one.group, _slices(one))
        for one in grouped
    )
    return Material(Suite(name=name, task_type=task_type, cases=()), tuple(items))


def digest_of_example(example_id: str) -> str:
    return f"example/{example_id}"


def _slices(case: evaluation.Case) -> tuple[str, ...]:
    return tuple(filter(None, (case.example.document_type, *case.example.tags)))


def _case(example: Example) -> Case:
    known = example.document_type in list(DocumentType)
    return Case(
        id=str(example.example_id),
        input=example.question or example.document,
        context=example.document if example.question else "",
        reference=example.target,
        labels=example.labels,
        document_type=DocumentType(str(example.document_type)) if known else None,
        ratings=_ratings(example),
    )


def _ratings(example: Example) -> tuple[Rating, ...]:
    """Where people wrote another answer in place of the one that was given, they prefer theirs."""
    if example.target_source != "correction" or not example.output:
        return ()
    written = render_target(example.task_type, example.target)
    given = Rating(output=example.output, score=min(example.score or 0.0, 1.0))
    return (given, Rating(output=written, score=1.0))


def _group(case: Case) -> str:
    text = "\n".join(case.passages.values())
    return hashlib.sha256(text.encode()).hexdigest()[:16] if text else f"case/{case.id}"


def _without_cases(suite: Suite) -> Suite:
    return Suite(name=suite.name, task_type=suite.task_type, cases=(), pass_at=suite.pass_at)
