"""Somebody asks to be forgotten while a dataset is built of what he said: it is marked, and built again without him."""

from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ratchet_common.errors import RetryLaterError
from ratchet_common.forgotten import Person
from ratchet_trainer.collecting.importing import Importing
from ratchet_trainer.collecting.imports import Brought
from ratchet_trainer.datasets.composing import compose
from ratchet_trainer.privacy.erasing import Erasing, Found
from ratchet_trainer.privacy.hashing import Hashes
from ratchet_trainer.store.marks import MongoMarks
from ratchet_trainer.store.traces import MongoTraces
from tests.integration.conftest import Ground
from tests.integration.trainer_site import Part, a_part, labelled
from tests.unit.trainer.make_data import NOW

LATER = NOW + timedelta(days=1)


@pytest.fixture
async def part(stack: Ground) -> AsyncIterator[Part]:
    async with a_part(stack.mongodb_url) as part:
        await part.collector.on_feedback([labelled(n, user=f"asker {n // 10}", user_id="ann") for n in range(40)])
        yield part


def erasing(part: Part) -> Erasing:
    marks = MongoMarks(part.database)
    return Erasing(part.erasures, MongoTraces(part.database), marks, Hashes(b"salt" * 8))


def during(part: Part, meanwhile: Callable[[int], Any]) -> Any:
    """The building of datasets, where something happens while each is put together."""
    count = 0

    async def slow(*given: Any) -> Any:
        nonlocal count
        composed = compose(*given)
        await meanwhile(count)
        count += 1
        return composed

    return replace(part.training, compose=slow)


@pytest.mark.parametrize("gone", [True, False])
async def test_it_is_marked_and_built_again_without_who_asked_meanwhile(part: Part, *, gone: bool) -> None:
    asked: list[Found] = []
    its = erasing(part)

    async def meanwhile(count: int) -> None:
        """All that the eraser does falls between reading and writing, or only the wish."""
        if count:
            return
        asked.append(await its.ask("acme", "asker 1", who="ops", why="", now=LATER))
        person = Person("acme", its.name_of("acme", "asker 1"), LATER)
        for step in (its.traces.examples, its.traces.texts) if gone else ():
            assert sum([removed async for removed in step(person)]) == 10

    dataset_id = await during(part, meanwhile).build("acme", "classification")
    assert asked[0].datasets == []
    (held,) = (await its.found(asked[0].erasure)).datasets
    assert (held.examples, held.dataset_id != dataset_id) == (10, True)
    assert (await part.datasets.get("acme", dataset_id)).manifest.looked_at == 30
    assert (await part.datasets.get("acme", dataset_id)).erasures == ()
    assert sum((await part.training.present("acme", dataset_id)).values()) == 30


async def test_who_asked_before_is_left_out_even_where_nobody_has_removed_him_yet(part: Part) -> None:
    await erasing(part).ask("acme", "asker 2", who="ops", why="", now=LATER)
    await erasing(part).ask("acme", "asker 3", who="ops", why="", now=NOW - timedelta(days=1))
    await erasing(part).ask("another", "asker 0", who="ops", why="", now=LATER)
    built = await part.datasets.get("acme", await part.training.build("acme", "classification"))
    assert built.manifest.looked_at == 30


async def test_whoever_builds_while_all_are_forgotten_comes_again(part: Part) -> None:
    async def meanwhile(count: int) -> None:
        await erasing(part).ask("acme", f"asker {count}", who="ops", why="", now=LATER)

    with pytest.raises(RetryLaterError):
        await during(part, meanwhile).build("acme", "classification")


async def test_what_was_brought_while_its_user_was_forgotten_is_taken_back(part: Part) -> None:
    """It was read before, and is stored after the eraser has passed."""
    its = erasing(part)
    importing = Importing(part.collector, part.examples, its.spare)
    brought = Brought(tenant="acme", task_type="qa", document="Who?", target="He.", user="bob")
    before = datetime.now(UTC)
    await its.ask("acme", "bob", who="ops", why="", now=datetime.now(UTC))
    assert (await importing.many("acme", [brought], before, dry_run=False)).taken == 1
    assert not [one for one in (await part.examples.counts("acme")).examples if one.task_type == "qa"]
    await importing.many("acme", [brought], datetime.now(UTC) + timedelta(seconds=1), dry_run=False)
    assert [one.count for one in (await part.examples.counts("acme")).examples if one.task_type == "qa"] == [1]
