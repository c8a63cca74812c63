"""A version that is not sure of its answer leaves the request to the catalogue's models."""

from decimal import Decimal

from ratchet_common.events import Arm, Usage
from ratchet_router.stream import opened
from tests.unit.router.asks import VERSION, ask, experiment
from tests.unit.router.fakes import World
from tests.unit.router.test_answer import ALL, answered, last
from tests.unit.router.test_stream import all_of

USED = Usage(input_tokens=1_000, output_tokens=10)


async def unsure_world() -> World:
    world = World()
    world.student.unsure, world.student.used = True, USED
    await world.knows([ALL])
    return world


async def test_what_a_version_is_not_sure_of_a_larger_model_answers() -> None:
    world = await unsure_world()
    found = await answered(world, ask())
    assert (found.version_id, found.model, found.output, found.approach) == ("base", "small", "risk", "direct")
    assert [(attempt.model, attempt.error) for attempt in last(world).attempts] == [(VERSION, "unsure"), ("small", "")]


async def test_the_unit_stays_the_versions_and_that_is_no_failure_of_it() -> None:
    world = await unsure_world()
    decision = (await answered(world, ask())).decision
    assert (decision.assigned_version, decision.abstained, decision.fell_back) == (VERSION, True, False)
    assert decision.reasons[-1] == f"{VERSION} was not sure enough of its answer, so the catalogue's models were asked."


async def test_the_larger_model_is_billed_and_the_version_only_counted() -> None:
    world = await unsure_world()
    event = (await answered(world, ask())) and last(world)
    assert event.cost_usd == Decimal("0.0011")
    assert event.attempts[0].usage == USED


async def test_whoever_names_the_version_gets_its_answer() -> None:
    world = await unsure_world()
    found = await answered(world, ask(model=VERSION))
    assert (found.version_id, found.output, found.decision.abstained) == (VERSION, "request", False)


async def test_where_nobody_else_answers_it_gives_the_answer_that_it_has() -> None:
    world = await unsure_world()
    for model in world.models.values():
        model.fails = "unavailable"
    found = await answered(world, ask())
    assert (found.version_id, found.output) == (VERSION, "request")
    assert (found.decision.abstained, found.decision.fell_back) == (False, False)
    names = list(dict.fromkeys(attempt.model for attempt in found.attempts))
    assert names == [VERSION, "small", "middle", "large"]
    assert [attempt.error for attempt in found.attempts if attempt.model == VERSION] == ["unsure", ""]


async def test_one_that_abstains_often_is_asked_all_the_same() -> None:
    world = await unsure_world()
    for _ in range(30):
        await answered(world, ask(cache="off"))
    assert len(world.student.asked) == 30


async def test_a_stream_is_the_larger_models_from_its_beginning() -> None:
    world = await unsure_world()
    sent = await all_of(await opened(ask(stream=True), world.parts))
    assert b"risk" in sent
    assert b"request" not in sent
    assert (last(world).version_id, last(world).decision.abstained) == ("base", True)


async def test_a_version_that_is_an_arm_of_an_experiment_may_abstain_too() -> None:
    world = await unsure_world()
    await world.knows([ALL], experiments=[experiment("e1", Arm(name="new", share=100, version_id=VERSION))])
    found = await answered(world, ask(session="s"))
    assert (found.model, found.experiment, found.decision.abstained) == ("small", "e1:new", True)
