"""From a version back to what served before it, its dataset, and the answers that taught it."""
# ruff: noqa: ARG002  a fake takes what the real one takes

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from uuid import UUID

import pytest

from ratchet_trainer.datasets.dataset import Listed, Ref, UnknownDatasetError
from ratchet_trainer.datasets.split import Side
from ratchet_trainer.rollouts.lineage import MOST_PARENTS, Lineage, OffsetError, Origin
from ratchet_trainer.tuning.jobs import Job, UnknownJobError
from tests.unit.trainer.decision_fakes import NOW, FakeVersions, dataset, example, version

SIDES = {Side.TEST: [9], Side.TRAIN: [1, 2, 3, 4], Side.VALIDATION: [5]}


@dataclass
class Kept:
    """A dataset of seven examples: of one of them nothing is left, another was brought from outside."""

    dataset_id: str = "d1"
    templates_of: dict[UUID, str] = field(default_factory=lambda: {UUID(int=101): "minutes_v2"})

    async def get(self, tenant: str, dataset_id: str) -> Listed:
        if (tenant, dataset_id) != ("acme", self.dataset_id):
            raise UnknownDatasetError(dataset_id)
        return Listed(dataset_id=dataset_id, created_at=NOW, manifest=dataset([example(1)], []).manifest)

    async def sides(self, tenant: str, dataset_id: str) -> dict[Side, list[Ref]]:
        await self.get(tenant, dataset_id)
        return {side: [(UUID(int=number), 1) for number in numbers] for side, numbers in SIDES.items()}

    async def origins(self, tenant: str, example_ids: Collection[UUID]) -> dict[UUID, Origin]:
        there = [one for one in example_ids if one.int != 4]
        results = {one: None if one.int == 3 else UUID(int=one.int + 100) for one in there}
        return {one: Origin(one, results[one], "correction", "base", spoken=True) for one in there}

    async def templates(self, tenant: str, result_ids: Collection[UUID]) -> dict[UUID, str]:
        return {one: name for one, name in self.templates_of.items() if one in result_ids}


class NoJobs:
    async def get(self, tenant: str, job_id: UUID) -> Job:
        raise UnknownJobError(job_id)


def lineage(versions: FakeVersions | None = None) -> Lineage:
    kept = Kept()
    return Lineage(versions or FakeVersions(), kept, NoJobs(), kept, kept)


async def test_the_training_side_comes_first_page_by_page() -> None:
    first, cursor = await lineage().taught(version(), limit=4, cursor=None)
    assert [taught.example_id.int for taught in first] == [1, 2, 3, 4]
    rest, end = await lineage().taught(version(), limit=4, cursor=cursor)
    assert [(taught.example_id.int, taught.side) for taught in rest] == [(5, Side.VALIDATION), (9, Side.TEST)]
    assert end is None


async def test_each_example_leads_to_its_answer_and_template_as_far_as_they_are_known() -> None:
    found, _ = await lineage().taught(version(), limit=4, cursor=None)
    results = [taught.origin.result_id if taught.origin else "erased" for taught in found]
    assert results == [UUID(int=101), UUID(int=102), None, "erased"]
    assert [taught.template for taught in found] == ["minutes_v2", None, None, None]


@pytest.mark.parametrize("cursor", ["x", "-1", "", "1" * 10, "²"])
async def test_a_cursor_is_one_of_ours(cursor: str) -> None:
    with pytest.raises(OffsetError):
        await lineage().taught(version(), limit=4, cursor=cursor)


async def test_beyond_the_end_there_is_nothing() -> None:
    assert await lineage().taught(version(), limit=4, cursor="6") == ([], None)


@pytest.mark.parametrize("dataset_id", ["", "gone"])
async def test_without_its_dataset_nothing_is_known(dataset_id: str) -> None:
    made = version(dataset_id=dataset_id)
    assert (await lineage().of(made)).dataset is None
    assert await lineage().taught(made, limit=4, cursor=None) == ([], None)


async def test_the_parents_are_followed_to_the_catalogues_models() -> None:
    names = [f"classification-{number:08x}" for number in range(30)]
    parents = [*names[1:], "base"]
    chain = {name: version(name, parent=parent) for name, parent in zip(names, parents, strict=True)}
    found = await lineage(FakeVersions(chain)).of(chain[names[20]])
    assert [parent.version_id for parent in found.parents] == names[21:]
    assert len((await lineage(FakeVersions(chain)).of(chain[names[0]])).parents) == MOST_PARENTS


async def test_a_circle_and_a_parent_that_is_gone_end_the_chain() -> None:
    one, other = version("classification-aaaaaaaa", parent="classification-bbbbbbbb"), "classification-bbbbbbbb"
    circle = FakeVersions({one.version_id: one, other: version(other, parent=one.version_id)})
    assert [parent.version_id for parent in (await lineage(circle).of(one)).parents] == [other]
    assert not (await lineage().of(replace(one, parent="classification-00000000"))).parents


async def test_a_job_that_is_gone_is_none() -> None:
    assert (await lineage().of(version())).job is None
    assert (await lineage().of(version(job_id=""))).job is None
