"""A version that a platform tuned is told what it was told in training, and nothing else."""

import asyncio
import dataclasses
from decimal import Decimal
from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from ratchet_catalogue.catalogue import Platform
from ratchet_catalogue.prices import Prices
from ratchet_common import conversation
from ratchet_common.events import Serving
from ratchet_common.tuned_prompt import told
from ratchet_common.vocabulary import TaskType
from ratchet_providers.usage import estimated_of
from ratchet_router.ask import Example
from ratchet_router.beginning import begun
from ratchet_router.keeping import key_of
from ratchet_router.stream import opened
from tests.unit.router.asks import CATALOGUE, VERSION, ask, assigned
from tests.unit.router.fakes import FakeModel, World
from tests.unit.router.test_answer import answered, last

OPENAI = Platform(provider="up", tier="balanced", prices=Prices(Decimal(3), Decimal(6)), latency_ms=500)
LABELS = ("request", "risk")


async def world_with(tuned: FakeModel) -> World:
    world = World()
    world.parts = dataclasses.replace(
        world.parts,
        catalogue=dataclasses.replace(CATALOGUE, platforms={**CATALOGUE.platforms, "openai": OPENAI}),
        platforms={**world.parts.platforms, "openai": tuned},
    )
    event = assigned({VERSION: 100}, canary=VERSION)
    serving = Serving(platform="openai", model="ft:small:acme::1")
    await world.knows(traffic=[replace(event, versions={VERSION: serving})])
    return world


async def test_it_is_asked_by_its_name_for_what_its_training_told_it() -> None:
    tuned = FakeModel("risk")
    world = await world_with(tuned)
    found = await answered(world, ask())
    asked = tuned.asked[0]
    assert (asked.model, asked.artifact) == ("ft:small:acme::1", "")
    assert asked.messages == told("classification", "Please send it.", "", LABELS).messages
    assert (found.version_id, found.model, found.approach) == (VERSION, "ft:small:acme::1", "finetuned")
    assert found.template is None
    assert found.cost_usd == OPENAI.prices.of(found.usage) == Decimal("0.0036")


@pytest.mark.parametrize(
    "how",
    [
        {"examples": (Example("Pay it.", "request"),)},
        {"template": "classification"},
        {"cot": True},
        {"document_type": "email"},
    ],
)
async def test_neither_template_nor_examples_reach_it(how: dict[str, Any]) -> None:
    tuned = FakeModel("risk")
    world = await world_with(tuned)
    await answered(world, ask(**how))
    assert tuned.asked[0].messages == told("classification", "Please send it.", "", LABELS).messages


async def test_an_adapter_without_a_name_of_its_own_is_asked_by_the_versions_id() -> None:
    tuned = FakeModel("risk")
    world = await world_with(tuned)
    adapter = Serving(platform="openai", artifact="file:///adapter", sha256="ab")
    await world.knows(
        traffic=[replace(assigned({VERSION: 100}, canary=VERSION), revision=4, versions={VERSION: adapter})]
    )
    await answered(world, ask())
    assert (tuned.asked[0].model, tuned.asked[0].artifact) == (VERSION, "")
    assert tuned.asked[0].messages == told("classification", "Please send it.", "", LABELS).messages


async def test_a_question_is_told_as_in_training() -> None:
    tuned = FakeModel("On Monday.")
    world = await world_with(tuned)
    event = assigned({VERSION: 100}, canary=VERSION)
    event = replace(event, task_type="qa", versions={VERSION: Serving(platform="openai", model="ft")})
    await world.knows(traffic=[event])
    messages = msgspec.Raw(msgspec.json.encode(conversation.as_messages(["We ship on Monday."], "When?")))
    asked = ask("We ship on Monday.", task_type=TaskType.QA, question="When?", labels=(), messages=messages)
    await answered(world, asked)
    assert tuned.asked[0].messages == told("qa", "We ship on Monday.", "When?").messages


async def test_messages_of_the_callers_own_go_to_it_as_they_are() -> None:
    tuned = FakeModel("risk")
    world = await world_with(tuned)
    asked = ask(own_prompt=True, messages=msgspec.Raw(b'[{"role":"user","content":"Is it a risk?"}]'))
    await answered(world, asked)
    assert tuned.asked[0].messages == asked.messages


async def test_the_catalogues_model_behind_it_sees_the_template() -> None:
    tuned = FakeModel(fails="unreachable")
    world = await world_with(tuned)
    found = await answered(world, ask())
    assert (found.model, found.template, found.decision.fell_back) == ("small", "classification_v1", True)
    messages: Any = world.models["small"].asked[0].messages
    assert messages[0]["role"] == "system"
    assert messages != told("classification", "Please send it.", "", LABELS).messages


async def test_who_says_that_it_is_too_long_has_a_model_of_the_catalogue_behind_it() -> None:
    world = await world_with(FakeModel(fails="too_long"))
    assert (await answered(world, ask())).model == "small"


async def test_its_answers_are_kept_apart_from_those_of_models_and_alike_for_every_template() -> None:
    world = await world_with(FakeModel("risk"))

    def key(**how: Any) -> bytes:
        return key_of(begun(ask(**how), world.parts))

    assert key() == key(template="classification")
    assert key() != key(model="small")
    plan = world.parts.plan(ask(), "unit")
    assert plan.kind("classification_v1") == (None, VERSION, "ft:small:acme::1")


async def test_a_second_request_is_answered_from_the_cache() -> None:
    tuned = FakeModel("risk")
    world = await world_with(tuned)
    await answered(world, ask())
    again = await answered(world, ask(template="classification"))
    assert again.cached_from is not None
    assert len(tuned.asked) == 1


async def test_it_streams_like_any_other_model() -> None:
    tuned = FakeModel("risk")
    world = await world_with(tuned)
    stream = await opened(ask(stream=True), world.parts)
    assert stream.shown.by is not None
    assert stream.shown.by.version_id == VERSION
    assert tuned.asked[0].messages == told("classification", "Please send it.", "", LABELS).messages
    await stream.coming.aclose()


async def test_what_was_stopped_is_estimated_from_what_it_was_told() -> None:
    """The template would have ten times as many tokens."""
    tuned = FakeModel(hangs=True)
    world = await world_with(tuned)
    task = asyncio.create_task(answered(world, ask()))
    await tuned.was_asked.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    spent = last(world).usage.input_tokens
    said = told("classification", "Please send it.", "", LABELS).messages
    assert spent == estimated_of(said, "", {}).input_tokens
